"""K-means of weighted colours: seeded by k-means++ (Arthur & Vassilvitskii 2007), iterated by Lloyd (1982).

Marked colours are constraints: they start their cluster and never leave it (Constrained-KMeans of Basu, Banerjee &
Mooney 2002, after Wagstaff et al. 2001).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from masking_core.kernels.clustering.runs import Run, best_run
from masking_core.kernels.colour_space import read_only
from masking_core.progress import report


def kmeans(
    points: NDArray[np.float64],
    weights: NDArray[np.float64],
    clusters: int,
    *,
    max_iterations: int = 100,
    precision: float = 0.1,
    seed: int = 0,
    tied: NDArray[np.int32] | None = None,
) -> Run:
    """Divide weighted points into ``clusters`` groups of small spread, the best of several seedings (:mod:`runs`).

    Args:
        points: (N, 3) float64, finite.
        weights: (N,) float64, positive.
        clusters: how many are wanted; fewer are returned where there are fewer distinct points.
        max_iterations: of the seeding that is carried on, its trial included.
        precision: the iterations stop when no centre moves by more than this, in units of ``points``.
        seed: of the random draws of the seeding.
        tied: (N,) int32, -1 or the cluster that a point is tied to. Tied clusters come first: 0 … S - 1, each with
            one point or more; they start at the mean of their points and keep their number.
    """
    tied = np.full(len(points), -1, dtype=np.int32) if tied is None else tied
    random = np.random.default_rng(seed)

    def start() -> NDArray[np.float64]:
        return seeding(points, weights, clusters, tied, random)

    def iterate(centres: NDArray[np.float64], most: int) -> Run:
        return lloyd(points, weights, centres, tied, most, precision)

    drawn = clusters > tied.max() + 1
    return best_run(start, iterate, max_iterations, drawn=drawn, doing="Grouping colours")


def seeding(
    points: NDArray[np.float64],
    weights: NDArray[np.float64],
    clusters: int,
    tied: NDArray[np.int32],
    random: np.random.Generator,
) -> NDArray[np.float64]:
    """Starting centres (K, 3): the means of the tied points, then free points drawn by weight × squared distance."""
    centres = [np.average(points[tied == s], axis=0, weights=weights[tied == s]) for s in range(tied.max() + 1)]
    coordinates, free = read_only(points.T), np.where(tied < 0, weights, 0.0)
    unused, nearest = np.empty(len(points), dtype=np.int32), np.full(len(points), np.inf)
    for centre in centres:
        _claim(coordinates, centre, 0, unused, nearest)
    while len(centres) < clusters:
        chance = np.cumsum(free * nearest if centres else free)
        if chance[-1] <= 0:
            break
        drawn = int(np.searchsorted(chance, random.random() * chance[-1], side="right"))
        centres.append(points[drawn].copy())
        _claim(coordinates, centres[-1], 0, unused, nearest)
    return np.array(centres)


def lloyd(
    points: NDArray[np.float64],
    weights: NDArray[np.float64],
    start: NDArray[np.float64],
    tied: NDArray[np.int32],
    max_iterations: int,
    precision: float,
) -> Run:
    """Move centres to the mean of their points until they rest; arguments as for :func:`kmeans`."""
    coordinates = read_only(points.T)
    weights, tied = read_only(weights), read_only(tied)
    centres, labels, nearest = start.copy(), np.empty(len(points), dtype=np.int32), np.empty(len(points))
    sums = np.empty((len(start), 4))
    energy = [_assign(coordinates, weights, centres, tied, labels, nearest, sums)]
    path = [centres]
    converged = False
    while not converged and len(energy) <= max_iterations:
        report(len(energy) / max_iterations, "Grouping colours")
        moved = _means(points, weights, centres, tied, labels, nearest, sums)
        converged = bool(np.sqrt(_squared(moved, centres).max()) <= precision)
        centres = moved
        path.append(centres)
        energy.append(_assign(coordinates, weights, centres, tied, labels, nearest, sums))
    return Run(centres, labels, sums[:, 3], tuple(energy), converged, np.array(path))


def _means(
    points: NDArray[np.float64],
    weights: NDArray[np.float64],
    centres: NDArray[np.float64],
    tied: NDArray[np.int32],
    labels: NDArray[np.int32],
    nearest: NDArray[np.float64],
    sums: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The mean of each cluster; an empty one moves to the free point that costs most, taken from its cluster."""
    for empty in np.flatnonzero(sums[:, 3] == 0):
        cost = np.where(tied < 0, weights * nearest, 0.0)
        worst = int(cost.argmax())
        if cost[worst] <= 0:
            continue
        moment = weights[worst] * np.append(points[worst], 1.0)
        sums[labels[worst]] -= moment
        sums[empty] = moment
        labels[worst], nearest[worst] = empty, 0.0
    occupied = sums[:, 3] > 0
    moved = centres.copy()
    moved[occupied] = sums[occupied, :3] / sums[occupied, 3:]
    return moved


def _squared(points: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    squared: NDArray[np.float64] = np.square(points - others).sum(axis=1)
    return squared


@njit(cache=True, nogil=True, error_model="numpy")
def _assign(
    coordinates: NDArray[np.float64],
    weights: NDArray[np.float64],
    centres: NDArray[np.float64],
    tied: NDArray[np.int32],
    labels: NDArray[np.int32],
    nearest: NDArray[np.float64],
    sums: NDArray[np.float64],
) -> float:
    """Label the points, and fill ``nearest`` (squared distances) and ``sums`` (K, 4: moments and weights)."""
    nearest[:] = np.inf
    labels[:] = 0
    for k in range(centres.shape[0]):
        _claim(coordinates, centres[k], k, labels, nearest)
    x, y, z = coordinates[0], coordinates[1], coordinates[2]
    inertia = 0.0
    sums[:] = 0.0
    for n in range(x.shape[0]):
        if tied[n] >= 0:
            k = tied[n]
            labels[n] = k
            nearest[n] = (x[n] - centres[k, 0]) ** 2 + (y[n] - centres[k, 1]) ** 2 + (z[n] - centres[k, 2]) ** 2
        w = weights[n]
        total = sums[labels[n]]
        total[0] += w * x[n]
        total[1] += w * y[n]
        total[2] += w * z[n]
        total[3] += w
        inertia += w * nearest[n]
    return inertia


@njit(cache=True, nogil=True, error_model="numpy")
def _claim(
    coordinates: NDArray[np.float64],
    centre: NDArray[np.float64],
    k: int,
    labels: NDArray[np.int32],
    nearest: NDArray[np.float64],
) -> None:
    """Give cluster ``k`` the points it is nearer to; free of branches, so that it compiles to vector instructions."""
    x, y, z = coordinates[0], coordinates[1], coordinates[2]
    cx, cy, cz = centre[0], centre[1], centre[2]
    for n in range(x.shape[0]):
        dx, dy, dz = x[n] - cx, y[n] - cy, z[n] - cz
        squared = dx * dx + dy * dy + dz * dz
        nearer = squared < nearest[n]
        nearest[n] = squared if nearer else nearest[n]
        labels[n] = k if nearer else labels[n]
