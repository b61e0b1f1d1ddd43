"""The closed form in a band agrees with the matting Laplacian of the whole picture, made and solved another way."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masking_core.errors import Cancelled
from masking_core.kernels.matting.closed_form import SMALL, closed_form
from masking_core.kernels.matting.laplacian import EPSILON, band_system
from masking_core.kernels.matting.problem import from_trimap
from masking_core.kernels.matting.solver import LOWER, _factor, solve
from masking_core.progress import listening


def dense_laplacian(rgb):
    """L as the sum over windows of GᵀG, where G takes from alpha its best linear function of colour."""
    height, width = rgb.shape[:2]
    index = np.arange(height * width).reshape(height, width)
    total = np.zeros((height * width,) * 2)
    for i in range(1, height - 1):
        for j in range(1, width - 1):
            pixels = index[i - 1 : i + 2, j - 1 : j + 2].ravel()
            colours = rgb[i - 1 : i + 2, j - 1 : j + 2].reshape(9, 3) / 255
            design = np.vstack([np.hstack([colours, np.ones((9, 1))]), np.sqrt(EPSILON) * np.eye(3, 4)])
            rest = np.eye(12) - design @ np.linalg.pinv(design)
            left = rest[:, :9]  # the penalty rows ask for slopes of 0
            total[np.ix_(pixels, pixels)] += left.T @ left
    return total


def random_case(seed, height, width):
    rng = np.random.default_rng(seed)
    rgb = rng.integers(0, 256, (height, width, 3)).astype(np.uint8)
    trimap = rng.choice(np.array([0, 128, 255], np.uint8), (height, width), p=[0.2, 0.6, 0.2])
    trimap[0, 0], trimap[-1, -1] = 0, 255
    return rgb, trimap


cases = st.builds(random_case, st.integers(0, 2**32 - 1), st.integers(3, 11), st.integers(3, 11))


@given(cases)
@settings(max_examples=40)
def test_its_rows_are_those_of_the_whole_pictures_laplacian(case):
    rgb, trimap = case
    problem = from_trimap(rgb, trimap)
    dense, unknown = dense_laplacian(rgb), problem.unknown.ravel()
    system = band_system(problem)
    ours = np.zeros((unknown.sum(), unknown.sum() + 1))
    for row, (numbers, places) in enumerate(zip(system.matrix, system.neighbour, strict=True)):
        ours[row, places] += numbers
    assert np.allclose(ours[:, :-1], dense[np.ix_(unknown, unknown)], atol=1e-6)
    assert np.allclose(system.right, -dense[np.ix_(unknown, ~unknown)] @ problem.alpha.ravel()[~unknown], atol=1e-6)


@given(cases)
@settings(max_examples=40)
def test_the_solver_finds_what_a_dense_solver_finds(case):
    problem = from_trimap(*case)
    system = band_system(problem)
    count = len(system.right)
    dense = np.zeros((count, count + 1))
    for row, (numbers, places) in enumerate(zip(system.matrix, system.neighbour, strict=True)):
        dense[row, places] += numbers
    dense = dense[:, :-1] + 1e-6 * np.eye(count)  # a random picture may leave a pixel without any tie
    system.matrix[:, 12] += 1e-6
    found = solve(system, np.full(count, 0.5), 1e-12, 5000, "")
    assert np.allclose(dense @ found, system.right, atol=1e-9)
    assert np.allclose(found, np.linalg.solve(dense, system.right), atol=1e-4)


@pytest.mark.parametrize("shift", [0.1, 0.3])
@pytest.mark.parametrize("seed", range(3))
def test_the_factor_times_itself_is_the_matrix_wherever_that_has_a_number(seed, shift):
    """What an incomplete factor without fill is (Meijerink & van der Vorst 1977)."""
    system = band_system(from_trimap(*random_case(seed, 8, 9)))
    count = len(system.right)
    factor = np.zeros((count + 1, LOWER + 1))
    assert _factor(system.matrix, system.neighbour, shift, factor)
    matrix, lower = np.zeros((2, count, count + 1))
    rows = np.arange(count)[:, None]
    matrix[rows, system.neighbour] = system.matrix
    lower[rows, system.neighbour[:, :LOWER]] = factor[:count, :LOWER]
    lower, matrix = np.tril(lower[:, :count], -1), matrix[:, :count]
    lower += np.diag(1 / factor[:count, LOWER])
    there = np.zeros((count, count + 1), bool)
    there[rows, system.neighbour] = True
    wanted = matrix + shift * np.diag(np.diag(matrix))
    np.testing.assert_allclose((lower @ lower.T)[there[:, :count]], wanted[there[:, :count]], atol=1e-12)


def mixture(height=48, width=64):
    """A soft disc of one colour on another: alpha is linear in colour everywhere."""
    y, x = np.mgrid[:height, :width]
    alpha = np.clip((16 - np.hypot(y - height / 2, x - width / 2)) / 8 + 0.5, 0, 1)
    rgb = np.rint(alpha[..., None] * (220, 40, 60) + (1 - alpha[..., None]) * (20, 200, 90)).astype(np.uint8)
    trimap = np.where(alpha <= 0, 0, np.where(alpha >= 1, 255, 128)).astype(np.uint8)
    return rgb, trimap, alpha


def test_two_colours_are_taken_apart_exactly():
    rgb, trimap, alpha = mixture()
    assert np.abs(closed_form(from_trimap(rgb, trimap), tolerance=1e-8).alpha - alpha).max() < 2 / 255


def test_a_single_colour_continues_the_known_alpha_smoothly():
    trimap = np.full((9, 21), 128, np.uint8)
    trimap[:, :2], trimap[:, -2:] = 0, 255
    alpha = closed_form(from_trimap(np.full((9, 21, 3), 90, np.uint8), trimap), tolerance=1e-10).alpha
    assert (np.diff(alpha, axis=1) >= -1e-6).all()
    assert np.allclose(alpha, 1 - alpha[:, ::-1], atol=1e-4)


def test_a_strip_too_narrow_to_be_halved_is_solved_as_it_is():
    rgb, trimap = np.full((3, 900, 3), 90, np.uint8), np.full((3, 900), 128, np.uint8)
    trimap[:, :20], trimap[:, -20:] = 0, 255
    rgb[:, 450:] = 200
    assert (trimap == 128).sum() > SMALL
    alpha = closed_form(from_trimap(rgb, trimap)).alpha
    assert alpha[:, :448].max() < 0.05
    assert alpha[:, 452:].min() > 0.95


def test_it_stops_when_the_result_is_no_longer_wanted():
    rgb, trimap, _ = mixture()
    with listening(lambda *_: False), pytest.raises(Cancelled):
        closed_form(from_trimap(rgb, trimap))
