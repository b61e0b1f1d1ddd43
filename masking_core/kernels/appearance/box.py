"""What a box says: the object lies inside, fills much of it, and touches its sides.

Nothing inside a box is certain, so re-estimated colour models find one of several answers, depending on where they
start. The stages: :func:`box_starts` → for each start, a few rounds of colour models, a cut and :func:`box_weights` →
of their cuts, the one with the best :func:`box_score`.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from masking_core.arrays import Mask
from masking_core.kernels.appearance.colour_models import gather_palette
from masking_core.kernels.appearance.unaries import Features
from masking_core.kernels.min_cut.contrast import boundary_cost

Plane = NDArray[np.float32]

MIDDLE_RADIUS = 0.87
"""Where the average object in a tight box ends: half of the pixels at this radius are the object's (1: the sides)."""
MIDDLE_SLOPE = 4.0
MIDDLE_WEIGHT = 0.3  # of the middle's log-odds in a unary: neighbouring pixels are not independent witnesses
MIDDLE_LEFT = 0.5  # weight of the box's rim in the background's first model
SURROUNDINGS = (0.4, 0.64), (0.15, 0.32)
"""Reach of what is looked at outside, as a share of the scale, and the share of the smoothness that goes with it."""
SMOOTHNESS = 0.8
"""Share of the smoothness for a beginning from all of the region."""
SCORE_BIN = 6.0  # CIELAB units


class Start(NamedTuple):
    """One way to begin in a box.

    ``inside`` (H, W) float32, the foreground's first weights; ``rim``, the box's part in the background's first;
    ``outside``, the background's weights that stay; ``leaning``, added to every unary; ``smoothness``, the share of the
    usual smoothness that suits it.
    """

    inside: Plane
    rim: Plane
    outside: Plane
    leaning: Plane
    smoothness: float


def box_radius(bounds: Mask) -> Plane:
    """Elliptical distance from the middle of a region's bounding box; (H, W) float32, 1 at the middle of its sides."""
    rows, columns = np.flatnonzero(bounds.any(axis=1)), np.flatnonzero(bounds.any(axis=0))
    y, x = np.arange(bounds.shape[0], dtype=np.float32), np.arange(bounds.shape[1], dtype=np.float32)
    down = (y - (rows[0] + rows[-1]) / 2) / ((rows[-1] - rows[0] + 1) / 2)
    across = (x - (columns[0] + columns[-1]) / 2) / ((columns[-1] - columns[0] + 1) / 2)
    radius: Plane = np.hypot(down[:, None], across[None, :]).astype(np.float32)
    return radius


def box_starts(bounds: Mask) -> tuple[Start, ...]:
    """Begin from all of the (H, W) bool region, and from its middle against a wide and a narrow surrounding.

    A region that is the whole picture has only its middle to begin from.
    """
    odds = MIDDLE_SLOPE * (MIDDLE_RADIUS - box_radius(bounds))
    middle = (1 / (1 + np.exp(-np.clip(odds, -30, 30)))).astype(np.float32)
    inside, rim = bounds * middle, bounds * (1 - middle) * np.float32(MIDDLE_LEFT)
    leaning = (MIDDLE_WEIGHT * odds).astype(np.float32)
    from_middle = tuple(
        Start(inside, rim, _surrounding(bounds, reach), leaning, smoothness) for reach, smoothness in SURROUNDINGS
    )
    if bounds.all():
        return from_middle
    nothing = np.zeros(bounds.shape, np.float32)
    return Start(bounds.astype(np.float32), nothing, (~bounds).astype(np.float32), nothing, SMOOTHNESS), *from_middle


def box_weights(start: Start, bounds: Mask, mask: Mask | None) -> tuple[Plane, Plane]:
    """Weights of foreground and background for the next models, after the cut ``mask`` or before the first (None)."""
    if mask is None:
        return start.inside, start.outside + start.rim
    return mask.astype(np.float32), start.outside + (bounds & ~mask).astype(np.float32)


def box_score(features: Features, links: NDArray[np.int16], bounds: Mask, mask: Mask) -> float:
    """How much a cut looks like the object that a tight box was drawn around; more is better, in [-2, 1].

    The share of the bounding box that the cut's own bounding box has (tightness, Lempitsky et al. 2009), less the
    overlap of the two sides' colour histograms (Tang et al. 2013), less what the outline costs over the most
    that it could.

    Args:
        features: of the picture.
        links: (4, H, W) int16 n-links of the picture, see :func:`masking_core.kernels.min_cut.contrast.nlinks`.
        bounds: (H, W) bool, the region drawn.
        mask: (H, W) bool, the cut.
    """
    if not mask.any() or mask.all():
        return -2.0
    palette = gather_palette(features.lab.reshape(-1, 3), SCORE_BIN)
    bins = len(palette.colours)
    ours = np.bincount(palette.bins[mask.ravel()], minlength=bins) / mask.sum()
    theirs = np.bincount(palette.bins[~mask.ravel()], minlength=bins) / (~mask).sum()
    overlap = float(np.minimum(ours, theirs).sum())
    cost, most = boundary_cost(links, mask)
    return _extent(mask) / _extent(bounds) - overlap - cost / max(most, 1.0)


def _surrounding(bounds: Mask, reach: float) -> Plane:
    """Weights that fall off with the distance from the region (``reach``: share of the scale), in sum those inside."""
    distance = cv2.distanceTransform((~bounds).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    weights = ~bounds * np.exp(-distance / np.float32(reach * bounds.size**0.5))
    total = float(weights.sum())
    balanced: Plane = (weights * np.float32(bounds.sum() / total if total > 0 else 0.0)).astype(np.float32)
    return balanced


def _extent(mask: Mask) -> int:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int((rows[-1] - rows[0] + 1) * (columns[-1] - columns[0] + 1))
