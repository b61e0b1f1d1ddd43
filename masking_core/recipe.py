"""A recipe: method, foreground, clean-up, edge and background as one value that runs the same everywhere."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, SerializeAsAny, ValidationError

from masking_core.background import Background, Transparent, compose
from masking_core.clean import Clean
from masking_core.edge import Edge
from masking_core.errors import ParameterError
from masking_core.image import Image
from masking_core.keep import Keep, border_shares
from masking_core.method import Alpha, Labels, Method, Picture, Segmentation, Stage
from masking_core.methods import read_method
from masking_core.parameters import Declared, one_sentence
from masking_core.prompts import Prompts

PREVIEW_PIXELS = 1_000_000
"""Largest picture that is cut while somebody is still adjusting."""


class Area(Declared):
    """A masking area: whole pixels of the full picture, outside of which everything is background."""

    x: Annotated[int, Field(ge=0, description="Left edge.")] = 0
    y: Annotated[int, Field(ge=0, description="Top edge.")] = 0
    width: Annotated[int, Field(ge=1, description="Width.")]
    height: Annotated[int, Field(ge=1, description="Height.")]


@dataclass(frozen=True)
class ObjectSummary:
    """One object of a result: its mean colour, its share of the picture and of the frame, and its box (x, y, w, h)."""

    label: int
    kept: bool
    colour: tuple[int, int, int]
    share: float
    border_share: float
    box: tuple[int, int, int, int]


@dataclass(frozen=True)
class Layer:
    """One object cut out on its own: ``rgba`` (h, w, 4) uint8 of its tight ``box`` (x, y, w, h) in the picture."""

    label: int
    name: str
    box: tuple[int, int, int, int]
    share: float
    rgba: Picture


@dataclass(frozen=True, eq=False)
class Result:
    """What a recipe made of a picture.

    Attributes:
        image: the picture that was cut; smaller than the one handed in for a preview, see ``scale``.
        scale: its width over the full picture's width.
        labels: (H, W) int32, 0 background, 1…K objects.
        kept: the objects that are the foreground.
        alpha: (H, W) float32 in [0, 1] of the foreground, edges refined, the picture's own alpha included.
        membership: (H, W, K) float32 or None, see :class:`masking_core.method.Segmentation`.
        info, notes, stages: what the method reports; ``info["seconds"]`` is the time of the whole run.
    """

    image: Image
    scale: float
    labels: Labels
    kept: tuple[int, ...]
    alpha: Alpha
    membership: NDArray[np.float32] | None
    info: Mapping[str, Any]
    notes: tuple[str, ...]
    stages: tuple[Stage, ...]
    recipe: "Recipe"

    @cached_property
    def rgba(self) -> Picture:
        """(H, W, 4) uint8, straight alpha: the cut-out on the recipe's background."""
        return compose(self.image, self.alpha, self.recipe.background.scaled(self.scale))

    @cached_property
    def cutout(self) -> Picture:
        """(H, W, 4) uint8, straight alpha: the cut-out on nothing."""
        return compose(self.image, self.alpha, Transparent())

    @cached_property
    def mask(self) -> Picture:
        """(H, W) uint8: alpha from 0 to 255."""
        return np.rint(self.alpha * 255).astype(np.uint8)

    @cached_property
    def objects(self) -> tuple[ObjectSummary, ...]:
        """Every object of the label map, by number."""
        frame = border_shares(self.labels)
        flat = self.labels.ravel()
        counts = np.bincount(flat)
        sums = [np.bincount(flat, weights=self.image.rgb[..., channel].ravel()) for channel in range(3)]
        return tuple(
            ObjectSummary(
                label=label,
                kept=label in self.kept,
                colour=tuple(round(float(channel[label] / counts[label])) for channel in sums),  # type: ignore[arg-type]
                share=float(counts[label] / flat.size),
                border_share=float(frame[label] / frame.sum()),
                box=bounding_box(self.labels == label),
            )
            for label in range(1, len(counts))
            if counts[label]
        )

    def object_alpha(self, label: int) -> Alpha:
        """(H, W) float32 in [0, 1]: the alpha of one object alone, its edge refined like the foreground's."""
        return _alpha(self.image, self.labels, self.labels, self.membership, (label,), self.recipe.edge.scaled(self.scale))

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """Every kept object cut out on its own."""
        return tuple(self._layer(summary) for summary in self.objects if summary.kept)

    def _layer(self, summary: ObjectSummary) -> Layer:
        alpha = self.object_alpha(summary.label)
        box = bounding_box(alpha > 0)
        x, y, width, height = box
        rgba = np.dstack([self.image.rgb, np.rint(alpha * 255).astype(np.uint8)])[y : y + height, x : x + width]
        return Layer(summary.label, f"Object {summary.label}", box, summary.share, rgba)


