"""Alpha from pairs of known colours, shared between neighbours (shared sampling, Gastal & Oliveira 2010).

Every unknown pixel looks along a few rays for a colour of the object and one of the background; its neighbours look
along other rays, so that a small neighbourhood has looked in every direction. Each pixel keeps the pair that mixes to
the colours around it best, then tries the pairs of its neighbours too.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from masking_core.kernels.matting.problem import Plane, Problem
from masking_core.progress import report

RAYS = 4
"""Rays of a pixel; those of the 3 × 3 pixels of a block differ in direction."""
LONGEST = 400
"""Pixels after which a ray ends."""
ROUNDED = 1.415
"""By how much more than its length the way between two pixels of a ray may be long: both were rounded."""
FIT = 2.0
FRONT_NEAR, BEHIND_NEAR = 1.0, 4.0
"""Exponents of a pair's misfit and of the distances to where its two colours come from."""
NOISE = 1.0
"""Squared distance of colours, of 0…255, below which misfits are alike."""
SHARING = 8
"""How many rows and columns away a neighbour's pair is tried."""
BEST = 3
"""Pairs that are averaged in the end: those that fit best."""
DOUBT = 160.0
"""How fast confidence falls with the distance, of 0…1, between a pixel's colour and what its pair mixes to."""
CONTRAST = 0.1
"""Distance, of 0…1, between the two colours of a pair at which confidence is halved."""
BATCH = 4_000
"""Pixels between two reports."""
DOING = "Sampling colours beside the edge"

Steps = NDArray[np.uint16]

_FRONT, _BEHIND, _PAIR = slice(0, 3), slice(3, 6), 6


class Sampled(NamedTuple):
    """What was found at n unknown pixels, row by row.

    Attributes:
        alpha: (n,) float32 in [0, 1].
        confidence: (n,) float32 in [0, 1]; 0 where no pair was found.
    """

    alpha: Plane
    confidence: Plane


def sampled(problem: Problem) -> Sampled:
    """Sample alpha at the unknown pixels of a problem.

    Raises:
        Cancelled: the listener of :mod:`masking_core.progress` no longer wants the result.
    """
    rgb = np.ascontiguousarray(problem.rgb, np.float32)
    pixels = np.argwhere(problem.unknown).astype(np.int32)
    index = np.full(problem.unknown.shape, -1, np.int32)
    index[problem.unknown] = np.arange(len(pixels), dtype=np.int32)
    known, front = ~problem.unknown, problem.alpha >= 0.5
    aways = _away(known & front), _away(known & ~front)
    pairs = np.full((len(pixels), _PAIR), np.nan, np.float32)
    for first in range(0, len(pixels), BATCH):
        report(first / len(pixels) / 2, DOING)
        _gather(rgb, *aways, pixels[first : first + BATCH], pairs[first : first + BATCH])
    found = Sampled(np.full(len(pixels), 0.5, np.float32), np.zeros(len(pixels), np.float32))
    for first in range(0, len(pixels), BATCH):
        part = slice(first, first + BATCH)
        report(0.5 + first / len(pixels) / 2, DOING)
        _share(rgb, index, pixels[part], pairs, found.alpha[part], found.confidence[part])
    return found


@njit(inline="always")
def _mixed(colour: Plane, front: Plane, behind: Plane) -> tuple[np.float32, np.float32]:
    """The alpha at which a pair comes nearest to a colour, and the squared distance that is left."""
    across = along = left = np.float32(0)
    for c in range(3):
        step = front[c] - behind[c]
        across += step * step
        along += step * (colour[c] - behind[c])
    alpha = min(max(along / (across + np.float32(NOISE)), np.float32(0)), np.float32(1))
    for c in range(3):
        rest = colour[c] - behind[c] - alpha * (front[c] - behind[c])
        left += rest * rest
    return alpha, left


