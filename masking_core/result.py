"""What comes out of a recipe: the cut-out, its mask, its objects and its layers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from masking_core import label_map, uncertainty
from masking_core.arrays import Alpha, Labels, Picture
from masking_core.image import Image
from masking_core.image.transparency import extended
from masking_core.method import Segmentation, Shares, Stage
from masking_core.progress import bands
from masking_core.prompts import Prompts
from masking_core.steps.backgrounds import Background
from masking_core.steps.compose import compose
from masking_core.steps.cut_out import cut_out
from masking_core.steps.edge import Edge, Seen
from masking_core.steps.layers import taken_apart


@dataclass(frozen=True)
class ObjectSummary:
    """One object of a result: its mean colour, its share of the picture and of the frame, and its box (x, y, w, h)."""

    label: int
    kept: bool
    colour: tuple[int, int, int]
    share: float
    border_share: float
    box: label_map.Box


@dataclass(frozen=True)
class Layer:
    """One object cut out on its own: ``rgba`` (h, w, 4) uint8 of its tight ``box`` (x, y, w, h) in the picture."""

    label: int
    name: str
    box: label_map.Box
    share: float
    rgba: Picture

    def whole(self, size: tuple[int, int]) -> Picture:
        """(H, W, 4) uint8: the layer in its place in a picture of ``size`` (width, height)."""
        x, y, width, height = self.box
        whole = np.zeros((size[1], size[0], 4), np.uint8)
        whole[y : y + height, x : x + width] = self.rgba
        return whole


@dataclass(frozen=True, eq=False)
class Found:
    """What the method found and clean-up made of it, before anything is kept: the costly half of a recipe's run.

    Attributes:
        image: the picture that was segmented; smaller than the one handed in for a preview, see ``scale``.
        scale: its width over the full picture's width.
        prompts: the marks in pixels of ``image``.
        labels: (H, W) int32, tidied.
        segmentation: what the method handed on, before tidying.
        seconds: how long it took.
    """

    image: Image
    scale: float
    prompts: Prompts
    labels: Labels
    segmentation: Segmentation
    seconds: float


@dataclass(frozen=True, eq=False)
class Result:
    """What a recipe made of a picture.

    Attributes:
        image: the picture that was cut; smaller than the one handed in for a preview, see ``scale``.
        scale: its width over the full picture's width.
        labels: (H, W) int32, 0 background, 1…K objects.
        kept: the objects that are the foreground.
        alpha: (H, W) float32 in [0, 1] of the foreground, edges refined, the picture's own alpha included.
        matte: (H, W) float32 in [0, 1], the same without the picture's own alpha.
        membership: (H, W, K) float32 or None, see :class:`masking_core.method.Segmentation`.
        shares: draws how much of every pixel some objects take together; None where the method does not say.
        seen: what the edge steps looked at; it draws the method's uncertainty.
        selected: draws (H, W) float32 in [0, 1], what is kept before the edge steps.
        info, notes, stages: what the method reports; ``info["seconds"]`` is the time of the whole run.
        edge, background: the steps of the recipe that layers and composition repeat, in pixels of the full picture.
    """

    image: Image
    scale: float
    labels: Labels
    kept: tuple[int, ...]
    alpha: Alpha
    matte: Alpha
    membership: NDArray[np.float32] | None
    shares: Shares | None
    seen: Seen
    selected: Callable[[], Alpha]
    info: Mapping[str, Any]
    notes: tuple[str, ...]
    stages: tuple[Stage, ...]
    edge: Edge
    background: Background
    _made: dict[str, Any] = field(default_factory=dict, repr=False)

    def on(self, background: Background) -> "Result":
        """The same cut-out on another background: nothing but the composition is done anew."""
        return replace(self, background=background)

    @property
    def colours(self) -> Picture:
        """(H, W, 3) uint8: the objects' own colours, without the background's share in them where the edge is soft."""
        if "colours" not in self._made:
            from masking_core.matting import estimate_foreground  # noqa: PLC0415  its kernels are loaded when used

            rgb = extended(self.image).rgb if self.kept else self.image.rgb
            self._made["colours"] = estimate_foreground(rgb, self.matte)
        colours: Picture = self._made["colours"]
        return colours

    @classmethod
    def empty(cls, image: Image, background: Background) -> "Result":
        """The result of cutting nothing out of ``image``."""
        nothing = np.zeros(image.rgb.shape[:2], np.float32)
        return cls(
            image=image,
            scale=1.0,
            labels=nothing.astype(np.int32),
            kept=(),
            alpha=nothing,
            matte=nothing,
            membership=None,
            shares=None,
            seen=Seen(image),
            selected=nothing.copy,
            info={"seconds": 0.0},
            notes=(),
            stages=(),
            edge=Edge(),
            background=background,
        )

    @cached_property
    def rgba(self) -> Picture:
        """(H, W, 4) uint8, straight alpha: the cut-out on the recipe's background."""
        return compose(self.image, self.alpha, self.background.scaled(self.scale), self.colours)

    @cached_property
    def cutout(self) -> Picture:
        """(H, W, 4) uint8, straight alpha: the cut-out on nothing."""
        return cut_out(self.colours, self.alpha)

    @cached_property
    def mask(self) -> Picture:
        """(H, W) uint8: alpha from 0 to 255."""
        return np.rint(self.alpha * 255).astype(np.uint8)

    @property
    def trimap(self) -> Picture | None:
        """(H, W) uint8: 0 background, 255 foreground, 128 where the edge is a matter of colours; None if nowhere."""
        if "trimap" not in self._made:
            self._made["trimap"] = self.edge.scaled(self.scale).trimap(self.selected(), self.seen)
        trimap: Picture | None = self._made["trimap"]
        return trimap

    def edge_stages(self) -> tuple[Stage, ...]:
        """How the edge steps came to alpha."""
        return self.edge.scaled(self.scale).stages(self.selected(), self.seen)

    @cached_property
    def uncertainty(self) -> Alpha | None:
        """(H, W) float32 in [0, 1], 1 where the decision was closest; None where the method cannot tell."""
        if self.membership is not None:
            return uncertainty.of_membership(self.membership)
        if self.seen.uncertainty is None:
            return None
        size = self.labels.shape[1], self.labels.shape[0]
        return np.asarray(cv2.resize(self.seen.uncertainty(), size, interpolation=cv2.INTER_LINEAR), np.float32)

    @cached_property
    def objects(self) -> tuple[ObjectSummary, ...]:
        """Every object of the label map, by number."""
        sizes, frame = label_map.sizes(self.labels), label_map.frame_sizes(self.labels)
        colours = label_map.mean_colours(self.labels, self.image.rgb)
        return tuple(
            ObjectSummary(
                label=label,
                kept=label in self.kept,
                colour=(round(colours[label, 0]), round(colours[label, 1]), round(colours[label, 2])),
                share=float(sizes[label] / self.labels.size),
                border_share=float(frame[label] / frame.sum()),
                box=box,
            )
            for label, box in label_map.boxes(self.labels).items()
        )

    def object_alpha(self, label: int) -> Alpha:
        """(H, W) float32 in [0, 1]: the alpha of one object alone, its edge refined like the foreground's."""
        alpha = selected_alpha(self.labels, self.labels, self.membership, (label,), self.shares)
        return visible(self.edge.scaled(self.scale).apply(alpha, self.seen), self.image)

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """Every kept object cut out on its own, the first on top: stacked, they are the cut-out."""
        sizes = label_map.sizes(self.labels)
        return tuple(
            Layer(part.label, f"Object {part.label}", part.box, float(sizes[part.label] / self.labels.size), part.rgba)
            for part in taken_apart(self.colours, self.alpha, self.labels, self.kept)
        )


