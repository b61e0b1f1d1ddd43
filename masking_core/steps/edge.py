"""Alpha in, alpha out: the edge of what was cut out."""

from typing import Annotated

import cv2
import numpy as np
from pydantic import Field

from masking_core.arrays import Alpha
from masking_core.parameters import Declared, Show


class Edge(Declared):
    """What happens to the edge of the cut-out, in this order: grow or shrink, smooth, feather."""

    grow: Annotated[
        float,
        Field(ge=-50, le=50, title="Grow", description="Moves the edge outwards; inwards when negative."),
        Show(unit="px", step=0.5),
    ] = 0.0
    smooth: Annotated[
        float,
        Field(ge=0, le=50, title="Smooth", description="Rounds off corners and teeth smaller than this radius."),
        Show(unit="px", step=0.5),
    ] = 0.0
    feather: Annotated[
        float | None,
        Field(
            ge=0,
            le=200,
            title="Feather",
            description="Radius over which the edge fades; 0 is a hard mask, automatic a thousandth of the long side.",
        ),
        Show(unit="px", step=0.5),
    ] = None

    def apply(self, alpha: Alpha) -> Alpha:
        """Refine ``alpha``, (H, W) float32 in [0, 1]; an object that runs off the frame stays whole there."""
        if self.grow:
            alpha = _grow(alpha, self.grow)
        if self.smooth:
            # A blurred edge, made one pixel steep again, has lost every detail below the blur's radius.
            alpha = np.clip((_blur(alpha, self.smooth) - 0.5) * (2 * self.smooth + 1) + 0.5, 0, 1)
        feather = max(alpha.shape) / 1000 if self.feather is None else self.feather
        return _blur(alpha, feather) if feather else alpha


def _blur(alpha: Alpha, radius: float) -> Alpha:
    # A Gaussian of half the radius has nearly all of its weight within the radius.
    blurred: Alpha = cv2.GaussianBlur(alpha, (0, 0), radius / 2, borderType=cv2.BORDER_REPLICATE)
    return blurred


def _grow(alpha: Alpha, distance: float) -> Alpha:
    inside = alpha >= 0.5
    if inside.all() or not inside.any():
        return alpha
    if distance > 0:
        reach = cv2.distanceTransform((~inside).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        grown: Alpha = np.maximum(alpha, (reach <= distance).astype(np.float32))
        return grown
    depth = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    shrunk: Alpha = np.minimum(alpha, (depth > -distance).astype(np.float32))
    return shrunk
