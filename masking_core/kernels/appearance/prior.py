"""What a map of the likely object, made by somebody else, adds to a pixel's unary; marks always win.

A map may be wrong. Where a mark contradicts it, it is no longer believed: its weight at a pixel is the geodesic
distance to the nearest mark that contradicts it, as a share of that and the distance to the nearest one that agrees.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from masking_core.kernels.appearance.unaries import Features, distance_from

Plane = NDArray[np.float32]
Mask = NDArray[np.bool_]

WEIGHT = 4.0
"""Most that a map may say in a unary."""
UNSTROKED_WEIGHT = 7.0
"""The same where no stroke speaks for or against it, but a region at most."""


class Prior(NamedTuple):
    """A map (h, w) float32 in [0, 1] of how likely each pixel is the object, and what it adds to the unaries (h, w)."""

    likely: Plane
    says: Plane


def prior_of(likely: Plane, seeds: NDArray[np.integer], features: Features, weight: float = WEIGHT) -> Prior:
    """What a map adds to the unaries, given the marks.

    Args:
        likely: (h, w) float32 in [0, 1].
        seeds: (h, w): 1 certainly the object, 0 certainly not, -1 not marked.
        features: of the picture.
        weight: the most that it adds.
    """
    side = 2 * likely - 1
    return Prior(likely, np.float32(weight) * believed(side, seeds, features) * side)


def believed(side: Plane, seeds: NDArray[np.integer], features: Features) -> Plane:
    """How far each pixel of a map is believed: (h, w) float32 in [0, 1], 0 on a mark that contradicts it.

    Args:
        side: (h, w) float32, positive where the map says object.
        seeds: (h, w): 1 certainly the object, 0 certainly not, -1 not marked.
        features: of the picture.
    """
    object_, background = seeds == 1, seeds == 0
    against = (object_ & (side < 0)) | (background & (side > 0))
    if not against.any():
        return np.ones(side.shape, np.float32)
    to_against = distance_from(against, features)
    to_agreeing = distance_from((object_ | background) & ~against, features)
    return to_against / (to_against + to_agreeing + np.float32(1e-6))


def agreement(likely: Plane, cut: Mask, region: Mask) -> float:
    """How much a cut (h, w) looks like the map inside a region (h, w): 1 the same, -1 the opposite."""
    return 1 - 2 * float(np.abs(cut[region] - likely[region]).mean())
