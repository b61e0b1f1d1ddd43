"""Contrast-sensitive n-links: cutting between alike neighbours is dear, cutting along an edge is cheap.

Boykov & Jolly (2001), with the contrast measured against the picture's own as in Rother, Kolmogorov & Blake (2004).
A copy of half the size has fewer edges and less noise. So that a cut of it is near the cut of the picture, its n-links
are not those of its own pixels but the picture's, the cheapest of those that can be cut instead (:func:`halved`).
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from masking_core.errors import ParameterError
from masking_core.kernels.min_cut.maxflow import DOING, HARD, MAX_LINK
from masking_core.progress import report

_SAMPLE = 1_000_000  # pixels whose differences are averaged

Guide = NDArray[np.uint8] | NDArray[np.float32]
"""(H, W, C) picture whose edges attract the cut, C-contiguous, in any units."""


def contrast_scale(guide: Guide) -> float:
    """Return β = 1 / (2 × mean squared difference of 8-neighbours), or 0 for a picture of one colour.

    A picture of more than about 1 MP is sampled by evenly spaced rows.
    """
    rows = max(1, round(guide.shape[0] * guide.shape[1] / _SAMPLE))
    total, pairs = _squared_differences(guide, rows)
    return pairs / (2 * total) if total > 0 else 0.0


def nlinks(
    guide: Guide,
    *,
    sensitivity: float = 1.0,
    where: NDArray[np.bool_] | None = None,
) -> NDArray[np.int16]:
    """Weigh the n-links of a picture: ``MAX_LINK × exp(-sensitivity × β × squared difference) / distance``.

    The smoothness of a labelling is no part of it: dividing the unaries by it (:func:`quantise`) comes to the same, and
    n-links that depend on the picture alone can be kept.

    Args:
        guide: (H, W, C) uint8 or float32.
        sensitivity: 0 or more; 0 makes all n-links equal, 1 is the rule of Rother et al.
        where: (H, W) bool; n-links between two pixels outside are left undefined, which saves their time and memory.
            None for all pixels.

    Returns:
        (4, H, W) int16 in [0, MAX_LINK]: right, below, right below, left below, as :class:`maxflow.Grid` wants them.

    Raises:
        ParameterError: the sensitivity is negative.
    """
    if not sensitivity >= 0:
        raise ParameterError(f"The contrast sensitivity must be 0 or more, but {sensitivity} was given.")
    if where is None:
        where = np.ones(guide.shape[:2], np.bool_)
    weights = np.empty((4, *guide.shape[:2]), np.int16)
    report(0.0, DOING)
    scale = sensitivity * contrast_scale(guide)
    report(0.0, DOING)
    _weigh(guide, scale, where, weights)
    return weights


def halved(links: NDArray[np.int16]) -> NDArray[np.int16]:
    """Give a picture of half the size its n-links: each is the cheapest of those between the middles of two blocks.

    A boundary has the choice of three places there. It is as long as a block, so a place's weight is a mean along it.

    Args:
        links: (4, H, W) int16, as from :func:`nlinks`.

    Returns:
        (4, ⌈H / 2⌉, ⌈W / 2⌉) int16, to be cut like n-links between pixels a block wide.
    """
    half = np.zeros((4, (links.shape[1] + 1) // 2, (links.shape[2] + 1) // 2), np.int16)
    for d in range(4):
        report(d / 4, DOING)
        _choose(links[d], half[d], d)
    return half


def boundary_cost(links: NDArray[np.int16], cut: NDArray[np.bool_]) -> tuple[float, float]:
    """Add up the n-links between the two sides of a cut.

    Args:
        links: (4, H, W) int16, as from :func:`nlinks`.
        cut: (H, W) bool.

    Returns:
        The sum, in the n-links' units; and what it would be if the picture had no contrast.
    """
    height, width = cut.shape
    cost = most = 0.0
    for weights, (dy, dx) in zip(links, ((0, 1), (1, 0), (1, 1), (1, -1)), strict=True):
        left = slice(max(0, -dx), width - max(0, dx))
        right = slice(max(0, dx), width + min(0, dx))
        differs = cut[: height - dy, left] != cut[dy:, right]
        cost += float(weights[: height - dy, left][differs].sum(dtype=np.int64))
        most += np.count_nonzero(differs) * MAX_LINK / math.hypot(dy, dx)
    return cost, most


def quantise(unary: NDArray[np.floating], smoothness: float) -> NDArray[np.int32]:
    """Express unaries in units of n-links.

    Args:
        unary: float, cost of background minus cost of foreground; finite or ± infinity (a hard constraint).
        smoothness: the weight, above 0 and in units of the unaries, of an n-link without contrast.

    Returns:
        int32 of the same shape, in steps of smoothness / MAX_LINK, clipped to ± HARD, which alters no cut.

    Raises:
        ParameterError: the smoothness is not positive.
    """
    if not smoothness > 0:
        raise ParameterError(f"The smoothness must be above 0, but {smoothness} was given.")
    steps: NDArray[np.int32] = np.rint(np.clip(unary * (MAX_LINK / smoothness), -HARD, HARD)).astype(np.int32)
    return steps


@njit(cache=True, nogil=True)
def _squared_differences(guide, every):
    """Sum the squared differences of pixels to their 4 later neighbours, in every ``every``-th row, and count them."""
    height, width, channels = guide.shape
    total = 0.0
    pairs = 0
    for y in range(every // 2, height, every):
        below = y + 1 < height
        pairs += width - 1 + below * (3 * width - 2)
        for x in range(width):
            for c in range(channels):
                here = np.float64(guide[y, x, c])
                if x + 1 < width:
                    total += (here - guide[y, x + 1, c]) ** 2
                if below:
                    total += (here - guide[y + 1, x, c]) ** 2
                    if x + 1 < width:
                        total += (here - guide[y + 1, x + 1, c]) ** 2
                    if x > 0:
                        total += (here - guide[y + 1, x - 1, c]) ** 2
    return total, pairs


@njit(cache=True, nogil=True)
def _weigh(guide, rate, where, weights):
    """Fill the n-links that touch a pixel of ``where``; those that lead out of the picture are 0."""
    height, width, channels = guide.shape
    dy, dx = (0, 1, 1, 1), (1, 0, 1, -1)
    for y in range(height):
        if not (where[y].any() or where[min(y + 1, height - 1)].any()):
            continue
        for d in range(4):
            peak = np.float32(MAX_LINK if dy[d] * dx[d] == 0 else MAX_LINK / math.sqrt(2.0))
            y2 = y + dy[d]
            for x in range(width):
                x2 = x + dx[d]
                if y2 >= height or x2 < 0 or x2 >= width:
                    weights[d, y, x] = 0
                elif where[y, x] | where[y2, x2]:
                    squared = np.float32(0)
                    for c in range(channels):
                        squared += (np.float32(guide[y, x, c]) - np.float32(guide[y2, x2, c])) ** 2
                    weights[d, y, x] = np.int16(peak * math.exp(np.float32(-rate) * squared) + np.float32(0.5))


@njit(cache=True, nogil=True)
def _choose(links, half, d):
    """Fill the n-links (h, w) of half the size in direction ``d``; those that lead out of the picture stay 0."""
    dy, dx = (0, 1, 1, 1)[d], (1, 0, 1, -1)[d]
    left, right = max(0, -dx), max(0, dx)
    last_row, last = links.shape[0] - 1 - dy, links.shape[1] - 1 - right
    for y in range(half.shape[0] - dy):
        for x in range(left, half.shape[1] - right):
            least = 4 * MAX_LINK
            for place in range(3):
                row, column = 2 * y + place * dy, 2 * x + left + place * dx
                if row <= last_row and left <= column <= last:
                    above, below = max(row - 1, 0), min(row + 1, last_row)
                    before, after = max(column - 1, left), min(column + 1, last)
                    beside = _beside(links, d, row, column, above, below, before, after)
                    least = min(least, 2 * links[row, column] + beside)
            half[y, x] = (least + 2) // 4


@njit(cache=True, nogil=True)
def _beside(links, d, row, column, above, below, before, after):
    """The two n-links that a boundary cuts beside one: it runs downwards where they lead right, and so on."""
    if d == 0:
        return 2 * links[below, column]
    if d == 1:
        return 2 * links[row, after]
    if d == 2:
        return links[above, after] + links[below, before]
    return links[above, before] + links[below, after]
