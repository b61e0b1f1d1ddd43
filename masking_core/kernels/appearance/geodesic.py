"""Geodesic distance: how far a pixel is from a start when the way is paid by what changes along it."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

FAR = np.float32(1e9)
"""The distance where no path leads."""


def geodesic_distance(
    starts: NDArray[np.float32], features: NDArray[np.float32], step: float, rounds: int = 8
) -> NDArray[np.float32]:
    """Length of the shortest 8-connected path from ``starts`` to every pixel; (H, W) float32.

    Args:
        starts: (H, W) float32 ≥ 0, the distance with which a path may begin at a pixel; :data:`FAR` where none may.
        features: (H, W, C) float32; a step between neighbours costs their Euclidean distance in features
            plus ``step`` times its length in pixels.
        step: what a pixel's way costs on a flat picture, ≥ 0.
        rounds: most rounds of four raster sweeps (Toivanen 1996); fewer when nothing changes any more, and then the
            distances are exact. Eight are exact on nearly all photographs.
    """
    costs = _step_costs(np.ascontiguousarray(features, dtype=np.float32), np.float32(step))
    distance = np.pad(np.asarray(starts, dtype=np.float32), 1, constant_values=FAR)
    _sweep(distance, costs, rounds)
    return np.ascontiguousarray(distance[1:-1, 1:-1])


@njit(cache=True, nogil=True)
def _step_costs(features, step):
    """Costs from a pixel to its right, lower left, lower and lower right neighbour.

    (4, H + 2, W + 2), padded like the distances: a step into the padding or out of it is FAR.
    """
    height, width, channels = features.shape
    costs = np.full((4, height + 2, width + 2), FAR, np.float32)
    for y in range(height):
        for x in range(width):
            for k in range(4):
                dy, dx = (0, 1) if k == 0 else (1, k - 2)
                if y + dy >= height or x + dx < 0 or x + dx >= width:
                    continue
                squared = np.float32(0.0)
                for c in range(channels):
                    change = features[y + dy, x + dx, c] - features[y, x, c]
                    squared += change * change
                costs[k, y + 1, x + 1] = np.sqrt(squared) + step * np.sqrt(np.float32(dy * dy + dx * dx))
    return costs


@njit(cache=True, nogil=True)
def _sweep(distance, costs, rounds):
    last = distance.shape[0] - 2
    for _ in range(rounds):
        changed = False
        for y in range(1, last + 1):
            changed |= _from_above(distance, costs, y)
            changed |= _from_right(distance, costs, y)
        for y in range(last, 0, -1):
            changed |= _from_below(distance, costs, y)
            changed |= _from_left(distance, costs, y)
        if not changed:
            break


@njit(cache=True, nogil=True)
def _from_above(d, costs, y):
    """Relax a row from the row above and from the left."""
    changed = False
    for x in range(1, d.shape[1] - 1):
        best = min(d[y - 1, x] + costs[2, y - 1, x], d[y, x - 1] + costs[0, y, x - 1])
        best = min(best, d[y - 1, x - 1] + costs[3, y - 1, x - 1], d[y - 1, x + 1] + costs[1, y - 1, x + 1])
        if best < d[y, x]:
            d[y, x] = best
            changed = True
    return changed


@njit(cache=True, nogil=True)
def _from_below(d, costs, y):
    """Relax a row from the row below and from the right."""
    changed = False
    for x in range(d.shape[1] - 2, 0, -1):
        best = min(d[y + 1, x] + costs[2, y, x], d[y, x + 1] + costs[0, y, x])
        best = min(best, d[y + 1, x + 1] + costs[3, y, x], d[y + 1, x - 1] + costs[1, y, x])
        if best < d[y, x]:
            d[y, x] = best
            changed = True
    return changed


@njit(cache=True, nogil=True)
def _from_right(d, costs, y):
    changed = False
    for x in range(d.shape[1] - 2, 0, -1):
        reached = d[y, x + 1] + costs[0, y, x]
        if reached < d[y, x]:
            d[y, x] = reached
            changed = True
    return changed


@njit(cache=True, nogil=True)
def _from_left(d, costs, y):
    changed = False
    for x in range(1, d.shape[1] - 1):
        reached = d[y, x - 1] + costs[0, y, x - 1]
        if reached < d[y, x]:
            d[y, x] = reached
            changed = True
    return changed
