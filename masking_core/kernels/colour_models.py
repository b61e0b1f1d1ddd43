"""Mixtures of Gaussians over colours, learned from weighted colours and from nothing random.

A picture's colours are first gathered into a palette (a coarse histogram with exact bin means), so that learning costs
the same whatever the picture's size; the likelihood is then taken at every pixel's own colour.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

BIN = 4.0  # CIELAB units a side
FAINT = -16.0  # log of a share that does not show in a float32 sum beside 1
REGULARISATION = 4.0  # CIELAB units squared, added to every covariance: about two just-noticeable differences


class Palette(NamedTuple):
    """The colours of a picture: ``bins`` (N,) int32 of each pixel into ``colours`` (M, C) float32, the bins' means."""

    bins: NDArray[np.int32]
    colours: NDArray[np.float32]


class Mixture(NamedTuple):
    """K Gaussians in C dimensions.

    ``offsets`` (K,) are log weights minus log normalisers; ``means`` (K, C); ``whitenings`` (K, C, C) are upper
    triangular with ``|whitening @ (x - mean)|²`` the squared Mahalanobis distance. All float32.
    """

    offsets: NDArray[np.float32]
    means: NDArray[np.float32]
    whitenings: NDArray[np.float32]


def gather_palette(features: NDArray[np.float32], width: float = BIN) -> Palette:
    """Group (N, C) float32 features into cubic bins ``width`` wide; deterministic, bins in lexicographic order."""
    cells = np.floor(features / width).astype(np.int64)
    cells -= cells.min(axis=0)
    keys = cells[:, 0]
    for column in cells.T[1:]:
        keys = keys * (int(column.max()) + 1) + column
    _, index = np.unique(keys, return_inverse=True)
    counts = np.bincount(index)
    sums = [np.bincount(index, weights=column) for column in features.T]
    return Palette(index.astype(np.int32), (np.stack(sums, axis=1) / counts[:, None]).astype(np.float32))


def fit_mixture(
    palette: Palette,
    weights: NDArray[np.float32],
    components: int,
    iterations: int = 5,
    regularisation: float = REGULARISATION,
) -> Mixture:
    """Fit a full-covariance mixture to the palette's pixels, each counting ``weights`` (N,) ≥ 0, some > 0.

    Starts from binary splitting along the axis of greatest variance (Orchard, Bouman 1991) and runs ``iterations`` of
    expectation maximisation. Fewer components come back when the colours do not give that many clusters.
    """
    every = np.bincount(palette.bins, weights=weights, minlength=len(palette.colours)).astype(np.float64)
    used = every > 0
    colours, mass = palette.colours[used].astype(np.float64), every[used]
    labels = _split(colours, mass, components)
    shares = np.eye(int(labels.max()) + 1)[labels]
    for _ in range(iterations):
        mixture = _maximise(colours, mass, shares, regularisation)
        shares = _responsibilities(colours.astype(np.float32), *mixture)
    return _maximise(colours, mass, shares, regularisation)


def log_likelihood(mixture: Mixture, features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Natural logarithm of the mixture's density at (N, C) float32 features; (N,) float32."""
    result: NDArray[np.float32] = _log_density(features, *mixture)
    return result


def _split(colours: NDArray[np.float64], mass: NDArray[np.float64], components: int) -> NDArray[np.int64]:
    labels = np.zeros(len(colours), np.int64)
    for new in range(1, components):
        best, widest, cut = -1, 1e-6, None
        for label in range(new):
            own = labels == label
            mean = np.average(colours[own], axis=0, weights=mass[own])
            centred = colours[own] - mean
            values, vectors = np.linalg.eigh((centred * mass[own, None]).T @ centred)
            if values[-1] > widest:
                best, widest, cut = label, values[-1], centred @ vectors[:, -1]
        if cut is None:
            break
        own_rows = np.flatnonzero(labels == best)
        # the sign of an eigenvector is arbitrary between platforms: fix it, so that labels are too
        upper = cut > 0 if cut[np.argmax(np.abs(cut))] > 0 else cut < 0
        labels[own_rows[upper]] = new
    return labels


def _maximise(
    colours: NDArray[np.float64], mass: NDArray[np.float64], shares: NDArray[np.floating], regularisation: float
) -> Mixture:
    channels = colours.shape[1]
    belonging = shares.astype(np.float64) * mass[:, None]
    totals = belonging.sum(axis=0) + 1e-9 * mass.sum()
    means = (belonging.T @ colours) / totals[:, None]
    offsets, whitenings = [], []
    for k, total in enumerate(totals):
        centred = colours - means[k]
        covariance = (centred * belonging[:, k, None]).T @ centred / total + regularisation * np.eye(channels)
        lower = np.linalg.cholesky(np.linalg.inv(covariance))
        log_scale = float(np.log(np.diag(lower)).sum()) - 0.5 * channels * np.log(2 * np.pi)
        offsets.append(np.log(total / totals.sum()) + log_scale)
        whitenings.append(lower.T)
    return Mixture(
        np.array(offsets, np.float32), means.astype(np.float32), np.ascontiguousarray(whitenings, dtype=np.float32)
    )


@njit(cache=True, nogil=True)
def _component_logs(x, offsets, means, whitenings, out):  # type: ignore[no-untyped-def]
    channels = x.shape[0]
    top = -np.inf
    for k in range(offsets.shape[0]):
        squared = np.float32(0.0)
        for i in range(channels):
            projected = np.float32(0.0)
            for j in range(i, channels):
                projected += whitenings[k, i, j] * (x[j] - means[k, j])
            squared += projected * projected
        out[k] = offsets[k] - np.float32(0.5) * squared
        top = max(top, out[k])
    return top


@njit(cache=True, nogil=True)
def _log_density(features, offsets, means, whitenings):  # type: ignore[no-untyped-def]
    result = np.empty(features.shape[0], np.float32)
    logs = np.empty(offsets.shape[0], np.float32)
    for n in range(features.shape[0]):
        top = _component_logs(features[n], offsets, means, whitenings, logs)
        total = np.float32(0.0)
        for k in range(logs.shape[0]):
            if logs[k] - top > FAINT:
                total += np.exp(logs[k] - top)
        result[n] = top + np.log(total)
    return result


@njit(cache=True, nogil=True)
def _responsibilities(features, offsets, means, whitenings):  # type: ignore[no-untyped-def]
    result = np.empty((features.shape[0], offsets.shape[0]), np.float32)
    for n in range(features.shape[0]):
        top = _component_logs(features[n], offsets, means, whitenings, result[n])
        total = np.float32(0.0)
        for k in range(result.shape[1]):
            result[n, k] = np.exp(result[n, k] - top)
            total += result[n, k]
        for k in range(result.shape[1]):
            result[n, k] /= total
    return result
