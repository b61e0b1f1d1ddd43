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
BLOCK = 1024
NARROW = 1e-6
"""Scatter below which colours are one, and are not split."""
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
    moments = np.concatenate([np.ones((len(colours), 1)), colours, _products(colours)], axis=1) * mass[:, None]
    labels = _split(colours, mass, components)
    shares = np.eye(int(labels.max()) + 1)[labels]
    for _ in range(iterations):
        mixture = _maximise(shares, moments, colours.shape[1], regularisation)
        shares = _responsibilities(colours.astype(np.float32), *mixture)
    return _maximise(shares, moments, colours.shape[1], regularisation)


def log_likelihood(mixture: Mixture, features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Natural logarithm of the mixture's density at (N, C) float32 features; (N,) float32."""
    result: NDArray[np.float32] = _log_density(features, *mixture)
    return result


def _products(colours: NDArray[np.float64]) -> NDArray[np.float64]:
    """Products of every two channels: (M, C²)."""
    products: NDArray[np.float64] = (colours[:, :, None] * colours[:, None, :]).reshape(len(colours), -1)
    return products


def _split(colours: NDArray[np.float64], mass: NDArray[np.float64], components: int) -> NDArray[np.int64]:
    labels = np.zeros(len(colours), np.int64)
    spreads = [_spread(colours, mass)]
    for new in range(1, components):
        widest = max(range(new), key=lambda label: spreads[label][0])
        if spreads[widest][0] <= NARROW:
            break
        along = spreads[widest][1]
        # the sign of an eigenvector is arbitrary between platforms: fix it, so that labels are too
        upper = along > 0 if along[np.argmax(np.abs(along))] > 0 else along < 0
        labels[np.flatnonzero(labels == widest)[upper]] = new
        spreads[widest] = _spread(colours[labels == widest], mass[labels == widest])
        spreads.append(_spread(colours[labels == new], mass[labels == new]))
    return labels


def _spread(colours: NDArray[np.float64], mass: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """The scatter along the axis where it is greatest, and where each colour lies along it."""
    centred = colours - mass @ colours / mass.sum()
    values, vectors = np.linalg.eigh((centred * mass[:, None]).T @ centred)
    return float(values[-1]), centred @ vectors[:, -1]


def _maximise(
    shares: NDArray[np.floating], moments: NDArray[np.float64], channels: int, regularisation: float
) -> Mixture:
    """Gaussians from the shares (M, K) of weighted moments (M, 1 + C + C²): of order 0, 1 and 2."""
    sums = shares.T.astype(np.float64) @ moments
    totals = sums[:, 0] + 1e-9 * sums[:, 0].sum()
    means = sums[:, 1 : channels + 1] / totals[:, None]
    scatter = (sums[:, channels + 1 :] / totals[:, None]).reshape(-1, channels, channels)
    covariances = scatter - means[:, :, None] * means[:, None, :] + regularisation * np.eye(channels)
    lower = np.linalg.cholesky(np.linalg.inv(covariances))
    log_scales = np.log(np.diagonal(lower, axis1=1, axis2=2)).sum(axis=1) - 0.5 * channels * np.log(2 * np.pi)
    return Mixture(
        (np.log(totals / totals.sum()) + log_scales).astype(np.float32),
        means.astype(np.float32),
        np.ascontiguousarray(lower.transpose(0, 2, 1), dtype=np.float32),
    )


# The kernels take the colours in blocks and a step at a time over a whole block, so that the steps compile to vector
# instructions and their results stay in the cache.


@njit(cache=True, nogil=True)
def _component_logs(features, first, last, offsets, means, whitenings, logs, top):
    """Fill ``logs`` (K, block) for the features from ``first`` to ``last``, and ``top`` with the largest of each."""
    channels = features.shape[1]
    size = last - first
    centred = np.empty((channels, logs.shape[1]), np.float32)
    projected = np.empty(logs.shape[1], np.float32)
    top[:size] = -np.inf
    for k in range(offsets.shape[0]):
        for c in range(channels):
            for n in range(size):
                centred[c, n] = features[first + n, c] - means[k, c]
        logs[k, :size] = offsets[k]
        for i in range(channels):
            projected[:size] = 0
            for j in range(i, channels):
                weight = whitenings[k, i, j]
                for n in range(size):
                    projected[n] += weight * centred[j, n]
            for n in range(size):
                logs[k, n] -= np.float32(0.5) * projected[n] * projected[n]
        for n in range(size):
            top[n] = max(top[n], logs[k, n])


@njit(cache=True, nogil=True)
def _log_density(features, offsets, means, whitenings):
    result = np.empty(features.shape[0], np.float32)
    logs = np.empty((offsets.shape[0], BLOCK), np.float32)
    top = np.empty(BLOCK, np.float32)
    for first in range(0, features.shape[0], BLOCK):
        last = min(first + BLOCK, features.shape[0])
        _component_logs(features, first, last, offsets, means, whitenings, logs, top)
        for n in range(last - first):
            total = np.float32(0.0)
            for k in range(logs.shape[0]):
                if logs[k, n] - top[n] > FAINT:
                    total += np.exp(logs[k, n] - top[n])
            result[first + n] = top[n] + np.log(total)
    return result


@njit(cache=True, nogil=True)
def _responsibilities(features, offsets, means, whitenings):
    result = np.empty((features.shape[0], offsets.shape[0]), np.float32)
    logs = np.empty((offsets.shape[0], BLOCK), np.float32)
    top = np.empty(BLOCK, np.float32)
    for first in range(0, features.shape[0], BLOCK):
        last = min(first + BLOCK, features.shape[0])
        _component_logs(features, first, last, offsets, means, whitenings, logs, top)
        for n in range(last - first):
            total = np.float32(0.0)
            for k in range(logs.shape[0]):
                share = np.exp(logs[k, n] - top[n])
                result[first + n, k] = share
                total += share
            result[first + n] /= total
    return result
