"""The closed form (Levin, Lischinski & Weiss 2008): the alpha nearest to linear in colour in every small window."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from masking_core.kernels.matting.laplacian import band_system
from masking_core.kernels.matting.problem import Problem
from masking_core.kernels.matting.reduction import enlarged, reduced
from masking_core.kernels.matting.sampling import Sampled
from masking_core.kernels.matting.solver import solve

TOLERANCE = 1e-3
"""Residual, of that of alpha 0, at which a solution is as near to the truth as an exact one."""
ROUNDS = 1000
SMALL = 2_000
"""Unknown pixels that are solved without a smaller size to begin from."""
TRUST = 4e-3
"""Weight of a squared difference from a sampled alpha that is wholly confident, beside αᵀLα."""


def closed_form(problem: Problem, samples: Sampled | None = None, tolerance: float = TOLERANCE) -> Problem:
    """Solve a problem at its size, beginning from sampled alpha or else from the solution of half the size.

    Args:
        problem: at least 3 × 3 pixels.
        samples: what alpha should be near to, if anything.
        tolerance: see :func:`~masking_core.kernels.matting.solver.solve`.

    Raises:
        Cancelled: the listener of :mod:`masking_core.progress` no longer wants the result.
    """
    system = band_system(problem)
    if samples is None:
        start = _start(problem, tolerance)
    else:
        start = samples.alpha.astype(np.float64)
        weight = TRUST * samples.confidence
        system.matrix[:, 12] += weight
        system.right[:] += weight * samples.alpha
    return problem.solved(solve(system, start, tolerance, ROUNDS, "Finding the soft edge"))


def _start(problem: Problem, tolerance: float) -> NDArray[np.float64]:
    count = int(np.count_nonzero(problem.unknown))
    if count <= SMALL or min(problem.unknown.shape) < 6:
        return np.full(count, 0.5)
    half = closed_form(reduced(problem, 2), tolerance=tolerance)
    return enlarged(half, problem, 2)[problem.unknown].astype(np.float64)
