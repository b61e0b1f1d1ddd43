"""Mixtures of colours agree with scipy's densities and come near scikit-learn's fit, whatever the pixels' order."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import multivariate_normal
from skimage import color, data
from sklearn.mixture import GaussianMixture

from masking_core.kernels.appearance.colour_models import REGULARISATION, fit_mixture, gather_palette, log_likelihood


@pytest.fixture(scope="module")
def lab() -> np.ndarray:
    return color.rgb2lab(data.coffee()[::4, ::4]).reshape(-1, 3).astype(np.float32)


def test_palette_bins_hold_the_mean_of_their_pixels_and_no_colour_far_from_it(lab):
    palette = gather_palette(lab, 4.0)
    for entry in (0, len(palette.colours) // 2, len(palette.colours) - 1):
        assert palette.colours[entry] == pytest.approx(lab[palette.bins == entry].mean(axis=0), abs=1e-3)
    assert np.abs(palette.colours[palette.bins] - lab).max() <= 4.0
    assert len(palette.colours) < len(lab) / 10


@pytest.mark.parametrize("channels", [1, 2, 3])
def test_every_cube_of_colours_is_a_bin_of_its_own(channels):
    colours = np.random.default_rng(0).uniform(-9, 9, (4000, channels)).astype(np.float32)
    palette = gather_palette(colours, 3.0)
    cubes, index = np.unique(np.floor(colours / 3), axis=0, return_inverse=True)
    assert np.array_equal(palette.bins, index.ravel())
    for number in range(len(cubes)):
        assert palette.colours[number] == pytest.approx(colours[index.ravel() == number].mean(axis=0), abs=1e-4)


def test_density_is_the_mixture_of_scipys_normals(lab):
    mixture = fit_mixture(gather_palette(lab), np.ones(len(lab), np.float32), 4)
    logs = []
    for offset, mean, whitening in zip(*mixture, strict=True):
        covariance = np.linalg.inv(whitening.astype(float).T @ whitening.astype(float))
        normal = multivariate_normal(mean, covariance)
        weight = offset + 0.5 * np.linalg.slogdet(covariance)[1] + 1.5 * np.log(2 * np.pi)
        logs.append(weight + normal.logpdf(lab))
    assert log_likelihood(mixture, lab) == pytest.approx(logsumexp(logs, axis=0), abs=1e-2)


def test_weights_of_the_components_sum_to_one(lab):
    mixture = fit_mixture(gather_palette(lab), np.ones(len(lab), np.float32), 5)
    scales = [np.log(np.diag(whitening)).sum() - 1.5 * np.log(2 * np.pi) for whitening in mixture.whitenings]
    assert np.exp(mixture.offsets - scales).sum() == pytest.approx(1.0, abs=1e-4)


def test_the_fit_is_about_as_likely_as_scikit_learns(lab):
    ours = log_likelihood(fit_mixture(gather_palette(lab), np.ones(len(lab), np.float32), 5), lab).mean()
    theirs = GaussianMixture(5, reg_covar=REGULARISATION, random_state=0).fit(lab).score(lab)
    assert ours > theirs - 0.15


def test_a_weight_of_two_is_the_pixel_twice(lab):
    some = lab[::7]
    weights = np.random.default_rng(0).integers(0, 3, len(some))
    once = fit_mixture(gather_palette(some), weights.astype(np.float32), 3)
    repeated = np.repeat(some, weights, axis=0)
    palette = gather_palette(some)
    again = fit_mixture(
        type(palette)(np.repeat(palette.bins, weights), palette.colours), np.ones(len(repeated), np.float32), 3
    )
    assert log_likelihood(once, some) == pytest.approx(log_likelihood(again, some), abs=1e-3)


def test_the_order_of_the_pixels_does_not_matter(lab):
    order = np.random.default_rng(0).permutation(len(lab))
    ones = np.ones(len(lab), np.float32)
    straight = log_likelihood(fit_mixture(gather_palette(lab), ones, 5), lab)
    shuffled = log_likelihood(fit_mixture(gather_palette(lab[order]), ones, 5), lab)
    assert straight == pytest.approx(shuffled, abs=1e-3)


def test_one_colour_gives_one_component():
    colours = np.full((50, 3), 30.0, np.float32)
    mixture = fit_mixture(gather_palette(colours), np.ones(50, np.float32), 5)
    assert len(mixture.offsets) == 1
    peak = -1.5 * np.log(2 * np.pi * REGULARISATION)
    assert log_likelihood(mixture, colours[:1]) == pytest.approx([peak], abs=1e-4)


def test_well_separated_colours_are_found():
    rng = np.random.default_rng(2)
    centres = np.array([[20, 0, 0], [60, 40, 20], [80, -30, 40]], np.float32)
    colours = (np.repeat(centres, 400, axis=0) + rng.normal(0, 2, (1200, 3))).astype(np.float32)
    mixture = fit_mixture(gather_palette(colours), np.ones(1200, np.float32), 3)
    nearest = np.abs(mixture.means[:, None] - centres[None]).max(axis=2).min(axis=0)
    assert nearest.max() < 0.5


@pytest.mark.parametrize("rounds", [0, 1, 4])
def test_every_iteration_is_one_of_expectation_maximisation(lab, rounds):
    """Expectation by scipy's densities, maximisation by numpy's weighted moments, of the bins' colours."""
    some = lab[::5]
    palette, weights = gather_palette(some), np.random.default_rng(3).random(len(some), np.float32)
    before, after = (fit_mixture(palette, weights, 3, iterations=n, regularisation=9.0) for n in (rounds, rounds + 1))
    mass = np.bincount(palette.bins, weights)
    logs = [
        np.log(share) + multivariate_normal(mean, covariance).logpdf(palette.colours)
        for share, mean, covariance in parts(before)
    ]
    shares = np.exp(logs - logsumexp(logs, axis=0)) * mass
    for own, (share, mean, covariance) in zip(shares, parts(after), strict=True):
        assert share == pytest.approx(own.sum() / mass.sum(), abs=1e-4)
        assert mean == pytest.approx(np.average(palette.colours, axis=0, weights=own), abs=1e-2)
        wanted = np.cov(palette.colours.T, aweights=own, ddof=0) + 9.0 * np.eye(3)
        assert covariance == pytest.approx(wanted, rel=1e-2, abs=0.1)


