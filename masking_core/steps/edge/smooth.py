"""Rounding off the outline."""

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from masking_core.arrays import Alpha
from masking_core.parameters import Show
from masking_core.steps.edge.feather import blurred
from masking_core.steps.edge.step import EdgeStep, Seen


class Smooth(EdgeStep):
    """Round off corners and teeth."""

    title: ClassVar[str] = "Smooth outline"
    place: ClassVar[int] = 2

    kind: Literal["smooth"] = "smooth"
    radius: Annotated[
        float,
        Field(ge=0, le=50, title="Smooth", description="Rounds off corners and teeth smaller than this radius."),
        Show(unit="px", step=0.5),
    ] = 0.0

    @property
    def idle(self) -> bool:
        """Whether the radius is 0."""
        return self.radius == 0

    def apply(self, alpha: Alpha, seen: Seen) -> Alpha:  # noqa: ARG002
        """See :class:`EdgeStep`."""
        if self.idle:
            return alpha
        # A blurred edge, made one pixel steep again, has lost every detail below the blur's radius.
        smoothed: Alpha = np.clip((blurred(alpha, self.radius) - 0.5) * (2 * self.radius + 1) + 0.5, 0, 1)
        return smoothed
