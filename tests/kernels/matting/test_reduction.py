"""A matte solved small is read back at full size."""

import numpy as np
import pytest

from masking_core.kernels.matting.problem import Problem, from_trimap
from masking_core.kernels.matting.reduction import enlarged, reduced


@pytest.mark.parametrize("factor", [2, 3, 8, 40])
def test_a_pixel_is_known_when_all_that_it_stands_for_are(factor):
    rng = np.random.default_rng(factor)
    trimap = np.zeros((85, 123), np.uint8)
    trimap[rng.random(trimap.shape) < 0.3 / factor**2] = 128
    small = reduced(from_trimap(np.zeros((85, 123, 3), np.uint8), trimap), factor)
    rows, columns = np.nonzero(trimap)
    expected = np.zeros(small.unknown.shape, bool)
    expected[rows // factor, columns // factor] = True
    assert np.array_equal(small.unknown, expected)
    assert small.rgb.shape[:2] == small.alpha.shape == (-(-85 // factor), -(-123 // factor))


@pytest.mark.parametrize("factor", [2, 5])
def test_alpha_linear_in_colour_is_read_back_and_known_alpha_kept(factor):
    rng = np.random.default_rng(1)
    rgb = rng.integers(0, 256, (60, 90, 3)).astype(np.uint8)
    alpha = (rgb @ np.array([0.3, 0.5, 0.2]) / 255).astype(np.float32)
    unknown = np.ones(alpha.shape, bool)
    unknown[20:40, 30:60] = False
    known = np.where(unknown, 0, 1).astype(np.float32)
    small = reduced(Problem(rgb, unknown, alpha), factor)
    full = enlarged(small, Problem(rgb, unknown, known), factor)
    assert (full[~unknown] == 1).all()
    assert np.abs(full - alpha)[unknown].max() < 0.06
    assert np.abs(full - alpha)[unknown].mean() < 0.006
