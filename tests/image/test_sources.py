import io
import os
import unicodedata

import numpy as np
import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st
from picture_files import picture, saved

from masking_core.errors import ImageError
from masking_core.image import Image, Stack
from masking_core.image.limits import Limits
from masking_core.image.sources import NAMELESS, safe_name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("photo.png", "photo.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\photo.jpg", "photo.jpg"),
        ("a\x00b\n\r\tc\x1b[31m.png", "abc[31m.png"),
        ("gpj.\u202egnp.exe", "gpj.gnp.exe"),
        ("\u2066\u200f\u061cphoto\u2069.png", "photo.png"),
        ("  photo .png ", "photo.png"),
        ("Zoe\u0308.png", "Zo\u00eb.png"),
        ("\ud800.png", ".png"),
        ("", NAMELESS),
        (".", NAMELESS),
        ("..", NAMELESS),
        ("folder/", NAMELESS),
        ("x" * 300 + ".tiff", "x" * 95 + ".tiff"),
        ("x." + "y" * 300, "x." + "y" * 98),
        ("日本語の写真.webp", "日本語の写真.webp"),
    ],
)
def test_names_are_made_harmless(name, safe):
    assert safe_name(name) == safe


@given(st.text())
def test_any_name_ends_up_short_seen_and_in_no_folder(name):
    safe = safe_name(name)
    assert 0 < len(safe) <= 100
    assert "/" not in safe
    assert "\\" not in safe
    assert not {unicodedata.category(character) for character in safe} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert safe.strip(". ")
    assert safe_name(safe) == safe
    safe.encode()


def test_a_picture_is_named_after_its_file_unless_told_otherwise(tmp_path):
    path = tmp_path / "photo.png"
    path.write_bytes(saved(picture(), "PNG"))
    assert Image.open(path).name == Image.open(str(path)).name == "photo.png"
    with PIL.Image.open(path) as opened:
        assert Image.open(opened).name == "photo.png"
    assert Image.open(path, name="../other.png").name == "other.png"
    assert Image.open(path.read_bytes()).name == NAMELESS
    assert Image.from_array(picture(), name="a/b.png").name == "b.png"


def test_whatever_holds_a_picture_opens(tmp_path):
    path = tmp_path / "photo.png"
    path.write_bytes(saved(picture(), "PNG"))

    class Somewhere:
        def __fspath__(self):
            return str(path)

    with path.open("rb") as file, PIL.Image.open(path) as opened:
        sources = {
            "path": path,
            "text": str(path),
            "path-like": Somewhere(),
            "open file": file,
            "bytes": path.read_bytes(),
            "bytearray": bytearray(path.read_bytes()),
            "memory": io.BytesIO(path.read_bytes()),
            "pillow": opened,
            "array": picture(),
            "floats": picture() / 255,
        }
        for kind, source in sources.items():
            assert np.array_equal(Image.open(source).rgb, picture()), kind
    with path.open("rb") as file:
        assert Stack.open(file, name="other.png")[0].name == "other.png"
    assert np.array_equal(Stack.open(picture())[0].rgb, picture())


def test_a_file_opened_as_text_is_a_sentence(tmp_path):
    path = tmp_path / "photo.txt"
    path.write_text("hello")
    with path.open() as file, pytest.raises(ImageError, match="opened as text"):
        Image.open(file)


def test_a_folder_is_called_a_folder(tmp_path):
    with pytest.raises(ImageError, match="is a folder; the file of a picture is needed"):
        Image.open(tmp_path)


def test_an_open_file_is_read_no_further_than_the_limit():
    class Endless:
        asked = 0

        def read(self, count=-1):
            Endless.asked = count
            return bytes(count)

    with pytest.raises(ImageError) as caught:
        Image.open(Endless(), limits=Limits(max_megabytes=0.001))
    assert caught.value.code == "too-many-bytes"
    assert Endless.asked == 1001


def test_the_environment_limits_every_opening(monkeypatch, tmp_path):
    monkeypatch.setenv("MASKING_MAX_SIDE", "20")
    path = tmp_path / "photo.png"
    path.write_bytes(saved(picture(), "PNG"))
    for opener in (Image.open, Stack.open):
        for source in (path, path.read_bytes(), io.BytesIO(path.read_bytes()), PIL.Image.open(path)):
            with pytest.raises(ImageError, match="the longest side may have 20 pixels"):
                opener(source)
    monkeypatch.setenv("MASKING_MAX_SIDE", "24")
    assert Image.open(path).size == (24, 16)


def test_files_that_are_missing_folders_or_pipes(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    for source in (tmp_path / "none.png", tmp_path, tmp_path / "pipe.png", "a\0b.png", ""):
        with pytest.raises(ImageError) as caught:
            Image.open(source)
        assert caught.value.code == "not-found"


def test_a_large_file_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "large.png"
    with path.open("wb") as file:
        file.truncate(10**12)  # sparse: takes no room, and would not fit into memory
    with pytest.raises(ImageError, match=r"large.png is 1,000,000.0 megabytes; the limit is 200 megabytes") as caught:
        Image.open(path)
    assert caught.value.code == "too-many-bytes"
    with pytest.raises(ImageError, match=r"The picture is 0\.1 megabytes"):
        Image.open(bytes(100_000), limits=Limits(max_megabytes=0.05))


def test_why_the_system_cannot_read_a_file_is_said():
    with pytest.raises(ImageError, match="cannot be read: File name too long"):
        Image.open("x" * 5000)


@pytest.mark.parametrize(("letters", "kept"), [(9, True), (10, False)])
def test_a_suffix_of_ten_letters_with_its_dot_survives_shortening(letters, kept):
    safe = safe_name("n" * 200 + "." + "s" * letters)
    assert len(safe) == 100
    assert safe.endswith("." + "s" * letters) is kept
