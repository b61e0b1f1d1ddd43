"""From polylines to pixels: brush strokes with round ends and joins, hard or anti-aliased.

A stroke is the union of the capsules about its segments. A capsule is convex and thus one span of a pixel row, which
makes a stroke of n segments cost n × its width in rows rather than n × its area.
"""

import math
from collections.abc import Iterator

import numpy as np
from numba import njit

from masking_core.arrays import Mask, Points
from masking_core.kernels.raster.raster import Coverage, Window, window_of
from masking_core.progress import bands


def stroke(points: Points, radius: float, shape: tuple[int, ...]) -> tuple[Window, Mask]:
    """Fill the pixels whose centre is at most ``radius`` from the polyline through ``points``, (N, 2) float64.

    Args:
        points: (N, 2) float64, N ≥ 1; consecutive ones may coincide.
        radius: in pixels, > 0.
        shape: rows and columns of the picture.

    Returns:
        The window of the picture that holds the stroke (empty if none of it is in the picture), and its pixels.
    """
    window = _window(points, radius, shape)
    return window, _mask(points, radius, window)


def stroke_coverage(points: Points, radius: float, shape: tuple[int, ...]) -> tuple[Window, Coverage]:
    """Like :func:`stroke`, but float32, fading from 1 to 0 where the distance is from ``radius`` - ½ to ``radius`` + ½.

    ``radius`` is at least ½.
    """
    window = _window(points, radius + 0.5, shape)
    covered = _mask(points, radius - 0.5, window).astype(np.float32)
    for part in _pieces(points, covered.shape[0]):
        _cover_rim(part, radius, window[0].start, window[1].start, covered)
    return window, covered


def _window(points: Points, margin: float, shape: tuple[int, ...]) -> Window:
    (left, top), (right, bottom) = points.min(axis=0) - margin, points.max(axis=0) + margin
    return window_of(left, top, right, bottom, shape)


def _mask(points: Points, radius: float, window: Window) -> Mask:
    rows, columns = window
    inside = np.zeros((rows.stop - rows.start, columns.stop - columns.start), bool)
    for part in _pieces(points, inside.shape[0]):
        _fill_capsules(part, radius, rows.start, columns.start, inside)
    return inside


def _pieces(points: Points, height: int) -> Iterator[Points]:
    """The polyline in pieces that take a moment each, with a report before each of them."""
    for piece in bands((max(1, len(points) - 1), height), "Drawing the marks"):
        yield points[piece.start : piece.stop + 1]


@njit(cache=True, nogil=True)
def _fill_capsules(points, radius, top, left, inside):
    """Set ``inside`` (H, W) bool where a pixel's centre is in a capsule."""
    height, width = inside.shape
    # Spans of one segment after the other mostly overlap: what is open on a row is joined before it is filled.
    opened, closed = np.zeros(height, np.int64), np.zeros(height, np.int64)
    for k in range(max(1, len(points) - 1)):
        (ax, ay), (bx, by) = points[k], points[min(k + 1, len(points) - 1)]
        first, last = _rows(ay, by, radius, top, height)
        for row in range(first, last):
            start, stop = _pixels(ax, ay, bx, by, radius, row + top + 0.5, left, width)
            if start >= stop:
                continue
            if start <= closed[row] and opened[row] <= stop:
                opened[row], closed[row] = min(start, opened[row]), max(stop, closed[row])
            else:
                inside[row, opened[row] : closed[row]] = True
                opened[row], closed[row] = start, stop
    for row in range(height):
        inside[row, opened[row] : closed[row]] = True


@njit(cache=True, nogil=True)
def _cover_rim(points, radius, top, left, covered):
    """Raise ``covered`` (H, W) float32 where the distance from the polyline is from radius - ½ to radius + ½."""
    height, width = covered.shape
    for k in range(max(1, len(points) - 1)):
        (ax, ay), (bx, by) = points[k], points[min(k + 1, len(points) - 1)]
        first, last = _rows(ay, by, radius + 0.5, top, height)
        for row in range(first, last):
            y = row + top + 0.5
            start, stop = _pixels(ax, ay, bx, by, radius + 0.5, y, left, width)
            skip, resume = _pixels(ax, ay, bx, by, radius - 0.5, y, left, width)
            column = start
            while column < stop:
                if column == skip and skip < resume:
                    column = resume
                    continue
                if covered[row, column] < 1:
                    share = radius + 0.5 - _distance(ax, ay, bx, by, column + left + 0.5, y)
                    covered[row, column] = max(covered[row, column], min(share, 1))
                column += 1


@njit(cache=True, nogil=True)
def _rows(ay, by, radius, top, height):
    first = math.ceil(min(ay, by) - radius - 0.5) - top
    last = math.floor(max(ay, by) + radius - 0.5) - top
    return max(first, 0), min(last + 1, height)


@njit(cache=True, nogil=True)
def _pixels(ax, ay, bx, by, radius, y, left, width):
    """Find the columns, from first up to but without last, whose centres on row centre ``y`` are in a capsule."""
    low, high = _span(ax, ay, bx, by, radius, y)
    if low > high:
        return 0, 0
    return max(math.ceil(low - 0.5) - left, 0), min(math.floor(high - 0.5) - left + 1, width)


@njit(cache=True, nogil=True)
def _span(ax, ay, bx, by, radius, y):
    """Cut the capsule of ``radius`` about a-b at height ``y``: from x = low to high; empty if low > high."""
    low, high = np.inf, -np.inf
    for x, rise in ((ax, y - ay), (bx, y - by)):
        if abs(rise) <= radius:
            half = math.sqrt(radius * radius - rise * rise)
            low, high = min(low, x - half), max(high, x + half)
    dx, dy, rise = bx - ax, by - ay, y - ay
    length = math.hypot(dx, dy)
    if length == 0:
        return low, high
    # Between the ends: the strip of points across from the segment, and the strip within the radius of its line.
    first, last = -np.inf, np.inf
    if dx != 0:
        foot, far = -rise * dy / dx, (length * length - rise * dy) / dx
        first, last = min(foot, far), max(foot, far)
    elif not 0 <= rise * dy <= length * length:
        return low, high
    if dy != 0:
        middle, half = rise * dx / dy, radius * length / abs(dy)
        first, last = max(first, middle - half), min(last, middle + half)
    elif abs(rise) > radius:
        return low, high
    if first <= last:
        low, high = min(low, ax + first), max(high, ax + last)
    return low, high


@njit(cache=True, nogil=True)
def _distance(ax, ay, bx, by, x, y):
    dx, dy = bx - ax, by - ay
    squared = dx * dx + dy * dy
    along = 0.0 if squared == 0 else min(max(((x - ax) * dx + (y - ay) * dy) / squared, 0.0), 1.0)
    return math.hypot(x - ax - along * dx, y - ay - along * dy)
