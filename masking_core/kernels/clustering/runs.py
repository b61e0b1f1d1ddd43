"""What every k-means of ours does about unlucky starts: many are tried for a few iterations, the best is carried on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from masking_core.progress import report

RESTARTS = 8
"""Seedings that are tried."""
TRIAL = 8
"""Iterations after which the best seeding is picked, the only one that is carried on."""


@dataclass(frozen=True, eq=False)
class Run:
    """Where an iteration stands.

    Attributes:
        centres: (K, D) float64, the weighted means of the clusters.
        labels: int32, the cluster of every point, the lower one of equals; -1 where masked.
        weights: (K,) float64, total weight of each cluster.
        energy: sum of weight × squared distance to the own centre, at the start and after every iteration.
        converged: whether the last iteration moved no centre by more than the precision.
        path: (T + 1, K, D) float64, the centres at the start and after every iteration.
    """

    centres: NDArray[np.float64]
    labels: NDArray[np.int32]
    weights: NDArray[np.float64]
    energy: tuple[float, ...]
    converged: bool
    path: NDArray[np.float64]

    @property
    def iterations(self) -> int:
        """How often the centres were moved."""
        return len(self.energy) - 1


Iterate = Callable[[NDArray[np.float64], int], Run]
"""Iterates from centres (K, D), so many times at most."""


def best_run(start: Callable[[], NDArray[np.float64]], iterate: Iterate, most: int, *, drawn: bool, doing: str) -> Run:
    """Try :data:`RESTARTS` starts for :data:`TRIAL` iterations, and carry on the run of least energy.

    Args:
        start: gives the centres (K, D) to begin at.
        iterate: moves them.
        most: iterations at most, the trial's included.
        drawn: whether ``start`` draws anything; else every try would be the same, and one is enough.
        doing: what this is, for :func:`masking_core.progress.report`.
    """
    tries = RESTARTS if drawn else 1
    trials = []
    for trial in range(tries):
        report(trial / tries, doing)
        trials.append(iterate(start(), min(TRIAL, most)))
    return continued(min(trials, key=lambda run: run.energy[-1]), iterate, most)


def continued(run: Run, iterate: Iterate, most: int) -> Run:
    """The run carried on until it converges, with at most ``most`` iterations in all."""
    if run.converged:
        return run
    rest = iterate(run.centres, most - run.iterations)
    return replace(rest, energy=run.energy[:-1] + rest.energy, path=np.concatenate([run.path[:-1], rest.path]))
