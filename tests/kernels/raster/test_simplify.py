"""A line keeps the corners it needs, and no point of it is farther from what is left than was allowed."""

import numpy as np
import pytest
import skimage
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from masking_core import Cancelled
from masking_core.kernels.raster import simplify
from masking_core.progress import listening

WANDERING = np.random.default_rng(5).normal(size=(400, 2)).cumsum(axis=0)


@pytest.mark.parametrize("tolerance", [0.1, 1.0, 7.0, 1000.0])
@pytest.mark.parametrize("closed", [False, True])
def test_it_keeps_what_scikit_image_keeps(tolerance, closed):
    line = np.concatenate([WANDERING, WANDERING[:1]]) if closed else WANDERING
    expected = skimage.measure.approximate_polygon(line, tolerance)
    assert np.array_equal(simplify.simplified(line, tolerance), expected)


@given(arrays(np.int8, st.tuples(st.integers(2, 30), st.just(2))), st.sampled_from([0.5, 1.0, 3.0, 50.0]))
def test_no_point_is_farther_than_allowed(corners, tolerance):
    line = corners.astype(np.float64)
    kept = simplify.simplified(line, tolerance)
    assert np.array_equal(kept[[0, -1]], line[[0, -1]])
    starts, ends = kept[:-1], kept[1:]
    along = ends - starts
    squared = np.maximum((along**2).sum(axis=1), 1e-12)
    share = np.clip(((line[:, None] - starts) * along).sum(axis=2) / squared, 0, 1)
    away = np.linalg.norm(line[:, None] - starts - share[..., None] * along, axis=2)
    assert (away.min(axis=1) <= tolerance + 1e-9).all()


def test_a_straight_line_keeps_its_ends_and_a_point_as_far_as_allowed_goes():
    line = np.array([(0, 0), (1, 0), (2, 1), (4, 0)], np.float64)
    assert simplify.simplified(line, 1.0).tolist() == [[0, 0], [4, 0]]
    assert simplify.simplified(line, 0.99).tolist() == [[0, 0], [2, 1], [4, 0]]


def test_a_long_line_is_told_of_and_stops_and_is_the_same_in_parts(monkeypatch):
    whole = simplify.simplified(WANDERING, 1.0)
    monkeypatch.setattr(simplify, "WORK", 300)
    told = []
    with listening(lambda *word: told.append(word)):
        assert np.array_equal(simplify.simplified(WANDERING, 1.0), whole)
    assert len(told) > 5
    with listening(lambda *_: False), pytest.raises(Cancelled):
        simplify.simplified(WANDERING, 1.0)
