"""Geodesic distances are the lengths of Dijkstra's shortest paths."""

from __future__ import annotations

from itertools import product

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from skimage import data

from masking_core.kernels.appearance.geodesic import FAR, _step_costs, geodesic_distance


def by_dijkstra(starts: np.ndarray, features: np.ndarray, step: float) -> np.ndarray:
    height, width = starts.shape
    source = height * width  # one more node, joined to every start by its head start
    rows, columns, costs = [], [], []
    for y in range(height):
        for x in range(width):
            if starts[y, x] < FAR:
                rows.append(source)
                columns.append(y * width + x)
                costs.append(starts[y, x] + 1.0)  # scipy drops edges of length 0
            for dy, dx in ((0, 1), (1, -1), (1, 0), (1, 1)):
                if y + dy < height and 0 <= x + dx < width:
                    change = np.linalg.norm(features[y + dy, x + dx] - features[y, x])
                    rows.append(y * width + x)
                    columns.append((y + dy) * width + x + dx)
                    costs.append(change + step * np.hypot(dy, dx))
    graph = coo_array((costs, (rows, columns)), shape=(source + 1, source + 1)).tocsr()
    return dijkstra(graph, directed=False, indices=source)[:-1].reshape(height, width) - 1.0


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 9), st.integers(1, 9), st.integers(1, 4))
def test_distances_are_dijkstras(seed, height, width, channels):
    rng = np.random.default_rng(seed)
    features = rng.random((height, width, channels)).astype(np.float32)
    starts = np.where(rng.random((height, width)) < 0.1, rng.random((height, width)), FAR).astype(np.float32)
    starts[rng.integers(height), rng.integers(width)] = 0.0
    expected = by_dijkstra(starts, features, 0.05)
    assert geodesic_distance(starts, features, 0.05, rounds=200) == pytest.approx(expected, abs=1e-4)


def test_steps_cost_their_length_and_what_changes_and_none_leads_out_of_the_picture():
    features = np.random.default_rng(0).random((3, 4, 2)).astype(np.float32)
    expected = np.full((4, 5, 6), FAR)
    for (y, x), (way, (down, right)) in product(np.ndindex(3, 4), enumerate(((0, 1), (1, -1), (1, 0), (1, 1)))):
        if y + down < 3 and 0 <= x + right < 4:
            change = np.linalg.norm(features[y + down, x + right] - features[y, x])
            expected[way, y + 1, x + 1] = change + 0.3 * np.hypot(down, right)
    np.testing.assert_allclose(_step_costs(features, np.float32(0.3)), expected, rtol=1e-5)


def test_eight_rounds_are_exact_on_a_photograph():
    features = cv2.GaussianBlur(data.chelsea()[::2, ::2].astype(np.float32), (0, 0), 1.0)
    starts = np.full(features.shape[:2], FAR, np.float32)
    starts[60, 100] = starts[10, 200] = 0.0
    assert np.array_equal(
        geodesic_distance(starts, features, 1.0), geodesic_distance(starts, features, 1.0, rounds=200)
    )


def test_a_wall_is_walked_around():
    features = np.zeros((9, 9, 1), np.float32)
    features[:8, 4] = 100.0
    starts = np.full((9, 9), FAR, np.float32)
    starts[0, 0] = 0.0
    distance = geodesic_distance(starts, features, 1.0)
    assert distance[0, 8] < 100.0
    assert distance[0, 8] > 16.0


def test_nowhere_to_start_leaves_everything_far():
    starts = np.full((5, 6), FAR, np.float32)
    assert (geodesic_distance(starts, np.zeros((5, 6, 3), np.float32), 1.0) >= FAR).all()


def test_the_starts_are_left_alone():
    starts = np.full((5, 6), FAR, np.float32)
    starts[2, 2] = 0.0
    before = starts.copy()
    geodesic_distance(starts, np.zeros((5, 6, 3), np.float32), 1.0)
    assert np.array_equal(starts, before)
