"""Matting: how much of every pixel along the edge is object, seen from its colours."""

from functools import partial
from typing import Annotated, ClassVar, Literal

import cv2
import numpy as np
from pydantic import Field

from masking_core import matting, palette
from masking_core.arrays import Alpha, Picture
from masking_core.parameters import Show
from masking_core.stage import Stage
from masking_core.steps.edge.step import EdgeStep, Seen


class Matte(EdgeStep):
    """Estimate alpha in a band along the edge (Levin et al. 2008): for hair, fur and whatever is soft."""

    title: ClassVar[str] = "Hair and fur"
    place: ClassVar[int] = 3
    slow: ClassVar[bool] = True

    kind: Literal["matte"] = "matte"
    width: Annotated[
        float | None,
        Field(
            ge=1,
            le=300,
            title="Width",
            description="How far from the outline the edge may be soft; automatic is a fiftieth of the long side.",
        ),
        Show(unit="px", step=1),
    ] = None
    quality: Annotated[
        Literal["best", "fast"],
        Field(title="Quality", description="Best compares more colours; fast takes less time."),
        Show(labels={"best": "Best", "fast": "Fast"}, advanced=True),
    ] = "best"

    def apply(self, alpha: Alpha, seen: Seen) -> Alpha:
        """See :class:`EdgeStep`; outside the band alpha becomes 0 or 1."""
        return self.within(self.judged(alpha, seen), seen)

    def trimap(self, alpha: Alpha, seen: Seen) -> Picture | None:
        """See :class:`EdgeStep`."""
        return self.judged(alpha, seen).trimap

    def within(self, edge: matting.JudgedEdge, seen: Seen) -> Alpha:
        """The alpha of an edge that has been judged already."""
        return matting.estimate_alpha(seen.rgb, edge.trimap, self.quality)

    def stages(self, alpha: Alpha, seen: Seen) -> tuple[Stage, ...]:
        """See :class:`EdgeStep`."""
        return (
            Stage(
                "Where the edge is soft",
                "Away from its outline the mask stays. Beside the outline, and wherever colours contradict the "
                "mask, alpha is unknown (orange): a wide band along hair, a narrow one along a sharp edge.",
                r"\alpha_p = 0,\; 1 \;\text{or unknown}",
                partial(self._draw_trimap, alpha, seen),
                2,
                ("mask", "trimap"),
            ),
            Stage(
                "Alpha from colours",
                "Each unknown pixel is a mixture of the object's and the background's colours nearby; neighbours of "
                "like colour are given like alpha.",
                r"\min_\alpha\; \alpha^T L \alpha + \lambda \sum_p c_p (\alpha_p - \hat\alpha_p)^2",
                partial(self._draw_alpha, alpha, seen),
                2,
                ("alpha before", "alpha after"),
            ),
        )

    def judged(self, alpha: Alpha, seen: Seen) -> matting.JudgedEdge:
        """The band along the edge, and whether the edge is soft."""
        uncertainty = None if seen.uncertainty is None else seen.uncertainty()
        return matting.judge_edge(seen.rgb, alpha, self.width, uncertainty, seen.undecided)

    def _draw_trimap(self, alpha: Alpha, seen: Seen, frame: int) -> Picture:
        if frame == 0:
            return grey(alpha)
        return palette.paint_trimap(self.judged(alpha, seen).trimap)

    def _draw_alpha(self, alpha: Alpha, seen: Seen, frame: int) -> Picture:
        return grey(alpha if frame == 0 else self.apply(alpha, seen))


def grey(alpha: Alpha) -> Picture:
    """Alpha as (H, W, 3) uint8."""
    return np.asarray(cv2.cvtColor(np.rint(alpha * 255).astype(np.uint8), cv2.COLOR_GRAY2RGB), np.uint8)
