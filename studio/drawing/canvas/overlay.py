"""What the page draws over the canvas as outlines: areas, the masking area, and where marks contradict one another."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from masking_core.arrays import Points
from masking_core.progress import reporting
from masking_core.prompts import Ellipse, Mark, Polygon, Prompts, Rectangle, Region
from masking_core.prompts.contradictions import contradictions
from masking_core.recipe import Area
from studio.drawing.canvas.contours import contours, share
from studio.drawing.canvas.sheet import CORNERS, in_box
from studio.drawing.ink import DASHES, colour_of

Outline = dict[str, Any]
"""The ``path`` of an SVG in picture pixels, its fill ``rule``, ``colour`` and ``dashes``, and its ``kind``."""

FINE = 1_000_000
"""How finely what has no outline of its own is drawn, in pixels of the picture."""
PIXELS = 250_000
"""How finely marks are compared with one another."""
ROUND = 72
"""Corners of an ellipse's outline."""


def areas(marks: Iterable[Mark], size: tuple[int, int]) -> list[Outline]:
    """The outlines of the areas among the marks on a picture of ``size``."""
    regions = [mark for mark in marks if isinstance(mark, Region)]
    most = share(len(regions))
    return [
        _outline(
            "area", _path(mark, size, most), colour_of(mark.object), DASHES[mark.operation], getattr(mark, "rule", "")
        )
        for mark in reporting(regions)
    ]


def masking_area(area: Area) -> Outline:
    """The outline of the masking area."""
    corners = (CORNERS + 1) / 2 * (area.width, area.height) + (area.x, area.y)
    return _outline("limit", _closed([corners]), "#ffffff", (3, 3))


def clashes(prompts: Prompts, size: tuple[int, int]) -> list[Outline]:
    """The outline of where marks contradict one another; none where they agree."""
    factor = min(1.0, (PIXELS / (size[0] * size[1])) ** 0.5)
    shape = max(1, round(size[1] * factor)), max(1, round(size[0] * factor))
    found = contradictions(prompts.scaled(factor) if factor < 1 else prompts, shape)
    if not found.any():
        return []
    return [_outline("clash", _closed(line / factor for line in contours(found)), "#ff2d55", (4, 4))]


def _outline(kind: str, path: str, colour: str, dashes: Sequence[int], rule: str = "") -> Outline:
    return {"kind": kind, "path": path, "rule": rule or "evenodd", "colour": colour, "dashes": list(dashes)}


def _path(mark: Region, size: tuple[int, int], most: int) -> str:
    match mark:
        case Rectangle():
            return _closed([in_box(mark, CORNERS)])
        case Ellipse():
            angles = np.linspace(0, 2 * np.pi, ROUND, endpoint=False)
            return _closed([in_box(mark, np.column_stack([np.cos(angles), np.sin(angles)]))])
        case Polygon():
            return _closed([np.array(mark.points)])
    factor = min(1.0, (FINE / (size[0] * size[1])) ** 0.5)
    shape = max(1, round(size[1] * factor)), max(1, round(size[0] * factor))
    (rows, columns), mask = mark.placed(factor, 0, 0).mask(shape)
    return _closed(line / factor for line in contours(mask, (columns.start, rows.start), most))


def _closed(lines: Iterable[Points]) -> str:
    return "".join("M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in line) + "Z" for line in lines)
