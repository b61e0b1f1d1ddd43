"""Clean colours: the object's own, wherever alpha is soft."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masking_core.errors import Cancelled, ParameterError
from masking_core.kernels.matting import foreground
from masking_core.kernels.matting.foreground import (
    INERTIA,
    REGULARITY,
    SMALL,
    _band,
    _carried,
    _relax,
    foreground_colours,
)
from masking_core.progress import listening

FRONT, BEHIND = np.array((220, 40, 40.0)), np.array((30, 200, 60.0))


def soft_disc(height, width, blur):
    y, x = np.mgrid[:height, :width]
    away = np.hypot(y - height / 2, x - width / 2)
    return np.clip((min(height, width) / 3 - away) / blur + 0.5, 0, 1).astype(np.float32)


def mixed(alpha, front=FRONT, behind=BEHIND):
    return np.rint(alpha[..., None] * front + (1 - alpha[..., None]) * behind).astype(np.uint8)


@pytest.mark.parametrize(("height", "width", "blur"), [(60, 80, 6), (200, 150, 30), (33, 400, 3)])
def test_a_flat_object_on_a_flat_background_gets_its_colour_back(height, width, blur):
    alpha = soft_disc(height, width, blur)
    colours = foreground_colours(mixed(alpha), alpha)
    soft = (alpha > 0) & (alpha < 1)
    wrong = np.abs(colours[soft] - FRONT)
    assert (wrong * alpha[soft][:, None]).max() < 3
    assert wrong[alpha[soft] > 0.1].max() < 12


def test_colours_are_the_pictures_where_alpha_is_not_soft():
    rng = np.random.default_rng(0)
    alpha = soft_disc(60, 80, 6)
    rgb = rng.integers(0, 256, (60, 80, 3)).astype(np.uint8)
    colours = foreground_colours(rgb, alpha)
    hard = (alpha == 0) | (alpha == 1)
    assert np.array_equal(colours[hard], rgb[hard])
    assert colours.dtype == np.uint8
    assert colours is not rgb


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 40))
@settings(max_examples=30)
def test_any_picture_of_any_size_gets_colours(seed, height, width):
    rng = np.random.default_rng(seed)
    rgb = rng.integers(0, 256, (height, width, 3)).astype(np.uint8)
    alpha = np.clip(rng.normal(0.5, 1, (height, width)), 0, 1).astype(np.float32)
    colours = foreground_colours(rgb, alpha)
    assert colours.shape == rgb.shape
    assert np.array_equal(colours, foreground_colours(rgb, alpha))


def test_a_gradient_on_the_object_is_kept():
    alpha = soft_disc(120, 160, 12)
    front = np.stack(
        [np.linspace(100, 240, 160)[None].repeat(120, 0), np.full((120, 160), 60.0), np.zeros((120, 160))], 2
    )
    colours = foreground_colours(mixed(alpha, front), alpha)
    soft = (alpha > 0) & (alpha < 1)
    picture = mixed(alpha, front)
    ours, before = (np.abs(each[soft] - front[soft]).mean() for each in (colours, picture))
    assert ours < 6
    assert ours < before / 8


@pytest.mark.parametrize("opacity", [0.25, 0.5, 0.9])
def test_where_nothing_says_otherwise_the_object_has_the_colour_that_is_seen(opacity):
    rgb = np.full((5, 9, 3), (220, 40, 130), np.uint8)
    assert np.array_equal(foreground_colours(rgb, np.full((5, 9), opacity, np.float32)), rgb)


def test_shapes_that_differ_are_refused():
    with pytest.raises(ParameterError, match="alpha must be"):
        foreground_colours(np.zeros((4, 5, 3), np.uint8), np.zeros((5, 4), np.float32))


def test_it_stops_when_the_result_is_no_longer_wanted():
    alpha = soft_disc(60, 80, 6)
    with listening(lambda *_: False), pytest.raises(Cancelled):
        foreground_colours(mixed(alpha), alpha)


@pytest.mark.parametrize("seed", range(6))
def test_a_pixels_two_colours_are_the_least_squares_solution_of_the_paper(seed):
    """Germer et al. (2020), equation 4: what is seen, and small differences from the neighbours."""
    rng = np.random.default_rng(seed)
    rgb = rng.integers(90, 160, (3, 4, 3), dtype=np.uint8)
    alpha = rng.uniform(0.2, 0.8, (3, 4)).astype(np.float32)
    alpha[0, 1], alpha[1, 0] = 1, 0  # known: the one to be the object, the other not
    at = ((1, 1), (0, 0), (2, 3))[seed % 3]
    soft = np.argwhere((alpha > 0) & (alpha < 1))
    by_way = soft[np.argsort(np.abs(soft - at).sum(axis=1), kind="stable")]  # the pixel itself, a neighbour, …
    band = (by_way[[1, 0, *range(2, len(by_way))]] @ (4, 1)).astype(np.int32)
    place = np.full(alpha.shape, -1, np.int32)
    place.ravel()[band] = np.arange(len(band))
    pair = rng.uniform(0.3, 0.7, (len(band), 2, 3)).astype(np.float32)
    rows = [([alpha[at], 1 - alpha[at]], rgb[at] / 255, 1)]
    before = pair.copy()
    _relax(rgb, alpha, band[:2], place, pair)  # the neighbour first, whose new colours count at once
    rows += [([1, 0], before[1, 0], INERTIA), ([0, 1], before[1, 1], INERTIA)]
    for near in ((at[0] - 1, at[1]), (at[0] + 1, at[1]), (at[0], at[1] - 1), (at[0], at[1] + 1)):
        if 0 <= near[0] < 3 and 0 <= near[1] < 4:
            weight = REGULARITY + abs(alpha[at] - alpha[near])
            front, behind = pair[place[near]] if place[near] >= 0 else (rgb[near] / 255,) * 2
            rows += [([1, 0], front, weight)] if alpha[near] > 0 else []
            rows += [([0, 1], behind, weight)] if alpha[near] < 1 else []
    equations, values, weights = (np.array(each, float) for each in zip(*rows, strict=True))
    root = np.sqrt(weights)[:, None]
    wanted = np.linalg.lstsq(equations * root, values * root, rcond=None)[0].clip(0, 1)
    np.testing.assert_allclose(pair[1], wanted, atol=1e-4)


@pytest.mark.parametrize("factor", [1, 2])
def test_the_band_is_what_is_within_two_pixels_of_a_soft_one_however_small_its_share(factor):
    soft = np.zeros((80 * factor, 120 * factor), bool)
    soft[20 * factor, 30 * factor] = soft[79 * factor, 119 * factor] = True
    expected = np.zeros((80, 120), bool)
    expected[18:23, 28:33] = expected[77:, 117:] = True
    assert np.array_equal(_band(soft, (80, 120)) > 0, expected)


def test_of_a_strip_too_only_the_band_is_worked_on():
    soft = np.zeros((20, 120), bool)
    soft[10, 50] = True
    expected = np.zeros((20, 120), bool)
    expected[8:13, 48:53] = True
    assert np.array_equal(_band(soft, (20, 120)) > 0, expected)


@pytest.mark.parametrize("shape", [(30, 200), (200, 30), (40, 40)])
def test_sizes_with_no_long_side_are_iterated_more_often(shape, monkeypatch):
    sizes = Counter()
    monkeypatch.setattr(foreground, "_relax", lambda _, alpha, *__: sizes.update([alpha.shape]))
    alpha = soft_disc(*shape, 6)
    foreground_colours(mixed(alpha), alpha)
    often = {size for size in sizes if max(size) <= SMALL}
    assert shape in sizes.keys() - often
    assert min(sizes[size] for size in often) > max(sizes[size] for size in sizes.keys() - often)


def test_objects_far_apart_keep_each_its_own_colour():
    left, right = (np.roll(soft_disc(100, 300, 10), by, axis=1) for by in (-90, 90))
    front = np.where(np.arange(300)[None, :, None] < 150, FRONT, (20, 40, 230.0))
    alpha = np.maximum(left, right)
    clear = (alpha > 0) & (alpha < 1)
    assert np.abs(foreground_colours(mixed(alpha, front), alpha) - front)[clear].max() < 3


def test_a_size_begins_with_the_colours_of_the_coarser_one_and_else_with_the_pictures():
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 256, (5, 7, 3), dtype=np.uint8)
    place = np.full((2, 3), -1, np.int32)
    place[0, 0], place[1, 2] = 0, 1
    pair = rng.random((2, 2, 3), np.float32)
    band = np.arange(35, dtype=np.int32)
    found = _carried(band, picture, place, pair).reshape(5, 7, 2, 3)
    for i, j in np.ndindex(5, 7):
        parent = place[i * 2 // 5, j * 3 // 7]
        wanted = pair[parent] if parent >= 0 else [picture[i, j] / 255] * 2
        assert found[i, j] == pytest.approx(np.array(wanted), abs=1e-6)
