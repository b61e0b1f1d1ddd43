"""Colours sampled along rays, against truths that are known."""

import numpy as np

from masking_core.kernels.matting.problem import from_trimap
from masking_core.kernels.matting.sampling import BEST, _insert, sampled


def test_the_best_are_kept_in_order():
    rng = np.random.default_rng(0)
    misfits, chosen = np.full(BEST, np.inf, np.float32), np.full(BEST, -1, np.int64)
    given = rng.permutation(20).astype(np.float32)
    for number, misfit in enumerate(given):
        if misfit < misfits[BEST - 1]:
            _insert(misfit, number, misfits, chosen)
    assert misfits.tolist() == list(range(BEST))
    assert given[chosen].tolist() == list(range(BEST))


def test_a_ramp_between_two_colours_is_read_back():
    alpha = np.clip((np.arange(90) - 29) / 31, 0, 1)
    front, behind = np.array([220.0, 60, 40]), np.array([30.0, 80, 200])
    rgb = np.rint(alpha[:, None] * front + (1 - alpha[:, None]) * behind).astype(np.uint8)[None].repeat(40, axis=0)
    trimap = np.where(alpha >= 1, 255, np.where(alpha <= 0, 0, 128)).astype(np.uint8)[None].repeat(40, axis=0)
    problem = from_trimap(rgb, trimap)
    samples = sampled(problem)
    assert np.abs(samples.alpha - alpha[None].repeat(40, axis=0)[problem.unknown]).max() < 0.03
    assert samples.confidence.min() > 0.5
