"""Flooding against the definition, Dijkstra's algorithm and scikit-image."""

import heapq

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import data
from skimage.measure import label as pieces
from skimage.segmentation import watershed as peer

from masking_core import ParameterError
from masking_core.kernels.watershed.flooding import _MOST, flood
from masking_core.kernels.watershed.gradient import colour_gradient, edge_levels


@st.composite
def reliefs(draw, highest=9):
    """Levels and markers of a small picture."""
    height, width = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    levels = rng.integers(0, highest + 1, (height, width)).astype(np.uint8)
    markers = np.where(rng.random((height, width)) < 0.2, rng.integers(0, 4, (height, width)), -1)
    markers[rng.integers(height), rng.integers(width)] = draw(st.integers(0, 3))
    return levels, markers


def bottleneck(levels, sources):
    """The least highest level on a path from ``sources`` to every pixel, by Dijkstra's algorithm."""
    cost = np.where(sources, 0, 1000)
    queue = [(0, int(i), int(j)) for i, j in np.argwhere(sources)]
    while queue:
        here, i, j = heapq.heappop(queue)
        if here > cost[i, j]:
            continue
        for y, x in ((i - 1, j), (i, j - 1), (i, j + 1), (i + 1, j)):
            if 0 <= y < levels.shape[0] and 0 <= x < levels.shape[1]:
                there = max(here, int(levels[y, x]))
                if there < cost[y, x]:
                    cost[y, x] = there
                    heapq.heappush(queue, (there, y, x))
    return cost


@given(reliefs())
@settings(max_examples=300, deadline=None)
def test_every_pixel_goes_to_a_marker_with_the_least_highest_edge_on_the_way(relief):
    levels, markers = relief
    labels = flood(levels, markers).labels
    best = bottleneck(np.where(markers >= 0, 0, levels), markers >= 0)
    for number in np.unique(labels):
        free = np.where(markers >= 0, 255, levels)  # no way leads through another marker
        own = bottleneck(np.where(markers == number, 0, free), markers == number)
        assert (own[labels == number] == best[labels == number]).all()


@given(reliefs(), st.sampled_from([0.0, 0.3, 5.0]))
@settings(max_examples=200, deadline=None)
def test_no_pixel_is_left_and_markers_keep_theirs(relief, compactness):
    levels, markers = relief
    labels, arrival = flood(levels, markers, compactness)
    assert labels.dtype == np.int32
    assert np.array_equal(labels[markers >= 0], markers[markers >= 0])
    assert set(np.unique(labels)) == set(np.unique(markers[markers >= 0]))
    assert np.array_equal(arrival == 0, markers >= 0)


@given(reliefs(), st.sampled_from([0.0, 0.3, 5.0]))
@settings(max_examples=200, deadline=None)
def test_every_pixel_is_connected_to_a_marker_of_its_own(relief, compactness):
    levels, markers = relief
    labels = flood(levels, markers, compactness).labels
    connected = pieces(labels + 1, connectivity=1)
    assert set(np.unique(connected)) == set(np.unique(connected[markers >= 0]))


@given(reliefs(), st.permutations([0, 1, 2, 3]), st.sampled_from([0.0, 0.3]))
@settings(max_examples=100, deadline=None)
def test_other_numbers_give_the_same_parts(relief, numbers, compactness):
    levels, markers = relief
    renumber = np.array([*numbers, -1])
    assert np.array_equal(
        renumber[flood(levels, markers, compactness).labels], flood(levels, renumber[markers], compactness).labels
    )


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=100, deadline=None)
def test_where_no_two_levels_are_equal_scikit_image_says_the_same(seed):
    rng = np.random.default_rng(seed)
    levels = rng.permutation(np.arange(1, 241)).reshape(15, 16).astype(np.uint8)
    markers = np.full(levels.shape, -1)
    for number, (i, j) in enumerate(((2, 3), (3, 12), (12, 2), (11, 13))):
        markers[i + rng.integers(-2, 3), j + rng.integers(-2, 3)] = number
    wanted = peer(np.where(markers >= 0, 0, levels), markers + 1) - 1
    assert np.array_equal(flood(levels, markers).labels, wanted)


@pytest.mark.parametrize(
    "picture", [data.astronaut(), data.coffee(), data.chelsea()], ids=["astronaut", "coffee", "cat"]
)
def test_on_photographs_scikit_image_agrees_to_99_percent(picture):
    levels = edge_levels(colour_gradient(picture, 1.5))
    height, width = levels.shape
    markers = np.full(levels.shape, -1)
    markers[[0, -1]], markers[:, [0, -1]] = 0, 0
    markers[height // 2 - 20 : height // 2 + 20, width // 2 - 20 : width // 2 + 20] = 1
    markers[height // 4 : height // 4 + 9, width // 4 : width // 4 + 9] = 2
    wanted = peer(np.where(markers >= 0, 0, levels), markers + 1) - 1
    assert (flood(levels, markers).labels == wanted).mean() >= 0.99


def test_floods_meet_half_way_on_a_plateau():
    markers = np.full((1, 12), -1)
    markers[0, 0], markers[0, -1] = 0, 1
    assert flood(np.full((1, 12), 7, np.uint8), markers).labels.tolist() == [[0] * 6 + [1] * 6]


def test_great_compactness_divides_by_distance():
    rng = np.random.default_rng(0)
    levels = rng.integers(0, 256, (40, 50)).astype(np.uint8)
    markers = np.full(levels.shape, -1)
    places = ((5, 5), (30, 12), (20, 40))
    for number, place in enumerate(places):
        markers[place] = number
    rows, columns = np.ogrid[:40, :50]
    distances = np.array([np.hypot(rows - y, columns - x) for y, x in places])
    first, second = np.sort(distances, axis=0)[:2]
    clear = second - first > 3
    labels = flood(levels, markers, 100.0).labels
    assert (labels == distances.argmin(axis=0))[clear].all()


def test_time_goes_on_in_equal_parts():
    markers = np.full((60, 70), -1)
    markers[3, 3] = 1
    levels = np.random.default_rng(0).integers(0, 256, markers.shape).astype(np.uint8)
    parts = np.bincount(flood(levels, markers).arrival.ravel(), minlength=256)
    assert parts[0] == 1
    assert parts[1:].min() > 0.5 * parts[1:].mean()


def test_the_greatest_marker_is_flooded_from_and_the_next_is_too_great():
    levels, markers = np.zeros((3, 4), np.uint8), np.full((3, 4), -1)
    markers[1, 1] = _MOST
    assert (flood(levels, markers).labels == _MOST).all()
    markers[1, 1] += 1
    with pytest.raises(ParameterError, match="at most"):
        flood(levels, markers)


def test_markers_that_cannot_be_flooded_from_are_refused():
    levels = np.zeros((3, 4), np.uint8)
    with pytest.raises(ParameterError, match="at least one"):
        flood(levels, np.full((3, 4), -1))
    with pytest.raises(ParameterError, match="as the levels are"):
        flood(levels, np.zeros((4, 3), int))
    with pytest.raises(ParameterError, match="at most"):
        flood(levels, np.full((3, 4), 40_000))
