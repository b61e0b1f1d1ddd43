"""Drawings of the canvas (Fabric's JSON, in canvas pixels) to marks (in picture pixels).

Pure functions. What comes from the canvas is an upload like any other: every number is checked, kinds that the page's
tools do not draw are refused, counts are bounded.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from pydantic import ValidationError

from masking_core.arrays import Points
from masking_core.errors import PromptError
from masking_core.prompts import AnyMark, Ellipse, Point, Polygon, Rectangle, Stroke
from studio.drawing.canvas.figure import Figure, trace
from studio.drawing.canvas.sheet import CORNERS, Sheet, in_box
from studio.drawing.ink import FIXED, Ink

MAX_OBJECTS = 2_000
MAX_POINTS = 200_000
CURVED = 4
"""Points that a curve counts for; drawn by hand it becomes one to four."""
SMALLEST = 3
"""A figure that is narrower, in canvas pixels, was not meant."""
FLATNESS = 0.3
"""How far a simplified stroke may leave the drawn one, in canvas pixels."""
FRAME = 3
"""A box that ends closer to the picture's frame, in canvas pixels, ends there."""
STILL = 0.05
"""A mark that moved by less, in canvas pixels, has not been moved."""


@dataclass(frozen=True)
class Reading:
    """What was made of a drawing.

    Attributes:
        marks: all marks, those that were there before first, each group in drawing order.
        fresh: what the new ones, at the end, were drawn with.
        strays: what those were drawn with that were not meant: stray clicks, polygons left open.
        refused: a sentence for each kind of thing that could not be read.
    """

    marks: tuple[AnyMark, ...]
    fresh: tuple[Ink, ...] = ()
    strays: tuple[Ink, ...] = ()
    refused: tuple[str, ...] = ()


def read(drawing: object, sheet: Sheet, base: Sequence[AnyMark] = ()) -> Reading:
    """The marks of a drawing.

    Args:
        drawing: Fabric's JSON as the canvas sent it.
        sheet: the canvas it was drawn on.
        base: the marks that :mod:`~studio.drawing.canvas.writing` put on that canvas; one that was not touched comes
            back as it is.

    Raises:
        PromptError: it is no drawing, or too large a one.
    """
    old: dict[int, AnyMark] = {}
    new: list[tuple[Ink, AnyMark]] = []
    strays: list[Ink] = []
    refused: dict[str, None] = {}
    for thing in _things(drawing):
        ink = Ink.read(str(thing.get("stroke"))) if isinstance(thing, dict) else None
        try:
            if ink is None or ink.serial > len(base):
                raise PromptError("A figure that was not drawn with the tools of this page was left out.")
            figure = Figure.model_validate(thing)
            if ink.serial:
                old[ink.serial] = _again(figure, ink, base[ink.serial - 1], sheet)
            elif mark := _mark(figure, ink, sheet):
                new.append((ink, mark))
            else:
                strays.append(ink)
        except (PromptError, ValidationError) as error:
            odd = "A figure with impossible numbers was left out."
            refused[str(error) if isinstance(error, PromptError) else odd] = None
            if ink and 0 < ink.serial <= len(base):
                old[ink.serial] = base[ink.serial - 1]
    marks = (*(old[serial] for serial in sorted(old)), *(mark for _, mark in new))
    return Reading(marks, tuple(ink for ink, _ in new), tuple(strays), tuple(refused))


def _things(drawing: object) -> Iterable[object]:
    things = drawing.get("objects") if isinstance(drawing, dict) else None
    if not isinstance(things, list):
        raise PromptError("What the canvas sent is not a drawing.")
    if len(things) > MAX_OBJECTS:
        raise PromptError(f"At most {MAX_OBJECTS:,} marks fit on a picture; {len(things):,} were drawn.")
    points = sum(_corners(part) for thing in things if isinstance(thing, dict) for part in _lists(thing))
    if points > MAX_POINTS:
        raise PromptError(f"The marks on a picture may have {MAX_POINTS:,} points; these have {points:,}.")
    return things


def _lists(thing: dict[str, Any]) -> list[list[object]]:
    return [part for name in ("points", "path") if isinstance(part := thing.get(name), list)]


def _corners(part: list[object]) -> int:
    """How many points a list of them, or of the pieces of a path, counts for: a curve becomes several."""
    curves = sum(isinstance(piece, list) and piece[:1] == ["Q"] for piece in part)
    return len(part) + (CURVED - 1) * curves


def _mark(figure: Figure, ink: Ink, sheet: Sheet) -> AnyMark | None:
    """The mark that a figure is; None for what was not meant: a stray click, a polygon left open."""
    shape = _shape(figure, ink, sheet)
    if shape is None or (not ink.is_seed and _stray(shape, sheet)):
        return None
    return shape


def _again(figure: Figure, ink: Ink, before: AnyMark, sheet: Sheet) -> AnyMark:
    """A mark that was on the canvas before, wherever it is now, with all that the canvas does not know about it."""
    if ink.tool == FIXED:
        return before
    now = _shape(figure, ink, sheet)
    if now is None or _alike(now, before, STILL * sheet.scale):
        return before
    kept = {"name": before.name}
    if isinstance(before, Polygon):
        kept["rule"] = before.rule
    return now.model_copy(update=kept)