def _away(there: NDArray[np.bool_]) -> NDArray[np.uint16]:
    """Pixels of a row of ``there`` that are surely passed without meeting one of its pixels, whatever the direction."""
    if not there.any():
        return np.full(there.shape, LONGEST, np.uint16)
    distance = cv2.distanceTransform((~there).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    free = np.ceil(np.clip(distance - ROUNDED, 0, LONGEST, out=distance), out=distance)
    return np.where(there, np.uint16(0), np.maximum(free, 1).astype(np.uint16))


@njit(cache=True, nogil=True)
def _look(
    front_away: Steps, behind_away: Steps, i: int, j: int, fronts: NDArray[np.int32], behinds: NDArray[np.int32]
) -> tuple[int, int]:
    """Note the first known pixel of each kind on every ray, as rows and columns; how many there are of each."""
    height, width = front_away.shape
    front = behind = 0
    turn = ((i % 3) * 3 + j % 3) / 9
    for ray in range(RAYS):
        angle = 2 * math.pi * (ray + turn) / RAYS
        dy, dx = math.sin(angle), math.cos(angle)
        seen_front = seen_behind = False
        step = 1
        while step <= LONGEST and not (seen_front and seen_behind):
            y, x = round(i + step * dy), round(j + step * dx)
            if y < 0 or x < 0 or y >= height or x >= width:
                break
            if front_away[y, x] == 0 and not seen_front:
                fronts[front, 0], fronts[front, 1] = y, x
                front += 1
                seen_front = True
            elif behind_away[y, x] == 0 and not seen_behind:
                behinds[behind, 0], behinds[behind, 1] = y, x
                behind += 1
                seen_behind = True
            nearest = LONGEST
            if not seen_front:
                nearest = min(nearest, front_away[y, x])
            if not seen_behind:
                nearest = min(nearest, behind_away[y, x])
            step += nearest
    return front, behind


@njit(cache=True, nogil=True)
def _gather(
    rgb: Plane,
    front_away: Steps,
    behind_away: Steps,
    pixels: NDArray[np.int32],
    pairs: Plane,
) -> None:
    """Give every pixel the best pair of the colours on its rays."""
    height, width = front_away.shape
    fronts, behinds = np.empty((RAYS, 2), np.int32), np.empty((RAYS, 2), np.int32)
    for n in range(len(pixels)):
        i, j = pixels[n]
        front_count, behind_count = _look(front_away, behind_away, i, j, fronts, behinds)
        best = np.inf
        for f in range(front_count):
            front = rgb[fronts[f, 0], fronts[f, 1]]
            near = FRONT_NEAR * math.log(math.hypot(fronts[f, 0] - i, fronts[f, 1] - j))
            for b in range(behind_count):
                behind = rgb[behinds[b, 0], behinds[b, 1]]
                misfit = np.float32(NOISE)
                for y in range(max(i - 1, 0), min(i + 2, height)):
                    for x in range(max(j - 1, 0), min(j + 2, width)):
                        misfit += _mixed(rgb[y, x], front, behind)[1]
                away = BEHIND_NEAR * math.log(math.hypot(behinds[b, 0] - i, behinds[b, 1] - j))
                cost = FIT * math.log(misfit) + near + away
                if cost < best:
                    best = cost
                    pairs[n, _FRONT], pairs[n, _BEHIND] = front, behind


@njit(cache=True, nogil=True)
def _share(
    rgb: Plane,
    index: NDArray[np.int32],
    pixels: NDArray[np.int32],
    pairs: Plane,
    alphas: Plane,
    confidences: Plane,
) -> None:
    """Average the neighbours' pairs that fit a pixel best, and read alpha and confidence from that."""
    height, width = index.shape
    chosen, misfits = np.empty(BEST, np.int64), np.empty(BEST, np.float32)
    pair = np.empty(_PAIR, np.float32)
    for n in range(len(pixels)):
        i, j = pixels[n]
        count = 0
        misfits[:] = np.inf
        for y in range(max(i - SHARING, 0), min(i + SHARING + 1, height)):
            for x in range(max(j - SHARING, 0), min(j + SHARING + 1, width)):
                other = index[y, x]
                if other < 0 or np.isnan(pairs[other, 0]):
                    continue
                misfit = _mixed(rgb[i, j], pairs[other, _FRONT], pairs[other, _BEHIND])[1]
                if misfit < misfits[BEST - 1]:
                    _insert(misfit, other, misfits, chosen)
                    count = min(count + 1, BEST)
        if count == 0:
            continue
        pair[:] = 0
        for k in range(count):
            pair += pairs[chosen[k]]
        pair /= count
        alpha, left = _mixed(rgb[i, j], pair[_FRONT], pair[_BEHIND])
        contrast = 0.0
        for c in range(3):
            contrast += ((pair[c] - pair[3 + c]) / 255) ** 2
        alphas[n] = alpha
        confidences[n] = math.exp(-DOUBT * math.sqrt(left) / 255) * contrast / (contrast + CONTRAST**2)


@njit(inline="always")
def _insert(misfit: np.float32, other: int, misfits: Plane, chosen: NDArray[np.int64]) -> None:
    k = BEST - 1
    while k > 0 and misfit < misfits[k - 1]:
        misfits[k], chosen[k] = misfits[k - 1], chosen[k - 1]
        k -= 1
    misfits[k], chosen[k] = misfit, other
