"""Where two lines come nearest to one another."""

from typing import cast

from numba import njit

from masking_core.arrays import Points
from masking_core.progress import bands

DOING = "Tracing the outlines"
PAIRS = 20_000_000
"""Pairs of points that are compared between two reports."""


def nearest(points: Points, others: Points) -> tuple[int, int]:
    """The place of the point, and that of the other one, that are nearest to one another; the first such pair.

    Args:
        points: (N, 2) float64, N ≥ 1.
        others: (M, 2) float64, M ≥ 1.
    """
    best = float("inf"), 0, 0
    for band in bands((len(points), len(others)), DOING, PAIRS):
        best = cast(tuple[float, int, int], _nearer(points, others, band.start, band.stop, *best))
    return best[1], best[2]


@njit(cache=True, nogil=True)
def _nearer(points, others, start, stop, away, here, there):
    """What is nearer than ``away`` among the points from ``start`` to ``stop``; or all as it was."""
    for i in range(start, stop):
        for j in range(len(others)):
            dx, dy = points[i, 0] - others[j, 0], points[i, 1] - others[j, 1]
            if dx * dx + dy * dy < away:
                away, here, there = dx * dx + dy * dy, i, j
    return away, here, there
