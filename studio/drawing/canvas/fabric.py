"""Drawings of the canvas (Fabric's JSON, in canvas pixels) to marks (in picture pixels) and back.

Pure functions. What comes from the canvas is an upload like any other: every number is checked, kinds that the page's
tools do not draw are refused, counts are bounded.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import cv2
import numpy as np
from pydantic import ValidationError

from masking_core.arrays import Points
from masking_core.errors import PromptError
from masking_core.prompts import AnyMark, Ellipse, Point, Polygon, Rectangle, SeedMap, Stroke
from studio.drawing.canvas.figure import Figure, trace
from studio.drawing.canvas.ink import Ink, Tool

LOCKS = ("lockMovementX", "lockMovementY", "lockRotation", "lockScalingX", "lockScalingY")
MAX_OBJECTS = 2_000
MAX_POINTS = 200_000
OUTLINE = 2
"""Width of an outline, in canvas pixels."""
SMALLEST = 3
"""A figure that is narrower, in canvas pixels, was not meant."""
FLATNESS = 0.3
"""How far a simplified stroke may leave the drawn one, in canvas pixels."""
FRAME = 3
"""A box that ends closer to the picture's frame, in canvas pixels, ends there."""
UNSEEN = {"strokeWidth": 0, "fill": "rgba(0,0,0,0)"}
STILL = 0.05
"""A mark that moved by less, in canvas pixels, has not been moved."""


