"""Marks that come from a file and go to one."""

import io

import numpy as np
import PIL.Image
import pytest
from hand import use
from test_app import opened, picture, texts, uploaded

from masking_core import Image, MaskingError, Prompts, export
from masking_core.prompts import Point, Rectangle, SeedMap, Stroke
from studio.drawing import board, files

SIZE = (90, 60)
"""Width and height of the picture that is marked."""
NUMBERS = {"red": 1, "green": 2, "yellow": 3, "magenta": 4, "cyan": 5, "blue": 0}
COLOURS = {
    "red": (255, 0, 0),
    "green": (0, 255, 0),
    "yellow": (255, 255, 0),
    "magenta": (255, 0, 255),
    "cyan": (0, 255, 255),
    "blue": (0, 0, 255),
}
BOTH = Prompts(
    marks=(
        Rectangle(x=30.0, y=15.0, width=30.0, height=30.0),
        Stroke(points=((2.0, 2.0), (80.0, 2.0)), width=4.0, object=0),
    )
)


def scribbles():
    rgb = np.full((60, 90, 3), 255, np.uint8)
    for place, colour in enumerate(COLOURS.values()):
        rgb[10:20, 15 * place : 15 * place + 10] = colour
    return rgb


def trimap():
    grey = np.full((60, 90), 128, np.uint8)
    grey[:8] = 0
    grey[20:40, 35:55] = 255
    return grey


def test_a_painted_picture_marks_the_pixels_that_the_command_line_would():
    for painted in (scribbles(), trimap()):
        found = files.read(export.png(painted), "seeds.png", SIZE)
        assert np.array_equal(found.seeds((60, 90)), Prompts.from_seeds(painted).seeds((60, 90)))
        assert [mark.name for mark in found.marks] == ["seeds"]


def test_every_colour_is_its_object():
    seeds = files.read(export.png(scribbles()), "s.png", SIZE).seeds((60, 90))
    assert [seeds[15, 15 * place + 5] for place in range(6)] == [NUMBERS[name] for name in COLOURS]
    assert (seeds >= 0).sum() == 600


def test_what_is_transparent_is_not_marked():
    painted = np.dstack([trimap()] * 3 + [np.where(np.arange(90) < 40, 255, 0) * np.ones((60, 1))]).astype(np.uint8)
    seeds = files.read(export.png(painted), "s.PNG", SIZE).seeds((60, 90))
    assert (seeds[:, 40:] == -1).all()
    assert (seeds[20:40, 35:40] == 1).all()


def test_what_is_exported_comes_back():
    assert files.read(BOTH.to_json().encode(), "marks.json", SIZE) == BOTH


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (export.png(trimap()[:50]), "small.png", "small.png has 90 × 50 pixels"),
        (export.png(trimap())[:70], "torn.png", "torn.png"),
        (b"<svg onload=alert(1)>", "odd.png", "odd.png"),
        (export.png(np.full((60, 90), 128, np.uint8)), "grey.png", "marks no pixel"),
        (b"{", "marks.json", "marks.json: Prompts must be JSON"),
        (b'{"version": 1, "marks": [{"kind": "rectangle"}]}', "marks.json", "marks.json"),
        (b'{"version": 1, "marks": []}', "none.json", "none.json marks no pixel of this picture of 90 × 60"),
        (Prompts.from_box(400, 400, 500, 500).to_json().encode(), "far.json", "far.json marks no pixel"),
        (b"\xff\xfe\x00", "marks.json", "marks.json"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(data, name, words):
    with pytest.raises(MaskingError) as caught:
        files.read(data, name, SIZE)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_painted_marks_show_where_no_later_mark_covers_them():
    (painted,) = Prompts.from_seeds(scribbles()).marks
    assert isinstance(painted, SeedMap)
    wiped = Stroke(points=((5.0, 15.0),), width=6.0, operation="subtract", object=-1)
    marks = (
        painted,
        Point(x=20.0, y=15.0, radius=2.0, object=0),
        wiped,
        Rectangle(x=30.0, y=5.0, width=30.0, height=30.0),
    )
    shown = drawn(board._painted(Prompts(marks=marks), SIZE))
    assert shown.shape == (60, 90, 4)
    assert shown[15, 5, 3] == 0  # wiped away
    assert shown[15, 20, 3] == 0  # under a dab that the canvas shows
    assert shown[15, 35, 3] > 0  # an area covers no seed
    assert (shown[..., 3] > 0).sum() < 600
    assert board._painted(BOTH, SIZE) == b""


def drawn(png):

    return np.asarray(PIL.Image.open(io.BytesIO(png)))


def imported(app, data, name="seeds.png"):
    app.session_state["marks_files"] = True
    app.run()
    (uploader,) = [one for one in app.file_uploader if one.key.startswith("marks.upload")]
    return uploader.set_value((name, data, "image/png")).run()


def history_of(app):
    return app.session_state[f"marks.{Image.open(picture()).digest}.0"]


def test_an_imported_seed_map_cuts_the_picture_and_undo_takes_it_back():
    app = uploaded(opened())
    app.selectbox(key="method").set_value("watershed").run()
    imported(app, export.png(trimap()))
    assert not app.exception
    assert not app.error
    assert [mark["kind"] for mark in history_of(app)["marks"]] == ["seeds"]
    use(app, "undo")
    assert history_of(app)["marks"] == []
    use(app, "redo")
    imported(app, BOTH.to_json().encode(), "marks.json")
    assert [mark["kind"] for mark in history_of(app)["marks"]] == ["seeds", "rectangle", "stroke"]
    assert not app.exception


def test_a_file_that_cannot_be_used_leaves_the_marks_and_says_why():
    app = uploaded(opened())
    imported(app, export.png(trimap()[:50]))
    assert "as large as the picture, 90 × 60" in texts(app.error)
    assert history_of(app)["marks"] == []
    imported(app, export.png(trimap()))
    assert not app.error
