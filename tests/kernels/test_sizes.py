"""Sizes of smaller copies: of the same shape as far as whole pixels go, and never nothing."""

import numpy as np
import pytest

from masking_core.kernels import sizes


@pytest.mark.parametrize(
    ("size", "factor", "wanted"),
    [((100, 60), 0.5, (50, 30)), ((100, 60), 0.125, (12, 8)), ((500, 3), 0.01, (5, 1)), ((3, 500), 0.01, (1, 5))],
)
def test_a_scaled_size_is_rounded_and_at_least_one_pixel(size, factor, wanted):
    assert sizes.scaled(size, factor) == wanted


def test_a_reduced_plane_has_that_size():
    plane = np.random.default_rng(0).integers(0, 2, (60, 100), dtype=np.uint8)
    assert sizes.reduced(plane, 0.25).shape == (15, 25)
    assert np.array_equal(sizes.reduced(plane, 1.0), plane)


def test_what_fits_is_never_larger():
    assert sizes.fitting((100, 60), 50) == 0.5
    assert sizes.fitting((60, 100), 50) == 0.5
    assert sizes.fitting((100, 60), 500) == 1