def _shape(figure: Figure, ink: Ink, sheet: Sheet) -> AnyMark | None:
    common: dict[str, Any] = {"object": ink.object, "operation": ink.operation}
    match figure.type:
        case "Rect" if ink.makes is Ellipse:
            return Ellipse(**common, **_box(figure, sheet))
        case "Rect":
            return _rectangle(figure, common, sheet)
        case "Circle" if ink.makes is Point:
            x, y = (float(value) for value in figure.centre * sheet.scale)
            return Point(**common, x=x, y=y, radius=figure.width / 2 * _stretch(figure) * sheet.scale)
        case "Circle" | "Ellipse":
            return Ellipse(**common, **_oval(figure, sheet))
        case "Polygon" if figure.points is not None:
            corners = np.array([(vertex.x, vertex.y) for vertex in figure.points])
            middle = (corners.min(axis=0) + corners.max(axis=0)) / 2
            return _polygon(figure.placed(corners - middle), common, sheet)
        case "Path" if figure.path is not None and ink.is_freehand:
            return _line(figure, ink, common, sheet)
    return None


def _rectangle(figure: Figure, common: dict[str, Any], sheet: Sheet) -> AnyMark:
    if not _leans(figure):
        return Rectangle(**common, **_box(figure, sheet))
    corners = CORNERS * np.array([figure.width, figure.height]) / 2
    return _polygon(figure.placed(corners), common, sheet)


def _line(figure: Figure, ink: Ink, common: dict[str, Any], sheet: Sheet) -> AnyMark | None:
    points, middle = trace(figure.path or [])
    points = figure.placed(points - middle)
    if np.ptp(points, axis=0).max() < 0.5:
        points = points.mean(axis=0, keepdims=True)
    elif not ink.serial:
        simple = cv2.approxPolyDP(points.astype(np.float32)[:, None], FLATNESS, False)
        points = np.asarray(simple, float).reshape(-1, 2)
    if ink.makes is Polygon:
        return _polygon(points, common, sheet) if len(points) >= 3 else None
    width = figure.strokeWidth * (1.0 if figure.strokeUniform else _stretch(figure))
    return Stroke(**common, points=_tuples(points, sheet), width=width * sheet.scale)


def _box(figure: Figure, sheet: Sheet) -> dict[str, Any]:
    """The box of a figure that does not lean, in picture pixels, and its angle."""
    width, height = figure.width * abs(figure.scaleX), figure.height * abs(figure.scaleY)
    x, y = figure.centre - (width / 2, height / 2)
    box = [float(value * sheet.scale) for value in (x, y, width, height)]
    angle = (figure.angle + 180) % 360 - 180
    if not angle and not Ink.read(figure.stroke).serial:  # type: ignore[union-attr]
        box = _within(box, sheet)
    return {"x": box[0], "y": box[1], "width": box[2], "height": box[3], "angle": angle}


def _within(box: list[float], sheet: Sheet) -> list[float]:
    """A box whose sides are on the picture's frame where they were drawn there, give or take the line's width."""
    near = FRAME * sheet.scale
    sides = []
    for start, length, end in ((box[0], box[2], sheet.picture[0]), (box[1], box[3], sheet.picture[1])):
        low = 0.0 if start < near else start
        high = float(end) if start + length > end - near else start + length
        sides.append((low, max(high - low, near)))
    return [sides[0][0], sides[1][0], sides[0][1], sides[1][1]]


def _oval(figure: Figure, sheet: Sheet) -> dict[str, Any]:
    # The image of a circle under any linear map is an ellipse along the map's singular vectors.
    axes, lengths, _ = np.linalg.svd(figure.linear @ np.diag([figure.width, figure.height]))
    if not _leans(figure):
        return _box(figure, sheet)
    width, height = lengths
    x, y = figure.centre - (width / 2, height / 2)
    angle = float(np.degrees(np.arctan2(axes[1, 0], axes[0, 0])))
    box = [float(value * sheet.scale) for value in (x, y, width, height)]
    return {"x": box[0], "y": box[1], "width": box[2], "height": box[3], "angle": angle}


def _polygon(points: Points, common: dict[str, Any], sheet: Sheet) -> Polygon:
    return Polygon(**common, points=_tuples(points, sheet), rule="nonzero")


def _tuples(points: Points, sheet: Sheet) -> tuple[tuple[float, float], ...]:
    return tuple((float(x), float(y)) for x, y in np.round(points * sheet.scale, 3))


def _leans(figure: Figure) -> bool:
    return bool(figure.skewX or figure.skewY)


def _stretch(figure: Figure) -> float:
    return float(np.sqrt(abs(np.linalg.det(figure.linear))))


def _stray(mark: AnyMark, sheet: Sheet) -> bool:
    corners = _numbers(mark).astype(np.float32)
    return bool(cv2.contourArea(corners) < (SMALLEST * sheet.scale) ** 2)


def _alike(one: AnyMark, other: AnyMark, tolerance: float) -> bool:
    if type(one) is not type(other):
        return False
    a, b = _numbers(one), _numbers(other)
    return a.shape == b.shape and bool(np.abs(a - b).max() <= tolerance)


def _numbers(mark: AnyMark) -> Points:
    """The points that a mark's shape hangs on, (N, 2)."""
    match mark:
        case Rectangle() | Ellipse():
            return in_box(mark, CORNERS)
        case Stroke():
            return np.array([*mark.points, (mark.width, 0)])
        case Point():
            return np.array([(mark.x, mark.y), (mark.radius, 0)])
        case Polygon():
            return np.array(mark.points)
    return np.zeros((0, 2))