def selected_alpha(
    labels: Labels,
    found: Labels,
    membership: NDArray[np.float32] | None,
    kept: tuple[int, ...],
    shares: Shares | None,
) -> Alpha:
    """The alpha of the objects ``kept`` before their edge is refined: hard, or their membership.

    Args:
        labels: (H, W) int32 label map, tidied.
        found: (H, W) int32 label map as the method found it, which ``membership`` (H, W, K) float32 speaks of.
        membership: how much every pixel belongs to each object; None where that is all or nothing.
        kept: the objects that are the foreground.
        shares: draws how much of every pixel objects take, see :class:`masking_core.method.Segmentation`.
    """
    alpha = label_map.selected(labels, kept).astype(np.float32)
    if kept and (membership is not None or shares is not None):
        soft = shares(kept) if shares is not None else _together(membership, kept)
        # Where clean-up moved a pixel to another object its membership no longer speaks for it.
        np.copyto(alpha, soft, where=labels == found)
    return alpha


def visible(alpha: Alpha, image: Image) -> Alpha:
    """``alpha`` times the picture's own."""
    return alpha if image.alpha is None else alpha * (image.alpha.astype(np.float32) / np.float32(255))


def _together(membership: NDArray[np.float32] | None, kept: tuple[int, ...]) -> Alpha:
    assert membership is not None
    places = [label - 1 for label in kept]
    together = np.empty(membership.shape[:2], np.float32)
    for band in bands(together.shape, "Finding the edges"):
        np.minimum(membership[band][..., places].sum(axis=2), 1, out=together[band])
    return together
