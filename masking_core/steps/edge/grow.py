"""Moving the edge outwards or inwards."""

from typing import Annotated, ClassVar, Literal

import cv2
import numpy as np
from pydantic import Field

from masking_core.arrays import Alpha
from masking_core.parameters import Show
from masking_core.steps.edge.step import EdgeStep, Seen


class Grow(EdgeStep):
    """Move the edge by a distance."""

    title: ClassVar[str] = "Grow or shrink"
    place: ClassVar[int] = 1

    kind: Literal["grow"] = "grow"
    distance: Annotated[
        float,
        Field(ge=-50, le=50, title="Grow", description="Moves the edge outwards; inwards when negative."),
        Show(unit="px", step=0.5),
    ] = 0.0

    @property
    def idle(self) -> bool:
        """Whether the distance is 0."""
        return self.distance == 0

    def apply(self, alpha: Alpha, seen: Seen) -> Alpha:  # noqa: ARG002
        """See :class:`EdgeStep`; distances are exact Euclidean ones from the outline at half opacity."""
        inside = alpha >= 0.5
        if self.idle or inside.all() or not inside.any():
            return alpha
        if self.distance > 0:
            reach = cv2.distanceTransform((~inside).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
            grown: Alpha = np.maximum(alpha, (reach <= self.distance).astype(np.float32))
            return grown
        depth = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        shrunk: Alpha = np.minimum(alpha, (depth > -self.distance).astype(np.float32))
        return shrunk
