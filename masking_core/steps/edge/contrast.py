"""Making a soft edge harder."""

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from masking_core.arrays import Alpha
from masking_core.parameters import Show
from masking_core.steps.edge.step import EdgeStep, Seen


class Contrast(EdgeStep):
    """Push alpha towards 0 and 1."""

    title: ClassVar[str] = "Edge contrast"
    place: ClassVar[int] = 5

    kind: Literal["contrast"] = "contrast"
    amount: Annotated[
        float,
        Field(ge=0, le=1, title="Contrast", description="0 leaves the edge as soft as it is, 1 makes it hard."),
        Show(step=0.05),
    ] = 0.0

    @property
    def idle(self) -> bool:
        """Whether the amount is 0."""
        return self.amount == 0

    def apply(self, alpha: Alpha, seen: Seen) -> Alpha:  # noqa: ARG002
        """See :class:`EdgeStep`; half opacity stays where it is."""
        if self.idle:
            return alpha
        if self.amount == 1:
            return (alpha >= 0.5).astype(np.float32)
        harder: Alpha = np.clip((alpha - np.float32(0.5)) / np.float32(1 - self.amount) + np.float32(0.5), 0, 1)
        return harder
