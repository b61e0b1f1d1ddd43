"""Regions: marks that enclose an area, from rectangles to groups of regions.

A pixel belongs to a region if and only if its centre does, where the region's left and top edges belong to it and its
right and bottom edges do not. Angles are in degrees, clockwise.
"""

from abc import abstractmethod
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator
from typing_extensions import override

from masking_core.arrays import Mask
from masking_core.kernels.raster import outline, raster
from masking_core.kernels.raster.outline import Edges
from masking_core.kernels.raster.raster import Coverage, Rule, Window
from masking_core.progress import reporting
from masking_core.prompts import lettering
from masking_core.prompts.marks import MAX_MARKS, Angle, Coordinate, Length, Mark, Shape, Vertex, Vertices

MAX_LETTERING = 100_000_000
"""Pixels of all texts of a picture together: those that fall outside it are drawn all the same."""
HALF = 128
"""Of 255, from which on at least half of a pixel is covered."""
MAX_DEPTH = 4
"""How deep groups may be nested."""

Sweep = Annotated[float, Field(ge=-360, le=360)]


class Region(Mark):
    """A mark that encloses an area: of interest (object 1…), or known to be background (object 0)."""

    @property
    @abstractmethod
    def extent(self) -> tuple[float, float, float, float]:
        """A box around the region: left, top, right, bottom; tight but for turned ellipses, arcs and text."""


class _Outlined(Region):
    """A region whose outline can be written down."""

    @property
    @override
    def extent(self) -> tuple[float, float, float, float]:
        return outline.box(self._outline())

    @override
    def mask(self, shape: Shape) -> tuple[Window, Mask]:
        return raster.area(self._outline(), shape, self._rule)

    @override
    def coverage(self, shape: Shape) -> tuple[Window, Coverage]:
        return raster.area_coverage(self._outline(), shape, self._rule)

    @abstractmethod
    def _outline(self) -> Edges: ...

    @property
    def _rule(self) -> Rule:
        return "evenodd"


class _Box(_Outlined):
    """What fills a box whose top left corner is (x, y)."""

    x: Coordinate
    y: Coordinate
    width: Length
    height: Length

    @property
    def _box(self) -> tuple[float, float, float, float]:
        return self.x, self.y, self.width, self.height


class Rectangle(_Box):
    """A rectangle with its top left corner at (x, y), turned by ``angle`` degrees clockwise about its centre."""

    kind: Literal["rectangle"] = "rectangle"
    angle: Angle = 0.0

    def _outline(self) -> Edges:
        return outline.rectangle(*self._box, self.angle)


class Ellipse(_Box):
    """The ellipse that fills the box at (x, y), turned by ``angle`` degrees clockwise about its centre."""

    kind: Literal["ellipse"] = "ellipse"
    angle: Angle = 0.0

    def _outline(self) -> Edges:
        return outline.ellipse(*self._box, self.angle)


class Arc(_Box):
    """What lies between an arc and its chord: part of the ellipse that fills a box.

    The arc runs from the direction ``start`` through ``sweep`` degrees, both clockwise, 0 being to the right.
    """

    kind: Literal["arc"] = "arc"
    start: Angle
    sweep: Sweep

    def _outline(self) -> Edges:
        return outline.arc(*self._box, self.start, self.sweep, pie=False)


class Pie(_Box):
    """What lies between an arc and the centre of its ellipse; angles as for :class:`Arc`."""

    kind: Literal["pie"] = "pie"
    start: Angle
    sweep: Sweep

    def _outline(self) -> Edges:
        return outline.arc(*self._box, self.start, self.sweep, pie=True)


class _Path(_Outlined):
    """What a closed path encloses; ``rule`` says what is inside where it crosses itself."""

    points: Annotated[Vertices, Field(min_length=3)]
    rule: Rule = "evenodd"

    @property
    def _rule(self) -> Rule:
        return self.rule


