import os
import zipfile

import pytest
from discs import disc, save

from masking_core import ParameterError
from masking_core.batch import places
from masking_core.batch.find import beside, by_stem, pictures_of
from masking_core.batch.places import Place

ALL = ["a.png", "b.png", "sub/a.png", "sub/deep/c.png"]


def names(*inputs, **options):
    return [picture.name for picture in pictures_of([str(item) for item in inputs], **options).pictures]


def test_a_folder_keeps_its_structure(pictures):
    assert names(pictures) == ALL


def test_a_file_is_taken_whatever_it_is_called(pictures):
    (pictures / "b.png").rename(pictures / "scan.0001")
    assert names(pictures / "scan.0001") == ["scan.0001"]
    assert "scan.0001" not in names(pictures)


def test_a_glob_keeps_the_structure_below_its_fixed_part(pictures):
    assert sorted(names(f"{pictures}/**/*.png")) == sorted(ALL)
    assert names(f"{pictures}/s*/*.png") == ["sub/a.png"]
    with pytest.raises(ParameterError, match="matches no file"):
        names(f"{pictures}/*.jpg")


def test_a_glob_takes_what_is_called_a_picture_only(pictures):
    (pictures / "b.png").rename(pictures / "scan.0001")
    assert names(f"{pictures}/*") == ["a.png"]


def test_a_relative_path_is_the_same_place(pictures, monkeypatch):
    monkeypatch.chdir(pictures)
    found = pictures_of([".", "a.png", str(pictures / "sub")]).pictures
    assert [picture.place.path for picture in found] == [str(pictures / name) for name in ALL]


def test_a_zip_is_a_folder(pictures, tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for name in ALL:
            archive.write(pictures / name, name)
        archive.writestr("__MACOSX/._a.png", b"")
        archive.writestr("notes.txt", b"")
    assert names(tmp_path / "all.zip") == ALL


@pytest.mark.parametrize("name", ["../evil.png", "/etc/evil.png", "a\\..\\evil.png", "x/../../evil.png"])
def test_a_zip_that_leads_out_of_its_folder_is_refused(tmp_path, name):
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        info = zipfile.ZipInfo("x")
        info.filename = name
        archive.writestr(info, b"")
    with pytest.raises(ParameterError, match="leads out of its folder"):
        names(tmp_path / "evil.zip")


def test_a_damaged_zip_is_one_sentence(tmp_path):
    (tmp_path / "bad.zip").write_bytes(b"PK no zip")
    with pytest.raises(ParameterError, match=r"^bad\.zip is not a ZIP file, or it is damaged"):
        names(tmp_path / "bad.zip")


def test_an_address_is_a_folder_too(pictures):
    fs, _ = places.file_system("memory://shelf")
    for name in ALL:
        fs.pipe_file(f"/shelf/{name}", (pictures / name).read_bytes())
    assert names("memory://shelf") == ALL
    assert names("memory://shelf/sub/*.png") == ["a.png"]
    assert names("memory://shelf/s*/[a-b].png") == ["sub/a.png"]
    with pytest.raises(ParameterError, match="is not there"):
        names("memory://nowhere")
    with pytest.raises(ParameterError, match="is no address"):
        names("nonsense://x")


def test_results_hidden_files_and_marks_are_no_pictures(pictures):
    save(pictures / "out" / "a.png", disc()[0])
    save(pictures / ".hidden.png", disc()[0])
    save(pictures / "a.trimap.png", disc()[0])
    (pictures / "notes.txt").write_text("nothing")
    assert names(pictures, out=str(pictures / "out")) == ALL


def test_what_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(ParameterError, match="is not there"):
        names(tmp_path / "nothing")


def test_marks_beside_a_picture_are_found_in_folders_and_zips(pictures, tmp_path):
    save(pictures / "a.trimap.png", disc()[0])
    (pictures / "sub" / "a.json").write_text("{}")
    found = pictures_of([str(pictures)])
    kinds = {picture.name: beside(picture, found.others) for picture in found.pictures}
    assert kinds["a.png"] == [("trimap", Place(str(pictures / "a.trimap.png")))]
    assert kinds["sub/a.png"] == [("prompts", Place(str(pictures / "sub" / "a.json")))]
    assert kinds["b.png"] == []
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("d/a.png", b"")
        archive.writestr("d/a.seeds.png", b"")
    found = pictures_of([str(tmp_path / "all.zip")])
    assert beside(found.pictures[0], found.others) == [("seeds", Place(str(tmp_path / "all.zip"), "d/a.seeds.png"))]


def test_two_files_of_one_stem_are_refused(tmp_path):
    save(tmp_path / "t" / "a.png", disc()[0])
    save(tmp_path / "t" / "a.tif", disc()[0])
    with pytest.raises(ParameterError, match="two files of one name"):
        by_stem(str(tmp_path / "t"), "truth")


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no symbolic links")
def test_a_folder_that_holds_itself_ends(pictures):
    os.symlink(pictures, pictures / "sub" / "loop")
    assert names(pictures) == ALL
