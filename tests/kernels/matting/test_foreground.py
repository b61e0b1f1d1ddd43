"""Clean colours: the object's own, wherever alpha is soft."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masking_core.errors import Cancelled, ParameterError
from masking_core.kernels.matting.foreground import foreground_colours
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


def test_shapes_that_differ_are_refused():
    with pytest.raises(ParameterError, match="alpha must be"):
        foreground_colours(np.zeros((4, 5, 3), np.uint8), np.zeros((5, 4), np.float32))


def test_it_stops_when_the_result_is_no_longer_wanted():
    alpha = soft_disc(60, 80, 6)
    with listening(lambda *_: False), pytest.raises(Cancelled):
        foreground_colours(mixed(alpha), alpha)