class Recipe(Declared):
    """Everything that leads from a picture and its marks to a result, as one immutable value."""

    version: Literal[1] = 1
    method: Annotated[SerializeAsAny[Method], BeforeValidator(read_method)]
    area: Area | None = None
    clean: Clean = Clean()
    keep: Keep = Keep()
    edge: Edge = Edge()
    background: Annotated[Background, Field(discriminator="kind")] = Transparent()

    @classmethod
    def from_json(cls, text: str | bytes) -> "Recipe":
        """Read what :meth:`to_json` wrote.

        Raises:
            ParameterError: it is not a recipe, or a parameter is outside its declaration.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise one_sentence(error, ParameterError, cls) from None

    def to_json(self) -> str:
        """The recipe as JSON, every parameter written out."""
        return self.model_dump_json(indent=2)

    def run(
        self, image: Image, prompts: Prompts | None = None, *, pixels: int | None = None, explain: bool = False
    ) -> Result:
        """Cut ``image``.

        Args:
            image: the full picture.
            prompts: marks in pixels of the full picture.
            pixels: budget; a larger picture is reduced to it first, and the marks and every length with it.
            explain: keep the method's stages, for the page that shows them.

        Raises:
            PromptError: the marks are missing, contradict one another or lie outside the picture.
            ParameterError: the masking area lies outside the picture.
            Cancelled: the listener of :mod:`masking_core.progress` no longer wants the result.
        """
        start = time.perf_counter()
        prompts = prompts or Prompts()
        proxy = image if pixels is None else image.reduced(pixels)
        scale = proxy.size[0] / image.size[0]
        if scale != 1:
            prompts = prompts.scaled(scale)
        found = self._segment(proxy, prompts, scale, image.size)
        labels = self.clean.scaled(scale).apply(found.labels, prompts)
        kept = self.keep.select(labels, prompts, knows_background=self.method.knows_background)
        membership = None if self.clean.split else found.membership
        alpha = _alpha(proxy, labels, found.labels, membership, kept, self.edge.scaled(scale))
        return Result(
            image=proxy,
            scale=scale,
            labels=labels,
            kept=kept,
            alpha=alpha,
            membership=membership,
            info={**found.info, "seconds": time.perf_counter() - start},
            notes=found.notes,
            stages=found.stages if explain else (),
            recipe=self,
        )

    def _segment(self, image: Image, prompts: Prompts, scale: float, full: tuple[int, int]) -> Segmentation:
        method = self.method.scaled(scale)
        if self.area is None:
            return method.segment(image, prompts)
        rows, columns = _window(self.area, scale, full, image.size)
        part = Image.from_array(image.rgb[rows, columns], name=image.name)
        found = method.segment(part, prompts.moved(-columns.start, -rows.start))
        labels = np.zeros(image.rgb.shape[:2], np.int32)
        labels[rows, columns] = found.labels
        membership = found.membership
        if membership is not None:
            membership = np.zeros((*labels.shape, membership.shape[2]), np.float32)
            membership[rows, columns] = found.membership
        return Segmentation(labels, membership, found.info, found.notes, found.stages)


def _window(area: Area, scale: float, full: tuple[int, int], size: tuple[int, int]) -> tuple[slice, slice]:
    if area.x >= full[0] or area.y >= full[1]:
        raise ParameterError(
            f"area must begin inside the picture of {full[0]} × {full[1]} pixels; ({area.x}, {area.y}) was given."
        )
    left, top = round(area.x * scale), round(area.y * scale)
    right = max(left + 1, min(size[0], round((area.x + area.width) * scale)))
    bottom = max(top + 1, min(size[1], round((area.y + area.height) * scale)))
    return slice(min(top, size[1] - 1), bottom), slice(min(left, size[0] - 1), right)


def _alpha(
    image: Image,
    labels: Labels,
    found: Labels,
    membership: NDArray[np.float32] | None,
    kept: tuple[int, ...],
    edge: Edge,
) -> Alpha:
    alpha = np.isin(labels, kept).astype(np.float32)
    if membership is not None and kept:
        soft = np.minimum(membership[..., [label - 1 for label in kept]].sum(axis=2), 1)
        # Where clean-up moved a pixel to another object its membership no longer speaks for it.
        np.copyto(alpha, soft, where=labels == found)
    alpha = edge.apply(alpha)
    return alpha if image.alpha is None else alpha * (image.alpha.astype(np.float32) / 255)


def bounding_box(mask: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """The tight box (x, y, width, height) of the true pixels; all zero when there is none."""
    columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
    if not len(columns):
        return 0, 0, 0, 0
    return (
        int(columns[0]),
        int(rows[0]),
        int(columns[-1] - columns[0] + 1),
        int(rows[-1] - rows[0] + 1),
    )
