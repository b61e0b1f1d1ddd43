"""A trimap from a mask: narrow where the edge is sharp, wide where it is not, and never wider than declared."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from masking_core.errors import Cancelled
from masking_core.kernels.matting import trimap as t
from masking_core.kernels.matting.problem import Problem
from masking_core.kernels.matting.reduction import factor_for, reduced, touched
from masking_core.kernels.matting.sampling import sampled
from masking_core.kernels.matting.trimap import CORE_LEAST, judged
from masking_core.progress import listening

FRONT, BEHIND = np.array((220, 40, 60.0)), np.array((20, 200, 90.0))
HEIGHT, WIDTH = 240, 320


def half_plane(soft, at=160):
    """An object left of column ``at``, whose edge is ``soft`` pixels wide."""
    return np.clip((at - np.arange(WIDTH) - 0.5) / soft + 0.5, 0, 1).astype(np.float32)[None].repeat(HEIGHT, 0)


def mixed(alpha):
    return np.rint(alpha[..., None] * FRONT + (1 - alpha[..., None]) * BEHIND).astype(np.uint8)


def hard(alpha):
    return (alpha >= 0.5).astype(np.float32)


def distance(mask):
    return (
        np.where(mask, *(cv2.distanceTransform(side.astype(np.uint8), cv2.DIST_L2, 5) for side in (mask, ~mask))) - 0.5
    )


def test_the_band_covers_a_soft_edge_and_hugs_a_sharp_one():
    alpha = half_plane(1)
    alpha[HEIGHT // 2 :] = half_plane(16)[HEIGHT // 2 :]
    unknown = judged(mixed(alpha), hard(alpha), 16).trimap == 128
    assert unknown[(alpha > 0.1) & (alpha < 0.9)].all()
    sharp, soft = unknown[20:100].sum(axis=1), unknown[140:220].sum(axis=1)
    assert sharp.max() <= 6
    assert soft.min() >= 12


def test_a_clean_soft_edge_is_unknown_nearly_to_its_ends():
    alpha = half_plane(12)
    unknown = judged(mixed(alpha), hard(alpha), 10).trimap == 128
    assert unknown[(alpha > 0.05) & (alpha < 0.95)].all()
    assert not unknown[:, :148].any()
    assert not unknown[:, 172:].any()


def test_a_hair_that_the_mask_left_out_is_unknown_as_far_as_the_width_goes():
    alpha = half_plane(1)
    alpha[118:121, 160:172] = 0.8
    mask = half_plane(1)
    unknown = judged(mixed(alpha), hard(mask), 20).trimap == 128
    assert unknown[119, 160:171].all()
    assert not unknown[60, 165:171].any()
    near = judged(mixed(alpha), hard(mask), 6).trimap == 128
    assert not near[119, 167:].any()


def test_a_sharp_edge_needs_no_matte_and_a_soft_one_does():
    assert not judged(mixed(hard(half_plane(1))), hard(half_plane(1)), 8).soft
    assert judged(mixed(half_plane(8)), hard(half_plane(8)), 8).soft


def test_where_object_and_background_look_alike_no_matte_helps():
    noise = np.random.default_rng(0).integers(110, 130, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    edge = judged(noise, hard(half_plane(1)), 12)
    assert not edge.soft


@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.integers(1, 60), st.floats(0, 20))
@settings(max_examples=40)
def test_beyond_the_width_and_off_the_brush_the_trimap_is_the_mask(seed, height, width, reach):
    rng = np.random.default_rng(seed)
    alpha = np.asarray(cv2.GaussianBlur(rng.random((height, width), np.float32), (0, 0), 3))
    alpha = np.clip((alpha - alpha.mean()) * 20 + 0.5, 0, 1).astype(np.float32)
    rgb = rng.integers(0, 256, (height, width, 3)).astype(np.uint8)
    hair = rng.random((height, width)) < 0.02
    doubt = rng.random((5, 4), np.float32)
    trimap = judged(rgb, alpha, reach, doubt, hair).trimap
    mask = alpha >= 0.5
    assert set(np.unique(trimap)) <= {0, 128, 255}
    assert (trimap[hair] == 128).all()
    far = ~hair if mask.all() or not mask.any() else (distance(mask) > reach + 0.01) & ~hair
    assert np.array_equal(trimap[far], np.where(mask, 255, 0)[far])
    if not mask.all() and mask.any():
        assert (trimap[distance(mask) <= min(reach, CORE_LEAST) - 0.01] == 128).all()


def test_what_is_soft_or_uncertain_already_is_unknown():
    alpha = hard(half_plane(1))
    alpha[100:140, 150:160] = 0.7
    doubt = np.zeros((HEIGHT, WIDTH), np.float32)
    doubt[20:60, 160:170] = 1
    trimap = judged(mixed(hard(alpha)), alpha, 12, doubt).trimap
    assert (trimap[102:138, 150:160] == 128).all()
    assert (trimap[22:58, 160:169] == 128).all()
    assert (trimap[200:, 168:] == 0).all()


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_picture_without_an_edge_has_nothing_unknown(value):
    rgb = np.random.default_rng(0).integers(0, 256, (20, 30, 3)).astype(np.uint8)
    edge = judged(rgb, np.full((20, 30), value, np.float32), 5)
    assert (edge.trimap == 255 * value).all()
    assert not edge.soft


def test_it_stops_when_the_result_is_no_longer_wanted():
    alpha = half_plane(8)
    with listening(lambda *_: False), pytest.raises(Cancelled):
        judged(mixed(alpha), hard(alpha), 12)


def test_a_small_part_keeps_its_middle_and_a_speck_may_go():
    rng = np.random.default_rng(0)
    rgb = np.full((900, 1200, 3), 60, np.uint8) + rng.integers(0, 20, (900, 1200, 3), dtype=np.uint8)
    mask = np.zeros((900, 1200), np.float32)
    for top, left, height, width in ((100, 100, 300, 400), (600, 700, 8, 14), (700, 100, 3, 3)):
        mask[top : top + height, left : left + width] = 1
        rgb[top : top + height, left : left + width] += np.array([120, 40, 0], np.uint8)
    trimap = judged(rgb, mask, 24.0).trimap
    assert (trimap[603:605, 703:711] == 255).all()
    assert trimap[600, 700] == 128
    assert (trimap[700:703, 100:103] == 128).all()
    hair = np.zeros(mask.shape, bool)
    hair[590:620, 690:730] = True
    assert (judged(rgb, mask, 24.0, hair=hair).trimap[hair] == 128).all()


@pytest.mark.parametrize(("side", "width", "reach"), [(1500, 20.0, 6), (1500, 3.0, 3), (200, 20.0, 1.5)])
@pytest.mark.parametrize("turned", [False, True])
def test_beside_a_sharp_edge_as_much_is_unknown_as_a_share_of_the_long_side(side, width, reach, turned):
    alpha = (np.arange(side) < side // 2).astype(np.float32)[None].repeat(12, 0)
    alpha = np.ascontiguousarray(alpha.T) if turned else alpha
    unknown = judged(mixed(alpha), alpha, width).trimap == 128
    assert np.array_equal(unknown, distance(alpha > 0) <= reach)


def test_softness_and_doubt_leave_open_what_is_above_their_limits_and_within_reach():
    alpha = hard(half_plane(1))
    doubt = np.zeros_like(alpha)
    alpha[40:50], alpha[60:70] = np.where(alpha[40:50] > 0, 0.91, 0.1), np.where(alpha[60:70] > 0, 0.89, 0.11)
    doubt[140:150], doubt[160:170] = t.DOUBT, t.DOUBT + 0.01
    unknown = judged(mixed(hard(alpha)), alpha, 12, doubt).trimap == 128
    away = distance(alpha >= 0.5)
    for rows in (slice(62, 68), slice(162, 168)):
        assert np.array_equal(unknown[rows], away[rows] <= 12)
    for rows in (slice(42, 48), slice(142, 148)):
        assert np.array_equal(unknown[rows], away[rows] <= CORE_LEAST)


def test_where_all_is_doubtful_the_object_keeps_its_middle_and_the_background_none():
    mask = np.zeros((50, 70), np.float32)
    mask[10:31, 20:51] = 1
    trimap = judged(mixed(mask), mask, 90.0, np.ones_like(mask)).trimap
    middle = (mask > 0) & (distance(mask > 0) >= t.MIDDLE * 10.5)
    assert np.array_equal(trimap, np.where(middle, 255, 128))


@pytest.mark.parametrize("most", [30_000, 200])
@pytest.mark.parametrize("seed", range(3))
def test_what_is_unknown_is_what_colours_contradict_as_it_is_described(seed, most, monkeypatch):
    monkeypatch.setattr(t, "MOST", most)
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:61, :83]
    alpha = np.clip((18 + 5 * np.cos(3 * np.arctan2(y - 30, x - 41)) - np.hypot(y - 30, x - 41)) / 8 + 0.5, 0, 1)
    rgb = (mixed(alpha) + rng.normal(0, 4 + 8 * seed, (61, 83, 3))).clip(0, 255).astype(np.uint8)
    mask = np.hypot(y - 30, x - 41) < 18
    width, away = 11.0, distance(mask)
    found = judged(rgb, mask.astype(np.float32), width)

    problem = Problem(rgb, away <= width, mask.astype(np.float32))
    factor = factor_for(problem, most)
    small = reduced(problem, factor)
    core, reach = touched(away <= CORE_LEAST, factor), small.unknown
    rim = reach & ~touched(away <= t.RIM * width, factor)
    samples = sampled(small)
    raw = np.zeros(reach.shape)
    raw[reach] = np.abs(samples.alpha - small.alpha[reach]) * samples.confidence**t.CREDIT
    contradiction = ndimage.gaussian_filter(raw, t.BLUR, mode="mirror")
    assert found.contradiction == pytest.approx(contradiction, abs=5e-3)
    seen = found.contradiction
    assert found.softness == pytest.approx(seen[core].mean() - seen[reach & ~core].mean(), abs=1e-6)
    threshold = min(max(t.ABOVE * seen[rim].mean(), t.WEAK), t.STRONG)
    grown = ndimage.binary_dilation(seen > threshold, np.ones((3, 3)))
    large = ndimage.zoom(grown.astype(float), factor, order=1, mode="nearest", grid_mode=True)[:61, :83]
    sure = np.abs(large - 0.5) > 1e-6
    wanted = (away <= CORE_LEAST) | ((away <= width) & (large > 0.5))
    assert factor == (1 if most == 30_000 else 4)
    assert np.array_equal((found.trimap == 128)[sure], wanted[sure])
