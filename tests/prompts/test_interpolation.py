"""Regions between two marked slices: exact at both ends, on the way between them, whatever their kinds."""

import numpy as np
import pytest

from masking_core.errors import ParameterError
from masking_core.prompts import Arc, Curve, Ellipse, Group, Point, Polygon, Prompts, Rectangle, Text
from masking_core.prompts.interpolation import interpolate

SHAPE = (300, 400)

ELLIPSE = Ellipse(x=50, y=50, width=100, height=60)
RECTANGLE = Rectangle(x=200, y=150, width=100, height=60)
RING = Group(marks=(ELLIPSE, Ellipse(x=60, y=60, width=80, height=40, operation="subtract")))


def between(a, b, fraction):
    return interpolate(Prompts(marks=(a,)), Prompts(marks=(b,)), fraction).marks


def test_regions_of_one_kind_blend_number_by_number():
    a = Rectangle(x=0, y=10, width=20, height=30, angle=170, name="a")
    b = Rectangle(x=100, y=20, width=40, height=10, angle=-10, name="a")
    (half,) = between(a, b, 0.5)
    assert half == Rectangle(x=50, y=15, width=30, height=20, angle=170, name="a")  # the same direction all along
    turned = between(
        Arc(x=0, y=0, width=9, height=9, start=350, sweep=90), Arc(x=0, y=0, width=9, height=9, start=20, sweep=60), 0.5
    )
    assert turned == (Arc(x=0, y=0, width=9, height=9, start=365, sweep=75),)
    words = between(Text(text="x", x=0, y=0, size=10), Text(text="x", x=4, y=8, size=20), 0.25)
    assert words == (Text(text="x", x=1, y=2, size=12.5),)


def test_polygons_are_matched_where_they_begin_and_whichever_way_they_run():
    rng = np.random.default_rng(0)
    path = rng.uniform(0, 100, (40, 2))
    moved = path + np.array([30, 50])
    for shift in (0, 7, 33):
        for way in (1, -1):
            (half,) = between(
                Polygon(points=path.tolist()), Polygon(points=np.roll(moved, shift, axis=0)[::way].tolist()), 0.5
            )
            assert np.array(half.points) == pytest.approx(path + np.array([15, 25]))


def test_curves_are_matched_piece_by_piece():
    path = np.array([(10, 30), (10, 0), (50, 0), (50, 30), (50, 60), (10, 60)], float)
    (half,) = between(Curve(points=path.tolist()), Curve(points=np.roll(path * 2, 3, axis=0).tolist()), 0.5)
    assert np.array(half.points) == pytest.approx(path * 1.5)


@pytest.mark.parametrize(
    ("a", "b"), [(ELLIPSE, RECTANGLE), (RING, RECTANGLE), (RECTANGLE, Text(text="B", x=9, y=9, size=90))]
)
def test_both_ends_are_as_they_were_drawn(a, b):
    assert between(a, b, 0) == (a,)
    assert between(a, b, 1) == (b,)


def test_regions_of_different_kinds_change_gradually_from_one_to_the_other():
    areas, lefts = [], []
    for fraction in np.linspace(0, 1, 9):
        prompts = interpolate(Prompts(marks=(ELLIPSE,)), Prompts(marks=(RECTANGLE,)), fraction)
        areas.append(prompts.roi_alpha(SHAPE).sum(dtype=float))
        (region,) = prompts.marks
        lefts.append(region.extent[0])
        assert (region.object, region.operation, region.name) == (1, "add", "")
    assert (np.diff(areas) > 0).all()
    assert areas[0] == pytest.approx(np.pi * 1500, rel=1e-3)
    assert areas[-1] == pytest.approx(6000)
    assert lefts == pytest.approx(np.linspace(50, 200, 9), abs=0.3)


def test_blending_two_pictures_of_one_shape_gives_that_shape():
    outline = [(50 + 40 * np.cos(t), 60 + 25 * np.sin(t)) for t in np.linspace(0, 2 * np.pi, 100, endpoint=False)]
    polygon, ellipse = Polygon(points=outline), Ellipse(x=10, y=35, width=80, height=50)
    halfway = interpolate(Prompts(marks=(polygon,)), Prompts(marks=(ellipse,)), 0.5).roi_labels(SHAPE) > 0
    true = Prompts(marks=(ellipse,)).roi_labels(SHAPE) > 0
    assert (halfway & true).sum() / (halfway | true).sum() > 0.985


