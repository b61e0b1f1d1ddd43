"""Linear light is that of IEC 61966-2-1, and every sRGB value comes back from it."""

import numpy as np
import pytest

from masking_core.kernels.linear_light import FINE, to_linear, to_srgb

VALUES = np.arange(256, dtype=np.uint8)


def test_every_value_comes_back():
    assert np.array_equal(to_srgb(to_linear(VALUES)), VALUES)


@pytest.mark.parametrize(("value", "light"), [(0, 0.0), (10, 0.0030353), (55, 0.0382044), (128, 0.2158605), (255, 1.0)])
def test_light_is_that_of_the_standard(value, light):
    assert to_linear(np.uint8([value]))[0] == pytest.approx(light, abs=1e-6)


def test_between_two_values_the_nearer_one_is_taken_and_outside_the_end():
    light = np.linspace(0.05, 1, 999, dtype=np.float32)
    exact = 255 * (1.055 * light.astype(np.float64) ** (1 / 2.4) - 0.055)
    steepest = 255 * 1.055 / 2.4 * 0.05 ** (1 / 2.4 - 1) / (FINE - 1)
    assert np.abs(to_srgb(light) - exact).max() <= 0.5 + steepest
    assert to_srgb(np.float32([-0.1, 1.1])).tolist() == [0, 255]
