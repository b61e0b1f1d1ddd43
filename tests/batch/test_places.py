import zipfile

import pytest

from masking_core import ImageError, Limits
from masking_core.batch import places
from masking_core.batch.places import Place

LIMITS = Limits()


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    target = tmp_path / "new" / "a.png"
    places.write(str(target), b"first")
    assert target.read_bytes() == b"first"

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(OSError, match="No space left") as caught:
        places.write(str(target), b"second")
    assert caught.value.filename == str(target)
    assert target.read_bytes() == b"first"
    assert [path.name for path in target.parent.iterdir()] == ["a.png"]


def test_what_a_kill_leaves_is_removed_and_nothing_else(tmp_path):
    left = tmp_path / "sub" / f".a.png.0123{places.PART}"
    kept = tmp_path / "sub" / f"a{places.PART}"
    for path in (left, kept):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    places.sweep_parts(str(tmp_path))
    assert not left.exists()
    assert kept.exists()


def test_addresses_are_read_and_written():
    places.write("memory://shelf/x/a.bin", b"abc")
    assert places.is_there("memory://shelf/x/a.bin")
    assert not places.is_there("memory://shelf/x/b.bin")
    assert places.read(Place("memory://shelf/x/a.bin"), LIMITS) == b"abc"
    assert places.digest_of("memory://shelf/x/a.bin") == places.digest(b"abc")
    fs, _ = places.file_system("memory://shelf")
    assert [path.rsplit("/", 1)[-1] for path in fs.find("/shelf/x")] == ["a.bin"]
    with pytest.raises(ImageError, match=r"^b\.bin cannot be read"):
        places.read(Place("memory://shelf/x/b.bin"), LIMITS)


def test_a_digest_tells_where_one_part_ends():
    assert places.digest(b"ab", b"c") != places.digest(b"a", b"bc")
    assert places.digest(b"abc") == places.digest(b"abc")
    assert places.digest_of("/no/such/file") == ""


def test_a_member_of_a_zip_is_read_within_the_limits(tmp_path):
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.png", b"x" * 2_000_000)
        archive.writestr("b.png", b"x" * 10, zipfile.ZIP_LZMA)
    assert len(places.read(Place(str(path), "a.png"), LIMITS)) == 2_000_000
    for member, limits, words in (
        ("a.png", Limits(max_megabytes=1.9), "the limit is 1.9 megabytes"),
        ("b.png", LIMITS, "compressed in a way that is not read"),
        ("c.png", LIMITS, "cannot be read from all.zip"),
    ):
        with pytest.raises(ImageError, match=words):
            places.read(Place(str(path), member), limits)


def test_a_zip_that_lies_about_a_size_is_refused(tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.png", b"x" * 3_000_000)
    data = path.read_bytes().replace((3_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little"))
    path.write_bytes(data)
    with pytest.raises(ImageError):
        places.read(Place(str(path), "a.png"), Limits(max_megabytes=1))
