"""Fuzzy C-means of weighted colours (Dunn 1973, Bezdek 1981): every colour belongs to every cluster to a degree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import entr

from masking_core.progress import report

Real = TypeVar("Real", np.float32, np.float64)

_BLOCK = 4096  # points weighed at a time, so that what is computed about them stays in the cache
_REPORT_EVERY = 25


@dataclass(frozen=True, eq=False)
class FuzzyClusters:
    """Degrees to which N weighted points belong to K clusters.

    Attributes:
        centres: (K, 3) float64, means weighted by weight × membership ** fuzzifier.
        membership: (N, K) float64 in [0, 1]; rows sum to 1.
        objective: Σ weight × membership ** fuzzifier × squared distance, at the start and after every iteration.
        converged: whether the last iteration moved no centre by more than the precision.
        partition_coefficient: mean of Σ membership², from 1/K (undecided) to 1 (crisp).
        partition_entropy: mean of -Σ membership × ln membership, from 0 (crisp) to ln K (undecided).
    """

    centres: NDArray[np.float64]
    membership: NDArray[np.float64]
    objective: tuple[float, ...]
    converged: bool
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
    tied = np.full(len(points), -1, dtype=np.int32) if tied is None else tied
    blocks = [
        (np.ascontiguousarray(points[n : n + _BLOCK].T), weights[n : n + _BLOCK], tied[n : n + _BLOCK])
        for n in range(0, len(points), _BLOCK)
    ]
    centres, converged = start, False
    moments, cost = _moments(blocks, centres, fuzzifier)
    objective = [cost]
    while not converged and len(objective) <= max_iterations:
        if len(objective) % _REPORT_EVERY == 0:
            report(len(objective) / max_iterations, "Weighing colours")
        moved = np.divide(moments[:, :3], moments[:, 3:], out=centres.copy(), where=moments[:, 3:] > 0)
        converged = bool(np.linalg.norm(moved - centres, axis=1).max() <= precision)
        centres = moved
        moments, cost = _moments(blocks, centres, fuzzifier)
        objective.append(cost)
    membership = np.concatenate(
        [memberships(colours, ties, centres, fuzzifier)[0] for colours, _, ties in blocks], axis=1
    ).T
    share = weights / weights.sum()
    return FuzzyClusters(
        centres,
        membership,
        tuple(objective),
        converged,
        partition_coefficient=float(share @ np.square(membership).sum(axis=1)),
        partition_entropy=float(share @ entr(membership).sum(axis=1)),
    )


Block = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int32]]
"""Some of the points, (3, n), with their weights and ties."""


def _moments(blocks: list[Block], centres: NDArray[np.float64], fuzzifier: float) -> tuple[NDArray[np.float64], float]:
    """Sums over all points of weight × membership ** fuzzifier × (colour, 1), (K, 4), and the objective."""
    moments, cost = np.zeros((len(centres), 4)), 0.0
    for colours, weights, tied in blocks:
        membership, squared = memberships(colours, tied, centres, fuzzifier)
        powers = membership**fuzzifier
        powers *= weights
        moments[:, :3] += np.einsum("kn,dn->kd", powers, colours)  # so small that starting BLAS costs more
        moments[:, 3] += powers.sum(axis=1)
        cost += float(np.einsum("kn,kn->", powers, squared))
    return moments, cost


def memberships(
    colours: NDArray[Real], tied: NDArray[np.int32], centres: NDArray[np.float64], fuzzifier: float
) -> tuple[NDArray[Real], NDArray[Real]]:
    """Memberships (K, n) of ``colours`` (3, n) in given centres, and squared distances (K, n), in the colours' type.

    Distances enter as ratios to the nearest centre's, none above 1: neither a colour on a centre nor a fuzzifier near 1
    overflows, and a colour on several centres at once is shared between them.
    """
    squared = np.empty((len(centres), colours.shape[1]), dtype=colours.dtype)
    for row, centre in zip(squared, centres.astype(colours.dtype), strict=True):
        np.einsum("dn,dn->n", away := colours - centre[:, None], away, out=row)
    np.maximum(squared, np.finfo(colours.dtype).tiny, out=squared)
    membership = squared.min(axis=0) / squared
    membership **= 1.0 / (fuzzifier - 1.0)
    membership /= membership.sum(axis=0)
    rows = np.flatnonzero(tied >= 0)
    membership[:, rows] = 0.0
    membership[tied[rows], rows] = 1.0
    return membership, squared