def test_a_hole_stays_a_hole_on_the_way():
    tiny_hole = Group(marks=(RECTANGLE, Rectangle(x=240, y=170, width=20, height=20, operation="subtract"), ELLIPSE))
    prompts = interpolate(Prompts(marks=(RING,)), Prompts(marks=(tiny_hole,)), 0.0)
    assert prompts.marks == (RING,)
    square = Rectangle(x=60, y=40, width=80, height=80)
    holed = Group(marks=(square, Rectangle(x=85, y=65, width=30, height=30, operation="subtract")))
    near = Group(marks=(square, Ellipse(x=85, y=65, width=30, height=30, operation="subtract")))
    (half,) = between(holed, near, 0.5)
    assert half.kind == "group"
    labels = Prompts(marks=(half,)).roi_labels(SHAPE)
    assert labels[80, 100] == 0
    assert labels[80, 70] == 1
    assert 6400 - 900 < labels.sum() < 6400 - 225 * np.pi


def test_groups_whose_marks_are_of_the_same_kinds_blend_mark_by_mark():
    ring = RING.model_copy(update={"marks": (ELLIPSE.model_copy(update={"x": 90.0}), RING.marks[1])})
    (half,) = between(RING, ring, 0.5)
    assert half == RING.model_copy(update={"marks": (ELLIPSE.model_copy(update={"x": 70.0}), RING.marks[1])})
    others = (ring.marks[:1], (*ring.marks, RECTANGLE), (RECTANGLE, RING.marks[1]))
    added = RING.marks[1].model_copy(update={"operation": "add"})
    for marks in (*others, (ring.marks[0], added)):
        (half,) = between(RING, Group(marks=marks), 0.5)
        assert half.kind == "polygon" or {mark.kind for mark in half.marks} == {"polygon"}


def test_what_is_blended_of_one_piece_is_a_polygon_and_of_two_a_group():
    two = Group(marks=(ELLIPSE, RECTANGLE))
    assert between(ELLIPSE, RECTANGLE, 0.5)[0].kind == "polygon"
    (half,) = between(two, Group(marks=(RECTANGLE, ELLIPSE)), 0.5)
    assert half.kind == "group"
    assert len(half.marks) == 2


@pytest.mark.parametrize("seed", [11, 12])
def test_what_is_blended_of_thin_shapes_has_an_area(seed):
    rng = np.random.default_rng(seed), np.random.default_rng(seed + 900)
    a, b = (
        Group(
            marks=tuple(
                kind(x=x, y=y, width=width, height=height)
                for x, y, width, height in (each.uniform(1, 60, (9, 4)) * (1, 1, 0.3, 0.3)).tolist()
            )
        )
        for kind, each in zip((Rectangle, Ellipse), rng, strict=True)
    )
    for region in between(a, b, 0.5):
        for polygon in region.marks:
            x, y = np.array(polygon.points).T
            assert abs(x @ np.roll(y, 1) - y @ np.roll(x, 1)) > 1e-6


def test_partners_are_found_by_object_name_and_order_and_the_others_stay_until_half_way():
    a = Prompts(marks=(RECTANGLE, ELLIPSE.model_copy(update={"object": 2}), Point(x=3, y=3)))
    b = Prompts(
        marks=(ELLIPSE.model_copy(update={"object": 2, "x": 70.0}), RECTANGLE.model_copy(update={"name": "new"}))
    )
    early, late = interpolate(a, b, 0.25), interpolate(a, b, 0.75)
    assert early.marks == (RECTANGLE, ELLIPSE.model_copy(update={"object": 2, "x": 55.0}))
    assert interpolate(Prompts(marks=(RECTANGLE,)), Prompts(marks=[RECTANGLE] * 3), 0.6).marks == (RECTANGLE,) * 3
    assert late.marks == (ELLIPSE.model_copy(update={"object": 2, "x": 65.0}), b.marks[1])


def test_a_fraction_beyond_the_slices_is_refused():
    with pytest.raises(ParameterError, match="from 0 to 1"):
        interpolate(Prompts(), Prompts(), 1.1)


@pytest.mark.parametrize("fraction", [0.25, 0.5, 0.8])
def test_between_two_discs_of_different_kinds_lies_the_disc_of_the_radius_between(fraction):
    turn = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    small = Polygon(points=np.stack([90 + 30 * np.cos(turn), 80 + 30 * np.sin(turn)], axis=1).tolist())
    large = Ellipse(x=170, y=120, width=160, height=160)
    (found,) = between(small, large, fraction)
    centre, radius = np.array([90 + 160 * fraction, 80 + 120 * fraction]), 30 + 50 * fraction
    away = np.hypot(*(np.array(found.points) - centre).T)
    assert away == pytest.approx(np.full(len(away), radius), abs=0.6)
