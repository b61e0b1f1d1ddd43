"""Borders are those that marching squares find, point by point, however large a mask is; they are told of and stop."""

import numpy as np
import pytest
import skimage
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from masking_core import Cancelled
from masking_core.kernels.raster import border
from masking_core.progress import listening


def marched(mask):
    """The borders as scikit-image finds them."""
    padded = np.pad(mask, 1).astype(np.float32)
    found = skimage.measure.find_contours(padded, 0.5, fully_connected="low", positive_orientation="low")
    return [contour[:-1, ::-1] - 0.5 for contour in found]


def check(mask):
    found, expected = border.borders(mask), marched(mask)
    assert len(found) == len(expected)
    for ring, other in zip(found, expected, strict=True):
        assert np.array_equal(ring, other)


@given(arrays(bool, st.tuples(st.integers(1, 9), st.integers(1, 9))))
def test_borders_are_those_of_marching_squares(mask):
    check(mask)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.6, 0.9])
def test_borders_of_noise_are_those_of_marching_squares(share):
    check(np.random.default_rng(3).random((90, 120)) < share)


@pytest.mark.parametrize("steps", [1, 2, 7, 8])
def test_borders_followed_in_parts_are_the_same(steps, monkeypatch):
    monkeypatch.setattr(border, "STEPS", steps)
    monkeypatch.setattr("masking_core.progress.bands.__defaults__", (50, 1))
    check(np.ones((2, 2), bool))
    check(np.random.default_rng(4).random((30, 40)) < 0.6)


def test_one_long_border_is_told_of_and_stops(monkeypatch):
    monkeypatch.setattr(border, "STEPS", 10)
    told = []
    with listening(lambda *word: told.append(word)):
        border.borders(np.ones((5, 10), bool))
    assert len(told) == 1 + 2  # the band, and before the second and third ten of 30 edges
    assert all(0 <= fraction < 1 for fraction, _ in told)
    with listening(lambda *_: False), pytest.raises(Cancelled):
        border.borders(np.ones((5, 10), bool))
