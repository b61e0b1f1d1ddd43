"""Manual masking: the regions that were drawn are the mask."""

from functools import partial
from typing import Annotated, ClassVar, Literal

import cv2
import numpy as np
from pydantic import Field

from masking_core.arrays import Alpha, Labels, Picture
from masking_core.errors import PromptError
from masking_core.image import Image
from masking_core.method import Method, Segmentation, Stage, Tool
from masking_core.palette import RGB, tinted
from masking_core.parameters import Show
from masking_core.progress import report
from masking_core.prompts import AnyMark, Prompts, Region
from masking_core.why import Evidence, Why


class Manual(Method):
    """The regions that were drawn are the mask: they add, subtract, intersect and exclude in drawing order.

    Edges are anti-aliased: a pixel is as opaque as the share of it that is covered.
    """

    title: ClassVar[str] = "Manual regions"
    good_for: ClassVar[str] = "When you know the outline better than any algorithm."
    uses: ClassVar[frozenset[Tool]] = frozenset({"rectangle", "ellipse", "polygon"})
    needs: ClassVar[str] = "Draw a rectangle, an ellipse, a polygon or a lasso: what you draw is the mask."

    id: Literal["manual"] = "manual"
    layers: Annotated[
        Literal["one", "objects", "regions"],
        Field(
            title="Objects", description="Whether your regions become one object, one per object number, or one each."
        ),
        Show(labels={"one": "One foreground", "objects": "By object number", "regions": "One per region"}),
    ] = "objects"

    def segment(self, image: Image, prompts: Prompts) -> Segmentation:
        """See :meth:`masking_core.Method.segment`."""
        report(0.0, "Drawing the regions")
        shape = image.rgb.shape[0], image.rgb.shape[1]
        if not any(region.object > 0 for region in prompts.regions):
            raise PromptError(self.needs)
        drawn = self._renumbered(prompts)
        labels = drawn.roi_labels(shape)
        return Segmentation(
            labels=labels,
            shares=partial(_shares, drawn, shape),
            knows_background=True,
            info={"regions": len(drawn.regions), "pixels": int((labels > 0).sum())},
            stages=_stages(image, drawn, labels),
            why=partial(_why, drawn, labels),
        )

    def _renumbered(self, prompts: Prompts) -> Prompts:
        if self.layers == "objects":
            return prompts
        count = 0
        marks: list[AnyMark] = []
        for mark in prompts.marks:
            if isinstance(mark, Region) and mark.object > 0:
                count += 1
                marks.append(mark.model_copy(update={"object": 1 if self.layers == "one" else count}))
            else:
                marks.append(mark)
        return Prompts(marks=tuple(marks))


def _shares(drawn: Prompts, shape: tuple[int, int], numbers: tuple[int, ...]) -> Alpha:
    every = {region.object for region in drawn.regions if region.object > 0}
    return drawn.roi_alpha(shape, None if every <= set(numbers) else numbers)


def _why(drawn: Prompts, labels: Labels, x: int, y: int) -> Why:
    """The regions that hold the pixel, in the order in which they were drawn."""
    holding = []
    for number, region in enumerate(drawn.regions, 1):
        window, inside = region.mask(labels.shape)
        whole = np.zeros(labels.shape, np.bool_)
        whole[window] = inside
        if whole[y, x]:
            holding.append(
                Evidence(f"{region.name or type(region).__name__} {number}", 1.0, region.operation, False)
            )
    where = f"object {labels[y, x]}" if labels[y, x] else "background"
    if not holding:
        return Why("No region holds this pixel, so it is background.")
    return Why(f"The regions that hold this pixel, one after the other, make it {where}.", tuple(holding))


def _stages(image: Image, drawn: Prompts, labels: Labels) -> tuple[Stage, ...]:
    regions = _regions(drawn)
    return (
        Stage(
            title="Region by region",
            text="Each region joins those before it: it adds, takes away, leaves only what lies in both, or leaves "
            "that out. White is inside, grey is the share of an edge pixel, and the newest region is outlined.",
            formula=r"\alpha_n = \alpha_{n-1} \circ r_n \qquad \circ \in \{\cup, \setminus, \cap, \triangle\}",
            render=partial(_joined, drawn, labels.shape),
            frames=len(regions),
            names=tuple(
                f"{region.name or region.kind} {number} of {len(regions)}: {region.operation}"
                for number, region in enumerate(regions, 1)
            ),
        ),
        Stage(
            title="The objects",
            text="Regions of one number make one object. Where two objects overlap, the later one wins.",
            formula=r"\ell(p) = \text{number of the last object that holds } p",
            render=partial(_objects, image.rgb, labels),
        ),
    )


def _regions(drawn: Prompts) -> tuple[AnyMark, ...]:
    return tuple(mark for mark in drawn.marks if isinstance(mark, Region))


def _joined(drawn: Prompts, shape: tuple[int, ...], last: int) -> Picture:
    regions = _regions(drawn)[: last + 1]
    alpha = Prompts(marks=regions).roi_alpha(shape)
    grey: Picture = np.dstack([np.rint(alpha * 255).astype(np.uint8)] * 3)
    _outline(grey, drawn.regions[last])
    return grey


def _objects(rgb: Picture, labels: Labels, _: int) -> Picture:
    return tinted(rgb, labels, labels > 0)


def _outline(picture: Picture, region: Region) -> None:
    window, mask = region.mask(picture.shape)
    framed = np.pad(mask.view(np.uint8), 1)
    inner = cv2.erode(framed, np.ones((3, 3), np.uint8), iterations=max(1, round(max(picture.shape) / 400)))
    picture[window][(framed - inner)[1:-1, 1:-1] > 0] = RGB[2]
