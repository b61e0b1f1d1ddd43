"""A recipe: method, foreground, clean-up, edge and background as one value that runs the same everywhere."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Annotated, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, SerializeAsAny, ValidationError

from masking_core.errors import ParameterError
from masking_core.image import Image
from masking_core.method import Method, Segmentation
from masking_core.methods import read_method
from masking_core.parameters import Declared, one_sentence
from masking_core.prompts import Prompts
from masking_core.result import Found, Result, foreground_alpha
from masking_core.steps.background import Background, Transparent
from masking_core.steps.clean import Clean
from masking_core.steps.edge import Edge
from masking_core.steps.foreground import Keep

PREVIEW_PIXELS = 1_000_000
"""Largest picture that is cut while somebody is still adjusting."""


class Area(Declared):
    """A masking area: whole pixels of the full picture, outside of which everything is background."""

    x: Annotated[int, Field(ge=0, description="Left edge.")] = 0
    y: Annotated[int, Field(ge=0, description="Top edge.")] = 0
    width: Annotated[int, Field(ge=1, description="Width.")]
    height: Annotated[int, Field(ge=1, description="Height.")]


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
        found = self.segment(image, prompts, pixels=pixels)
        result = self.finish(found)
        return result if explain else replace(result, stages=())

    def segment(self, image: Image, prompts: Prompts | None = None, *, pixels: int | None = None) -> Found:
        """The first half of :meth:`run`: method and clean-up. Arguments and errors are the same."""
        start = time.perf_counter()
        prompts = prompts or Prompts()
        proxy = image if pixels is None else image.reduced(pixels)
        scale = proxy.size[0] / image.size[0]
        if scale != 1:
            prompts = prompts.scaled(scale)
        segmentation = self._segment(proxy, prompts, scale, image.size)
        labels = self.clean.scaled(scale).apply(segmentation.labels, prompts)
        return Found(proxy, scale, prompts, labels, segmentation, time.perf_counter() - start)

    def finish(self, found: Found) -> Result:
        """The second half of :meth:`run`: what is kept, and its edge.

        Raises:
            PromptError: the ``keep`` rule speaks of marks that are not there.
        """
        start = time.perf_counter()
        method = found.segmentation
        kept = self.keep.select(found.labels, found.prompts, knows_background=method.knows_background)
        membership = None if self.clean.split else method.membership
        edge = self.edge.scaled(found.scale)
        alpha = foreground_alpha(found.image, found.labels, method.labels, membership, kept, edge)
        return Result(
            image=found.image,
            scale=found.scale,
            labels=found.labels,
            kept=kept,
            alpha=alpha,
            membership=membership,
            draw_uncertainty=method.uncertainty,
            info={**method.info, "seconds": found.seconds + time.perf_counter() - start},
            notes=method.notes,
            stages=method.stages,
            edge=self.edge,
            background=self.background,
        )

    def _segment(self, image: Image, prompts: Prompts, scale: float, full: tuple[int, int]) -> Segmentation:
        method = self.method.scaled(scale)
        if self.area is None:
            return method.segment(image, prompts)
        rows, columns = _window(self.area, scale, full, image.size)
        window = rows.start, rows.stop, columns.start, columns.stop
        # Kept with the picture, so that what methods derive from the part is kept as well.
        part = image.derived(("area", *window), lambda: Image.from_array(image.rgb[rows, columns], name=image.name))
        found = method.segment(part, prompts.moved(-columns.start, -rows.start))
        labels = np.zeros(image.rgb.shape[:2], np.int32)
        labels[rows, columns] = found.labels
        membership = found.membership
        if membership is not None:
            membership = np.zeros((*labels.shape, membership.shape[2]), np.float32)
            membership[rows, columns] = found.membership
        return replace(found, labels=labels, membership=membership, uncertainty=_placed(found, labels.shape, window))


def _placed(
    found: Segmentation, shape: tuple[int, ...], window: tuple[int, int, int, int]
) -> Callable[[], NDArray[np.float32]] | None:
    """The uncertainty of a part of a picture as one of all of it."""
    return None if found.uncertainty is None else partial(_whole, found.uncertainty, shape, window)


def _whole(
    draw: Callable[[], NDArray[np.float32]], shape: tuple[int, ...], window: tuple[int, int, int, int]
) -> NDArray[np.float32]:
    top, bottom, left, right = window
    placed = np.zeros(shape, np.float32)
    placed[top:bottom, left:right] = cv2.resize(draw(), (right - left, bottom - top))
    return placed


def _window(area: Area, scale: float, full: tuple[int, int], size: tuple[int, int]) -> tuple[slice, slice]:
    if area.x >= full[0] or area.y >= full[1]:
        raise ParameterError(
            f"area must begin inside the picture of {full[0]} × {full[1]} pixels; ({area.x}, {area.y}) was given."
        )
    left, top = round(area.x * scale), round(area.y * scale)
    right = max(left + 1, min(size[0], round((area.x + area.width) * scale)))
    bottom = max(top + 1, min(size[1], round((area.y + area.height) * scale)))
    return slice(min(top, size[1] - 1), bottom), slice(min(left, size[0] - 1), right)
