"""Prompts: all the marks on a picture, in drawing order, as one value."""

from typing import Annotated, Literal

from pydantic import Field

from masking_core.marks import (
    AnyArea,
    AnyMark,
    Arc,
    Area,
    Curve,
    Ellipse,
    Group,
    Mark,
    Operation,
    Pie,
    Point,
    Polygon,
    Rectangle,
    Rule,
    Seed,
    SeedMap,
    Stroke,
    Text,
    Value,
)

__all__ = [
    "AnyArea",
    "AnyMark",
    "Arc",
    "Area",
    "Curve",
    "Ellipse",
    "Group",
    "Mark",
    "Operation",
    "Pie",
    "Point",
    "Polygon",
    "Prompts",
    "Rectangle",
    "Rule",
    "Seed",
    "SeedMap",
    "Stroke",
    "Text",
]

MAX_MARKS = 2_000


class Prompts(Value):
    """All the marks on a picture, in drawing order."""

    version: Literal[1] = 1
    marks: Annotated[tuple[AnyMark, ...], Field(strict=False, max_length=MAX_MARKS)] = ()
