"""The evidence from a box favours its middle, has somewhere to start in any box, and prefers cuts that fit the box."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from scipy import ndimage

from masking_core.kernels.appearance import box, unaries
from masking_core.kernels.appearance.unaries import picture_features
from masking_core.kernels.min_cut.contrast import boundary_cost, nlinks


@pytest.fixture(scope="module")
def scene() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A red ellipse on green: (picture, truth, its tight box)."""
    truth = np.zeros((90, 120), np.uint8)
    cv2.ellipse(truth, (60, 45), (30, 20), 0, 0, 360, 1, -1)
    picture = np.where(truth[..., None] > 0, (200, 40, 40), (40, 150, 60))
    picture = np.clip(picture + np.random.default_rng(0).normal(0, 8, picture.shape), 0, 255).astype(np.uint8)
    bounds = np.zeros(truth.shape, bool)
    bounds[25:66, 30:91] = True
    return picture, truth > 0, bounds


def test_radius_is_one_at_the_middle_of_the_sides():
    bounds = np.zeros((60, 80), bool)
    bounds[10:41, 20:61] = True
    radius = box.box_radius(bounds)
    assert radius[25, 40] == 0.0
    assert radius[25, 20] == pytest.approx(radius[25, 60])
    assert radius[25, 60] == pytest.approx(20 / 20.5)
    assert radius[10, 40] == pytest.approx(15 / 15.5)
    assert radius[10, 20] == pytest.approx(np.hypot(15 / 15.5, 20 / 20.5))


@pytest.mark.parametrize("window", [np.s_[10:50, 20:60], np.s_[:, :], np.s_[:, 30:], np.s_[40:42, 40:42]])
def test_every_start_has_weights_on_both_sides(window):
    bounds = np.zeros((60, 80), bool)
    bounds[window] = True
    starts = box.box_starts(bounds)
    assert len(starts) == (2 if bounds.all() else 3)
    for start in starts:
        inside, outside = box.box_weights(start, bounds, None)
        assert inside.sum() > 0
        assert outside.sum() > 0
        assert (inside[~bounds] == 0).all()
        assert np.isfinite(start.leaning).all()


def test_what_is_not_taken_for_the_middle_counts_a_little_as_the_rim():
    bounds = np.zeros((60, 80), bool)
    bounds[10:50, 20:60] = True
    for start in box.box_starts(bounds)[1:]:
        assert start.inside + start.rim / box.MIDDLE_LEFT == pytest.approx(bounds.astype(float), abs=1e-5)
        assert start.inside[30, 40] > 0.9 > start.inside[12, 22]
    whole = box.box_starts(bounds)[0]
    assert np.array_equal(whole.inside, bounds)
    assert np.array_equal(whole.outside, ~bounds)
    assert not whole.rim.any()


def test_surroundings_weigh_as_much_as_the_box_and_most_nearby():
    bounds = np.zeros((60, 80), bool)
    bounds[20:40, 30:50] = True
    for start in box.box_starts(bounds)[1:]:
        assert start.outside.sum() == pytest.approx(bounds.sum(), rel=1e-3)
        assert start.outside[19, 40] > start.outside[5, 40] > start.outside[0, 0]
        assert (start.outside[bounds] == 0).all()


def test_the_colours_inside_win_from_every_start(scene):
    picture, truth, bounds = scene
    features = picture_features(picture)
    for start in box.box_starts(bounds):
        mask = None
        for _ in range(3):
            models = unaries.colour_models(features, box.box_weights(start, bounds, mask), 5)
            margin = unaries.margin_of(models, features.lab.reshape(-1, 3)).reshape(bounds.shape)
            mask = (np.clip(margin, -3, 3) + start.leaning > 0) & bounds
        assert (mask == truth)[bounds].mean() > 0.97


