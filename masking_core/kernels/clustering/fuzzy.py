"""Fuzzy C-means of weighted colours (Dunn 1973, Bezdek 1981): every colour belongs to every cluster to a degree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

from masking_core.kernels.colour_space import read_only
from masking_core.progress import report

Real = TypeVar("Real", np.float32, np.float64)

_TINY = 1e-200
"""Stands for the squared distance of a colour on a centre: below any other, and its reciprocal is finite."""
_BLOCK = 1024


@dataclass(frozen=True, eq=False)
class FuzzyClusters:
    """Degrees to which N weighted points belong to K clusters.

    Attributes:
        centres: (K, 3) float64, means weighted by weight × membership ** fuzzifier.
        membership: (N, K) float64 in [0, 1]; rows sum to 1.
        objective: Σ weight × membership ** fuzzifier × squared distance, at the start and after every iteration.
        converged: whether the last iteration moved no centre by more than the precision.
        path: (T + 1, K, 3) float64, the centres at the start and after every iteration.
        partition_coefficient: mean of Σ membership², from 1/K (undecided) to 1 (crisp).
        partition_entropy: mean of -Σ membership × ln membership, from 0 (crisp) to ln K (undecided).
    """

    centres: NDArray[np.float64]
    membership: NDArray[np.float64]
    objective: tuple[float, ...]
    converged: bool
    path: NDArray[np.float64]
    partition_coefficient: float
    partition_entropy: float

    @property
    def iterations(self) -> int:
        """How often the centres were moved."""
        return len(self.objective) - 1


def fuzzy_c_means(
    points: NDArray[np.float64],
    weights: NDArray[np.float64],
    start: NDArray[np.float64],
    *,
    fuzzifier: float = 2.0,
    max_iterations: int = 300,
    precision: float = 0.001,
    tied: NDArray[np.int32] | None = None,
) -> FuzzyClusters:
    """Alternate memberships and centres until the centres rest.

    Args:
        points: (N, 3) float64, finite.
        weights: (N,) float64, positive.
        start: (K, 3) float64, the centres to start from.
        fuzzifier: above 1; near 1 the clusters are crisp as in k-means, the larger the softer.
        max_iterations: after which the centres are taken as they are.
        precision: the iterations stop when no centre moves by more than this, in units of ``points``.
        tied: (N,) int32, -1 or the cluster that a point belongs to wholly, whatever its distance.
    """
    tied = read_only(np.full(len(points), -1, dtype=np.int32) if tied is None else tied)
    colours, weights = read_only(points.T), read_only(weights)
    centres, converged, moments = start.copy(), False, np.empty((len(start), 4))
    objective = [_moments(colours, weights, tied, centres, fuzzifier, moments)]
    path = [centres]
    while not converged and len(objective) <= max_iterations:
        report(len(objective) / max_iterations, "Weighing colours")
        moved = np.divide(moments[:, :3], moments[:, 3:], out=centres.copy(), where=moments[:, 3:] > 0)
        converged = bool(np.linalg.norm(moved - centres, axis=1).max() <= precision)
        centres = moved
        path.append(centres)
        objective.append(_moments(colours, weights, tied, centres, fuzzifier, moments))
    (membership, _), share = memberships(colours, tied, centres, fuzzifier), weights / weights.sum()
    return FuzzyClusters(
        centres,
        membership,
        tuple(objective),
        converged,
        np.array(path),
        partition_coefficient=float(np.einsum("n,nk,nk", share, membership, membership)),
        partition_entropy=-float(np.einsum("n,nk,nk", share, membership, np.log(np.maximum(membership, _TINY)))),
    )


def memberships(
    colours: NDArray[Real], tied: NDArray[np.int32], centres: NDArray[np.float64], fuzzifier: float
) -> tuple[NDArray[Real], NDArray[np.int32]]:
    """Memberships (n, K) of ``colours`` (3, n) in given centres (K, 3), and the clusters (n,) of the highest ones.

    Arguments are those of :func:`fuzzy_c_means`; memberships are of the type of ``colours``.
    """
    out = np.empty((colours.shape[1], len(centres)), dtype=colours.dtype)
    labels = np.empty(len(out), dtype=np.int32)
    _memberships(read_only(colours), read_only(tied), centres, fuzzifier, out, labels)
    return out, labels


# The kernels take the points in blocks and a step at a time over a whole block, without branches, so that the steps
# compile to vector instructions and their results stay in the cache.


@njit(cache=True, nogil=True, error_model="numpy")
def _closeness(
    colours: NDArray[Any],
    begin: int,
    count: int,
    centres: NDArray[np.float64],
    fuzzifier: float,
    ratios: NDArray[np.float64],
    closeness: NDArray[np.float64],
    least: NDArray[np.float64],
    total: NDArray[np.float64],
) -> None:
    """Fill what memberships of ``count`` colours (3, N) from ``begin`` on come from: the closeness over its total.

    ``ratios`` (K, n) is the least squared distance, filled into ``least``, over that to each centre; ``closeness``
    (K, n) is its power 1 / (m - 1), and ``total`` (n,) the sum of that. No ratio is above 1, so neither a colour on a
    centre nor a fuzzifier near 1 overflows, and a colour on several centres at once is shared between them.
    """
    x, y, z = colours[0, begin:], colours[1, begin:], colours[2, begin:]
    power = 1.0 / (fuzzifier - 1.0)
    least[:], total[:] = np.inf, 0.0
    for k in range(centres.shape[0]):
        cx, cy, cz, squared = centres[k, 0], centres[k, 1], centres[k, 2], ratios[k]
        for n in range(count):
            dx, dy, dz = x[n] - cx, y[n] - cy, z[n] - cz
            s = dx * dx + dy * dy + dz * dz
            s = s if s > _TINY else _TINY
            squared[n] = s
            least[n] = s if s < least[n] else least[n]
    for k in range(centres.shape[0]):
        ratio, close = ratios[k], closeness[k]
        for n in range(count):
            ratio[n] = least[n] / ratio[n]
        for n in range(count):
            close[n] = ratio[n] if power == 1.0 else ratio[n] ** power
        for n in range(count):
            total[n] += close[n]


@njit(cache=True, nogil=True, error_model="numpy")
def _moments(
    colours: NDArray[np.float64],
    weights: NDArray[np.float64],
    tied: NDArray[np.int32],
    centres: NDArray[np.float64],
    fuzzifier: float,
    moments: NDArray[np.float64],
) -> float:
    """Fill moments (K, 4), sums of weight × membership ** m × (colour, 1), and return the objective.

    With r the ratio, c = r ** (1 / (m - 1)) the closeness and t its total, membership ** m is c r / t ** m; and as r
    divides the least squared distance, a colour adds weight × least × t ** (1 - m) to the objective.
    """
    clusters = centres.shape[0]
    ratios, closeness = np.empty((clusters, _BLOCK)), np.empty((clusters, _BLOCK))
    least, total = np.empty(_BLOCK), np.empty(_BLOCK)
    moments[:] = 0.0
    objective = 0.0
    for begin in range(0, colours.shape[1], _BLOCK):
        count = min(_BLOCK, colours.shape[1] - begin)
        x, y, z = colours[0, begin:], colours[1, begin:], colours[2, begin:]
        _closeness(colours, begin, count, centres, fuzzifier, ratios, closeness, least, total)
        for n in range(count):
            t = total[n]
            if tied[begin + n] >= 0:
                least[n], t = least[n] / ratios[tied[begin + n], n], 1.0
                for k in range(clusters):
                    ratios[k, n] = closeness[k, n] = 1.0 if k == tied[begin + n] else 0.0
            scale = weights[begin + n] / (t * t if fuzzifier == 2.0 else t**fuzzifier)
            objective += scale * least[n] * t
            total[n] = scale
        for k in range(clusters):
            mx, my, mz, mass = 0.0, 0.0, 0.0, 0.0
            for n in range(count):
                part = total[n] * closeness[k, n] * ratios[k, n]
                mx += part * x[n]
                my += part * y[n]
                mz += part * z[n]
                mass += part
            moments[k, 0] += mx
            moments[k, 1] += my
            moments[k, 2] += mz
            moments[k, 3] += mass
    return objective


@njit(cache=True, nogil=True, error_model="numpy")
def _memberships(
    colours: NDArray[Any],
    tied: NDArray[np.int32],
    centres: NDArray[np.float64],
    fuzzifier: float,
    out: NDArray[Any],
    labels: NDArray[np.int32],
) -> None:
    clusters = centres.shape[0]
    ratios, closeness = np.empty((clusters, _BLOCK)), np.empty((clusters, _BLOCK))
    least, total = np.empty(_BLOCK), np.empty(_BLOCK)
    for begin in range(0, colours.shape[1], _BLOCK):
        count = min(_BLOCK, colours.shape[1] - begin)
        _closeness(colours, begin, count, centres, fuzzifier, ratios, closeness, least, total)
        for n in range(count):
            share, row = 1.0 / total[n], out[begin + n]
            for k in range(clusters):
                row[k] = closeness[k, n] * share
            label, highest = 0, row[0]
            for k in range(1, clusters):
                higher = row[k] > highest
                label, highest = k if higher else label, row[k] if higher else highest
            labels[begin + n] = label
        for n in range(begin, begin + count):
            if tied[n] >= 0:
                out[n] = 0.0
                out[n, tied[n]] = 1.0
                labels[n] = tied[n]
