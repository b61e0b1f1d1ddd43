"""Deciding from the picture whether its edge is that of hair or a sharp one."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from masking_core.arrays import Alpha, Picture
from masking_core.matting import JudgedEdge
from masking_core.parameters import Show
from masking_core.stage import Stage
from masking_core.steps.edge.feather import Feather
from masking_core.steps.edge.matte import Matte
from masking_core.steps.edge.step import EdgeStep, Seen


class Automatic(EdgeStep):
    """A matte where the colours along the edge say that it is soft or hair was painted, else a feather."""

    title: ClassVar[str] = "Automatic"
    place: ClassVar[int] = 4
    slow: ClassVar[bool] = True

    kind: Literal["automatic"] = "automatic"
    quality: Annotated[
        Literal["best", "fast"],
        Field(title="Quality", description="Best compares more colours; fast takes less time."),
        Show(labels={"best": "Best", "fast": "Fast"}, advanced=True),
    ] = "best"

    def apply(self, alpha: Alpha, seen: Seen) -> Alpha:
        """See :class:`EdgeStep`; the edge is judged once, for the choice and for the matte."""
        matte = Matte(quality=self.quality)
        edge = matte.judged(alpha, seen)
        return matte.within(edge, seen) if _is_soft(edge, seen) else Feather().apply(alpha, seen)

    def trimap(self, alpha: Alpha, seen: Seen) -> Picture | None:
        """See :class:`EdgeStep`; None where the edge is sharp."""
        edge = Matte(quality=self.quality).judged(alpha, seen)
        return edge.trimap if _is_soft(edge, seen) else None

    def stages(self, alpha: Alpha, seen: Seen) -> tuple[Stage, ...]:
        """See :class:`EdgeStep`."""
        matte = Matte(quality=self.quality)
        return matte.stages(alpha, seen) if _is_soft(matte.judged(alpha, seen), seen) else ()


def _is_soft(edge: JudgedEdge, seen: Seen) -> bool:
    return seen.undecided is not None or edge.soft
