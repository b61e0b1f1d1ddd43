"""Why a pixel is what it is: what is said agrees with what the method did, and what would change it does."""

import numpy as np
import pytest

from masking_core import Area, Clean, GraphCut, Image, KMeans, Manual, Prompts, Recipe, Watershed
from masking_core.explain import pixel
from masking_core.explain.pixel import STEPS, _others, changes, why
from masking_core.methods import METHODS
from masking_core.methods.subject.subject import Subject
from masking_core.methods.watershed.why import lowest_pass
from masking_core.methods.watershed.why import why as flood_why
from masking_core.parameters import parameters
from masking_core.prompts import Point, Rectangle, Stroke

INSIDE, OUTSIDE = (60, 40), (5, 5)
METHODS_AT_HAND = [method for method in METHODS.values() if method is not Subject]


def picture() -> Image:
    """A red square on grey, with some noise."""
    rgb = np.random.default_rng(1).normal((120, 120, 120), 4, (80, 120, 3))
    rgb[20:60, 40:80] += (90, -60, -60)
    return Image.from_array(rgb.clip(0, 255).astype(np.uint8))


STROKES = Prompts(
    marks=(
        Stroke(points=((45.0, 30.0), (70.0, 30.0)), width=4.0, object=1),
        Stroke(points=((10.0, 70.0), (110.0, 70.0)), width=4.0, object=0),
    )
)
BOX = Prompts(marks=(Rectangle(x=40, y=20, width=40, height=40),))


def marks_for(method) -> Prompts:
    return BOX if method is Manual else STROKES


@pytest.mark.parametrize("pixels", [None, 3000])
@pytest.mark.parametrize("method", METHODS_AT_HAND)
def test_every_method_says_what_it_weighed_at_every_pixel(method, pixels):
    found = Recipe(method=method()).segment(picture(), marks_for(method), pixels=pixels)
    for x, y in (INSIDE, OUTSIDE, (119, 79), (0, 0), (50, 30)):
        told = why(found, x, y)
        assert told.sentence.endswith(".")
        assert all(-1 <= each.weight <= 1 for each in told.evidence)
        assert all(each.weight >= 0 for each in told.evidence if not each.signed)


def test_a_graph_cut_s_colour_and_neighbours_speak_for_the_side_that_the_pixel_is_on():
    found = Recipe(method=GraphCut()).segment(picture(), STROKES)
    for place, side in ((INSIDE, 1), (OUTSIDE, -1)):
        weights = {each.name: each.weight for each in why(found, *place).evidence}
        assert weights["Its colour"] * side > 0
        assert weights["Its neighbours"] * side > 0
        assert max(map(abs, weights.values())) == 1
    assert "marks always win" in why(found, 50, 30).sentence


def test_the_neighbours_of_a_pixel_at_the_outline_speak_for_both_sides():
    found = Recipe(method=GraphCut()).segment(picture(), STROKES)
    inner = {each.name: each.weight for each in why(found, 41, 40).evidence}["Its neighbours"]
    assert inner > 0, "what is alike holds more strongly than what is not"


@pytest.mark.parametrize(("marks", "name"), [(STROKES, "Distance to your strokes"), (BOX, "Its place")])
def test_the_way_to_strokes_is_named_only_where_there_are_strokes(marks, name):
    told = why(Recipe(method=GraphCut()).segment(picture(), marks), *INSIDE)
    assert [each.name for each in told.evidence] == ["Its colour", name, "Its neighbours"]


def test_the_nearest_centre_is_the_pixel_s_group():
    image = picture()
    found = Recipe(method=KMeans(objects=2)).segment(image)
    for place in (INSIDE, OUTSIDE):
        told = why(found, *place)
        nearest = min(told.evidence, key=lambda each: each.weight)
        assert f"group {[*told.evidence].index(nearest) + 1}." in told.sentence
        assert nearest.weight < 0.3


def test_the_lowest_pass_is_the_least_height_that_joins_two_places():
    levels = np.array([[0, 90, 0, 200, 0], [0, 70, 0, 150, 0], [0, 99, 0, 180, 0]], np.uint8)
    markers = np.zeros(levels.shape, bool)
    markers[0, 0] = True
    assert lowest_pass(levels, markers, 0, 2) == 0
    assert lowest_pass(levels, markers, 2, 0) == 70
    assert lowest_pass(levels, markers, 4, 2) == 150
    assert lowest_pass(levels, np.zeros(levels.shape, bool), 4, 2) == 255


@pytest.mark.parametrize(
    ("ridges", "told"),
    [
        ((0, 0), "as low as that from any other, and its flood was here first."),
        ((0, 50), "lower than that from any other."),
        ((50, 0), "higher than that from any other, and its flood was here first."),
    ],
)
def test_passes_are_compared_in_words(ridges, told):
    levels, seeds = np.zeros((1, 7), np.uint8), np.full((1, 7), -1)
    levels[0, [1, 5]], seeds[0, [0, 6]] = ridges, (1, 2)
    sentence = flood_why(levels, seeds, np.ones((1, 7), int), 3, 0).sentence
    assert sentence == f"The lowest pass from the marker of object 1 is {told}"


