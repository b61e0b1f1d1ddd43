"""A trimap from a mask: wide where the edge is soft, hairy or doubtful, narrow where it is sharp.

Within a declared width of the mask's edge, alpha is sampled as if nothing were known there. Where a confident sample
contradicts the mask, the edge is not as the mask says, and the pixel becomes unknown. Where colours agree with the
mask, or object and background look alike, the mask is believed, but for a few pixels beside the edge.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from masking_core.kernels.matting.problem import BACKGROUND, FOREGROUND, UNKNOWN, Plane, Problem
from masking_core.kernels.matting.reduction import factor_for, reduced, touched
from masking_core.kernels.matting.sampling import sampled
from masking_core.progress import bands, report

CORE = 0.004
"""Of the long side: how far from the edge everything is unknown."""
CORE_LEAST = 1.5
"""The same in pixels, at least."""
MOST = 30_000
"""Pixels at which the edge is judged."""
WEAK, STRONG = 0.03, 0.15
"""Limits of the contradiction above which a pixel becomes unknown."""
RIM, ABOVE = 0.75, 13.0
"""Where colours are clear, little contradicts the mask far from its edge: that threshold is so many times the mean
contradiction farther away than this share of the width."""
CREDIT = 0.7
"""Exponent of a sample's confidence."""
BLUR, GROWN = 1.0, 1
"""Radius over which contradictions are averaged, and pixels by which what they mark grows, at the size of judgement."""
DOUBT = 0.5
"""Uncertainty of the mask above which a pixel becomes unknown."""
SOFT = 0.1
"""Alpha this far from 0 and 1 is soft already, and becomes unknown."""
SPECK = 3.0
"""Depth in pixels from which on a part of the mask counts, however small it is beside the rest."""
MIDDLE = 0.5
"""The middle of a part: as deep as this share of its greatest depth."""
SHARP = 0.012
"""Softness up to which an edge is as sharp as the mask says, or object and background look alike: no matte helps."""
DOING = "Looking at the edge"


class JudgedEdge(NamedTuple):
    """How the edge of a mask was judged.

    Attributes:
        trimap: (H, W) uint8, 0 background, 128 unknown, 255 foreground.
        contradiction: (h, w) float32 in [0, 1], at the size of judgement.
        softness: by how much the mean contradiction in the core of the edge is above that in the rest of its reach.
    """

    trimap: NDArray[np.uint8]
    contradiction: Plane
    softness: float

    @property
    def soft(self) -> bool:
        """Whether a matte is worth more than the smoothed mask."""
        return self.softness > SHARP


def judged(
    rgb: NDArray[np.uint8],
    alpha: Plane,
    width: float,
    uncertainty: Plane | None = None,
    hair: NDArray[np.bool_] | None = None,
) -> JudgedEdge:
    """Make a trimap; arguments as of :func:`masking_core.matting.estimate_trimap`.

    Raises:
        Cancelled: the listener of :mod:`masking_core.progress` no longer wants the result.
    """
    mask = alpha >= 0.5
    away = _distance(mask)
    core = away <= min(width, max(CORE_LEAST, CORE * max(mask.shape)))
    reach = away <= width
    contradiction, threshold, softness = _contradiction(rgb, mask, away, width, core)
    report(1.0, DOING)
    unknown = core | (reach & _enlarged(contradiction > threshold, mask.shape))
    unknown |= reach & (np.minimum(alpha, 1 - alpha) > SOFT)
    if uncertainty is not None:
        doubt = cv2.resize(uncertainty, mask.shape[::-1], interpolation=cv2.INTER_LINEAR)
        unknown |= reach & (doubt > DOUBT)
    unknown &= ~_middles(mask, away, unknown)
    if hair is not None:
        unknown |= hair
    trimap = np.where(mask, np.uint8(FOREGROUND), np.uint8(BACKGROUND))
    trimap[unknown] = UNKNOWN
    return JudgedEdge(trimap, contradiction, softness)


def _middles(mask: NDArray[np.bool_], away: Plane, unknown: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The middles of those parts of the mask that are no specks and of which all would be unknown.

    Without a colour of their own they would be gone, or be mixed from those of other parts.
    """
    count, parts = cv2.connectedComponents(mask.view(np.uint8))
    report(1.0, DOING)
    lost = np.arange(count) > 0
    lost[parts[mask & ~unknown]] = False
    there: NDArray[np.bool_] = lost[parts]
    report(1.0, DOING)
    if not there.any():
        return there
    deepest = np.zeros(count, np.float32)
    np.maximum.at(deepest, parts[there], away[there])
    middles = np.empty(mask.shape, np.bool_)
    for band in bands(mask.shape, DOING):
        deep = deepest[parts[band]]
        middles[band] = there[band] & (deep >= SPECK) & (away[band] >= MIDDLE * deep)
    return middles


def _distance(mask: NDArray[np.bool_]) -> Plane:
    """Distance in pixels of each pixel's centre from the edge; endless where there is no edge."""
    if mask.all() or not mask.any():
        return np.full(mask.shape, np.inf, np.float32)
    away = np.empty(mask.shape, np.float32)
    for side in (mask, ~mask):
        depth = cv2.distanceTransform(side.view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
        report(0.0, DOING)
        np.subtract(depth, np.float32(0.5), out=away, where=side)
    return away


def _contradiction(
    rgb: NDArray[np.uint8], mask: NDArray[np.bool_], away: Plane, width: float, core: NDArray[np.bool_]
) -> tuple[Plane, float, float]:
    """How surely colours within reach say another alpha than the mask, from where on that counts, and softness."""
    given = Problem(np.ascontiguousarray(rgb), away <= width, mask.astype(np.float32))
    factor = factor_for(given, MOST)
    report(0.0, DOING)
    small = reduced(given, factor)
    found = np.zeros(small.unknown.shape, np.float32)
    if not small.unknown.any():
        return found, STRONG, 0.0
    samples = sampled(small)
    found[small.unknown] = np.abs(samples.alpha - small.alpha[small.unknown]) * samples.confidence**CREDIT
    found = np.asarray(cv2.GaussianBlur(found, (0, 0), BLUR), np.float32)
    inner, near = (touched(part, factor) for part in (core, away <= RIM * width))
    rest, rim = small.unknown & ~inner, small.unknown & ~near
    threshold = float(np.clip(ABOVE * _mean(found[rim]), WEAK, STRONG))
    return found, threshold, _mean(found[inner]) - _mean(found[rest])


def _mean(values: Plane) -> float:
    return float(values.mean()) if values.size else 0.0


def _enlarged(marked: NDArray[np.bool_], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """The marks and a margin, at the picture's size, which is a whole number of times larger."""
    grown = cv2.dilate(marked.view(np.uint8), np.ones((2 * GROWN + 1,) * 2, np.uint8))
    factor = -(-shape[0] // marked.shape[0])
    size = (marked.shape[1] * factor, marked.shape[0] * factor)
    large = cv2.resize(grown.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(large[: shape[0], : shape[1]] >= 0.5)
