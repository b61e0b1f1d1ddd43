"""The evidence from strokes says what was marked, knows near from far, and is indifferent to the sides' names."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from scipy import ndimage

from masking_core.kernels.appearance import unaries


def two_discs() -> np.ndarray:
    """Two orange discs on blue, with noise."""
    picture = np.full((80, 120, 3), (40, 60, 140), np.uint8)
    for x in (30, 90):
        cv2.circle(picture, (x, 40), 18, (220, 130, 30), -1)
    noise = np.random.default_rng(0).normal(0, 6, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def features() -> unaries.Features:
    return unaries.picture_features(two_discs())


@pytest.fixture
def seeds() -> np.ndarray:
    seeds = np.full((80, 120), -1, np.int8)
    seeds[36:44, 26:34] = 1
    seeds[5:8, 20:100] = 0
    return seeds


def colour_margin(features: unaries.Features, seeds: np.ndarray, *, frame: bool) -> np.ndarray:
    models = unaries.colour_models(features, unaries.seed_weights(seeds, frame=frame), 8)
    return unaries.margin_of(models, features.lab.reshape(-1, 3)).reshape(seeds.shape)


def stroke_unary(features: unaries.Features, seeds: np.ndarray, *, frame: bool) -> np.ndarray:
    limit = unaries.colour_limit(seeds)
    colour = np.clip(colour_margin(features, seeds, frame=frame), -limit, limit)
    return colour + 3 * unaries.geodesic_margin(features, seeds, frame=frame)


def test_colour_speaks_for_every_pixel_of_the_marked_colour(features, seeds):
    margin = colour_margin(features, seeds, frame=False)
    assert (margin[40, 20:40] > 0).all()
    assert margin[40, 90] > 0
    assert margin[70, 60] < 0


def test_the_way_tells_a_look_alike_from_the_marked_object(features, seeds):
    near = unaries.geodesic_margin(features, seeds, frame=False)
    assert near.min() >= -1.0
    assert near.max() <= 1.0
    assert (near[seeds == 1] == 1.0).all()
    assert (near[seeds == 0] == -1.0).all()
    assert near[40, 45] > 0
    assert near[40, 90] < 0


def test_swapping_the_sides_swaps_the_sign(features, seeds):
    other = np.where(seeds < 0, seeds, 1 - seeds)
    one, two = (stroke_unary(features, each, frame=False) for each in (seeds, other))
    assert one == pytest.approx(-two, abs=1e-4)


def test_colour_may_say_more_the_more_is_seeded(seeds):
    nothing, everything = np.full_like(seeds, -1), np.zeros_like(seeds)
    limits = [unaries.colour_limit(each) for each in (nothing, seeds, everything)]
    assert limits[0] == unaries.COLOUR_LIMIT < limits[1] < limits[2] == 3 * unaries.COLOUR_LIMIT


def test_the_frame_speaks_for_the_background_where_nothing_was_marked(features, seeds):
    only_object = np.where(seeds == 0, -1, seeds)
    weights = unaries.seed_weights(only_object, frame=True)
    assert (weights[1][0] > 0).all()
    assert weights[1][40, 60] == 0
    unary = stroke_unary(features, only_object, frame=True)
    assert (unary[-1] < 0).all()
    assert unary[40, 30] > 0


def test_a_stroke_on_the_frame_outranks_it(seeds):
    seeds[40:50, :4] = 1
    weights = unaries.seed_weights(seeds, frame=True)
    assert (weights[1][40:50, :2] == 0).all()
    assert (weights[1][60:70, :2] > 0).all()


def test_seeds_keep_their_share_after_a_cut(seeds):
    first = unaries.seed_weights(seeds, frame=False)
    mask = np.zeros(seeds.shape, bool)
    mask[10:70, 60:] = True  # a cut that misses the strokes
    after = unaries.cut_weights(mask, first)
    assert after[0][seeds == 1].sum() == pytest.approx(unaries.SEED_SHARE * mask.sum(), rel=1e-4)
    assert after[0].sum() == pytest.approx((1 + unaries.SEED_SHARE) * mask.sum(), rel=1e-4)
    assert after[1].sum() == pytest.approx((1 + unaries.SEED_SHARE) * (~mask).sum(), rel=1e-4)


def test_connected_parts_are_those_that_scipy_labels(seeds):
    mask = np.random.default_rng(1).random(seeds.shape) < 0.45
    labels, _ = ndimage.label(mask, structure=np.ones((3, 3)))
    wanted = np.isin(labels, np.setdiff1d(labels[(seeds == 1) & mask], [0]))
    assert np.array_equal(unaries.connected_to_seeds(mask, seeds), wanted)
    assert np.array_equal(unaries.connected_to_seeds(mask, np.zeros_like(seeds)), mask)


def test_a_proxy_agrees_with_the_full_picture(seeds):
    large = cv2.resize(two_discs(), None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    large_seeds = np.kron(seeds, np.ones((3, 3), np.int8))
    fine, coarse = (
        stroke_unary(unaries.picture_features(rgb), each, frame=True)
        for rgb, each in ((large, large_seeds), (two_discs(), seeds))
    )
    agreed = (fine[1::3, 1::3] > 0) == (coarse > 0)
    assert agreed.mean() > 0.97


def test_specks_go_and_large_parts_stay():
    mask = np.zeros((60, 60), bool)
    mask[5:25, 5:25] = mask[30:40, 30:50] = mask[55, 55] = mask[5:10, 50:55] = True
    expected = mask.copy()
    expected[55, 55] = False
    expected[5:10, 50:55] = False
    assert np.array_equal(unaries.without_specks(mask), expected)
    assert not unaries.without_specks(np.zeros((3, 3), bool)).any()
    assert unaries.without_specks(np.ones((3, 3), bool)).all()


@pytest.mark.parametrize("shape", [(20, 180), (180, 20), (60, 60)])
def test_on_one_colour_a_way_costs_its_length_in_sides_of_a_square_as_large(shape):
    flat = unaries.picture_features(np.full((*shape, 3), 90, np.uint8))
    mark = np.zeros(shape, bool)
    mark[3, 5] = True
    away = unaries.distance_from(mark, flat)
    assert away[3, 15] == pytest.approx(10 * unaries.WAY_COST / 60, rel=1e-4)
    assert away[13, 15] == pytest.approx(10 * 2**0.5 * unaries.WAY_COST / 60, rel=1e-4)


def test_what_ways_are_measured_on_is_smoothed_by_a_share_of_the_picture():
    rgb = np.random.default_rng(0).integers(0, 256, (300, 500, 3), dtype=np.uint8)
    features = unaries.picture_features(rgb)
    sigma = unaries.SMOOTHING * (300 * 500) ** 0.5
    assert sigma > 0.5
    for channel in range(3):
        wanted = ndimage.gaussian_filter(features.lab[..., channel], sigma, mode="mirror")
        assert features.smooth[..., channel] == pytest.approx(wanted, abs=0.5)


@pytest.mark.parametrize("marked", [1, 30])
def test_the_frame_counts_a_share_of_the_background_that_is_marked(marked):
    seeds = np.full((80, 120), -1, np.int8)
    seeds[30 : 30 + marked, 30:90] = 0
    foreground, background = unaries.seed_weights(seeds, frame=True)
    assert not foreground.any()
    assert (background[seeds == 0] == 1).all()
    seeded = max(60 * marked, unaries.LEAST_SEEDED * seeds.size)
    assert background[seeds < 0].sum() == pytest.approx(unaries.FRAME_SHARE * seeded, rel=1e-4)


@pytest.mark.parametrize(("side", "width"), [(20, 2), (100, 3), (300, 9)])
def test_the_frame_is_a_band_as_wide_as_a_share_of_the_picture_and_two_pixels_at_least(side, width):
    seeds = np.full((side, side), -1, np.int8)
    seeds[: side // 2, 0] = 0  # a stroke there counts as one, and not as the frame besides
    _, background = unaries.seed_weights(seeds, frame=True)
    y, x = np.indices(seeds.shape)
    from_edge = np.minimum(np.minimum(y, x), side - 1 - np.maximum(y, x))
    assert np.array_equal(background > 0, from_edge < width)
    assert (background[seeds == 0] == 1).all()


@pytest.mark.parametrize("size", [60, 120])
def test_the_frame_is_as_far_as_a_stroke_of_background_and_a_head_start_farther(size):
    flat = unaries.picture_features(np.full((size, size, 3), 90, np.uint8))
    seeds = np.full((size, size), -1, np.int8)
    seeds[size // 2, 5:-5] = 1
    towards_frame = unaries.geodesic_margin(flat, seeds, frame=True)[: size // 2, size // 2]
    head_start = unaries.FRAME_START / unaries.WAY_COST * size  # pixels
    middle = (size / 2 - head_start) / 2
    y = np.arange(size // 2)
    assert (towards_frame[y < middle - 0.01] < 0).all()
    assert (towards_frame[y > middle + 0.01] > 0).all()


def test_a_part_of_a_tenth_of_the_largest_is_no_speck():
    mask = np.zeros((40, 60), bool)
    mask[2:12, 2:22] = mask[20:24, 2:7] = mask[30:34, 2:7] = True
    mask[30, 2] = False
    expected = mask.copy()
    expected[30:34, 2:7] = False
    assert np.array_equal(unaries.without_specks(mask), expected)


def test_a_side_without_a_pixel_has_the_pictures_colours(features, seeds):
    nothing, some = np.zeros(seeds.shape, np.float32), (seeds == 1).astype(np.float32)
    everything = np.ones_like(nothing)
    for one, other in (((nothing, some), (everything, some)), ((some, nothing), (some, everything))):
        found, wanted = (unaries.colour_models(features, weights, 3) for weights in (one, other))
        for ours, theirs in zip(found, wanted, strict=True):
            assert all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))


def test_what_is_said_of_a_pixel_is_said_of_its_shade(features, seeds):
    models = unaries.colour_models(features, unaries.seed_weights(seeds, frame=True), 5)
    own = unaries.margin_of(models, features.lab.reshape(-1, 3)).reshape(seeds.shape)
    shade = unaries.margin_of_pixels(models, features)
    assert shade.shape == seeds.shape
    assert np.corrcoef(own.ravel(), shade.ravel())[0, 1] > 0.99
    assert np.abs(np.clip(own, -3, 3) - np.clip(shade, -3, 3)).mean() < 0.1


def test_a_small_picture_is_smoothed_a_little():
    rgb = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    features = unaries.picture_features(rgb)
    for channel in range(3):
        wanted = ndimage.gaussian_filter(features.lab[..., channel], 0.3, mode="mirror", truncate=10)
        assert features.smooth[..., channel] == pytest.approx(wanted, abs=0.5)