@dataclass(frozen=True)
class Sheet:
    """A canvas of ``width`` × ``height`` pixels over a picture of ``picture`` = (width, height) pixels."""

    width: int
    height: int
    picture: tuple[int, int]

    @classmethod
    def over(cls, picture: tuple[int, int], width: int) -> "Sheet":
        """The canvas of that width which covers the picture."""
        return cls(width, max(1, -(-width * picture[1] // picture[0])), picture)

    @property
    def scale(self) -> float:
        """Picture pixels per canvas pixel."""
        return self.picture[0] / self.width


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
        base: the marks that :func:`write` put on that canvas; one that was not touched comes back as it is.

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
    points = sum(len(part) for thing in things if isinstance(thing, dict) for part in _lists(thing))
    if points > MAX_POINTS:
        raise PromptError(f"The marks on a picture may have {MAX_POINTS:,} points; these have {points:,}.")
    return things


def _lists(thing: dict[str, Any]) -> list[list[object]]:
    return [part for name in ("points", "path") if isinstance(part := thing.get(name), list)]


def _mark(figure: Figure, ink: Ink, sheet: Sheet) -> AnyMark | None:
    """The mark that a figure is; None for what was not meant: a stray click, a polygon left open."""
    shape = _shape(figure, ink, sheet)
    if shape is None or (ink.tool not in {"brush", "point"} and _stray(shape, sheet)):
        return None
    return shape


def _again(figure: Figure, ink: Ink, before: AnyMark, sheet: Sheet) -> AnyMark:
    """A mark that was on the canvas before, wherever it is now, with all that the canvas does not know about it."""
    if ink.tool == "fixed":
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
    match figure.type, ink.tool:
        case "Rect", "ellipse":
            return Ellipse(**common, **_box(figure, sheet))
        case "Rect", _ if not _leans(figure):
            return Rectangle(**common, **_box(figure, sheet))
        case "Rect", _:
            half = np.array([figure.width, figure.height]) / 2
            corners = half * [(-1, -1), (1, -1), (1, 1), (-1, 1)]
            return _polygon(figure.placed(corners), common, sheet)
        case "Circle", "point":
            x, y = (float(value) for value in figure.centre * sheet.scale)
            radius = figure.width / 2 * _stretch(figure) * sheet.scale
            return Point(**common, x=x, y=y, radius=radius)
        case (("Circle" | "Ellipse"), _):
            return Ellipse(**common, **_oval(figure, sheet))
        case "Polygon", _ if figure.points is not None:
            corners = np.array([(vertex.x, vertex.y) for vertex in figure.points])
            middle = (corners.min(axis=0) + corners.max(axis=0)) / 2
            return _polygon(figure.placed(corners - middle), common, sheet)
        case "Path", ("brush" | "lasso") if figure.path is not None:
            return _line(figure, ink, common, sheet)
    return None


def _line(figure: Figure, ink: Ink, common: dict[str, Any], sheet: Sheet) -> AnyMark | None:
    points, middle = trace(figure.path or [])
    points = figure.placed(points - middle)
    if np.ptp(points, axis=0).max() < 0.5:
        points = points.mean(axis=0, keepdims=True)
    elif not ink.serial:
        simple = cv2.approxPolyDP(points.astype(np.float32)[:, None], FLATNESS, False)
        points = np.asarray(simple, float).reshape(-1, 2)
    if ink.tool == "lasso":
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
            half = np.array([mark.width, mark.height]) / 2
            cosine, sine = np.cos(np.radians(mark.angle)), np.sin(np.radians(mark.angle))
            turn = np.array([[cosine, sine], [-sine, cosine]])
            corners: Points = half * [(-1, -1), (1, -1), (1, 1), (-1, 1)] @ turn + half + (mark.x, mark.y)
            return corners
        case Stroke():
            return np.array([*mark.points, (mark.width, 0)])
        case Point():
            return np.array([(mark.x, mark.y), (mark.radius, 0)])
        case Polygon():
            return np.array(mark.points)
    return np.zeros((0, 2))


def write(marks: Sequence[AnyMark], sheet: Sheet) -> dict[str, Any]:
    """Marks as Fabric's JSON for a canvas: seed maps below, then strokes and points, areas above them.

    An eraser's strokes are cut out of what is below. What the canvas has no figure for is shown by its outline; a seed
    map, which the page paints, is there to be selected only.
    """
    drawn = [(_layer(mark), _figure(mark, serial, sheet)) for serial, mark in enumerate(marks, 1)]
    return {"version": "7.4.0", "objects": [figure for _, figure in sorted(drawn, key=itemgetter(0))]}


def _layer(mark: AnyMark) -> int:
    return 0 if isinstance(mark, SeedMap) else 1 if isinstance(mark, Stroke | Point) else 2


def _figure(mark: AnyMark, serial: int, sheet: Sheet) -> dict[str, Any]:
    s = 1 / sheet.scale
    match mark:
        case Rectangle():
            shape = _boxed(mark, s) | {"type": "Rect"}
            tool: Tool = "rectangle"
        case Ellipse():
            shape = _boxed(mark, s) | {"type": "Ellipse", "rx": mark.width * s / 2, "ry": mark.height * s / 2}
            tool = "ellipse"
        case Polygon():
            points = np.array(mark.points) * s
            shape = _bounded(points) | {"type": "Polygon", "points": [{"x": x, "y": y} for x, y in points.tolist()]}
            shape["fillRule"] = mark.rule
            tool = "polygon"
        case Stroke():
            shape = _stroke(np.array(mark.points) * s) | {"strokeWidth": mark.width * s, "fill": None}
            tool = "brush"
        case Point():
            r = mark.radius * s
            place = {"left": mark.x * s, "top": mark.y * s, "width": 2 * r, "height": 2 * r}
            shape = {"type": "Circle", "radius": r, "strokeWidth": 0, **place}
            tool = "point"
        case _:
            shape = _fixed(mark, sheet) | (UNSEEN if isinstance(mark, SeedMap) else {})
            tool = "fixed"
    ink = Ink(tool, mark.object, mark.operation, serial)
    if ink.erases:
        shape["globalCompositeOperation"] = "destination-out"
    outline = {"strokeWidth": OUTLINE, "strokeUniform": True, "strokeDashArray": None if ink.is_seed else ink.dashes}
    return {"originX": "center", "originY": "center", "stroke": ink.stroke, "fill": ink.fill, **outline, **shape}


def _boxed(mark: Rectangle | Ellipse, s: float) -> dict[str, Any]:
    place = {"left": (mark.x + mark.width / 2) * s, "top": (mark.y + mark.height / 2) * s}
    return {**place, "width": mark.width * s, "height": mark.height * s, "angle": mark.angle}


def _bounded(points: Points) -> dict[str, Any]:
    low, high = points.min(axis=0), points.max(axis=0)
    middle, size = ((low + high) / 2).tolist(), (high - low).tolist()
    return {"left": middle[0], "top": middle[1], "width": size[0], "height": size[1]}


def _stroke(points: Points) -> dict[str, Any]:
    if len(points) == 1:  # a line without length would not be painted
        points = points + np.array([[-0.05, 0], [0.05, 0]])
    path: list[list[str | float]] = [["L", x, y] for x, y in points.tolist()]
    path[0][0] = "M"
    return _bounded(points) | {"type": "Path", "path": path, "strokeLineCap": "round", "strokeLineJoin": "round"}


def _fixed(mark: AnyMark, sheet: Sheet) -> dict[str, Any]:
    """The outline of what a mark covers, locked in its place."""
    window, mask = mark.placed(1 / sheet.scale, 0, 0).mask((sheet.height, sheet.width))
    outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_TC89_L1)
    corner = np.array([window[1].start, window[0].start]) + 0.5
    path: list[list[Any]] = []
    for outline in outlines:
        line: list[list[Any]] = [["L", x, y] for x, y in (outline.reshape(-1, 2) + corner).tolist()]
        line[0][0] = "M"
        path += [*line, ["Z"]]
    points = np.array([piece[1:] for piece in path if len(piece) == 3] or [[0.0, 0.0]])
    return _bounded(points) | {"type": "Path", "path": path or [["M", 0, 0]], **dict.fromkeys(LOCKS, True)}