class Polygon(_Path):
    """A polygon or lasso, closed from its last point to its first."""

    kind: Literal["polygon"] = "polygon"

    def _outline(self) -> Edges:
        return outline.lines(np.array(self.points))


class Curve(_Path):
    """A closed path of cubic Bézier curves.

    ``points`` holds three points per curve: where it starts and its two control points; it ends where the next one
    starts, the last one where the first one starts.
    """

    kind: Literal["curve"] = "curve"

    @field_validator("points")
    @classmethod
    def _whole_curves(cls, points: tuple[Vertex, ...]) -> tuple[Vertex, ...]:
        if len(points) % 3:
            raise ValueError("a curve needs three points for each of its pieces")
        return points

    def _outline(self) -> Edges:
        return outline.lines(outline.bezier(np.array(self.points)))


class Text(Region):
    """One line of text from (x, y), its top left corner, ``size`` pixels high, in the font that comes with Pillow.

    A pixel belongs to it if half of it is covered.
    """

    kind: Literal["text"] = "text"
    text: Annotated[str, Field(min_length=1, max_length=50)]
    x: Coordinate
    y: Coordinate
    size: Annotated[float, Field(gt=0, le=1000)]

    @field_validator("text")
    @classmethod
    def _one_line(cls, text: str) -> str:
        if not text.isprintable():
            raise ValueError("text must be one line of printable characters")
        return text

    @property
    @override
    def extent(self) -> tuple[float, float, float, float]:
        left, top, right, bottom = lettering.box(self.text, self.size)
        return self.x + left, self.y + top, self.x + right, self.y + bottom

    @property
    def cost(self) -> float:
        """Pixels that are drawn for it, wherever they fall."""
        return len(self.text) * self.size**2

    @override
    def mask(self, shape: Shape) -> tuple[Window, Mask]:
        window, covered = self._covered(shape)
        return window, covered >= HALF

    @override
    def coverage(self, shape: Shape) -> tuple[Window, Coverage]:
        window, covered = self._covered(shape)
        return window, covered.astype(np.float32) / np.float32(255)

    def _covered(self, shape: Shape) -> tuple[Window, NDArray[np.uint8]]:
        left, top, covered = lettering.line(self.text, self.x, self.y, self.size)
        rows, columns = window = raster.window_of(left, top, left + covered.shape[1], top + covered.shape[0], shape)
        if window == raster.NOWHERE:
            return window, covered[:0, :0]
        return window, covered[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]


class Group(Region):
    """Several regions as one: they combine with one another first, by their operations, in order.

    The members' own object numbers do not matter; the group's does.
    """

    kind: Literal["group"] = "group"
    marks: Annotated[tuple["AnyRegion", ...], Field(strict=False, min_length=1, max_length=MAX_MARKS, fail_fast=True)]

    @field_validator("marks")
    @classmethod
    def _not_too_deep(cls, marks: tuple["AnyRegion", ...]) -> tuple["AnyRegion", ...]:
        if max(_depth(mark) for mark in marks) >= MAX_DEPTH:
            raise ValueError(f"groups may be nested {MAX_DEPTH} deep at most")
        return marks

    @property
    @override
    def extent(self) -> tuple[float, float, float, float]:
        left, top, right, bottom = zip(*(mark.extent for mark in self.marks), strict=True)
        return min(left), min(top), max(right), max(bottom)

    @override
    def mask(self, shape: Shape) -> tuple[Window, Mask]:
        return raster.combined([(mark.operation, *mark.mask(shape)) for mark in reporting(self.marks)])

    @override
    def coverage(self, shape: Shape) -> tuple[Window, Coverage]:
        return raster.combined([(mark.operation, *mark.coverage(shape)) for mark in reporting(self.marks)])


AnyRegion = Annotated[
    Rectangle | Ellipse | Arc | Pie | Polygon | Curve | Text | Group,
    Field(discriminator="kind"),
]
Group.model_rebuild()


def _depth(mark: Region) -> int:
    return 1 + max(_depth(member) for member in mark.marks) if isinstance(mark, Group) else 0
