"""Areas and strokes against set membership worked out pixel by pixel, and against areas known from geometry."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from masking_core.arrays import Mask
from masking_core.kernels.raster import outline, raster
from masking_core.kernels.raster.raster import NOWHERE, area, area_coverage, combine
from masking_core.kernels.raster.stroke import stroke, stroke_coverage

SHAPE = (60, 80)


def whole(drawn: tuple, shape: tuple[int, int] = SHAPE) -> NDArray:
    window, part = drawn
    picture = np.zeros(shape, part.dtype)
    picture[window] = part
    return picture


def centres(shape: tuple[int, int] = SHAPE, fine: int = 1) -> tuple[NDArray, NDArray]:
    """x and y of the centres of the cells that every pixel is cut into, ``fine`` × ``fine``."""
    y, x = np.mgrid[: shape[0] * fine, : shape[1] * fine]
    return (x + 0.5) / fine, (y + 0.5) / fine


def winding(points: NDArray, x: NDArray, y: NDArray) -> NDArray:
    """How often the polygon turns about each point: the sum of the angles its sides subtend there."""
    total = np.zeros(x.shape)
    for (x0, y0), (x1, y1) in zip(points, np.roll(points, -1, axis=0), strict=True):
        ax, ay, bx, by = x0 - x, y0 - y, x1 - x, y1 - y
        total += np.arctan2(ax * by - ay * bx, ax * bx + ay * by)
    return np.rint(total / (2 * np.pi)).astype(int)


def in_ellipse(box: tuple, angle: float, x: NDArray, y: NDArray) -> Mask:
    left, top, width, height = box
    turn = np.exp(-1j * np.deg2rad(angle))
    turned = ((x - left - width / 2) + 1j * (y - top - height / 2)) * turn
    return (turned.real / (width / 2)) ** 2 + (turned.imag / (height / 2)) ** 2 < 1


def in_pie(box: tuple, start: float, sweep: float, x: NDArray, y: NDArray) -> Mask:
    left, top, width, height = box
    first = start if sweep >= 0 else start + sweep
    direction = np.rad2deg(np.arctan2(y - top - height / 2, x - left - width / 2))
    return in_ellipse(box, 0, x, y) & ((direction - first) % 360 < abs(sweep))


def distance(points: NDArray, x: NDArray, y: NDArray) -> NDArray:
    nearest = np.full(x.shape, np.inf)
    for (ax, ay), (bx, by) in zip(points[: max(1, len(points) - 1)], points[-max(1, len(points) - 1) :], strict=True):
        squared = (bx - ax) ** 2 + (by - ay) ** 2
        along = np.clip(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / squared, 0, 1) if squared else 0.0
        nearest = np.minimum(nearest, np.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay)))
    return nearest


def pentagram(x: float, y: float, radius: float) -> NDArray:
    turns = 2 * np.pi * (0.1 + 0.4 * np.arange(5))
    return np.column_stack([x + radius * np.cos(turns), y + radius * np.sin(turns)])


BOX = (13.3, 8.9, 41.7, 30.2)
RANDOM = np.random.default_rng(3).uniform((-10, -10), (90, 70), (12, 2))
OUTLINES = {
    "rectangle": (lambda: outline.rectangle(*BOX), lambda x, y: (x >= 13.3) & (x < 55.0) & (y >= 8.9) & (y < 39.1)),
    "turned ellipse": (lambda: outline.ellipse(*BOX, 33), lambda x, y: in_ellipse(BOX, 33, x, y)),
    "ellipse": (lambda: outline.ellipse(*BOX), lambda x, y: in_ellipse(BOX, 0, x, y)),
    "ellipse off the picture": (
        lambda: outline.ellipse(-30, 20, 90, 70, 100),
        lambda x, y: in_ellipse((-30, 20, 90, 70), 100, x, y),
    ),
    "pie": (lambda: outline.arc(*BOX, 30, 120, pie=True), lambda x, y: in_pie(BOX, 30, 120, x, y)),
    "pie backwards": (lambda: outline.arc(*BOX, 30, -250, pie=True), lambda x, y: in_pie(BOX, 30, -250, x, y)),
    "pie of many turns": (lambda: outline.arc(*BOX, -730, 200, pie=True), lambda x, y: in_pie(BOX, -730, 200, x, y)),
    "whole pie": (lambda: outline.arc(*BOX, 5, 360, pie=True), lambda x, y: in_ellipse(BOX, 0, x, y)),
    "polygon": (lambda: outline.lines(RANDOM), lambda x, y: winding(RANDOM, x, y) % 2 == 1),
}


@pytest.mark.parametrize("name", OUTLINES)
def test_a_pixel_belongs_to_an_area_exactly_if_its_centre_does(name):
    draw, inside = OUTLINES[name]
    assert np.array_equal(whole(area(draw(), SHAPE)), inside(*centres()))


@pytest.mark.parametrize("name", OUTLINES)
def test_coverage_is_the_share_of_the_pixel_that_is_inside(name):
    draw, inside = OUTLINES[name]
    fine = 20
    share = inside(*centres(fine=fine)).reshape(SHAPE[0], fine, SHAPE[1], fine).mean(axis=(1, 3))
    covered = whole(area_coverage(draw(), SHAPE))
    assert covered.dtype == np.float32
    assert np.abs(covered - share).max() < 0.05


@pytest.mark.parametrize("name", OUTLINES)
def test_hard_and_soft_edges_agree_away_from_the_edge(name):
    edges = OUTLINES[name][0]()
    hard, covered = whole(area(edges, SHAPE)), whole(area_coverage(edges, SHAPE))
    assert hard[covered == 1].all()
    assert not hard[covered == 0].any()


def test_areas_are_those_that_geometry_knows():
    a, b = 20.85, 15.1
    segment = 0.5 * 15**2 * (2 * np.pi / 3 - math.sin(2 * np.pi / 3))
    triangle = np.array([(10.2, 5.1), (70.3, 20.7), (30.4, 55.9)])
    shoelace = abs(np.linalg.det(np.column_stack([triangle, np.ones(3)]))) / 2
    known = [
        (outline.rectangle(10, 20, 50, 30), 1500),
        (outline.rectangle(10.3, 20.7, 50.41, 30.13), 50.41 * 30.13),
        (outline.rectangle(20, 15, 33.3, 20.2, 77), 33.3 * 20.2),
        (outline.ellipse(*BOX), np.pi * a * b),
        (outline.ellipse(*BOX, 62), np.pi * a * b),
        (outline.arc(15, 10, 30, 30, 30, 120, pie=True), np.pi * 15**2 / 3),
        (outline.arc(15, 10, 30, 30, 200, 120, pie=False), segment),
        (outline.arc(*BOX, 90, 180, pie=False), np.pi * a * b / 2),
        (outline.lines(triangle), shoelace),
    ]
    for edges, size in known:
        assert area_coverage(edges, SHAPE)[1].sum(dtype=float) == pytest.approx(size, abs=0.06)
    assert area_coverage(outline.rectangle(10, 20, 50, 30), SHAPE)[1].sum(dtype=float) == 1500


def test_left_and_top_edges_belong_to_an_area_and_right_and_bottom_ones_do_not():
    for turned in (0, 90, 180, -270):
        mask = whole(area(outline.rectangle(3.5, 4.5, 6, 6, turned), SHAPE))
        expected = np.zeros(SHAPE, bool)
        expected[4:10, 3:9] = True
        assert np.array_equal(mask, expected)


def test_areas_that_share_edges_share_no_pixel_and_leave_no_gap():
    pies = [outline.arc(*BOX, start, 72, pie=True) for start in range(0, 360, 72)]
    assert np.array_equal(
        sum(whole(area(pie, SHAPE)).astype(int) for pie in pies), whole(area(outline.ellipse(*BOX), SHAPE))
    )
    # A fan of triangles over the picture, its corners on pixel centres, where ties are.
    middle, corners = (40.5, 30.5), [(0.5, 0.5), (79.5, 0.5), (79.5, 59.5), (20.5, 59.5), (0.5, 59.5)]
    fan = [np.array([middle, p, q]) for p, q in zip(corners, corners[1:] + corners[:1], strict=True)]
    count = sum(whole(area(outline.lines(triangle), SHAPE)).astype(int) for triangle in fan)
    assert (count[:59, :79] == 1).all()
    assert count.sum() == 59 * 79
    covered = sum(whole(area_coverage(outline.lines(triangle), SHAPE)) for triangle in fan)
    assert covered[1:59, 1:79] == pytest.approx(1, abs=1e-3)


def test_winding_fills_the_middle_of_a_star_and_the_even_odd_rule_does_not():
    star = pentagram(40, 30, 28)
    turns = winding(star, *centres())
    edges = outline.lines(star)
    assert np.array_equal(whole(area(edges, SHAPE, "evenodd")), turns % 2 == 1)
    assert np.array_equal(whole(area(edges, SHAPE, "nonzero")), turns != 0)
    hole = area_coverage(edges, SHAPE, "nonzero")[1].sum() - area_coverage(edges, SHAPE, "evenodd")[1].sum()
    inner = 28 * math.cos(2 * np.pi / 5) / math.cos(np.pi / 5)
    assert hole == pytest.approx(2.5 * inner**2 * math.sin(2 * np.pi / 5), abs=0.1)


def test_an_outline_far_away_or_without_extent_holds_nothing():
    for draw in (area, area_coverage):
        for edges in (outline.rectangle(1000, 5, 9, 9), outline.lines(np.ones((3, 2)))):
            assert draw(edges, SHAPE)[0] == NOWHERE
        assert not draw(outline.arc(*BOX, 40, 0, pie=True), SHAPE)[1].any()


def test_a_box_beside_the_picture_is_nowhere_and_one_over_its_corner_is_cut_to_it():
    height, width = SHAPE
    for beside in ((5, height, 9, height + 3), (width, 5, width + 3, 9), (5, -3, 9, 0), (-3, 5, 0, 9)):
        assert raster.window_of(*beside, SHAPE) == NOWHERE
    assert raster.window_of(-3, -2, 0.1, 4.5, SHAPE) == (slice(0, 5), slice(0, 1))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(-640, 1280), st.integers(-640, 1280)), min_size=3, max_size=9), st.booleans())
def test_a_picture_is_a_window_onto_a_larger_one(points, nonzero):
    path, rule = np.array(points) / 16, "nonzero" if nonzero else "evenodd"
    for draw in (area, area_coverage):
        near = whole(draw(outline.lines(path), SHAPE, rule))
        far = whole(draw(outline.lines(path + np.array([40, 40])), (160, 180), rule), (160, 180))
        assert np.array_equal(near, far[40:100, 40:120])
    assert np.array_equal(
        whole(area(outline.lines(path), SHAPE, rule)), whole(area(outline.lines(path[::-1]), SHAPE, rule))
    )


def test_a_path_of_curves_is_followed_to_a_thousandth_of_a_pixel():
    path = np.array([(10, 30), (10, -20), (70, 80), (70, 30), (60, 50), (20, 55)], float)
    t = np.linspace(0, 1, 4001)[:, None]
    true = np.concatenate(
        [
            (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t * t * c + t**3 * d
            for a, b, c, d in (path[[0, 1, 2, 3]], path[[3, 4, 5, 0]])
        ]
    )
    flat = outline.bezier(path)
    assert distance(np.concatenate([flat, flat[:1]]), true[:, 0], true[:, 1]).max() < 0.0011
    assert len(flat) < 1000


def test_a_huge_path_of_curves_stays_affordable():
    assert len(outline.bezier(np.random.default_rng(0).uniform(-1e6, 1e6, (3000, 2)))) <= outline.MAX_STEPS + 1000


POLYLINES = {
    "one point": np.array([(30.2, 20.7)]),
    "standing still": np.array([(30.2, 20.7), (30.2, 20.7), (30.2, 20.7)]),
    "across": np.array([(10.0, 20.3), (60.0, 20.3)]),
    "down": np.array([(20.3, -10.0), (20.3, 90.0)]),
    "crossing itself": RANDOM,
    "hand": np.cumsum(np.random.default_rng(1).normal(0, 3, (200, 2)), axis=0) + np.array([40, 30]),
}


@pytest.mark.parametrize("radius", [0.75, 1.5, 4.3, 19.9])
@pytest.mark.parametrize("name", POLYLINES)
def test_a_stroke_holds_the_pixels_near_its_polyline(name, radius):
    points = POLYLINES[name]
    far = distance(points, *centres())
    assert np.array_equal(whole(stroke(points, radius, SHAPE)), far <= radius)
    assert whole(stroke_coverage(points, radius, SHAPE)) == pytest.approx(np.clip(radius + 0.5 - far, 0, 1), abs=1e-6)
    assert np.array_equal(whole(stroke(points[::-1], radius, SHAPE)), far <= radius)


def test_a_pixel_exactly_as_far_as_the_radius_is_in_the_stroke():
    mask = whole(stroke(np.array([(10.5, 10.5), (20.5, 10.5)]), 2, SHAPE))
    assert mask[8:13, 10:21].all()
    assert mask[10, 8:23].all()
    assert mask.sum() == 5 * 11 + 2 * (1 + 2 + 1)  # half a disc of radius 2 at either end
    assert whole(stroke(np.array([(30.5, 30.5)]), 5, SHAPE))[30 + 4, 30 + 3]


def test_the_area_of_a_stroke_is_its_length_times_its_width_and_a_disc():
    covered = stroke_coverage(np.array([(20.0, 20.0), (50.0, 40.0)]), 8, SHAPE)[1].sum(dtype=float)
    assert covered == pytest.approx(16 * math.hypot(30, 20) + np.pi * 64, rel=2e-3)


def test_a_stroke_far_away_holds_nothing():
    for draw in (stroke, stroke_coverage):
        assert draw(np.array([(-50.0, 30.0), (-9.0, 30.0)]), 5, SHAPE)[0] == NOWHERE


@pytest.mark.parametrize(
    ("operation", "sets"),
    [("add", np.logical_or), ("subtract", np.greater), ("intersect", np.logical_and), ("exclude", np.logical_xor)],
)
def test_combining_masks_is_set_algebra_and_soft_masks_agree_with_it(operation, sets):
    rng = np.random.default_rng(0)
    first, second = rng.random((2, 20, 30)) > 0.5
    part = np.zeros_like(second)
    window = slice(4, 15), slice(7, 28)
    part[window] = second[window]
    hard, soft = first.copy(), first.astype(np.float32)
    combine(hard, window, part[window], operation)
    combine(soft, window, part[window].astype(np.float32), operation)
    assert np.array_equal(hard, sets(first, part))
    assert np.array_equal(soft, hard.astype(np.float32))


def test_what_is_added_twice_is_added_once_and_what_is_taken_away_again_is_gone():
    covered = area_coverage(outline.ellipse(*BOX), SHAPE)
    total = np.zeros(SHAPE, np.float32)
    combine(total, *covered, "add")
    once = total.copy()
    combine(total, *covered, "add")
    assert np.array_equal(total, once)
    for operation in ("subtract", "exclude"):
        total = once.copy()
        combine(total, *covered, operation)
        assert not total.any()


def test_parts_are_combined_in_the_smallest_window():
    parts = [
        (op, *area(edges, SHAPE))
        for op, edges in (
            ("add", outline.rectangle(10, 10, 20, 20)),
            ("add", outline.rectangle(500, 10, 20, 20)),
            ("exclude", outline.rectangle(20, 20, 20, 20)),
        )
    ]
    window, mask = raster.combined(parts)
    assert window == (slice(10, 40), slice(10, 40))
    assert mask.sum() == 2 * (400 - 100)
    assert raster.combined([*parts, ("intersect", *area(outline.rectangle(500, 0, 9, 9), SHAPE))])[1].sum() == 0
    assert raster.combined(parts[1:2])[0] == NOWHERE
