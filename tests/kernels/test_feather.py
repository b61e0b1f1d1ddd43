import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.ndimage import gaussian_filter

from masking_core.kernels.feather import QUICK, feather, gaussian


def blurred(alpha, radius):
    return cv2.GaussianBlur(alpha, (0, 0), radius / 2, borderType=cv2.BORDER_REPLICATE)


def wire(width, angle=0.0, opacity=1.0, size=200):
    """A straight wire through the middle, anti-aliased but for the axis-aligned ones."""
    rows, columns = np.mgrid[:size, :size] - size // 2
    away = np.abs(rows * np.cos(angle) - columns * np.sin(angle) + (0.5 if width % 2 == 0 else 0.0))
    return (np.clip(width / 2 - away + 0.5, 0, 1) * opacity).astype(np.float32)


@pytest.mark.parametrize("opacity", [1.0, 0.4])
@pytest.mark.parametrize("angle", [0.0, np.pi / 2, 0.3, np.pi / 4])
@pytest.mark.parametrize("width", range(1, 16))
@pytest.mark.parametrize("radius", [0.5, 1.0, 3.0, 6.0, 11.0])
def test_the_middle_of_a_wire_keeps_three_quarters(radius, width, angle, opacity):
    alpha = wire(width, angle, opacity)
    soft = feather(alpha, radius)
    middle = slice(90, 110)
    # along the wire, the strongest pixel across it
    axis = 0 if abs(np.cos(angle)) > 0.5 else 1
    kept = (soft[middle, middle].max(axis=axis) / alpha[middle, middle].max(axis=axis)).min()
    assert kept >= 0.75


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7, 10, 20])
@pytest.mark.parametrize("radius", [1.0, 6.0])
def test_so_does_the_middle_of_a_dot(size, radius):
    alpha = np.zeros((80, 80), np.float32)
    alpha[30 : 30 + size, 30 : 30 + size] = 1
    assert feather(alpha, radius).max() >= 0.75


@pytest.mark.parametrize("radius", [0.6, 1.0, 3.0, 11.0])
def test_the_finest_parts_are_not_blurred_at_all(radius):
    alpha = np.zeros((80, 80), np.float32)
    alpha[40, 40] = 0.8
    assert feather(alpha, radius)[40, 40] == np.float32(0.8)


def test_what_is_thick_is_blurred_as_ever():
    alpha = np.zeros((300, 400), np.float32)
    alpha[80:220, 100:300] = 1
    assert np.allclose(feather(alpha, 6), blurred(alpha, 6), atol=1e-6)
    rows, columns = np.ogrid[:300, :400]
    disc = np.clip(100 - np.hypot(rows - 150, columns - 200) + 0.5, 0, 1).astype(np.float32)
    for round_one in (disc, (disc > 0.5).astype(np.float32)):
        assert np.abs(feather(round_one, 6) - blurred(round_one, 6)).max() < 0.02


def test_a_wire_does_not_part_from_what_it_is_fixed_to():
    alpha = np.zeros((300, 400), np.float32)
    alpha[80:220, 100:200] = 1
    alpha[150, 200:] = 1
    assert feather(alpha, 8)[150, 150:].min() >= 0.75


def test_a_wire_changes_nothing_far_from_it():
    alpha = np.zeros((300, 400), np.float32)
    alpha[80:220, 100:200] = 1
    without = feather(alpha, 6)
    alpha[150, 200:] = 1
    assert np.array_equal(feather(alpha, 6)[:, :150], without[:, :150])


def test_the_frame_takes_nothing():
    alpha = np.ones((40, 50), np.float32)
    assert np.allclose(feather(alpha, 9), 1)
    alpha[:, 25:] = 0
    assert feather(alpha, 3)[:, :10].min() > 0.999


@given(arrays(np.float32, (24, 31), elements=st.floats(0, 1, width=32)), st.floats(0.1, 12))
def test_never_less_than_the_blur_and_never_more_than_the_neighbourhood(alpha, radius):
    soft = feather(alpha, radius)
    plain = blurred(alpha, radius)
    assert soft.shape == alpha.shape
    assert (soft >= plain - 1e-5).all()
    assert soft.max() <= alpha.max() + 1e-5
    assert (soft >= 0).all()


def test_nothing_stays_nothing_and_no_radius_changes_nothing():
    nothing = np.zeros((5, 6), np.float32)
    assert not feather(nothing, 4).any()
    alpha = wire(3)
    assert np.array_equal(feather(alpha, 0), alpha)


@pytest.mark.parametrize("radius", [0.7, 3.0, 6.3])
@pytest.mark.parametrize("rows", [1, 20, 77, 699])
def test_a_large_picture_is_feathered_in_bands_without_a_seam(radius, rows, monkeypatch):
    random = np.random.default_rng(0)
    alpha = np.zeros((700, 200), np.float32)
    for _ in range(25):
        start, end = (tuple(map(int, random.integers(0, (200, 700)))) for _ in range(2))
        cv2.line(alpha, start, end, float(random.uniform(0.3, 1)), int(random.integers(1, 24)))
        cv2.circle(alpha, end, int(random.integers(1, 40)), 1.0, -1)
    before = alpha.copy()
    whole = feather(alpha, radius)
    monkeypatch.setattr("masking_core.kernels.feather.BAND", 200 * rows)
    monkeypatch.setattr("masking_core.kernels.feather.REACHES", 0)
    banded = feather(alpha, radius)
    assert np.abs(banded - whole).max() < 1e-6
    assert np.array_equal(alpha, before)
    assert np.array_equal(feather(alpha, radius, out=alpha), banded)


@pytest.mark.parametrize("steps", [1_000_000_000, 97 * 40 * 3, 1])
@pytest.mark.parametrize("sigma", [3.0, QUICK, 8.5, 12.0])
def test_a_blur_is_that_of_scipy_however_wide_and_in_whatever_bands(sigma, steps, monkeypatch):
    monkeypatch.setattr("masking_core.kernels.feather.STEPS", steps)
    alpha = np.random.default_rng(0).random((70, 40), np.float32)
    wanted = gaussian_filter(alpha.astype(np.float64), sigma, mode="nearest", truncate=5.0)
    assert np.abs(gaussian(alpha, sigma) - wanted).max() < 1e-3


@pytest.mark.parametrize("radius", [0.7, 3.0, 6.3, 11.0])
def test_only_the_surroundings_of_what_is_there_are_worked_on_and_that_is_enough(radius, monkeypatch):
    alpha = np.zeros((180, 240), np.float32)
    cv2.circle(alpha, (120, 90), 16, 1.0, -1)
    cv2.line(alpha, (120, 90), (150, 60), 0.7, 2)
    alpha[100, 90] = alpha[75:79, 138] = 1
    found = feather(alpha, radius)
    monkeypatch.setattr("masking_core.kernels.feather._box", lambda *_: (slice(None), slice(None)))
    assert np.abs(found - feather(alpha, radius)).max() < 1e-4
    assert not found[0].any()
    assert not found[:, 0].any()
