"""Letting the edge fade."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from masking_core.arrays import Alpha
from masking_core.kernels.feather import feather, gaussian
from masking_core.parameters import Show
from masking_core.steps.edge.step import EdgeStep, Seen


class Feather(EdgeStep):
    """Fade the edge over a distance."""

    title: ClassVar[str] = "Feather"
    place: ClassVar[int] = 6

    kind: Literal["feather"] = "feather"
    radius: Annotated[
        float | None,
        Field(
            ge=0,
            le=200,
            title="Feather",
            description="Radius over which the edge fades; 0 is a hard mask, automatic a thousandth of the long side, "
            "less in parts too thin for that and none in regions that were drawn exactly.",
        ),
        Show(unit="px", step=0.5),
    ] = None

    @property
    def idle(self) -> bool:
        """Whether the radius is 0."""
        return self.radius == 0

    def apply(self, alpha: Alpha, seen: Seen) -> Alpha:
        """See :class:`EdgeStep`."""
        if self.radius is None:
            return alpha if seen.anti_aliased else feather(alpha, max(alpha.shape) / 1000, out=alpha)
        return blurred(alpha, self.radius) if self.radius else alpha


def blurred(alpha: Alpha, radius: float) -> Alpha:
    """``alpha`` averaged around every pixel; what runs off the picture goes on beyond its border."""
    # A Gaussian of half the radius has nearly all of its weight within the radius.
    return gaussian(alpha, radius / 2)
