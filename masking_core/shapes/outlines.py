"""The outlines of a mask as polygons with holes, and masks from outlines.

Coordinates are those of marks: the middle of the top left pixel lies at (0.5, 0.5), and a pixel belongs to a polygon if
its middle lies inside, by the even-odd rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from masking_core import label_map, metrics
from masking_core.arrays import Labels, Mask, Points
from masking_core.kernels.raster import border, outline, raster, simplify
from masking_core.kernels.raster.nearest import nearest
from masking_core.progress import reporting

TOLERANCE = 0.5
"""How far a simplified outline may lie from the exact one, in pixels."""
DOING = "Tracing the outlines"
AGREEMENT = 0.995
"""IoU that a simplified outline reaches at least; small objects are simplified less for it."""


@dataclass(frozen=True, eq=False)
class Piece:
    """One connected piece: its outer ring and its holes, (N, 2) x and y each, not closed."""

    outer: Points
    holes: tuple[Points, ...] = ()

    @property
    def rings(self) -> tuple[Points, ...]:
        """The outer ring and the holes."""
        return (self.outer, *self.holes)

    @property
    def keyholed(self) -> Points:
        """One ring that goes into every hole and back by the same way, for files that know no holes."""
        ring = self.outer
        for hole in reporting(sorted(self.holes, key=lambda each: float(each[:, 0].min())), DOING):
            here, there = nearest(ring, hole)
            way = np.concatenate([hole[there:], hole[: there + 1]])
            ring = np.concatenate([ring[: here + 1], way, ring[here:]])
        return ring


@dataclass(frozen=True, eq=False)
class Outlines:
    """An object: its number, its name, and its pieces."""

    label: int
    name: str
    pieces: tuple[Piece, ...]

    def mask(self, shape: tuple[int, int]) -> Mask:
        """(H, W) bool: the pixels that lie inside."""
        inside = np.zeros(shape, bool)
        for piece in self.pieces:
            edges = np.concatenate([outline.lines(ring) for ring in piece.rings])
            window, part = raster.area(edges, shape, "evenodd")
            inside[window] |= part
        return inside


def outlines_of(labels: Labels, objects: Sequence[int], tolerance: float = TOLERANCE) -> list[Outlines]:
    """The outlines of some objects of a label map (H, W), simplified by ``tolerance`` pixels; 0 keeps every step."""
    boxes = label_map.boxes(labels)
    found = []
    for label in reporting(objects, DOING):
        if label in boxes:
            x, y, width, height = boxes[label]
            inside = labels[y : y + height, x : x + width] == label
            found.append(Outlines(label, f"Object {label}", tuple(_simplified(inside, (x, y), tolerance))))
    return found


def outlines_of_mask(mask: Mask, tolerance: float = TOLERANCE, label: int = 1, name: str = "") -> Outlines:
    """The outlines of a mask (H, W)."""
    found = outlines_of(mask.astype(np.int32) * label, [label], tolerance)
    return Outlines(label, name or f"Object {label}", found[0].pieces if found else ())


def _simplified(inside: Mask, corner: tuple[int, int], tolerance: float) -> Iterator[Piece]:
    exact = border.borders(inside)
    kept = exact
    while tolerance > 0.05:
        rings = [
            simplify.simplified(np.concatenate([ring, ring[:1]]), tolerance)[:-1] for ring in reporting(exact, DOING)
        ]
        kept = [ring if len(ring) >= 3 else whole for ring, whole in zip(rings, exact, strict=True)]
        drawn = Outlines(1, "", tuple(_assembled(kept))).mask(inside.shape)
        if metrics.iou(drawn, inside) >= AGREEMENT:
            break
        tolerance /= 2
        kept = exact
    for piece in _assembled(kept):
        yield Piece(piece.outer + corner, tuple(hole + corner for hole in piece.holes))


def _assembled(rings: Sequence[Points]) -> Iterator[Piece]:
    """Rings as pieces: each hole belongs to the smallest outer ring around it."""
    areas = [_twice_the_area(ring) for ring in reporting(rings, DOING)]
    turn = 1.0 if areas and areas[int(np.argmax(np.abs(areas)))] > 0 else -1.0  # the largest is no hole
    outers = [index for index, area in enumerate(areas) if area * turn > 0]
    holes: dict[int, list[Points]] = {index: [] for index in outers}
    boxes = np.array([_box(rings[index]) for index in reporting(outers, DOING)])
    for index, area in enumerate(reporting(areas, DOING)):
        if area * turn <= 0:
            point = rings[index][0]
            near = np.flatnonzero((boxes[:, :2] <= point).all(axis=1) & (point <= boxes[:, 2:]).all(axis=1))
            around = [outers[each] for each in near if _holds(rings[outers[each]], point)]
            if around:
                holes[min(around, key=lambda each: abs(areas[each]))].append(rings[index])
    for index in outers:
        yield Piece(rings[index], tuple(holes[index]))


def _box(ring: Points) -> list[float]:
    """Left, top, right and bottom."""
    return [*ring.min(axis=0), *ring.max(axis=0)]


def _twice_the_area(ring: Points) -> float:
    """Positive or negative, by the way in which the ring runs."""
    x, y = ring.T
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))


def _holds(ring: Points, point: NDArray[np.float64]) -> bool:
    place = float(point[0]), float(point[1])
    return bool(cv2.pointPolygonTest(ring.astype(np.float32).reshape(-1, 1, 2), place, False) >= 0)
