"""What marks on a picture have in common, and the brush: strokes and points.

Every mark is an immutable value: equal, hashable, JSON in and out, holding no arrays. Coordinates are (x, y) in picture
pixels; pixel (column j, row i) covers [j, j+1) × [i, i+1) and belongs to a region if and only if its centre does, where
the region's left and top edges belong to it and its right and bottom edges do not.
"""

import math
from abc import ABC, abstractmethod
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import Field, ValidationError, model_validator
from typing_extensions import override

from masking_core.arrays import Mask, Points
from masking_core.errors import PromptError
from masking_core.kernels.raster.raster import Coverage, Operation, Window
from masking_core.kernels.raster.stroke import stroke, stroke_coverage
from masking_core.strict import Strict, sentence

LIMIT = 1_000_000
"""No coordinate is farther than this from the picture's corner, in pixels."""
MAX_OBJECT = 32
MAX_FIELDS = 20
"""More fields than any mark has: beyond it they are not looked at one by one."""
MAX_MARKS = 2_000
MAX_POINTS = 200_000
"""Most points of a mark, and of all marks of a picture together."""
THINNEST = math.sqrt(0.5)
"""Radius of the thinnest brush: nothing is farther from the centre of the pixel that it is in."""

Coordinate = Annotated[float, Field(ge=-LIMIT, le=LIMIT)]
Length = Annotated[float, Field(gt=0, le=2 * LIMIT)]
Angle = Annotated[float, Field(ge=-3600, le=3600)]
Vertex = Annotated[tuple[Coordinate, Coordinate], Field(strict=False, fail_fast=True)]
# To fail fast is to end at the first bad item: a hostile document would else make millions of complaints.
Vertices = Annotated[tuple[Vertex, ...], Field(strict=False, min_length=1, max_length=MAX_POINTS, fail_fast=True)]
ObjectNumber = Annotated[int, Field(ge=-1, le=MAX_OBJECT)]
Shape = tuple[int, ...]
"""Rows and columns of a picture (an array's shape; further axes do not matter)."""


class Value(Strict):
    """Base of marks and prompts: strict and immutable; finite numbers only.

    Raises:
        PromptError: on construction or reading, one sentence saying where and what is wrong. As a field of another
            pydantic model it reports to that model instead, so that the place in the whole document is known.
    """

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise _one_sentence(error) from None

    # Pydantic validates nested models through __init__ where a class defines its own, unless it carries this flag.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    @model_validator(mode="before")
    @classmethod
    def _no_flood_of_fields(cls, data: Any) -> Any:
        if isinstance(data, dict) and len(data) > MAX_FIELDS:
            raise ValueError(f"there may be at most {MAX_FIELDS} fields, and there are {len(data):,}")
        return data

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """As pydantic's, but raising :class:`PromptError`."""
        try:
            return super().model_validate(obj, **options)
        except ValidationError as error:
            raise _one_sentence(error) from None


def _one_sentence(error: ValidationError) -> PromptError:
    """Turn the first complaint of pydantic into: where, what is allowed, what was given."""
    first = error.errors(include_url=False)[0]
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"]).lstrip(".")
    return PromptError(sentence(f"{error.title} {place}".strip(), first))


class Mark(Value, ABC):
    """What all marks share.

    Attributes:
        object: 1… an object, 0 the background, -1 unknown (belongs to nothing).
        operation: how the mark joins what was drawn before it.
        name: what the user calls it.
    """

    object: ObjectNumber = 1
    operation: Operation = "add"
    name: Annotated[str, Field(max_length=100)] = ""

    @abstractmethod
    def mask(self, shape: Shape) -> tuple[Window, Mask]:
        """Draw the mark, hard: the window of the picture it lies in, and which of the window's pixels belong to it."""

    @abstractmethod
    def coverage(self, shape: Shape) -> tuple[Window, Coverage]:
        """Draw the mark, anti-aliased: the window, and how much of each of its pixels is covered, float32 in [0, 1]."""

    def placed(self, factor: float, dx: float, dy: float) -> Self:
        """Enlarge the mark by ``factor`` from the picture's corner, then move it by (dx, dy) pixels.

        Raises:
            PromptError: it would leave the range of coordinates.
        """
        changes: dict[str, Any] = {}
        for field, value in self:
            match field:
                case "x":
                    changes[field] = value * factor + dx
                case "y":
                    changes[field] = value * factor + dy
                case "points":
                    changes[field] = tuple((x * factor + dx, y * factor + dy) for x, y in value)
                case "width" | "height" | "radius" | "size":
                    changes[field] = value * factor
                case "marks":
                    changes[field] = tuple(mark.placed(factor, dx, dy) for mark in value)
        return type(self)(**{**dict(self), **changes})


class Seed(Mark):
    """A mark whose pixels are certain: each belongs to ``object``, or, with ``subtract``, is no longer marked."""

    operation: Literal["add", "subtract"] = "add"


class _Brushed(Mark):
    """What a round brush leaves behind; it is never thinner than a pixel, lest it slip between pixel centres."""

    @override
    def mask(self, shape: Shape) -> tuple[Window, Mask]:
        return stroke(*self._brush(), shape)

    @override
    def coverage(self, shape: Shape) -> tuple[Window, Coverage]:
        return stroke_coverage(*self._brush(), shape)

    @abstractmethod
    def _brush(self) -> tuple[Points, float]: ...


class Stroke(Seed, _Brushed):
    """A brush stroke with round ends and joins: every pixel whose centre lies within half its width of the polyline."""

    kind: Literal["stroke"] = "stroke"
    points: Vertices
    width: Length

    def _brush(self) -> tuple[Points, float]:
        return np.array(self.points), max(self.width / 2, THINNEST)


class Hair(_Brushed):
    """A brush stroke over hair or fur: where a matte decides how much of each pixel stays. It is no seed."""

    kind: Literal["hair"] = "hair"
    operation: Literal["add", "subtract"] = "add"
    points: Vertices
    width: Length

    def _brush(self) -> tuple[Points, float]:
        return np.array(self.points), max(self.width / 2, THINNEST)


class Point(Seed, _Brushed):
    """A dab: every pixel whose centre lies within ``radius`` of (x, y), and at least the pixel that (x, y) is in."""

    kind: Literal["point"] = "point"
    x: Coordinate
    y: Coordinate
    radius: Length = 5.0

    def _brush(self) -> tuple[Points, float]:
        return np.array([(self.x, self.y)]), max(self.radius, THINNEST)
