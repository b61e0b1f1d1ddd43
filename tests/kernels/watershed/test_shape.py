import cv2
import numpy as np
import pytest

from masking_core import Image, Prompts, Recipe, Watershed
from masking_core.kernels.watershed.shape import _climb, _uphill, parted_by_shape
from masking_core.prompts import Point, Stroke

SIZE = 200


def discs(*centres, radius=40, size=SIZE):
    rows, columns = np.mgrid[:size, :size]
    return [np.hypot(rows - y, columns - x) <= radius for x, y in centres]


def picture(masks, noise=0.0):
    grey = np.full(masks[0].shape, 40.0)
    for mask in masks:
        grey[mask] = 210
    grey += np.random.default_rng(0).normal(0, noise, grey.shape) if noise else 0
    return Image.from_array(np.repeat(grey.clip(0, 255).astype(np.uint8)[..., None], 3, axis=2))


def iou(a, b):
    return (a & b).sum() / (a | b).sum()


@pytest.mark.parametrize("noise", [0.0, 4.0])
@pytest.mark.parametrize("gap", [-6, 0])
@pytest.mark.parametrize("offset", [(0, 0), (18, 0), (-18, 0), (0, 18), (12, -12)], ids=str)
def test_touching_discs_part_at_their_neck_wherever_the_markers_lie(offset, gap, noise):
    left, right = discs((100 - 40 - gap / 2 - 0.5, 100), (100 + 40 + gap / 2, 100))
    own, other = right & left, right
    marks = Prompts(
        marks=(
            Point(x=59.5 + offset[0], y=100 + offset[1], radius=3.0, object=1),
            Point(x=140 + offset[0] / 3, y=100 - offset[1], radius=3.0, object=2),
        )
    )
    labels = Recipe(method=Watershed()).run(picture([left, right], noise), marks).labels
    assert iou(labels == 1, left & ~own) >= 0.93
    assert iou(labels == 2, other & ~own) >= 0.93


def test_three_in_a_row_and_one_apart():
    masks = discs((30, 60), (85, 60), (140, 60), (100, 150), radius=28)
    marks = tuple(
        Point(x=x + 9, y=y - 9, radius=2.0, object=n)
        for n, (x, y) in enumerate([(30, 60), (85, 60), (140, 60), (100, 150)], 1)
    )
    labels = Recipe(method=Watershed()).run(picture(masks), Prompts(marks=marks)).labels
    for number, mask in enumerate(masks, 1):
        assert iou(labels == number, mask) >= 0.9


def test_where_there_is_an_edge_it_decides():
    rgb = np.full((100, 160, 3), 20, np.uint8)
    rgb[20:80, 20:60], rgb[20:80, 60:140] = (220, 30, 30), (30, 60, 220)
    marks = (
        Stroke(points=((30.0, 50.0), (40.0, 50.0)), width=5.0),
        Stroke(points=((110.0, 50.0), (130.0, 50.0)), width=5.0, object=2),
    )
    labels = Recipe(method=Watershed()).run(Image.from_array(rgb), Prompts(marks=marks)).labels
    assert iou(labels == 1, (rgb == (220, 30, 30)).all(axis=2)) > 0.95
    assert iou(labels == 2, (rgb == (30, 60, 220)).all(axis=2)) > 0.95


@pytest.mark.parametrize("level", [0, 200])
def test_one_object_and_objects_that_do_not_touch_are_left_alone(level):
    levels = np.full((20, 30), level, np.uint8)
    markers = np.full((20, 30), -1)
    one = np.zeros((20, 30), np.int32)
    one[5:15, 5:12] = 1
    assert parted_by_shape(one, levels, markers) is one
    one[5:15, 20:28] = 2
    assert parted_by_shape(one, levels, markers) is one


@pytest.mark.parametrize(("between", "parted"), [(99, True), (100, False)])
def test_half_the_edge_around_them_between_two_objects_is_an_edge(between, parted):
    labels, levels = np.zeros((40, 60), np.int32), np.full((40, 60), 200, np.uint8)
    labels[10:30, 10:30], labels[10:30, 30:50] = 1, 2
    levels[labels > 0] = between
    markers = np.full(labels.shape, -1)
    markers[20, 12], markers[20, 31] = 1, 2
    assert (parted_by_shape(labels, levels, markers) is not labels) == parted


def test_a_marker_at_the_rim_goes_uphill_without_a_gap_to_the_top():
    rows, columns = np.mgrid[:61, :61]
    depth = (np.maximum(30 - np.hypot(rows - 30, columns - 30), 0) / 40).astype(np.float32)
    markers = np.full(depth.shape, -1)
    markers[30, 1] = 4
    _climb(depth, markers)
    assert markers[30, 30] == 4
    assert cv2.connectedComponents((markers == 4).astype(np.uint8))[0] == 2
    assert (markers == 4).sum() <= 31
    assert set(np.unique(markers)) == {-1, 4}


@pytest.mark.parametrize("seed", range(3))
def test_uphill_is_the_highest_of_the_eight_neighbours_if_it_is_higher(seed):
    hills = np.random.default_rng(seed).permutation(30).reshape(5, 6).astype(np.float32)
    for row, column in np.ndindex(5, 6):
        around = [(y, x) for y, x in np.ndindex(5, 6) if max(abs(y - row), abs(x - column)) == 1]
        highest = max(around, key=lambda place: hills[place])
        assert _uphill(hills, row, column) == (highest if hills[highest] > hills[row, column] else None)


@pytest.mark.parametrize("place", [(0, 0), (150, 20), (20, 130), (160, 140)], ids=str)
def test_objects_part_alike_wherever_in_the_picture_they_lie(place):
    left, right = discs((14, 18), (36, 18), radius=12, size=50)
    labels = np.where(left, 1, np.where(right, 2, 0)).astype(np.int32)[:36]
    labels[12:24, 20:24] = 1  # one flood came too far
    markers = np.full(labels.shape, -1)
    markers[18, 14], markers[18, 36] = 1, 2
    parted = parted_by_shape(labels, np.uint8(200) * (labels == 0), markers)
    assert not np.array_equal(parted, labels)
    row, column = place
    window = slice(row, row + 36), slice(column, column + 50)
    wide, levels, wide_markers = (
        np.zeros((200, 200), np.int32),
        np.full((200, 200), 200, np.uint8),
        np.full((200, 200), -1),
    )
    wide[window], levels[window], wide_markers[window] = labels, np.uint8(200) * (labels == 0), markers
    expected = np.zeros_like(wide)
    expected[window] = parted
    assert np.array_equal(parted_by_shape(wide, levels, wide_markers), expected)
