"""Marks (in picture pixels) to a drawing for the canvas (Fabric's JSON, in canvas pixels)."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

import numpy as np

from masking_core.arrays import Points
from masking_core.progress import reporting
from masking_core.prompts import AnyMark, Ellipse, Point, Polygon, Rectangle, Region, SeedMap, Stroke
from studio.drawing.canvas.contours import contours, share
from studio.drawing.canvas.sheet import Sheet
from studio.drawing.ink import Ink

OUTLINE = 2
"""Width of an outline, in canvas pixels."""
HALO = {"color": "rgba(0,0,0,0.85)", "blur": 2, "offsetX": 0, "offsetY": 0}
"""The dark line around an outline, without which it would not be seen on a ground of its own colour."""
LOCKS = ("lockMovementX", "lockMovementY", "lockRotation", "lockScalingX", "lockScalingY")
UNSEEN = {"strokeWidth": 0, "fill": "rgba(0,0,0,0)"}


def write(marks: Sequence[AnyMark], sheet: Sheet, *, editing: bool = False) -> dict[str, Any]:
    """Marks as Fabric's JSON for a canvas: seed maps below, then strokes and points, areas above them.

    An eraser's strokes are cut out of what is below. Areas, whose outlines the page draws itself, are seen on the
    canvas only while they can be moved and reshaped there. What the canvas has no figure for is shown by its outline; a
    seed map, which the page paints, is there to be selected only.
    """
    numbered = enumerate(reporting(marks), 1)
    most = share(len(marks))
    drawn = [(_layer(mark), _figure(mark, serial, sheet, editing, most)) for serial, mark in numbered]
    return {"version": "7.4.0", "objects": [figure for _, figure in sorted(drawn, key=itemgetter(0))]}


def _layer(mark: AnyMark) -> int:
    return 0 if isinstance(mark, SeedMap) else 1 if isinstance(mark, Stroke | Point) else 2


def _figure(mark: AnyMark, serial: int, sheet: Sheet, editing: bool, most: int) -> dict[str, Any]:
    ink = Ink.of(mark, serial, hidden=isinstance(mark, Region) and not editing)
    look: dict[str, Any] = {"originX": "center", "originY": "center", "stroke": ink.stroke, "fill": ink.fill}
    look |= {"strokeWidth": OUTLINE, "strokeUniform": True, "strokeDashArray": ink.dashes or None}
    if isinstance(mark, Region) and editing:
        look["shadow"] = HALO
    if ink.erases:
        look |= {"globalCompositeOperation": "destination-out", "strokeDashArray": None}
    return look | _shown(mark, sheet, most)


def _shown(mark: AnyMark, sheet: Sheet, most: int) -> dict[str, Any]:
    """What figure a mark is, and where."""
    s = 1 / sheet.scale
    match mark:
        case Rectangle():
            return _boxed(mark, s) | {"type": "Rect"}
        case Ellipse():
            return _boxed(mark, s) | {"type": "Ellipse", "rx": mark.width * s / 2, "ry": mark.height * s / 2}
        case Polygon():
            points = np.array(mark.points) * s
            corners = [{"x": x, "y": y} for x, y in points.tolist()]
            return _bounded(points) | {"type": "Polygon", "points": corners, "fillRule": mark.rule}
        case Stroke():
            return _stroke(np.array(mark.points) * s) | {"strokeWidth": mark.width * s, "fill": None}
        case Point():
            r = mark.radius * s
            place = {"left": mark.x * s, "top": mark.y * s, "width": 2 * r, "height": 2 * r}
            return {"type": "Circle", "radius": r, "strokeWidth": 0, **place}
        case SeedMap():
            return _fixed(mark, sheet, most) | UNSEEN
    return _fixed(mark, sheet, most)


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
    path = [["L", x, y] for x, y in points.tolist()]
    path[0][0] = "M"
    return _bounded(points) | {"type": "Path", "path": path, "strokeLineCap": "round", "strokeLineJoin": "round"}


def _fixed(mark: AnyMark, sheet: Sheet, most: int) -> dict[str, Any]:
    """The outline of what a mark covers, locked in its place."""
    # Not enlarged on a canvas that is larger than the picture: a mark may be as large as marks can be.
    factor = min(1.0, 1 / sheet.scale)
    enlarged = 1 / sheet.scale / factor
    shape = max(1, round(sheet.height / enlarged)), max(1, round(sheet.width / enlarged))
    window, mask = mark.placed(factor, 0, 0).mask(shape)
    path: list[list[Any]] = []
    for outline in contours(mask, (window[1].start, window[0].start), most):
        line: list[list[Any]] = [["L", x, y] for x, y in (outline * enlarged).tolist()]
        line[0][0] = "M"
        path += [*line, ["Z"]]
    points = np.array([piece[1:] for piece in path if len(piece) == 3] or [[0.0, 0.0]])
    return _bounded(points) | {"type": "Path", "path": path or [["M", 0, 0]], **dict.fromkeys(LOCKS, True)}
