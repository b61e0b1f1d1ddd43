"""Several starts, the best of which is carried on."""

import numpy as np
import pytest

from masking_core.errors import Cancelled
from masking_core.kernels.clustering.runs import RESTARTS, TRIAL, Run, best_run
from masking_core.progress import listening


def run(centres, energy, *, converged=False):
    path = np.repeat(centres[None], len(energy), axis=0)
    return Run(centres, np.zeros(1, np.int32), np.ones(1), tuple(energy), converged, path)


class Sinking:
    """An iteration whose energy halves, from the first coordinate of its start, and that converges at ``rest``."""

    def __init__(self, rest=0.0):
        self.rest, self.asked = rest, []

    def __call__(self, centres, most):
        energy = [float(centres[0, 0])]
        while len(energy) <= most and energy[-1] > self.rest:
            energy.append(energy[-1] / 2)
        self.asked.append(most)
        return run(np.array([[energy[-1]]]), energy, converged=energy[-1] <= self.rest)


def starts(values):
    given = iter(values)
    return lambda: np.array([[next(given)]])


def test_every_start_is_tried_and_the_best_is_carried_on():
    iterate = Sinking()
    found = best_run(starts([9.0, 4.0, 7.0, 8.0, 5.0, 6.0, 8.0, 9.0]), iterate, 20, drawn=True, doing="Trying")
    assert iterate.asked == [TRIAL] * RESTARTS + [20 - TRIAL]
    assert found.iterations == 20
    assert found.energy == tuple(4.0 / 2**n for n in range(21))
    assert found.path.shape == (21, 1, 1)


def test_what_has_converged_is_not_carried_on():
    iterate = Sinking(rest=3.0)
    found = best_run(starts([8.0] * RESTARTS), iterate, 20, drawn=True, doing="Trying")
    assert iterate.asked == [TRIAL] * RESTARTS
    assert found.converged


def test_one_try_is_enough_where_nothing_is_drawn_and_no_more_iterations_are_made_than_allowed():
    iterate = Sinking()
    assert best_run(starts([8.0]), iterate, 3, drawn=False, doing="Trying").iterations == 3
    assert iterate.asked == [3, 0]


def test_it_tells_how_far_it_is_and_can_be_cancelled():
    told = []
    with listening(lambda fraction, doing: told.append((fraction, doing)) or len(told) < 3), pytest.raises(Cancelled):
        best_run(starts([8.0] * RESTARTS), Sinking(), 20, drawn=True, doing="Trying")
    assert told == [(0.0, "Trying"), (1 / RESTARTS, "Trying"), (2 / RESTARTS, "Trying")]
