"""The marks people make on a picture: areas (rectangle, ellipse, polygon, …) and seeds (stroke, point, seed map).

Every mark is an immutable value: equal, hashable, JSON in and out, holding no arrays. Coordinates are (x, y) in picture
pixels; pixel (column j, row i) covers [j, j+1) × [i, i+1) and belongs to an area if and only if its centre does, where
the area's left and top edges belong to it and its right and bottom edges do not.
"""

import reprlib
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from masking_core.errors import PromptError

LIMIT = 1_000_000
"""No coordinate is farther than this from the picture's corner, in pixels."""
MAX_OBJECT = 32
MAX_DEPTH = 4
"""How deep groups may be nested."""

Coordinate = Annotated[float, Field(ge=-LIMIT, le=LIMIT)]
Length = Annotated[float, Field(gt=0, le=2 * LIMIT)]
Angle = Annotated[float, Field(ge=-3600, le=3600)]
Vertex = Annotated[tuple[Coordinate, Coordinate], Field(strict=False)]
ObjectNumber = Annotated[int, Field(ge=-1, le=MAX_OBJECT)]
Operation = Literal["add", "subtract", "intersect", "exclude"]
Rule = Literal["evenodd", "nonzero"]


class Value(BaseModel):
    """Base of marks and prompts: strict and immutable; finite numbers only.

    Raises:
        PromptError: on construction or reading, one sentence saying where and what is wrong. As a field of another
            pydantic model it reports to that model instead, so that the place in the whole document is known.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise _one_sentence(error) from None

    # Pydantic validates nested models through __init__ where a class defines its own, unless it carries this flag.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """As pydantic's, but raising :class:`PromptError`."""
        try:
            return super().model_validate(obj, **options)
        except ValidationError as error:
            raise _one_sentence(error) from None

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        """As pydantic's, but raising :class:`PromptError`."""
        try:
            return super().model_validate_json(json_data, **options)
        except ValidationError as error:
            raise _one_sentence(error) from None


def _one_sentence(error: ValidationError) -> PromptError:
    """Turn the first complaint of pydantic into: where, what is allowed, what was given."""
    first = error.errors(include_url=False, include_context=False)[0]
    places = [f"{part + 1}" if isinstance(part, int) else part for part in first["loc"]]
    where = " ".join([error.title, *places])
    message = first["msg"].removeprefix("Value error, ")
    return PromptError(f"{where}: {message[:1].lower()}{message[1:]}; {reprlib.repr(first['input'])} was given.")


class Mark(Value):
    """What all marks share.

    Attributes:
        object: 1… an object, 0 the background, -1 unknown (belongs to nothing).
        operation: how the mark joins what was drawn before it.
        name: what the user calls it.
    """

    object: ObjectNumber = 1
    operation: Operation = "add"
    name: Annotated[str, Field(max_length=100)] = ""


class Area(Mark):
    """A mark that encloses an area: of interest (object 1…), or known to be background (object 0)."""


class Rectangle(Area):
    """A rectangle with its top left corner at (x, y), turned by ``angle`` degrees clockwise about its centre."""

    kind: Literal["rectangle"] = "rectangle"
    x: Coordinate
    y: Coordinate
    width: Length
    height: Length
    angle: Angle = 0.0


class Ellipse(Area):
    """The ellipse that fills the box at (x, y), turned by ``angle`` degrees clockwise about its centre."""

    kind: Literal["ellipse"] = "ellipse"
    x: Coordinate
    y: Coordinate
    width: Length
    height: Length
    angle: Angle = 0.0


class Polygon(Area):
    """A closed polygon or lasso; ``rule`` says what is inside where its outline crosses itself."""

    kind: Literal["polygon"] = "polygon"
    points: Annotated[tuple[Vertex, ...], Field(strict=False, min_length=3)]
    rule: Rule = "evenodd"


class Arc(Area):
    """What lies between an arc and its chord: part of the ellipse that fills a box.

    The arc runs from the direction ``start`` through ``sweep`` degrees, both clockwise, 0 being to the right.
    """

    kind: Literal["arc"] = "arc"
    x: Coordinate
    y: Coordinate
    width: Length
    height: Length
    start: Angle
    sweep: Annotated[float, Field(ge=-360, le=360)]


class Pie(Area):
    """What lies between an arc and the centre of its ellipse; angles as for :class:`Arc`."""

    kind: Literal["pie"] = "pie"
    x: Coordinate
    y: Coordinate
    width: Length
    height: Length
    start: Angle
    sweep: Annotated[float, Field(ge=-360, le=360)]


class Curve(Area):
    """A closed path of cubic Bézier curves.

    ``points`` holds three points per curve: where it starts and its two control points; it ends where the next one
    starts, the last one where the first one starts.
    """

    kind: Literal["curve"] = "curve"
    points: Annotated[tuple[Vertex, ...], Field(strict=False, min_length=3)]
    rule: Rule = "evenodd"

    @field_validator("points")
    @classmethod
    def _whole_curves(cls, points: tuple[Vertex, ...]) -> tuple[Vertex, ...]:
        if len(points) % 3:
            raise ValueError("a curve needs three points for each of its pieces")
        return points


class Text(Area):
    """One line of text, its top left corner at (x, y), ``size`` pixels high, in the font that Pillow brings along."""

    kind: Literal["text"] = "text"
    text: Annotated[str, Field(min_length=1, max_length=100)]
    x: Coordinate
    y: Coordinate
    size: Annotated[float, Field(ge=1, le=2000)]


class Group(Area):
    """Several areas as one: its members combine with one another first, by their operations, in order.

    The members' own object numbers do not matter; the group's does.
    """

    kind: Literal["group"] = "group"
    marks: Annotated[tuple["AnyArea", ...], Field(strict=False, min_length=1)]


class Seed(Mark):
    """A mark whose pixels are certain: each belongs to ``object``, or, with ``subtract``, is no longer marked."""

    operation: Literal["add", "subtract"] = "add"


class Stroke(Seed):
    """A brush stroke with round ends and joins: every pixel whose centre lies within half its width of the polyline."""

    kind: Literal["stroke"] = "stroke"
    points: Annotated[tuple[Vertex, ...], Field(strict=False, min_length=1)]
    width: Length


class Point(Seed):
    """A dab: every pixel whose centre lies within ``radius`` of (x, y), and at least the pixel that (x, y) is in."""

    kind: Literal["point"] = "point"
    x: Coordinate
    y: Coordinate
    radius: Length = 5.0


class SeedMap(Seed):
    """A painted seed map stretched over the box at (x, y).

    ``png`` is a PNG file in base64: 8-bit grey, one object number a pixel, 255 where nothing is marked.
    """

    kind: Literal["seeds"] = "seeds"
    object: Literal[-1] = -1
    operation: Literal["add"] = "add"
    x: Coordinate = 0.0
    y: Coordinate = 0.0
    width: Length
    height: Length
    png: str


AnyArea = Annotated[
    Rectangle | Ellipse | Polygon | Arc | Pie | Curve | Text | Group,
    Field(discriminator="kind"),
]
AnyMark = Annotated[
    Rectangle | Ellipse | Polygon | Arc | Pie | Curve | Text | Group | Stroke | Point | SeedMap,
    Field(discriminator="kind"),
]
Group.model_rebuild()
