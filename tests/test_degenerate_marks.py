"""Marks and pictures of any kind: every method gives a result or one sentence, and an empty result says why."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from masking_core import Area, Edge, Image, MaskingError, Prompts, Recipe
from masking_core.methods import METHODS
from masking_core.prompts import Ellipse, Point, Polygon, Rectangle, SeedMap, Stroke
from masking_core.steps.edge.grow import Grow
from masking_core.steps.foreground import Foreground

EVERY_METHOD = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
SHAPES = [(1, 1), (2, 1), (3, 3), (1, 40), (3, 700), (24, 31)]


def picture(shape, seed=0):
    return Image.from_array(np.random.default_rng(seed).integers(0, 256, (*shape, 3), dtype=np.uint8))


def painted(numbers):
    return Prompts(marks=(SeedMap.from_numbers(numbers),))


def numbered(shape):
    return np.arange(shape[0] * shape[1]).reshape(shape)


PAINTED = {
    "nothing": lambda shape: np.full(shape, -1),
    "all background": lambda shape: np.zeros(shape, int),
    "all one object": lambda shape: np.ones(shape, int),
    "one pixel of an object": lambda shape: np.where(numbered(shape) == 0, 1, -1),
    "one pixel of background": lambda shape: np.where(numbered(shape) == 0, 0, -1),
    "all but one pixel": lambda shape: np.where(numbered(shape) == 0, -1, 1),
    "every second pixel": lambda shape: numbered(shape) % 2,
    "two objects, no background": lambda shape: 1 + numbered(shape) % 2,
    "halves": lambda shape: (numbered(shape) >= shape[0] * shape[1] // 2).astype(int),
}
DRAWN = {
    "none": lambda w, h: (),
    "a corner": lambda w, h: (Polygon(points=((0, 0), (3, 0), (0, 3))),),
    "all": lambda w, h: (Rectangle(x=0, y=0, width=w, height=h),),
    "outside": lambda w, h: (Rectangle(x=w + 400, y=h + 200, width=80, height=80),),
    "a stroke outside": lambda w, h: (Stroke(points=((w + 50.0, h + 50.0), (w + 60.0, h + 60.0)), width=3.0),),
    "all taken away": lambda w, h: (Rectangle(x=0, y=0, width=w, height=h, operation="subtract"),),
    "background over all": lambda w, h: (
        Stroke(points=((0.0, 0.0),), width=2.0),
        Rectangle(x=0, y=0, width=w, height=h, object=0),
    ),
    "between pixels": lambda w, h: (Rectangle(x=0.6, y=0.6, width=0.3, height=0.3),),
    "a region and a stroke apart": lambda w, h: (
        Rectangle(x=0, y=0, width=1, height=1),
        Point(x=w - 0.5, y=h - 0.5, radius=0.5),
    ),
    "large strokes": lambda w, h: (
        Stroke(points=((0.0, 0.0), (float(w), float(h))), width=500.0),
        Stroke(points=((0.0, float(h)), (float(w), 0.0)), width=300.0, object=0),
    ),
}


def result_or_sentence(method, image, prompts, **changes):
    try:
        result = Recipe(method=method(), **changes).run(image, prompts)
    except MaskingError as error:
        sentence = str(error)
        result = None
    else:
        sentence = "."
    assert sentence.endswith(".")
    assert "\n" not in sentence
    if result is None:
        return
    assert result.labels.shape == result.alpha.shape == image.rgb.shape[:2]
    assert np.isfinite(result.alpha).all()
    assert not result.rgba[result.rgba[..., 3] == 0].any()
    empty = [note for note in result.notes if note.startswith("The cut-out is empty: ")]
    assert len(empty) == (result.mask.max() == 0)


@EVERY_METHOD
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("kind", PAINTED)
def test_painted_marks(method, shape, kind):
    result_or_sentence(method, picture(shape), painted(PAINTED[kind](shape)))


@EVERY_METHOD
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("kind", DRAWN)
def test_drawn_marks(method, shape, kind):
    result_or_sentence(method, picture(shape), Prompts(marks=DRAWN[kind](shape[1], shape[0])))


@EVERY_METHOD
@pytest.mark.parametrize("kind", DRAWN)
def test_an_area_of_one_pixel_that_marks_cover(method, kind):
    one = Area(x=0, y=0, width=1, height=1)
    result_or_sentence(method, picture((24, 31)), Prompts(marks=DRAWN[kind](31, 24)), area=one)


@st.composite
def scenes(draw):
    """A picture of any small size, of noise or of one colour, and marks of any kind on and beside it."""
    width, height = draw(st.integers(1, 30)), draw(st.integers(1, 30))
    near = st.floats(-8, 40, allow_nan=False, width=32)
    size = st.floats(0.125, 45, width=32)
    number = st.integers(0, 3)
    operation = st.sampled_from(["add", "subtract", "intersect", "exclude"])
    box = {"x": near, "y": near, "width": size, "height": size, "object": number, "operation": operation}
    marks = st.one_of(
        st.builds(Rectangle, **box),
        st.builds(Ellipse, **box),
        st.builds(Stroke, points=st.lists(st.tuples(near, near), min_size=1, max_size=3), width=size, object=number),
        st.builds(Point, x=near, y=near, radius=st.floats(0.125, 9, width=32), object=number),
        st.builds(
            lambda seed: SeedMap.from_numbers(np.random.default_rng(seed).integers(-1, 4, (height, width))), number
        ),
    )
    levels = draw(st.sampled_from([1, 2, 256]))
    rgb = np.random.default_rng(draw(st.integers(0, 99))).integers(0, levels, (height, width, 3)).astype(np.uint8)
    alpha = None
    if draw(st.booleans()):
        alpha = np.random.default_rng(draw(st.integers(0, 99))).integers(0, 2, (height, width), dtype=np.uint8) * 255
    return Image.from_array(rgb, alpha), Prompts(marks=tuple(draw(st.lists(marks, max_size=5))))


@EVERY_METHOD
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(scenes())
def test_any_marks_on_any_picture(method, scene):
    result_or_sentence(method, *scene)


def test_an_empty_cut_out_says_why():
    image = picture((30, 40))
    box = Prompts(marks=(Rectangle(x=5, y=5, width=10, height=10),))
    manual = METHODS["manual"]()
    gone = Prompts(marks=(*box.marks, Rectangle(x=0, y=0, width=40, height=30, operation="subtract")))
    see_through = Image.from_array(image.rgb, np.broadcast_to(np.arange(40) >= 20, (30, 40)))
    for recipe, picture_of_it, prompts, words in (
        (Recipe(method=manual), image, gone, "take away all"),
        (Recipe(method=manual, foreground=Foreground(rule="picked", picked=())), image, box, "none of the objects"),
        (Recipe(method=manual, edge=Edge(steps=(Grow(distance=-30.0),))), image, box, "settings of the edge"),
        (Recipe(method=manual), see_through, box, "transparent"),
        (Recipe(method=METHODS["watershed"]()), image, painted(np.zeros((30, 40), int)), "marked as background"),
        (Recipe(method=METHODS["kmeans"]()), Image.from_array(np.full((30, 40, 3), 9, np.uint8)), None, "none of the"),
    ):
        result = recipe.run(picture_of_it, prompts)
        assert words in result.notes[-1]
        assert result.notes[-1].startswith("The cut-out is empty: ")