def test_the_pass_from_a_watershed_pixel_s_own_marker_is_never_the_higher_one():
    found = Recipe(method=Watershed(compactness=0.0)).segment(picture(), STROKES)
    for x in range(0, 120, 7):
        for y in range(0, 80, 7):
            told = why(found, x, y).evidence
            if told:
                assert told[0].weight <= told[1].weight


def test_regions_that_hold_the_pixel_are_named():
    hole = Rectangle(x=55, y=35, width=10, height=10, operation="subtract", name="window")
    found = Recipe(method=Manual()).segment(picture(), Prompts(marks=(*BOX.marks, hole)))
    told = why(found, *INSIDE)
    assert [each.figure for each in told.evidence] == ["add", "subtract"]
    assert "background" in told.sentence
    assert "No region" in why(found, *OUTSIDE).sentence


def test_clean_up_and_the_masking_area_are_told_of():
    speck = Point(x=100, y=10, radius=2)
    recipe = Recipe(method=Watershed(), clean=Clean(specks=50))
    found = recipe.segment(picture(), Prompts(marks=(*STROKES.marks, speck)))
    if found.labels[10, 100] != found.segmentation.labels[10, 100]:
        assert "Clean-up" in why(found, 100, 10).sentence
    part = Recipe(method=GraphCut(), area=Area(x=20, y=10, width=80, height=65)).segment(picture(), STROKES)
    assert "masking area" in why(part, *OUTSIDE).sentence
    assert why(part, *INSIDE).evidence


@pytest.mark.parametrize("pixels", [10, 30, 57, 100])
def test_the_last_pixel_has_a_reason_on_every_copy(pixels, monkeypatch):
    image = Image.from_array(picture().rgb[:19, :100])
    marks = Prompts(marks=(Rectangle(x=50, y=0, width=50, height=19), Rectangle(x=0, y=0, width=30, height=19)))
    assert "make it object 1" in why(Recipe(method=Manual()).segment(image, marks, pixels=pixels), 99, 18).sentence
    monkeypatch.setattr(pixel, "PIXELS", pixels)
    (change,) = changes(Recipe(method=Manual()), image, marks, 99, 18)
    assert change.words == "Remove mark 1 (rectangle)"


def test_on_a_copy_a_pixel_has_the_reason_of_its_place():
    recipe, image = Recipe(method=Manual()), picture()
    full, copy = (recipe.segment(image, BOX, pixels=pixels) for pixels in (None, image.pixels // 4))
    assert copy.scale == 0.5
    for x, y in ((60, 10), (60, 40), (60, 70), (20, 40), (100, 40)):
        assert why(copy, x, y) == why(full, x, y)


def test_what_clean_up_made_of_a_pixel_is_said():
    marks = (Rectangle(x=10, y=10, width=30, height=30, object=2), Rectangle(x=90, y=60, width=2, height=2))
    hole = Rectangle(x=20, y=20, width=2, height=2, object=2, operation="subtract")
    recipe = Recipe(method=Manual(), clean=Clean(specks=50, holes=50))
    found = recipe.segment(picture(), Prompts(marks=(*marks, hole)))
    assert why(found, 21, 21).sentence.endswith(" Clean-up then made it object 2.")
    assert why(found, 90, 60).sentence.endswith(" Clean-up then made it background.")
    assert "Clean-up" not in why(found, 12, 12).sentence


def test_the_mark_to_leave_out_is_told_by_its_number_and_kind():
    second = Rectangle(x=0, y=0, width=9, height=9)
    marks = Prompts(marks=(*BOX.marks, second))
    for place, number, rest in ((INSIDE, 1, (second,)), (OUTSIDE, 2, BOX.marks)):
        (change,) = changes(Recipe(method=Manual()), picture(), marks, *place)
        assert (change.words, change.prompts.marks) == (f"Remove mark {number} (rectangle)", rest)


def test_a_number_is_moved_towards_its_bounds_the_nearest_first():
    (compactness,) = (each for each in parameters(Watershed) if each.name == "compactness")
    low, high = compactness.low, compactness.high
    now = low + (high - low) / 4
    values = _others(compactness, now)
    assert sorted(values, key=lambda value: abs(value - now) / (high - now if value > now else now - low)) == values
    assert (min(values), max(values), len(set(values))) == (low, high, len(STEPS) * 2)


@pytest.mark.parametrize("method", METHODS_AT_HAND)
def test_each_change_turns_the_pixel(method):
    recipe, image = Recipe(method=method()), picture()
    marks = marks_for(method)
    for x, y in (INSIDE, OUTSIDE):
        before = recipe.run(image, marks).alpha[y, x] >= 0.5
        found = changes(recipe, image, marks, x, y)
        for change in found:
            assert (change.recipe.run(image, change.prompts).alpha[y, x] >= 0.5) != before, change.words
        if method in {GraphCut, Watershed}:
            assert any(change.words.startswith("Mark this place") for change in found)


@pytest.mark.parametrize("method", METHODS_AT_HAND)
def test_other_values_of_a_parameter_are_allowed_and_none_of_them_is_the_present_one(method):
    for parameter in parameters(method):
        now = getattr(method(), parameter.name)
        for other in _others(parameter, now):
            assert other != now
            assert getattr(method(**{parameter.name: other}), parameter.name) == other
