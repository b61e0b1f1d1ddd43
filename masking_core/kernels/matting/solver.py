"""Conjugate gradients for the equations of a band, with an incomplete Cholesky factor as preconditioner."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from masking_core.kernels.matting.laplacian import System
from masking_core.progress import report

LOWER, SELF = 12, 12
"""Columns before 12 belong to pixels that come before, column 12 to the pixel itself."""
STEPS = 10
"""Iterations between two reports."""
SHIFTS = (0.0, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
"""Shares of the diagonal that are added to it, one after the other, until the factor is that of a positive matrix."""
LEAST_PIVOT = 1e-3
"""A pivot below this share of the diagonal makes a factor that is too large to help."""

Vector = NDArray[np.float64]


def solve(system: System, start: Vector, tolerance: float, most: int, doing: str) -> Vector:
    """Solve the equations to a residual of ``tolerance`` times that of zero, in at most ``most`` iterations.

    Args:
        system: symmetric and positive.
        start: (n,) first guess.
        tolerance: > 0.
        most: iterations.
        doing: what is said of it while it goes on.

    Returns:
        (n,) float64.

    Raises:
        Cancelled: the listener of :mod:`masking_core.progress` no longer wants the result.
    """
    count = system.right.size
    factor = np.zeros((count + 1, LOWER + 1))
    next(shift for shift in SHIFTS if _factor(system.matrix, system.neighbour, shift, factor))
    x, residual, direction = (np.zeros(count + 1) for _ in range(3))  # the last stands for what is known: always 0
    x[:count] = start
    goal = tolerance**2 * max(float(system.right @ system.right), 1e-30)
    state = np.array([np.inf, 0.0])
    _begin(system.matrix, system.neighbour, system.right, factor, x, residual, direction, state)
    done = 0
    while done < most and state[0] > goal:
        report(done / most, doing)
        _iterate(system.matrix, system.neighbour, factor, x, residual, direction, state, goal, STEPS)
        done += STEPS
    return x[:count]


@njit(cache=True, nogil=True)
def _factor(
    matrix: NDArray[np.float64], neighbour: NDArray[np.int32], shift: float, factor: NDArray[np.float64]
) -> bool:
    """Make the factor (n + 1, 13) without fill; of its diagonal, in the last column, the inverse is kept."""
    count = matrix.shape[0]
    for i in range(count):
        pivot = matrix[i, SELF] * (1 + shift)
        for k in range(LOWER):
            j = neighbour[i, k]
            factor[i, k] = 0
            if j == count:
                continue
            total = matrix[i, k]
            for m in range(k):
                dy, dx = m // 5 - k // 5, m % 5 - k % 5
                if -2 <= dx <= 2:
                    total -= factor[i, m] * factor[j, (dy + 2) * 5 + dx + 2]
            factor[i, k] = total * factor[j, LOWER]
            pivot -= factor[i, k] ** 2
        if pivot < LEAST_PIVOT * matrix[i, SELF]:
            return False
        factor[i, LOWER] = 1 / np.sqrt(pivot)
    return True


@njit(inline="always")
def _dot(a: Vector, b: Vector) -> float:
    total = 0.0
    for i in range(a.size):
        total += a[i] * b[i]
    return total


@njit(cache=True, nogil=True)
def _precondition(factor: NDArray[np.float64], neighbour: NDArray[np.int32], residual: Vector, result: Vector) -> None:
    count = neighbour.shape[0]
    for i in range(count):
        total = residual[i]
        for k in range(LOWER):
            total -= factor[i, k] * result[neighbour[i, k]]
        result[i] = total * factor[i, LOWER]
    for i in range(count - 1, -1, -1):
        value = result[i] * factor[i, LOWER]
        result[i] = value
        for k in range(LOWER):
            result[neighbour[i, k]] -= factor[i, k] * value
    result[count] = 0


@njit(cache=True, nogil=True)
def _times(matrix: NDArray[np.float64], neighbour: NDArray[np.int32], x: Vector, result: Vector) -> None:
    for i in range(matrix.shape[0]):
        total = 0.0
        for k in range(matrix.shape[1]):
            total += matrix[i, k] * x[neighbour[i, k]]
        result[i] = total


@njit(cache=True, nogil=True)
def _begin(
    matrix: NDArray[np.float64],
    neighbour: NDArray[np.int32],
    right: Vector,
    factor: NDArray[np.float64],
    x: Vector,
    residual: Vector,
    direction: Vector,
    state: Vector,
) -> None:
    _times(matrix, neighbour, x, residual)
    for i in range(right.size):
        residual[i] = right[i] - residual[i]
    _precondition(factor, neighbour, residual, direction)
    state[0] = _dot(residual, residual)
    state[1] = _dot(residual, direction)


@njit(cache=True, nogil=True)
def _iterate(
    matrix: NDArray[np.float64],
    neighbour: NDArray[np.int32],
    factor: NDArray[np.float64],
    x: Vector,
    residual: Vector,
    direction: Vector,
    state: Vector,
    goal: float,
    steps: int,
) -> None:
    result = np.zeros_like(x)
    for _ in range(steps):
        if state[0] <= goal:
            return
        _times(matrix, neighbour, direction, result)
        curvature = _dot(direction, result)
        if curvature <= 0:
            state[0] = 0
            return
        length = state[1] / curvature
        x += length * direction
        residual -= length * result
        state[0] = _dot(residual, residual)
        result[:] = 0
        _precondition(factor, neighbour, residual, result)
        next = _dot(residual, result)
        direction *= next / state[1]
        direction += result
        state[1] = next
