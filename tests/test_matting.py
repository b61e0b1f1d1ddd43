"""Alpha and clean colours as others call them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masking_core.errors import Cancelled, ParameterError
from masking_core.matting import QUALITIES, estimate_alpha, estimate_foreground, estimate_trimap, judge_edge
from masking_core.progress import listening

FRONT, BEHIND = np.array((220, 40, 60.0)), np.array((20, 200, 90.0))


def soft_shape(height=150, width=200, soft=12, reach=60):
    y, x = np.mgrid[:height, :width]
    return np.clip((reach - np.hypot(y - height / 2, x - width / 2)) / soft + 0.5, 0, 1).astype(np.float32)


def mixed(alpha, front=FRONT, behind=BEHIND):
    return np.rint(alpha[..., None] * front + (1 - alpha[..., None]) * behind).astype(np.uint8)


def trimap_of(alpha, margin=3):
    import cv2

    window = np.ones((2 * margin + 1,) * 2, np.uint8)
    inner = cv2.erode((alpha >= 1).astype(np.uint8), window)
    outer = cv2.erode((alpha <= 0).astype(np.uint8), window)
    return np.where(inner > 0, 255, np.where(outer > 0, 0, 128)).astype(np.uint8)


@pytest.mark.parametrize("quality", QUALITIES)
@given(seed=st.integers(0, 2**32 - 1), height=st.integers(1, 40), width=st.integers(1, 40))
@settings(max_examples=25)
def test_alpha_lies_in_0_to_1_and_known_pixels_stay(quality, seed, height, width):
    rng = np.random.default_rng(seed)
    rgb = rng.integers(0, 256, (height, width, 3)).astype(np.uint8)
    trimap = rng.choice(np.array([0, 128, 255, 1, 254], np.uint8), (height, width))
    trimap[0, 0] = 255
    alpha = estimate_alpha(rgb, trimap, quality)
    assert alpha.dtype == np.float32
    assert alpha.shape == (height, width)
    assert alpha.min() >= 0
    assert alpha.max() <= 1
    assert (alpha[trimap == 0] == 0).all()
    assert (alpha[trimap == 255] == 1).all()
    assert np.array_equal(alpha, estimate_alpha(rgb, trimap, quality))


@pytest.mark.parametrize("quality", QUALITIES)
def test_a_mixture_of_two_colours_is_taken_apart_and_put_back(quality):
    alpha = soft_shape()
    rgb = mixed(alpha)
    found = estimate_alpha(rgb, trimap_of(alpha), quality)
    assert np.abs(found - alpha).mean() < 0.002
    assert np.abs(found - alpha).max() < 0.06
    colours = estimate_foreground(rgb, alpha)
    again = alpha[..., None] * colours + (1 - alpha[..., None]) * BEHIND
    assert np.abs(again - rgb).max() <= 1.5


@pytest.mark.parametrize(("height", "width", "soft", "reach"), [(120, 160, 6, 40), (300, 400, 12, 100)])
def test_from_a_hard_mask_to_clean_colours_on_white(height, width, soft, reach):
    alpha = soft_shape(height, width, soft, reach)
    rgb = mixed(alpha)
    edge = judge_edge(rgb, (alpha >= 0.5).astype(np.float32))
    assert edge.soft
    found = estimate_alpha(rgb, edge.trimap)
    shown, truth = (
        a[..., None] * colours + (1 - a[..., None]) * 255.0
        for a, colours in ((found, estimate_foreground(rgb, found)), (alpha, FRONT))
    )
    assert np.abs(shown - truth)[(alpha > 0) & (alpha < 1)].mean() < 3


@pytest.mark.parametrize("quality", QUALITIES)
@pytest.mark.parametrize("value", [0, 255])
def test_one_kind_of_known_pixels_is_continued_everywhere(quality, value):
    rgb = np.random.default_rng(0).integers(0, 256, (30, 40, 3)).astype(np.uint8)
    trimap = np.full((30, 40), 128, np.uint8)
    trimap[:10] = value
    assert np.abs(estimate_alpha(rgb, trimap, quality) - value / 255).max() < 0.02


@pytest.mark.parametrize("quality", QUALITIES)
def test_a_subject_cut_off_by_the_border_keeps_alpha_1_there(quality):
    alpha = soft_shape()[:75]
    found = estimate_alpha(mixed(alpha), trimap_of(alpha), quality)
    assert found[-1, 90:110].min() == 1
    assert np.abs(found - alpha)[-3:].max() < 0.06


@pytest.mark.parametrize("quality", QUALITIES)
def test_a_large_picture_is_solved_smaller_and_has_no_seams(quality):
    alpha = soft_shape(1200, 1500, 150, 450)
    found = estimate_alpha(mixed(alpha), trimap_of(alpha), quality)
    assert np.abs(found - alpha).max() < 0.06
    assert np.abs(np.diff(found - alpha, axis=1)).max() < 0.02


@pytest.mark.parametrize(
    ("rgb", "trimap", "quality", "says"),
    [
        (np.zeros((4, 5), np.uint8), np.zeros((4, 5), np.uint8), "best", "rgb must be"),
        (np.zeros((4, 5, 3), np.uint8), np.zeros((5, 4), np.uint8), "best", "trimap must be"),
        (np.zeros((4, 5, 3), np.uint8), np.zeros((4, 5), np.float32), "best", "trimap must be"),
        (np.zeros((4, 5, 3), np.uint8), np.zeros((4, 5), np.uint8), "good", "quality must be one of best, fast"),
        (np.zeros((4, 5, 3), np.uint8), np.full((4, 5), 128, np.uint8), "best", "at least one pixel"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(rgb, trimap, quality, says):
    with pytest.raises(ParameterError, match=says):
        estimate_alpha(rgb, trimap, quality)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"width": -1.0}, "width must be 0 pixels or more"),
        ({"width": float("nan")}, "width must be 0 pixels or more"),
        ({"hair": np.zeros((3, 3), bool)}, "hair must be bool"),
        ({"hair": np.zeros((4, 5), np.uint8)}, "hair must be bool"),
    ],
)
def test_a_trimap_that_cannot_be_is_said_in_a_sentence(given, says):
    with pytest.raises(ParameterError, match=says):
        estimate_trimap(np.zeros((4, 5, 3), np.uint8), np.zeros((4, 5), np.float32), **given)


@pytest.mark.parametrize("wrong", [1.5, -0.1, np.nan])
def test_an_alpha_outside_its_range_is_refused(wrong):
    with pytest.raises(ParameterError, match="alpha must lie in"):
        estimate_foreground(np.zeros((4, 5, 3), np.uint8), np.full((4, 5), wrong, np.float32))


def test_it_stops_when_the_result_is_no_longer_wanted():
    alpha = soft_shape()
    with listening(lambda *_: False), pytest.raises(Cancelled):
        estimate_alpha(mixed(alpha), trimap_of(alpha))


def test_a_width_of_0_leaves_open_what_was_painted_and_nothing_else():
    alpha = soft_shape(60, 80, 1, 20)
    rgb = np.repeat(np.rint(200 * alpha)[..., None].astype(np.uint8), 3, axis=2)
    hair = np.zeros(alpha.shape, bool)
    hair[5:9, 10:30] = True
    assert np.array_equal(estimate_trimap(rgb, alpha, width=0.0, hair=hair) == 128, hair)
