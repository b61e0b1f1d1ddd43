"""What files say about pixels: label maps and paintings as seeds, and trimaps; an unknown value is a sentence."""

import io

import numpy as np
import PIL.Image
import pytest

from masking_core import PromptError
from masking_core.image.numbers import NumberMap
from masking_core.prompts.painted import seeds_of, trimap_of


def grey(*values, dtype=np.uint8):
    return np.array([values], dtype)


def indexed(*values, colours=((0, 0, 0), (128, 0, 0), (0, 128, 0))):
    flat = PIL.Image.fromarray(grey(*values), "P")
    flat.putpalette([level for colour in colours for level in colour] + [1, 2, 3] * (256 - len(colours)))
    file = io.BytesIO()
    flat.save(file, "PNG")
    return file.getvalue()


def bits(*values):
    file = io.BytesIO()
    PIL.Image.fromarray(np.array([values], bool)).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (grey(0, 1, 2), [0, 1, 2]),
        (grey(0, 1, 255), [0, 1, -1]),
        (grey(0, 255), [0, 1]),
        (grey(0, 128, 255), [0, -1, 1]),
        (grey(0, 0), [0, 0]),
        (grey(0, 1, dtype=np.uint16), [0, 1]),
        (grey(0, 1, 255, dtype=np.uint16), [0, 1, -1]),
        (grey(0, 1, 65_535, dtype=np.uint16), [0, 1, -1]),
        (grey(0, 65_535, dtype=np.uint16), [0, 1]),
        (grey(0, 128 * 257, 65_535, dtype=np.uint16), [0, -1, 1]),
        (grey(0, 255, dtype=np.int32), [0, 1]),
        (grey(-1, 0, 1, 32, dtype=np.int16), [-1, 0, 1, 32]),
        (grey(-1, 0, 2, dtype=np.int32), [-1, 0, 2]),
        (bits(False, True), [0, 1]),
        (indexed(0, 1, 2, 255), [0, 1, 2, -1]),
        (indexed(0, 255), [0, -1]),
    ],
)
def test_seeds(source, expected):
    assert seeds_of(NumberMap.open(source)).tolist() == [expected]


@pytest.mark.parametrize(
    ("source", "named"),
    [
        (grey(0, 33, dtype=np.uint16), "33"),
        (grey(0, 1, 4711, dtype=np.uint16), "4711"),
        (grey(0, 1, 40), "40"),
        (grey(*range(50)), "33, 34, 35, 36, 37, 38, …"),
        (grey(*range(39)), "33, 34, 35, 36, 37, 38"),
        (grey(-2, 0, 1, dtype=np.int16), "-2"),
        (indexed(0, 1, 77), "77"),
        (grey(0, 70_000, dtype=np.int32), "70000"),
    ],
)
def test_values_that_mean_nothing_are_named(source, named):
    with pytest.raises(PromptError, match=rf"The picture holds the values {named}\. Object numbers are 0"):
        seeds_of(NumberMap.open(source))


def test_transparent_pixels_are_unmarked():
    values = np.dstack([grey(1, 2, 99, 2, 3), grey(255, 255, 0, 127, 128)])
    assert seeds_of(NumberMap.open(PIL.Image.fromarray(values, "LA"))).tolist() == [[1, 2, -1, -1, 3]]
    values = np.dstack([grey(0, 255, 0, 255), grey(128, 128, 127, 127)])
    assert trimap_of(NumberMap.open(PIL.Image.fromarray(values, "LA"))).tolist() == [[0, 1, -1, -1]]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (grey(0, 64, 65, 191, 192, 255), [0, 0, -1, -1, 1, 1]),
        (grey(0, 1), [0, 1]),
        (grey(1, 1), [1, 1]),
        (grey(255, 255), [1, 1]),
        (grey(0, 0), [0, 0]),
        (grey(0, 65), [0, -1]),
        (grey(128, 128), [-1, -1]),
        (grey(0, 1, dtype=np.uint16), [0, 1]),
        (grey(0, 65_535, 32_896, dtype=np.uint16), [0, 1, -1]),
        (grey(0, 255, dtype=np.int32), [0, 1]),
        (bits(False, True), [0, 1]),
        (indexed(0, 1, 2, colours=((0, 0, 0), (128, 128, 128), (255, 255, 255))), [0, -1, 1]),
        (np.dstack([grey(255, 255, 255)] * 3 + [grey(0, 128, 255)]), [0, -1, 1]),
        (np.dstack([grey(0, 255, 255)] * 3 + [grey(255, 255, 0)]), [0, 1, -1]),
    ],
)
def test_trimaps(source, expected):
    assert trimap_of(NumberMap.open(source)).tolist() == [expected]


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (grey(0, 1, 2), "holds the values 0, 1, 2"),
        (grey(0, 64), "holds the values 0, 64"),
        (grey(0, 300, dtype=np.uint16), "holds the values 0, 300"),
        (grey(-1, 1, dtype=np.int16), "holds the values -1, 1"),
        (indexed(0, 1, 2), "is coloured"),
        (np.array([[[9, 200, 3], [0, 0, 0]]], np.uint8), "is coloured"),
    ],
)
def test_what_is_no_trimap_is_a_sentence(source, sentence):
    with pytest.raises(PromptError, match=sentence):
        trimap_of(NumberMap.open(source))
