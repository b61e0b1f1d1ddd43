"""A matte solved small is read back at full size."""

import cv2
import numpy as np
import pytest

from masking_core.kernels.matting.problem import Problem, from_trimap
from masking_core.kernels.matting.reduction import SOFTNESS, enlarged, factor_for, reduced


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


def lines_by_definition(rgb, alpha):
    """Slopes and intercept (h, w, 4) of ridge regression in every 3 × 3 window, averaged over a pixel's windows."""
    height, width = alpha.shape
    lines = np.zeros((height, width, 4))
    for i in range(height):
        for j in range(width):
            near = slice(max(i - 1, 0), i + 2), slice(max(j - 1, 0), j + 2)
            colours, values = rgb[near].reshape(-1, 3) / 255, alpha[near].ravel()
            ridge = np.sqrt(SOFTNESS * len(values)) * np.eye(3)
            equations = np.vstack([np.c_[colours, np.ones(len(values))], np.c_[ridge, np.zeros(3)]])
            lines[i, j] = np.linalg.lstsq(equations, np.r_[values, np.zeros(3)], rcond=None)[0]
    holding = cv2.filter2D(np.ones((height, width)), -1, np.ones((3, 3)), borderType=cv2.BORDER_CONSTANT)
    return cv2.filter2D(lines, -1, np.ones((3, 3)), borderType=cv2.BORDER_CONSTANT) / holding[..., None]


@pytest.mark.parametrize("shape", [(7, 9), (3, 3), (1, 6)])
@pytest.mark.parametrize("factor", [2, 5])
def test_reading_back_is_ridge_regression_and_bilinear_interpolation(shape, factor):
    rng = np.random.default_rng(factor)
    height, width = shape
    rgb = rng.uniform(0, 255, (height, width, 3)).astype(np.float32)
    solved = Problem(rgb, np.ones(shape, bool), rng.random(shape, np.float32))
    large = rng.integers(0, 256, (factor * height, factor * width, 3), dtype=np.uint8)
    everywhere = np.ones(large.shape[:2], bool)
    lines = cv2.resize(lines_by_definition(rgb, solved.alpha), everywhere.shape[::-1], interpolation=cv2.INTER_LINEAR)
    wanted = (lines[..., :3] * large / 255).sum(axis=2) + lines[..., 3]
    found = enlarged(solved, Problem(large, everywhere, np.zeros(everywhere.shape, np.float32)), factor)
    np.testing.assert_allclose(found, wanted.clip(0, 1), atol=2e-3)


@pytest.mark.parametrize(
    ("shape", "unknown", "most", "factor"),
    [((40, 60), 100, 100, 1), ((40, 60), 101, 100, 2), ((40, 60), 401, 100, 3), ((9, 60), 540, 1, 3)],
)
def test_the_factor_is_the_least_that_leaves_few_enough_and_a_window(shape, unknown, most, factor):
    band = np.zeros(shape, bool)
    band.ravel()[:unknown] = True
    problem = Problem(np.zeros((*shape, 3), np.uint8), band, np.zeros(shape, np.float32))
    assert factor_for(problem, most) == factor
