"""Coarse to fine cuts against exact ones."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from skimage import data

from masking_core.errors import Cancelled, ParameterError
from masking_core.kernels.min_cut.coarse_to_fine import (
    TIE_MARGINS,
    Pyramid,
    _grown,
    _near_boundary,
    _near_ties,
    _seed_levels,
    banded_cut,
    coarse_to_fine_cuts,
    from_array,
)
from masking_core.kernels.min_cut.contrast import nlinks, quantise
from masking_core.kernels.min_cut.maxflow import MAX_LINK, Grid, cut
from masking_core.progress import listening


def photograph(height, width):
    """Return coffee, and how much more its cup and saucer look like dark red than like the table."""
    picture = cv2.resize(data.coffee(), (width, height), interpolation=cv2.INTER_CUBIC)
    lightness = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB)[..., 0].astype(np.float32)
    return picture, np.clip((lightness - 115) / 4, -20, 20)


def exactly(picture, unary, smoothness, seeds=None, sensitivity=1.0):
    pyramid = Pyramid.of(picture, sensitivity=sensitivity, coarsest=picture.size)
    return banded_cut(pyramid, from_array(unary, pyramid), smoothness=smoothness, seeds=seeds)


def energy(foreground, steps, links):
    """Price a labelling: its unaries, and the n-links between unlike neighbours."""
    steps = steps.astype(np.int64)
    total = np.where(foreground, np.maximum(-steps, 0), np.maximum(steps, 0)).sum()
    total += links[0, :, :-1][foreground[:, :-1] != foreground[:, 1:]].sum(dtype=np.int64)
    total += links[1, :-1][foreground[:-1] != foreground[1:]].sum(dtype=np.int64)
    total += links[2, :-1, :-1][foreground[:-1, :-1] != foreground[1:, 1:]].sum(dtype=np.int64)
    return total + links[3, :-1, 1:][foreground[:-1, 1:] != foreground[1:, :-1]].sum(dtype=np.int64)


def overlap(a, b):
    return (a & b).sum() / (a | b).sum()


def test_a_single_level_is_the_exact_cut():
    picture, unary = photograph(90, 120)
    expected = cut(quantise(unary, 30.0), nlinks(picture, sensitivity=0.5)).foreground
    assert np.array_equal(exactly(picture, unary, 30.0, sensitivity=0.5), expected)
    assert 0.05 < expected.mean() < 0.95


def marked_cup(height, width):
    """Add seeds: a stroke on the cup, and the frame as background."""
    picture, unary = photograph(height, width)
    seeds = np.full((height, width), -1)
    seeds[:8] = seeds[-8:] = seeds[:, :8] = seeds[:, -8:] = 0
    seeds[int(0.35 * height) : int(0.6 * height), int(0.4 * width) : int(0.6 * width)] = 1
    return picture, unary, seeds


@pytest.mark.parametrize("smoothness", [20.0, 50.0])
def test_a_banded_cut_of_a_marked_object_agrees_with_the_exact_one(smoothness):
    picture, unary, seeds = marked_cup(401, 603)
    pyramid = Pyramid.of(picture, coarsest=65_536)
    assert len(pyramid.levels) == 2
    banded = banded_cut(pyramid, from_array(unary, pyramid), smoothness=smoothness, seeds=seeds)
    assert overlap(banded, exactly(picture, unary, smoothness, seeds)) >= 0.99


@pytest.mark.parametrize("smoothness", [5.0, 20.0, 50.0])
def test_where_labels_are_nearly_tied_the_energy_still_agrees(smoothness):
    """Without marks whole regions can go either way at almost the same energy; which way is then not asked."""
    picture, unary = photograph(401, 603)
    pyramid = Pyramid.of(picture, coarsest=65_536)
    banded = banded_cut(pyramid, from_array(unary, pyramid), smoothness=smoothness)
    steps, links = quantise(unary, smoothness), nlinks(picture)
    best = cut(steps, links).flow
    assert best <= energy(banded, steps, links) <= 1.02 * best


def test_a_drawn_disc_is_found_to_the_pixel_through_many_levels():
    y, x = np.mgrid[:333, :421]
    disc = (y - 150) ** 2 + (x - 230) ** 2 < 90**2
    picture = np.where(disc, 200, 60).astype(np.uint8)[..., None]
    pyramid = Pyramid.of(picture, coarsest=500)
    assert len(pyramid.levels) > 4
    found = banded_cut(pyramid, from_array(np.where(disc, 3.0, -3.0), pyramid), smoothness=10.0)
    assert np.array_equal(found, disc)


@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 40),
    st.integers(1, 40),
    st.integers(1, 4),
    st.sampled_from([np.uint8, np.float32]),
    st.integers(1, 200),
    st.integers(1, 5),
)
@settings(max_examples=150, deadline=None)
def test_every_seed_keeps_its_label_at_any_size(seed, height, width, channels, dtype, coarsest, band):
    rng = np.random.default_rng(seed)
    picture = (rng.random((height, width, channels)) * 255).astype(dtype)
    seeds = np.where(rng.random((height, width)) < 0.1, rng.integers(0, 2, (height, width)), -1)
    unary = rng.normal(0, 20, (height, width))
    pyramid = Pyramid.of(picture, coarsest=coarsest)
    found = banded_cut(pyramid, from_array(unary, pyramid), smoothness=20.0, seeds=seeds, band=band)
    assert found.shape == (height, width)
    assert found[seeds == 1].all()
    assert not found[seeds == 0].any()


def test_a_stroke_one_pixel_wide_survives_the_coarse_levels():
    picture, unary = photograph(300, 400)
    seeds = np.full((300, 400), -1)
    seeds[20, 30:200] = 1
    pyramid = Pyramid.of(picture, coarsest=400)
    found = banded_cut(pyramid, from_array(np.full_like(unary, -5.0), pyramid), smoothness=20.0, seeds=seeds)
    assert found[20, 30:200].all()


def test_in_fur_and_noise_a_cut_from_three_sizes_down_is_near_the_exact_one():
    """Edges between hairs vanish where pixels are averaged; the n-links of smaller sizes still tell of them."""
    height, width = 600, 900
    picture = cv2.resize(data.chelsea(), (width, height), interpolation=cv2.INTER_CUBIC)
    noise = np.random.default_rng(0).normal(0, 4, picture.shape)
    picture = np.clip(picture + noise, 0, 255).astype(np.uint8)
    y, x = np.mgrid[:height, :width]
    radius = np.hypot((x - 0.47 * width) / (0.25 * width), (y - 0.45 * height) / (0.3 * height))
    unary = 3 * (1 - radius)
    pyramid = Pyramid.of(picture, coarsest=10_000)
    assert len(pyramid.levels) == 4
    banded = banded_cut(pyramid, from_array(unary, pyramid), smoothness=20.0)
    assert overlap(banded, exactly(picture, unary, 20.0)) >= 0.99


def test_what_is_decided_by_a_hair_is_left_open_to_every_larger_size(monkeypatch):
    """Between two equal edges lies a part whose pixels hardly say what they are."""
    part = np.repeat([0, 1, 2], 80)[None].repeat(200, axis=0)
    picture = np.array([60, 120, 180], np.uint8)[part][..., None]
    pyramid = Pyramid.of(picture, coarsest=4000)

    def opened(lean):
        unary = np.array([4.0, lean, -4.0])[part]
        steps = list(coarse_to_fine_cuts(pyramid, from_array(unary, pyramid), smoothness=20.0))
        assert np.array_equal(steps[-1].foreground, unary > 0)
        return [bool(step.free[step.free.shape[0] // 2, step.free.shape[1] // 2]) for step in steps]

    assert opened(0.02) == opened(-0.02) == [True, True, True]
    assert opened(2.0) == [True, False, False]
    monkeypatch.setattr("masking_core.kernels.min_cut.coarse_to_fine.OPEN", 0)
    assert opened(0.02) == [True, False, False]


@pytest.mark.parametrize("kept", [0, 10**9])
def test_n_links_that_are_not_kept_are_weighed_in_the_band(kept, monkeypatch):
    picture, unary, seeds = marked_cup(200, 300)
    monkeypatch.setattr("masking_core.kernels.min_cut.coarse_to_fine.KEPT", kept)
    pyramid = Pyramid.of(picture, coarsest=60_000)
    assert (pyramid.kept[0] is None) == (kept == 0)
    found = banded_cut(pyramid, from_array(unary, pyramid), smoothness=30.0, seeds=seeds)
    assert np.array_equal(found, exactly(picture, unary, 30.0, seeds))


def test_only_the_band_is_asked_for_at_fine_levels():
    picture, unary = photograph(400, 600)
    pyramid = Pyramid.of(picture, coarsest=20_000)
    answer = from_array(unary, pyramid)
    asked = {}

    def unary_at(level, pixels):
        asked[level] = len(pixels)
        return answer(level, pixels)

    banded_cut(pyramid, unary_at, smoothness=50.0)
    sizes = [level.shape[0] * level.shape[1] for level in pyramid.levels]
    assert asked[len(sizes) - 1] == sizes[-1]
    assert all(asked[level] < 0.4 * sizes[level] for level in range(len(sizes) - 1))


def test_a_proxy_with_its_share_of_smoothness_cuts_as_the_full_picture_does():
    picture, unary, seeds = marked_cup(480, 640)
    full = exactly(picture, unary, 40.0, seeds)
    small = cv2.resize(picture, (320, 240), interpolation=cv2.INTER_AREA)
    small_unary = cv2.resize(unary, (320, 240), interpolation=cv2.INTER_AREA)
    proxy = exactly(small, small_unary, 40.0 / 2, seeds[::2, ::2])
    enlarged = cv2.resize(proxy.astype(np.uint8), (640, 480), interpolation=cv2.INTER_NEAREST) > 0
    assert overlap(enlarged, full) >= 0.95


def test_everything_background_or_foreground():
    picture, unary = photograph(100, 150)
    pyramid = Pyramid.of(picture, coarsest=1000)
    for sign in (-1.0, 1.0):
        found = banded_cut(pyramid, from_array(np.full_like(unary, sign), pyramid), smoothness=10.0)
        assert (found == (sign > 0)).all()


def test_seeds_everywhere_leave_nothing_to_decide():
    picture, unary = photograph(60, 80)
    seeds = (unary > 0).astype(np.int32)
    pyramid = Pyramid.of(picture, coarsest=500)
    assert np.array_equal(banded_cut(pyramid, from_array(-unary, pyramid), smoothness=10.0, seeds=seeds), seeds == 1)


def test_the_same_input_gives_the_same_output():
    picture, unary = photograph(200, 300)
    pyramid = Pyramid.of(picture, coarsest=5000)
    first, second = (banded_cut(pyramid, from_array(unary, pyramid), smoothness=20.0) for _ in range(2))
    assert np.array_equal(first, second)


def test_levels_average_blocks_and_repeat_an_odd_frame():
    guide = np.arange(15, dtype=np.float32).reshape(3, 5, 1) ** 2
    pyramid = Pyramid.of(guide, coarsest=6)
    padded = np.pad(guide, ((0, 1), (0, 1), (0, 0)), mode="edge")
    assert pyramid.levels[1].shape == (2, 3, 1)
    assert np.allclose(pyramid.levels[1], padded.reshape(2, 2, 3, 2, 1).mean((1, 3)))


def test_it_can_be_cancelled():
    picture, unary = photograph(200, 300)
    pyramid = Pyramid.of(picture, coarsest=5000)
    with listening(lambda _fraction, _doing: False), pytest.raises(Cancelled):
        banded_cut(pyramid, from_array(unary, pyramid), smoothness=20.0)


def test_parameters_out_of_range_are_refused():
    picture, unary = photograph(20, 30)
    pyramid = Pyramid.of(picture, coarsest=100)
    with pytest.raises(ParameterError, match="band must be 1 pixel or more, but 0"):
        banded_cut(pyramid, from_array(unary, pyramid), smoothness=1.0, band=0)
    with pytest.raises(ParameterError, match="Seeds"):
        banded_cut(pyramid, from_array(unary, pyramid), smoothness=1.0, seeds=np.zeros((3, 3), int))
    with pytest.raises(ParameterError, match="coarsest"):
        Pyramid.of(picture, coarsest=0)


@pytest.mark.parametrize("band", [1, 2, 5])
def test_near_a_boundary_is_what_has_both_labels_in_reach(band):
    labels = np.random.default_rng(0).random((30, 40)) < 0.03
    labels[10:20, 10:30] = True
    padded = np.pad(labels, band, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (2 * band + 1, 2 * band + 1))
    both = windows.any(axis=(2, 3)) & ~windows.all(axis=(2, 3))
    assert np.array_equal(_near_boundary(labels, band), both)


@pytest.mark.parametrize("by", [1, 2, 5])
def test_growing_and_the_band_around_a_boundary_are_those_of_scipy(by):
    labels = np.random.default_rng(by).random((40, 60)) < 0.1
    window = np.ones((2 * by + 1, 2 * by + 1), bool)
    grown = ndimage.binary_dilation(labels, window)
    assert np.array_equal(_grown(labels, by), grown)
    inner = ndimage.binary_erosion(labels, window, border_value=1)
    assert np.array_equal(_near_boundary(labels, by), grown & ~inner)


def test_links_are_kept_of_sizes_up_to_a_bound_and_are_weighed_as_needed_of_larger_ones(monkeypatch):
    monkeypatch.setattr("masking_core.kernels.min_cut.coarse_to_fine.KEPT", 40 * 30)
    picture, _ = photograph(60, 80)
    pyramid = Pyramid.of(picture, coarsest=300)
    assert [links is not None for links in pyramid.kept] == [False, True, True]
    assert np.array_equal(pyramid.kept[1], nlinks(pyramid.levels[1]))
    everywhere = np.ones((60, 80), bool)
    assert np.array_equal(pyramid.nlinks(0, everywhere), nlinks(picture))


@pytest.mark.parametrize("margin", TIE_MARGINS)
@pytest.mark.parametrize("shape", [(40, 60), (80, 120)])
def test_a_hair_is_the_same_evidence_at_every_size_and_less_where_too_much_would_be_open(shape, margin, monkeypatch):
    unary = np.linspace(-6000, 6000, shape[0] * shape[1]).astype(np.int32).reshape(shape)
    grid = Grid(np.zeros((4, *shape), np.int16))
    hair = margin * MAX_LINK / (shape[0] * shape[1]) ** 0.5
    sure = np.abs(np.abs(unary) - hair) > 2
    most = 4 * np.count_nonzero(np.abs(unary) < hair + 2)
    monkeypatch.setattr("masking_core.kernels.min_cut.coarse_to_fine.OPEN", most)
    foreground, doubtful = _near_ties(grid, unary)
    assert np.array_equal(doubtful[sure], (np.abs(unary) < hair)[sure])
    assert np.array_equal(foreground[sure], (unary > hair)[sure])
    monkeypatch.setattr("masking_core.kernels.min_cut.coarse_to_fine.OPEN", 4 * np.count_nonzero(doubtful))
    assert np.array_equal(_near_ties(grid, unary)[1], doubtful)
    monkeypatch.setattr("masking_core.kernels.min_cut.coarse_to_fine.OPEN", 4 * np.count_nonzero(doubtful) - 1)
    less = _near_ties(grid, unary)[1]
    assert np.count_nonzero(less) < np.count_nonzero(doubtful)
    assert less.any() == (margin != TIE_MARGINS[-1])


def test_where_even_the_smallest_hair_would_leave_too_much_open_all_is_decided_at_once(monkeypatch):
    unary = np.linspace(-6000, 6000, 2400).astype(np.int32).reshape(40, 60)
    monkeypatch.setattr("masking_core.kernels.min_cut.coarse_to_fine.OPEN", 0)
    foreground, doubtful = _near_ties(Grid(np.zeros((4, 40, 60), np.int16)), unary)
    assert np.array_equal(foreground, unary > 0)
    assert not doubtful.any()


@pytest.mark.parametrize(("most", "last"), [(48_000, True), (47_999, False)])
def test_sizes_up_to_a_bound_have_more_than_a_band(most, last, monkeypatch):
    monkeypatch.setattr("masking_core.kernels.min_cut.coarse_to_fine.OPENED", most)
    part = np.repeat([0, 1, 2], 80)[None].repeat(200, axis=0)
    pyramid = Pyramid.of(np.array([60, 120, 180], np.uint8)[part][..., None], coarsest=4000)
    steps = coarse_to_fine_cuts(pyramid, from_array(np.array([4.0, 0.02, -4.0])[part], pyramid), smoothness=20.0)
    middles = [bool(step.free[step.free.shape[0] // 2, step.free.shape[1] // 2]) for step in steps]
    assert middles == [True, True, last]


@pytest.mark.parametrize("shape", [(37, 50), (48, 64), (1, 9)])
def test_a_block_of_a_smaller_size_is_seeded_by_all_seeds_in_it(shape):
    rng = np.random.default_rng(0)
    seeds = np.where(rng.random(shape) < 0.08, rng.integers(0, 2, shape), -1)
    pyramid = Pyramid.of(np.zeros((*shape, 1), np.uint8), coarsest=20)
    rows, columns = np.indices(shape)
    for level, found in enumerate(_seed_levels(pyramid, seeds)):
        assert found.shape == pyramid.levels[level].shape[:2]
        for label, bit in ((1, 1), (0, 2)):
            wanted = np.zeros(found.shape, bool)
            wanted[rows[seeds == label] >> level, columns[seeds == label] >> level] = True
            assert np.array_equal(found & bit > 0, wanted)
