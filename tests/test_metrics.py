"""The measures agree with scikit-learn or with a computation pixel by pixel, and say 1 (or 0) on empties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn import metrics as oracle

from masking_core import metrics
from masking_core.errors import ParameterError

SCORES = [metrics.iou, metrics.dice, metrics.precision, metrics.recall]


def masks(seed: int, shape: tuple[int, int] = (13, 17)) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.random(shape) < 0.4, rng.random(shape) < 0.5, rng.random(shape) < 0.2


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_overlap_scores_are_those_of_scikit_learn(seed):
    mask, truth, ignored = masks(seed)
    ours, theirs = mask[~ignored], truth[~ignored]
    assert metrics.iou(mask, truth, ignored) == pytest.approx(oracle.jaccard_score(theirs, ours))
    assert metrics.dice(mask, truth, ignored) == pytest.approx(oracle.f1_score(theirs, ours))
    assert metrics.precision(mask, truth, ignored) == pytest.approx(oracle.precision_score(theirs, ours))
    assert metrics.recall(mask, truth, ignored) == pytest.approx(oracle.recall_score(theirs, ours))
    assert metrics.error_rate(mask, truth, ignored) == pytest.approx(1 - oracle.accuracy_score(theirs, ours))


@pytest.mark.parametrize("score", [*SCORES, lambda *a: metrics.boundary_f(a[0], a[1], 1.0, a[2])])
def test_ignored_pixels_never_count(score):
    mask, truth, ignored = masks(3)
    disturbed = mask ^ ignored
    if score in SCORES:
        assert score(mask, truth, ignored) == score(disturbed, truth, ignored)
    assert score(mask, truth, np.ones_like(mask)) == 1.0


def test_empties_are_perfect_only_against_empties():
    nothing, everything = np.zeros((4, 5), bool), np.ones((4, 5), bool)
    for score in SCORES:
        assert score(nothing, nothing) == 1.0
    assert metrics.iou(nothing, everything) == metrics.dice(everything, nothing) == 0.0
    assert metrics.precision(nothing, everything) == 1.0
    assert metrics.recall(nothing, everything) == 0.0
    assert metrics.error_rate(nothing, nothing) == 0.0
    assert metrics.error_rate(nothing, everything) == 1.0
    assert metrics.boundary_f(nothing, nothing, 1.0) == 1.0
    square = np.pad(np.ones((2, 2), bool), 1)
    assert metrics.boundary_f(np.zeros((4, 4), bool), square, 1.0) == 0.0
    assert metrics.mse(nothing * 0.5, nothing * 1.0, everything) == 0.0


def outline_by_hand(mask: np.ndarray) -> np.ndarray:
    points = []
    for i, j in np.argwhere(mask):
        around = [(i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1)]
        if any(0 <= a < mask.shape[0] and 0 <= b < mask.shape[1] and not mask[a, b] for a, b in around):
            points.append((i, j))
    return np.array(points, float).reshape(-1, 2)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.0, 1.0, 1.5, 3.0]))
def test_boundary_f_is_the_share_of_outline_points_near_each_other(seed, tolerance):
    mask, truth, ignored = masks(seed)
    ours, theirs = outline_by_hand(mask), outline_by_hand(truth)
    ours_counted = np.array([p for p in ours if not ignored[int(p[0]), int(p[1])]])
    theirs_counted = np.array([p for p in theirs if not ignored[int(p[0]), int(p[1])]])
    precise = (cdist(ours_counted, theirs).min(1) <= tolerance + 1e-9).mean()
    recalled = (cdist(theirs_counted, ours).min(1) <= tolerance + 1e-9).mean()
    expected = 2 * precise * recalled / (precise + recalled) if precise + recalled else 0.0
    assert metrics.boundary_f(mask, truth, tolerance, ignored) == pytest.approx(expected)


def test_a_shift_within_the_tolerance_is_no_error_of_the_boundary():
    truth = np.zeros((40, 40), bool)
    truth[10:30, 10:30] = True
    assert metrics.boundary_f(np.roll(truth, 2, axis=1), truth, 2.0) == 1.0
    assert metrics.boundary_f(np.roll(truth, 3, axis=1), truth, 2.0) < 1.0


def test_alpha_errors_are_sums_over_the_counted_pixels():
    rng = np.random.default_rng(0)
    alpha, truth, ignored = rng.random((9, 11)), rng.random((9, 11)), rng.random((9, 11)) < 0.3
    differences = [abs(a - t) for a, t, i in zip(alpha.flat, truth.flat, ignored.flat, strict=True) if not i]
    assert metrics.sad(alpha, truth, ignored) == pytest.approx(sum(differences))
    assert metrics.mae(alpha, truth, ignored) == pytest.approx(np.mean(differences))
    assert metrics.mse(alpha, truth, ignored) == pytest.approx(np.mean(np.square(differences)))


def test_gradient_error_is_the_convolution_written_out():
    rng = np.random.default_rng(1)
    alpha, truth, ignored = rng.random((8, 7)), rng.random((8, 7)), rng.random((8, 7)) < 0.3
    reach = range(-4, 5)
    kernel = np.array([[x * np.exp(-(x * x + y * y) / (2 * 1.4**2)) for x in reach] for y in reach])
    kernel /= np.sqrt((kernel**2).sum())

    def magnitude(picture: np.ndarray, i: int, j: int) -> float:
        window = np.pad(picture, 4, mode="edge")[i : i + 9, j : j + 9]
        return float(np.hypot((window * kernel).sum(), (window * kernel.T).sum()))

    expected = sum((magnitude(alpha, i, j) - magnitude(truth, i, j)) ** 2 for i, j in np.argwhere(~ignored))
    assert metrics.gradient_error(alpha, truth, ignored) == pytest.approx(expected)


def test_only_alpha_that_lost_its_connection_is_a_connectivity_error():
    truth = np.zeros((20, 30))
    truth[5:15, 5:15] = 1.0
    assert metrics.connectivity_error(truth, truth) == 0.0
    island = truth.copy()
    island[8:10, 20:25] = 0.6  # ten pixels, unconnected at every threshold
    assert metrics.connectivity_error(island, truth) == pytest.approx(10 * 0.6)
    faint = truth.copy()
    faint[8:10, 20:25] = 0.14
    assert metrics.connectivity_error(faint, truth) == 0.0


def test_connected_level_falls_with_the_weakest_link():
    truth = np.ones((1, 9))
    alpha = np.array([[1, 1, 1, 1, 1, 0.35, 0.9, 0.9, 0.9]])  # a bridge of 0.35: the level beyond it is 0.3
    expected = abs((1 - 0.7) - (1 - 0.6)) * 3 + abs((1 - 0.7) - 1.0)
    assert metrics.connectivity_error(alpha, truth) == pytest.approx(expected)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_the_f_measure_is_f_beta_at_every_threshold(seed):
    rng = np.random.default_rng(seed)
    soft = rng.integers(0, 256, (9, 8)) / 255.0
    truth, ignored = rng.random((9, 8)) < 0.5, rng.random((9, 8)) < 0.2
    curve = metrics.f_measure(metrics.precision_recall_curves(soft.astype(np.float32), truth, ignored))
    assert curve.shape == (256,)
    for k in (0, 1, 17, 128, 254):
        claimed = soft[~ignored] >= k / 255.0
        if claimed.any():
            expected = oracle.fbeta_score(truth[~ignored], claimed, beta=0.3**0.5)
            assert curve[k] == pytest.approx(expected)


def test_shapes_and_types_that_do_not_fit_are_refused():
    with pytest.raises(ParameterError, match="one shape"):
        metrics.iou(np.zeros((3, 4), bool), np.zeros((4, 3), bool))
    with pytest.raises(ParameterError, match="bool"):
        metrics.iou(np.zeros((3, 4)), np.zeros((3, 4)))
    with pytest.raises(ParameterError, match="one shape"):
        metrics.mae(np.zeros((3, 4)), np.zeros((3, 4)), np.zeros((4, 3), bool))
