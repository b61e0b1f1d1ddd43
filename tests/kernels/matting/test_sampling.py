"""Colours sampled along rays, against truths that are known."""

import numpy as np
import pytest

from masking_core.kernels.matting.problem import Problem, from_trimap
from masking_core.kernels.matting.sampling import (
    BEST,
    CONTRAST,
    DOUBT,
    NOISE,
    RAYS,
    SHARING,
    _away,
    _insert,
    _look,
    sampled,
)


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


def rays_of(index, known, i, j):
    """Where the rays of a pixel meet the object first, and where the background."""
    fronts, behinds = np.empty((RAYS, 2), np.int32), np.empty((RAYS, 2), np.int32)
    aways = _away((index < 0) & (known >= 0.5)), _away((index < 0) & (known < 0.5))
    front, behind = _look(*aways, i, j, fronts, behinds)
    return fronts[:front], behinds[:behind]


@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
@pytest.mark.parametrize("kinds", [(0,), (1,), (0, 1)])
def test_rays_that_leap_meet_what_rays_meet_that_look_at_every_pixel(share, kinds):
    rng = np.random.default_rng(0)
    shape = 60, 90
    index = np.where(rng.random(shape) < share, -1, 0)
    known = rng.choice(kinds, shape).astype(np.float32)
    met = 0
    for i, j in rng.integers(0, shape, (60, 2)):
        walked = [], []
        for ray in range(RAYS):
            angle = 2 * np.pi * (ray + ((i % 3) * 3 + j % 3) / 9) / RAYS
            steps = np.arange(1, 401)[:, None] * (np.sin(angle), np.cos(angle))
            way = np.rint(np.add(steps, (i, j))).astype(int)
            way = way[((way >= 0) & (way < shape)).all(axis=1)]
            for kind, wanted in zip((True, False), walked, strict=True):
                there = np.flatnonzero((index[tuple(way.T)] < 0) & ((known[tuple(way.T)] >= 0.5) == kind))
                wanted.extend(tuple(place) for place in way[there[:1]])
        assert [list(map(tuple, found)) for found in rays_of(index, known, i, j)] == list(walked)
        met += sum(map(len, walked))
    assert met > 50


def test_nine_neighbours_look_in_as_many_evenly_spread_directions_as_they_have_rays():
    index = np.zeros((243, 243), np.int32)
    away = np.mgrid[:243, :243] - 121
    index[np.hypot(*away) > 110] = -1
    known = (away[0] > 0).astype(np.float32)
    met = []
    for i in range(120, 123):
        for j in range(120, 123):
            fronts, behinds = rays_of(index, known, i, j)
            assert (known[tuple(fronts.T)] == 1).all()
            assert (known[tuple(behinds.T)] == 0).all()
            met += [np.degrees(np.arctan2(y - i, x - j)) for y, x in (*fronts, *behinds)]
            assert all(110 < np.hypot(y - 121, x - 121) < 113 for y, x in (*fronts, *behinds))
    assert np.sort(np.mod(met, 360).round(-1) % 360) == pytest.approx(np.arange(0, 360, 360 / (9 * RAYS)))


def test_a_ray_ends_after_four_hundred_pixels():
    for distance in (399, 400, 401):
        index, known = np.zeros((3, 1000), np.int32), np.zeros((3, 1000), np.float32)
        index[0, 9 + distance], known[0, 9 + distance] = -1, 1
        fronts, behinds = rays_of(index, known, 0, 9)
        assert [*map(tuple, fronts)] == [(0, 9 + distance)] * (distance <= 400)
        assert len(behinds) == 0


def mix(colour, front, behind):
    """Alpha and the squared distance that is left: least squares with a little of alpha's own square."""
    alpha = np.clip((front - behind) @ (colour - behind) / ((front - behind) @ (front - behind) + NOISE), 0, 1)
    return alpha, np.sum((colour - alpha * front - (1 - alpha) * behind) ** 2)


@pytest.mark.parametrize("seed", range(3))
def test_what_is_sampled_is_what_the_paper_says_written_out(seed):
    """Gastal & Oliveira (2010): the least M² D_F D_B⁴ of all pairs, and the best of the neighbours' pairs."""
    rng = np.random.default_rng(seed)
    rgb, alpha = rng.integers(0, 256, (11, 23, 3)).astype(np.float32), rng.integers(0, 2, (11, 23)).astype(np.float32)
    unknown = np.zeros((11, 23), bool)
    unknown[1:-1, 1:-1] = rng.random((9, 21)) < 0.7
    index = np.full((11, 23), -1, np.int32)
    index[unknown] = np.arange(unknown.sum())
    pairs = {}
    for i, j in np.argwhere(unknown):
        near = [rgb[y, x] for y in (i - 1, i, i + 1) for x in (j - 1, j, j + 1)]
        tried = []
        fronts, behinds = rays_of(index, alpha, i, j)
        for front in fronts:
            for behind in behinds:
                colours = rgb[tuple(front)], rgb[tuple(behind)]
                misfit = NOISE + sum(mix(colour, *colours)[1] for colour in near)
                ways = np.hypot(*(front - (i, j))) * np.hypot(*(behind - (i, j))) ** 4
                tried.append((misfit**2 * ways, colours))
        if tried:
            pairs[i, j] = np.array(min(tried, key=lambda each: each[0])[1])
    found = sampled(Problem(rgb, unknown, alpha))
    for number, (i, j) in enumerate(np.argwhere(unknown)):
        reach = [pair for (y, x), pair in pairs.items() if abs(y - i) <= SHARING and abs(x - j) <= SHARING]
        front, behind = np.mean(sorted(reach, key=lambda pair: mix(rgb[i, j], *pair)[1])[:BEST], axis=0)
        wanted, left = mix(rgb[i, j], front, behind)
        contrast = np.sum(((front - behind) / 255) ** 2)
        confidence = np.exp(-DOUBT * left**0.5 / 255) * contrast / (contrast + CONTRAST**2)
        assert (found.alpha[number], found.confidence[number]) == pytest.approx((wanted, confidence), abs=1e-3)
