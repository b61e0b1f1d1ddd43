"""Marks on a picture: what a person draws, imports or lets compute."""

from masking_core.prompts.marks import Hair, Mark, Point, Stroke
from masking_core.prompts.prompts import AnyMark, Prompts
from masking_core.prompts.regions import Arc, Curve, Ellipse, Group, Pie, Polygon, Rectangle, Region, Text
from masking_core.prompts.seedmap import SeedMap

__all__ = [
    "AnyMark",
    "Arc",
    "Curve",
    "Ellipse",
    "Group",
    "Hair",
    "Mark",
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
