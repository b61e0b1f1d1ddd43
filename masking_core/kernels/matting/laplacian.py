"""The matting Laplacian of a band: how much alpha is not a linear function of the colours around (Levin et al. 2008).

In every 3 × 3 window alpha is taken for a linear function of colour; what is left of it after the best such function,
summed over all windows, is αᵀLα. Only rows of unknown pixels are made: 25 numbers each, one for each neighbour up to
two rows and columns away.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from masking_core.kernels.matting.problem import Plane, Problem

EPSILON = 1e-7
"""Variance of colour, of (0…1)², that is added so that flat windows have a line too."""
REACH, OFFSETS = 2, 25


class System(NamedTuple):
    """Linear equations, one for each of n unknown pixels in rows of the picture.

    Attributes:
        matrix: (n, 25) float64; column ``5 (dy + 2) + dx + 2`` belongs to the neighbour dy rows below and dx columns
            right of the pixel, column 12 to the pixel itself.
        neighbour: (n, 25) int32, which unknown that neighbour is, or n where it is known or outside the picture.
        right: (n,) float64, the right-hand side.
    """

    matrix: NDArray[np.float64]
    neighbour: NDArray[np.int32]
    right: NDArray[np.float64]


def band_system(problem: Problem) -> System:
    """The closed form's equations Lα = 0 for the unknown pixels, the known ones moved to the right.

    Args:
        problem: at least 3 × 3 pixels.
    """
    unknown = problem.unknown
    index = np.full(unknown.shape, -1, np.int32)
    count = int(np.count_nonzero(unknown))
    index[unknown] = np.arange(count, dtype=np.int32)
    system = System(np.zeros((count, OFFSETS)), np.empty((count, OFFSETS), np.int32), np.zeros(count))
    _windows(problem.rgb, index, system.matrix)
    _move_known(index, problem.alpha, *system)
    return system


@njit(cache=True, nogil=True)
def _windows(rgb: NDArray[np.generic], index: NDArray[np.int32], matrix: NDArray[np.float64]) -> None:
    height, width = index.shape
    colours = np.empty((9, 3))
    turned = np.empty((9, 3))
    inverse = np.empty((3, 3))
    ids = np.empty(9, np.int32)
    for i in range(1, height - 1):
        for j in range(1, width - 1):
            most = -1
            for p in range(9):
                ids[p] = index[i + p // 3 - 1, j + p % 3 - 1]
                most = max(most, ids[p])
            if most < 0:
                continue
            for p in range(9):
                for c in range(3):
                    colours[p, c] = rgb[i + p // 3 - 1, j + p % 3 - 1, c] / 255.0
            _inverse_covariance(colours, inverse)
            for p in range(9):
                for c in range(3):
                    turned[p, c] = (
                        colours[p, 0] * inverse[0, c] + colours[p, 1] * inverse[1, c] + colours[p, 2] * inverse[2, c]
                    ) / 9
            for p in range(9):
                row = ids[p]
                if row < 0:
                    continue
                for q in range(9):
                    alike = (
                        1 / 9
                        + turned[p, 0] * colours[q, 0]
                        + turned[p, 1] * colours[q, 1]
                        + turned[p, 2] * colours[q, 2]
                    )
                    offset = (q // 3 - p // 3 + 2) * 5 + q % 3 - p % 3 + 2
                    matrix[row, offset] -= alike
                matrix[row, 12] += 1


@njit(inline="always")
def _inverse_covariance(colours: NDArray[np.float64], inverse: NDArray[np.float64]) -> None:
    """Centre nine colours, and invert their covariance with :data:`EPSILON` / 9 on its diagonal."""
    for c in range(3):
        mean = 0.0
        for p in range(9):
            mean += colours[p, c]
        mean /= 9
        for p in range(9):
            colours[p, c] -= mean
    rr = gg = bb = EPSILON / 9
    rg = rb = gb = 0.0
    for p in range(9):
        r, g, b = colours[p, 0], colours[p, 1], colours[p, 2]
        rr += r * r / 9
        gg += g * g / 9
        bb += b * b / 9
        rg += r * g / 9
        rb += r * b / 9
        gb += g * b / 9
    inverse[0, 0] = gg * bb - gb * gb
    inverse[0, 1] = gb * rb - rg * bb
    inverse[0, 2] = rg * gb - gg * rb
    inverse[1, 1] = rr * bb - rb * rb
    inverse[1, 2] = rg * rb - rr * gb
    inverse[2, 2] = rr * gg - rg * rg
    scale = 1 / (rr * inverse[0, 0] + rg * inverse[0, 1] + rb * inverse[0, 2])
    for a in range(3):
        for b in range(a, 3):
            inverse[a, b] *= scale
            inverse[b, a] = inverse[a, b]


@njit(cache=True, nogil=True)
def _move_known(
    index: NDArray[np.int32],
    alpha: Plane,
    matrix: NDArray[np.float64],
    neighbour: NDArray[np.int32],
    right: NDArray[np.float64],
) -> None:
    height, width = index.shape
    count = right.size
    for i in range(height):
        for j in range(width):
            row = index[i, j]
            if row < 0:
                continue
            for k in range(OFFSETS):
                y, x = i + k // 5 - REACH, j + k % 5 - REACH
                neighbour[row, k] = count
                if 0 <= y < height and 0 <= x < width:
                    if index[y, x] >= 0:
                        neighbour[row, k] = index[y, x]
                    else:
                        right[row] -= matrix[row, k] * alpha[y, x]
                        matrix[row, k] = 0
