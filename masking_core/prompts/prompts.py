"""Prompts: all the marks on a picture, in drawing order, as one value.

Strokes, points and seed maps are seeds: their pixels are certain. Regions of object 1… bound their object for methods
that find it themselves, and are the mask itself for manual masking; regions of object 0 are background seeds.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Annotated, Any, Literal, Self, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field, field_validator
from pydantic_core import from_json

from masking_core.arrays import Mask
from masking_core.errors import PromptError
from masking_core.image.numbers import NumberMap
from masking_core.image.sources import Source
from masking_core.kernels.raster.raster import Coverage, Operation, Window, combine
from masking_core.progress import reporting
from masking_core.prompts.marks import MAX_MARKS, MAX_POINTS, Hair, Mark, Point, Seed, Shape, Stroke, Value
from masking_core.prompts.painted import Numbers, read_trimap, seeds_of
from masking_core.prompts.regions import (
    MAX_LETTERING,
    Arc,
    Curve,
    Ellipse,
    Group,
    Pie,
    Polygon,
    Rectangle,
    Region,
    Text,
)
from masking_core.prompts.seedmap import MAX_TEXT, SeedMap

__all__ = [
    "AnyMark",
    "Arc",
    "Curve",
    "Ellipse",
    "Group",
    "Hair",
    "Mark",
    "Operation",
    "Pie",
    "Point",
    "Polygon",
    "Prompts",
    "Rectangle",
    "Region",
    "SeedMap",
    "Stroke",
    "Text",
]

MAX_BYTES = 16_000_000
"""Largest document; all that the other limits allow fits in."""

AnyMark = Annotated[
    Rectangle | Ellipse | Arc | Pie | Polygon | Curve | Text | Group | Stroke | Hair | Point | SeedMap,
    Field(discriminator="kind"),
]
M = TypeVar("M", bound=Mark)


class Prompts(Value):
    """All the marks on a picture, in drawing order: an immutable value, JSON in and out."""

    version: Literal[1] = 1
    marks: Annotated[tuple[AnyMark, ...], Field(strict=False, max_length=MAX_MARKS, fail_fast=True)] = ()

    @field_validator("marks")
    @classmethod
    def _within_limits(cls, marks: tuple[AnyMark, ...]) -> tuple[AnyMark, ...]:
        every = tuple(_every(marks))
        points = sum(len(vars(mark).get("points", ())) for mark in every)
        maps = sum(len(mark.png) for mark in every if isinstance(mark, SeedMap))
        for count, most, what in ((len(every), MAX_MARKS, "marks"), (points, MAX_POINTS, "points")):
            if count > most:
                raise ValueError(f"there may be at most {most:,} {what}, and there are {count:,}")
        lettering = sum(mark.cost for mark in every if isinstance(mark, Text))
        if lettering > MAX_LETTERING:
            raise ValueError(
                f"texts may cover {MAX_LETTERING / 1e6:g} megapixels together, and they cover {lettering / 1e6:,.0f}"
            )
        if maps > MAX_TEXT:
            raise ValueError(f"seed maps may be at most {MAX_TEXT / 1e6:g} MB, and they are {maps / 1e6:.1f} MB")
        return marks

    @classmethod
    def from_box(cls, x0: float, y0: float, x1: float, y1: float) -> Self:
        """Mark the box from pixel (x0, y0) to pixel (x1, y1), both inclusive: object 1 lies inside.

        >>> Prompts.from_box(1, 0, 2, 0).bounds((1, 4), 1).tolist()
        [[False, True, True, False]]
        """
        return cls(marks=(Rectangle(x=x0, y=y0, width=x1 - x0 + 1, height=y1 - y0 + 1),))

    @classmethod
    def from_trimap(cls, trimap: ArrayLike) -> Self:
        """Mark every pixel from (H, W) grey: up to 64 background, from 192 object 1, unknown between them.

        bool counts as 0 and 255.

        Raises:
            PromptError: the array is of another shape, kind or range.

        >>> Prompts.from_trimap([[0, 128, 255]]).seeds((1, 3)).tolist()
        [[0, -1, 1]]
        """
        return cls(marks=(SeedMap.from_numbers(read_trimap(trimap)),))

    @classmethod
    def from_seeds(cls, painted: Source | NDArray[Any]) -> Self:
        """Mark pixels from a picture that somebody painted: a file, its bytes, or an array.

        An array of signed whole numbers is a label map, -1 where nothing is marked; for everything else see
        :func:`masking_core.prompts.painted.seeds_of`.

        Raises:
            ImageError: it is not a picture.
            PromptError: the numbers are out of range.

        >>> Prompts.from_seeds(np.array([[0, -1, 2]])).seeds((1, 3)).tolist()
        [[0, -1, 2]]
        """
        numbers = isinstance(painted, np.ndarray) and painted.dtype.kind == "i"
        return cls(marks=(SeedMap.from_numbers(painted if numbers else seeds_of(NumberMap.open(painted))),))  # type: ignore[arg-type]

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read what :meth:`to_json` wrote.

        Raises:
            PromptError: it is too large, not JSON, or not a valid document; the sentence says where.

        >>> prompts = Prompts.from_box(10, 10, 50, 50)
        >>> Prompts.from_json(prompts.to_json()) == prompts
        True
        """
        if len(text) > MAX_BYTES:
            raise PromptError(f"Prompts may be at most {MAX_BYTES / 1e6:g} MB; {len(text) / 1e6:.1f} MB was given.")
        try:
            document = from_json(text)
        except ValueError as error:
            raise PromptError(f"Prompts must be JSON ({error}).") from None
        if isinstance(document, dict) and "version" not in document:
            raise PromptError('Prompts need a version: {"version": 1, "marks": […]}.')
        return cls.model_validate(document)

    def to_json(self) -> str:
        """Write the marks down as JSON, see ``docs/prompts.md``."""
        return self.model_dump_json()

    def with_mark(self, mark: AnyMark) -> Self:
        """Draw one more mark."""
        return type(self)(marks=(*self.marks, mark))

    def scaled(self, factor: float) -> Self:
        """Enlarge all marks as for a picture resized by ``factor``."""
        return type(self)(marks=tuple(mark.placed(factor, 0, 0) for mark in self.marks))

    def moved(self, dx: float, dy: float) -> Self:
        """Move all marks by (dx, dy) pixels."""
        return type(self)(marks=tuple(mark.placed(1, dx, dy) for mark in self.marks))

    @property
    def regions(self) -> tuple[Region, ...]:
        """The marks that enclose an area."""
        return tuple(mark for mark in self.marks if isinstance(mark, Region))

    def outside(self, shape: Shape) -> tuple[Mark, ...]:
        """Find the marks that hold no pixel of a picture of ``shape``."""
        return tuple(mark for mark in reporting(self.marks) if not mark.mask(shape)[1].any())

    def miss(self, shape: Shape) -> bool:
        """Whether there are marks, and none of them lies on a picture of ``shape``; a blank seed map does."""
        return bool(self.marks) and not any(
            mark.numbers(shape)[1].size if isinstance(mark, SeedMap) else mark.mask(shape)[1].any()
            for mark in reporting(self.marks)
        )

    def seeds(self, shape: Shape) -> Numbers:
        """Draw the seeds: (H, W) int16, the object number that is certain for each pixel, -1 where there is none.

        Later marks win. Marks of object -1, and strokes and points that subtract, take away the seeds under them; so
        do regions of the background that subtract. Regions of object 1… are no seeds.
        """
        seeds = np.full(shape[:2], -1, np.int16)
        for mark in reporting(self.marks):
            if isinstance(mark, SeedMap):
                window, numbers = mark.numbers(shape)
                np.copyto(seeds[window], numbers, where=numbers >= 0)
            elif isinstance(mark, Seed) or (isinstance(mark, Region) and mark.object < 1):
                window, mask = mark.mask(shape)
                seeds[window][mask] = -1 if mark.operation == "subtract" else mark.object
        return seeds

    def hair(self, shape: Shape) -> Mask | None:
        """Draw where hair was painted: (H, W) bool; None where nothing was. What subtracts takes it away again."""
        if not any(isinstance(mark, Hair) for mark in self.marks):
            return None
        painted = np.zeros(shape[:2], bool)
        for mark in reporting(self.marks):
            erases = mark.operation == "subtract" and isinstance(mark, Hair | Seed)
            if isinstance(mark, Hair) or erases:
                window, mask = mark.mask(shape)
                painted[window][mask] = not erases
        return painted

    def bounds(self, shape: Shape, object: int | None = None) -> Mask | None:
        """Draw where ``object`` may lie, or any object: (H, W) bool; None if no region says so.

        An object's regions combine among themselves, in drawing order; what begins with subtract or intersect begins
        from the whole picture.
        """
        numbers = sorted({region.object for region in self.regions} - {-1, 0}) if object is None else [object]
        found = [bounds for number in numbers if (bounds := self._bounds(shape, number)) is not None]
        return np.logical_or.reduce(found) if found else None

    def _bounds(self, shape: Shape, object: int) -> Mask | None:
        regions = [region for region in self.regions if region.object == object]
        if not regions:
            return None
        bounds = np.full(shape[:2], regions[0].operation in {"subtract", "intersect"})
        for region in reporting(regions):
            combine(bounds, *region.mask(shape), region.operation)
        return bounds

    def roi_alpha(self, shape: Shape, object: int | Collection[int] | None = None) -> NDArray[np.float32]:
        """Draw the regions of one ``object``, of some or of all as one mask: (H, W) float32 in [0, 1], anti-aliased.

        Every region combines with all that was drawn before it, whichever object it is of; where objects overlap, the
        later one wins. A region of object 0 or -1 takes away, unless it intersects.
        """
        total = np.zeros(shape[:2], np.float32)
        share = total if object is None else total.copy()
        own = {object} if isinstance(object, int) else set(object or ())
        for region in reporting(self.regions):
            window, covered = region.coverage(shape)
            operation = _mask_operation(region)
            if object is not None:
                _give(share, total, window, covered, operation, own=region.object in own)
            combine(total, window, covered, operation)
        return share

    def roi_labels(self, shape: Shape) -> NDArray[np.int32]:
        """Draw the regions as a label map: (H, W) int32, hard, 0 where no object is; they combine as in roi_alpha."""
        labels = np.zeros(shape[:2], np.int32)
        for region in reporting(self.regions):
            window, mask = region.mask(shape)
            here = labels[window]
            match _mask_operation(region):
                case "add":
                    here[mask] = region.object
                case "subtract":
                    here[mask] = 0
                case "exclude":
                    here[mask] = np.where(here[mask] > 0, 0, region.object)
                case "intersect":
                    kept = here * mask
                    labels[...] = 0
                    here[...] = kept
        return labels


def _give(
    share: Coverage, total: Coverage, window: Window, covered: Coverage, operation: Operation, *, own: bool
) -> None:
    """Join a region to the ``share`` that one object has of ``total``, before it joins ``total`` itself."""
    here = share[window]
    if operation == "add" and not own:
        np.minimum(here, 1 - covered, out=here)
    elif operation == "exclude":
        combine(share, window, covered, "subtract")
        here += np.maximum(covered - total[window], 0) * own
    else:
        combine(share, window, covered, operation)


def _mask_operation(region: Region) -> Operation:
    takes_away = region.object < 1 and region.operation != "intersect"
    return "subtract" if takes_away else region.operation


def _every(marks: Iterable[Mark]) -> Iterator[Mark]:
    """Go through marks and, before each group, its members."""
    for mark in marks:
        if isinstance(mark, Group):
            yield from _every(mark.marks)
        yield mark