def test_the_truth_scores_best(scene):
    picture, truth, bounds = scene
    features, links = picture_features(picture), nlinks(picture)
    kernel = np.ones((5, 5), np.uint8)
    others = {
        "the box": bounds,
        "its upper half": truth & (np.arange(90) < 45)[:, None],
        "shrunk": cv2.erode(truth.astype(np.uint8), kernel, iterations=3) > 0,
        "grown": (cv2.dilate(truth.astype(np.uint8), kernel, iterations=3) > 0) & bounds,
        "nothing": np.zeros_like(truth),
    }
    best = box.box_score(features, links, bounds, truth)
    for name, mask in others.items():
        assert best > box.box_score(features, links, bounds, mask) + 0.05, name


def test_the_score_is_its_three_parts_written_out(scene):
    picture, truth, bounds = scene
    features = picture_features(picture)
    flat = np.full((4, *truth.shape), 16_383, np.int16)
    flat[2:] = round(16_383 / 2**0.5)
    # n-links without contrast: the outline's part is 1; a red-green picture: no overlap; a tight box: all of it
    assert box.box_score(features, flat, bounds, truth) == pytest.approx(1.0 - 0.0 - 1.0, abs=0.02)


def test_the_middle_is_as_likely_as_not_at_its_radius_and_says_a_share_of_its_log_odds():
    bounds = np.zeros((101, 121), bool)
    bounds[10:91, 10:111] = True
    start = box.box_starts(bounds)[1]
    radius = box.box_radius(bounds)
    assert np.array_equal(start.inside > 0.5, (radius < box.MIDDLE_RADIUS) & bounds)
    log_odds = np.log(start.inside[bounds] / (1 - start.inside[bounds]))
    assert start.leaning[bounds] == pytest.approx(box.MIDDLE_WEIGHT * log_odds, abs=1e-3)
    assert np.polyfit(radius[bounds], log_odds, 1)[0] == pytest.approx(-box.MIDDLE_SLOPE, rel=1e-3)
    assert start.leaning[0, 0] < start.leaning[10, 10] < 0


def test_surroundings_fall_off_to_a_third_over_their_reach():
    bounds = np.zeros((100, 144), bool)
    bounds[30:60, 50:90] = True
    away = ndimage.distance_transform_edt(~bounds)
    for start, (reach, smoothness) in zip(box.box_starts(bounds)[1:], box.SURROUNDINGS, strict=True):
        slope, _ = np.polyfit(away[~bounds], np.log(start.outside[~bounds]), 1)
        assert -1 / slope == pytest.approx(reach * 120, rel=1e-3)
        assert start.smoothness == smoothness


def test_after_a_cut_what_it_left_of_the_box_is_background_beside_the_surroundings():
    bounds, mask = np.zeros((20, 30), bool), np.zeros((20, 30), bool)
    bounds[5:15, 5:25] = mask[8:12, 10:30] = True
    for start in box.box_starts(bounds):
        inside, outside = box.box_weights(start, bounds, mask)
        assert np.array_equal(inside, mask)
        assert np.array_equal(outside, np.where(bounds & ~mask, 1, start.outside))


@pytest.mark.parametrize("seed", range(3))
def test_the_score_is_tightness_less_overlap_less_the_outlines_part(seed):
    rng = np.random.default_rng(seed)
    rgb = rng.integers(90, 120, (20, 30, 3), dtype=np.uint8)
    features, links = picture_features(rgb), nlinks(rgb)
    bounds, mask = np.zeros((20, 30), bool), np.zeros((20, 30), bool)
    bounds[2:18, 3:25] = True
    mask[5:14, 6:20] = rng.random((9, 14)) < 0.7
    mask[[5, 13], [6, 19]] = True
    cells = np.floor(features.lab.reshape(-1, 3) / box.SCORE_BIN)
    _, bins = np.unique(cells, axis=0, return_inverse=True)
    ours, theirs = (np.bincount(bins.ravel()[side.ravel()], minlength=bins.max() + 1) for side in (mask, ~mask))
    overlap = np.minimum(ours / ours.sum(), theirs / theirs.sum()).sum()
    cost, most = boundary_cost(links, mask)
    wanted = 9 * 14 / (16 * 22) - overlap - cost / most
    assert box.box_score(features, links, bounds, mask) == pytest.approx(wanted)
    for nothing in (np.zeros_like(mask), np.ones_like(mask)):
        assert box.box_score(features, links, bounds, nothing) == -2
