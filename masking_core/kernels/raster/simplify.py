"""Lines with fewer corners (Douglas & Peucker 1973)."""

import math

import numpy as np
from numba import njit

from masking_core.arrays import Points
from masking_core.progress import report

DOING = "Tracing the outlines"
WORK = 5_000_000
"""Distances that are measured between two reports."""


def simplified(points: Points, tolerance: float) -> Points:
    """The line through some of ``points``, (N, 2) float64, its ends among them, from which none is farther away.

    Args:
        points: (N, 2) float64, N ≥ 2.
        tolerance: how far a point may be from the piece that stands for it, in pixels, > 0.
    """
    kept = np.zeros(len(points), np.bool_)
    kept[[0, -1]] = True
    left = np.empty((len(points), 2), np.int64)
    left[0] = 0, len(points) - 1
    count = 1
    while count:
        report(0.0, DOING)
        count = _simplify(points, tolerance, kept, left, count, WORK)
    return points[kept]


@njit(cache=True, nogil=True)
def _simplify(points, tolerance, kept, left, count, work):
    """Divide pieces, ``count`` of which are ``left``, where a point is too far from them; how many are left then."""
    while count and work > 0:
        count -= 1
        first, last = left[count]
        work -= last - first
        farthest, place = tolerance, -1
        for k in range(first + 1, last):
            away = _distance(points[first], points[last], points[k])
            if away > farthest:
                farthest, place = away, k
        if place >= 0:
            kept[place] = True
            left[count, 0], left[count, 1] = place, last
            left[count + 1, 0], left[count + 1, 1] = first, place
            count += 2
    return count


@njit(cache=True, nogil=True)
def _distance(start, end, point):
    """Of a point from the straight line between two others."""
    x, y = point[0] - start[0], point[1] - start[1]
    dx, dy = end[0] - start[0], end[1] - start[1]
    if x * dx + y * dy > 0 and (point[0] - end[0]) * dx + (point[1] - end[1]) * dy < 0:
        return abs(x * dy - y * dx) / math.hypot(dx, dy)
    return min(math.hypot(x, y), math.hypot(point[0] - end[0], point[1] - end[1]))
