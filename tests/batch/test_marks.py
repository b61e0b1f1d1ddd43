from io import BytesIO
from types import SimpleNamespace

import numpy as np
import PIL.Image
import pytest
from discs import disc, save

from masking_core import GraphCut, Image, Limits, PromptError, Prompts, Recipe
from masking_core.batch.marks import FILES, RELATIVE, Box, Guessed, MarksFile
from masking_core.batch.places import Place
from masking_core.batch.truth import open_mask
from masking_core.metrics import iou

LIMITS = Limits()
RGB, INSIDE = disc(3)
IMAGE = Image.from_array(RGB, name="disc.png")


def made(kind, folder):
    """A file of marks of that kind that says where the disc is."""
    sides = np.where(INSIDE, 255, 0).astype(np.uint8)
    if kind == "prompts":
        path = folder / "a.json"
        rows, columns = np.nonzero(INSIDE)
        path.write_text(Prompts.from_box(columns.min(), rows.min(), columns.max(), rows.max()).to_json())
        return path
    if kind == "seeds":
        sides = np.dstack([sides] * 3)
        sides[~INSIDE] = 0
    return save(folder / f"a.{kind}.png", sides)


@pytest.mark.parametrize("kind", FILES)
def test_every_kind_of_file_leads_to_the_object(kind, tmp_path):
    marks = MarksFile(kind, Place(str(made(kind, tmp_path))))
    prompts = marks.prompts(marks.read(LIMITS), IMAGE, LIMITS)
    assert prompts.marks
    alpha = Recipe(method=GraphCut()).run(IMAGE, prompts).alpha
    assert iou(alpha >= 0.5, INSIDE) > 0.95


@pytest.mark.parametrize("kind", [kind for kind in FILES if kind != "prompts"])
def test_marks_of_another_size_are_one_sentence_with_both_sizes(kind, tmp_path):
    marks = MarksFile(kind, Place(str(save(tmp_path / "a.png", np.zeros((10, 20), np.uint8)))))
    with pytest.raises(PromptError, match=r"has 20 × 10 pixels; a .* must be as large as the picture, 64 × 48"):
        marks.prompts(marks.read(LIMITS), IMAGE, LIMITS)


@pytest.mark.parametrize(("sides", "rows"), [((50, 100), slice(24, 48)), ((25, 75), slice(12, 36))])
def test_a_box_in_percent_is_that_box_in_pixels(sides, rows):
    marks = Box(25, sides[0], 75, sides[1])
    inside = marks.prompts(marks.read(LIMITS), IMAGE, LIMITS).bounds((48, 64))
    expected = np.zeros((48, 64), bool)
    expected[rows, 16:48] = True
    assert np.array_equal(inside, expected)


def test_guessed_strokes_lie_on_both_sides_of_what_is_found():
    marks = Guessed("graph_cut")
    seeds = marks.prompts(marks.read(LIMITS), IMAGE, LIMITS).seeds((48, 64))
    assert (INSIDE[seeds == 1]).mean() > 0.9
    assert (~INSIDE[seeds == 0]).mean() > 0.9
    assert (seeds == 1).any()
    assert (seeds == 0).any()


def test_what_is_half_an_object_is_drawn_on_as_one(monkeypatch):
    alpha = np.full((48, 64), 0.25, np.float32)
    alpha[10:40, 10:50] = 0.5
    found = SimpleNamespace(alpha=alpha, scale=1.0)
    monkeypatch.setattr("masking_core.batch.marks.Recipe", lambda **_: SimpleNamespace(run=lambda *_, **__: found))
    seeds = Guessed("graph_cut").prompts(b"", IMAGE, LIMITS).seeds((48, 64))
    assert (seeds == 1).any()
    assert (alpha[seeds == 1] == 0.5).all()


def test_different_marks_read_differently(tmp_path):
    same = made("mask", tmp_path)
    read = [marks.read(LIMITS) for marks in (*RELATIVE.values(), Box(0, 0, 50, 50), Box(0, 0, 50, 51))]
    read += [MarksFile(kind, Place(str(same))).read(LIMITS) for kind in ("mask", "seeds", "trimap")]
    assert len(set(read)) == len(read)


def grey(*values, kind=np.uint8):
    return PIL.Image.fromarray(np.array([values], kind))


def with_palette(*values):
    picture = PIL.Image.fromarray(np.array([values], np.uint8), "P")
    picture.putpalette([90, 90, 90, 10, 10, 10, 250, 250, 250])
    return picture


def see_through(*values):
    return PIL.Image.fromarray(np.array([[(9, 9, 9, value) for value in values]], np.uint8))


@pytest.mark.parametrize(
    ("picture", "alpha"),
    [
        (grey(0, 51, 255), (0, 0.2, 1)),
        (grey(0, 1, 1), (0, 1, 1)),
        (grey(0, 1, 2), (0, 1 / 255, 2 / 255)),
        (grey(0, 0, 0), (0, 0, 0)),
        (grey(0, 13107, 65535, kind=np.uint16), (0, 0.2, 1)),
        (with_palette(0, 1, 2), (0, 1, 1)),
        (see_through(0, 51, 255), (0, 0.2, 1)),
        (PIL.Image.fromarray(np.uint8([[(0, 0, 0), (255, 255, 255)]])), (0, 1)),
    ],
)
def test_a_mask_file_is_read_as_such_files_are_meant(picture, alpha):
    file = BytesIO()
    picture.save(file, "PNG")
    assert open_mask(file.getvalue(), "mask", LIMITS)[0] == pytest.approx(alpha, abs=1e-4)