def parts(mixture):
    """Weight, mean and covariance of every Gaussian."""
    for offset, mean, whitening in zip(*mixture, strict=True):
        covariance = np.linalg.inv(whitening.astype(float).T @ whitening.astype(float))
        yield np.exp(offset + 0.5 * np.linalg.slogdet(2 * np.pi * covariance)[1]), mean, covariance


def test_a_mixture_begins_by_splitting_what_is_widest_across_its_greatest_variance():
    colours = np.zeros((60, 3), np.float32)
    colours[:20, 0], colours[20:40, 0], colours[40:, 0] = -90, 30, 60
    colours[:, 1] = np.tile([-9, 9], 30)
    ones = np.ones(60, np.float32)
    palette = gather_palette(colours)
    one, two, three, four = (fit_mixture(palette, ones, n, iterations=0) for n in (1, 2, 3, 4))
    assert one.means == pytest.approx(np.array([[0, 0, 0]]), abs=1e-3)
    assert sorted(two.means[:, 0]) == pytest.approx([-90, 45], abs=1e-3)
    assert sorted(three.means[:, 0]) == pytest.approx([-90, 30, 60], abs=1e-3)
    assert sorted(map(tuple, four.means.round().tolist())) != sorted(map(tuple, three.means.round().tolist()))
    assert len(four.means) == 4
    assert len(fit_mixture(palette, ones, 9, iterations=0).means) == 6  # as many as there are colours


def test_colours_that_count_nothing_change_nothing():
    colours = np.repeat(np.float32([[0, 0, 0], [60, 0, 0], [61, 30, 9], [-90, 5, 5], [-80, 0, 0]]), 20, axis=0)
    weights = np.repeat(np.float32([2, 1, 1, 0, 0]), 20)
    some = weights > 0
    for components in (1, 2, 3, 5):
        found = fit_mixture(gather_palette(colours), weights, components)
        wanted = fit_mixture(gather_palette(colours[some]), weights[some], components)
        for ours, theirs in zip(found, wanted, strict=True):
            assert ours == pytest.approx(theirs, rel=1e-4, abs=1e-4)
