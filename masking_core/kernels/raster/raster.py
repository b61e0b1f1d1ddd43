"""From outlines to pixels: areas, hard or anti-aliased.

Pixel (column j, row i) covers [j, j+1) × [i, i+1). A hard area holds the pixels whose centre it encloses, with its left
and top edges and without its right and bottom ones, so that areas that share an edge share no pixel and leave no gap.
Coverage is the share of the pixel's area that is enclosed.

Both walk down scan lines with a list of the edges that cross them (Wylie et al. 1967). Coverage takes at least 16 scan
lines a pixel row, more where vertices lie between them, and is exact along x.
"""

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numba import njit
from numpy.typing import NDArray

from masking_core.arrays import Mask
from masking_core.kernels.raster.outline import BOTTOM, BULGE, DIRECTION, RADIUS, SLOPE, TOP, Edges, X, Y, box
from masking_core.progress import bands

Coverage = NDArray[np.float32]
Rule = Literal["evenodd", "nonzero"]
Operation = Literal["add", "subtract", "intersect", "exclude"]
Window = tuple[slice, slice]
"""Rows and columns of the picture that an array of pixels is for."""
NOWHERE: Window = slice(0, 0), slice(0, 0)

UNIT = 4096
"""Sub-pixel steps that positions are rounded to when coverage is added up, in whole numbers and thus without drift."""
BAND = UNIT // 16
MAX_BANDED = 4096
"""Outlines of more edges are detailed enough without scan lines of their own for every vertex."""


def area(edges: Edges, shape: tuple[int, ...], rule: Rule = "evenodd") -> tuple[Window, Mask]:
    """Fill an outline with the pixels whose centre it encloses.

    Args:
        edges: (N, 8) float64, see :mod:`masking_core.kernels.raster.outline`.
        shape: rows and columns of the picture.
        rule: "evenodd", or "nonzero" winding, where the outline crosses itself.

    Returns:
        The window of the picture that holds the area (empty if none of it is in the picture), and its pixels.
    """
    window = window_of(*box(edges), shape)
    rows, columns = window
    inside = np.empty((rows.stop - rows.start, columns.stop - columns.start), np.uint8)
    order, crossed = np.argsort(edges[:, TOP]), np.empty(len(edges), np.int64)
    state = np.zeros(3, np.int64)
    for band in bands(_cost(inside.shape, len(edges), 1), "Drawing the marks"):
        _fill(edges, order, crossed, state, rows.start + band.start, columns.start, rule == "nonzero", inside[band])
    return window, inside.view(bool)


def area_coverage(edges: Edges, shape: tuple[int, ...], rule: Rule = "evenodd") -> tuple[Window, Coverage]:
    """Like :func:`area`, but the share of every pixel that is enclosed: float32 in [0, 1]."""
    window = window_of(*box(edges), shape)
    rows, columns = window
    lines = np.arange(rows.start * UNIT, rows.stop * UNIT + 1, BAND)
    if len(edges) <= MAX_BANDED:
        vertices = np.rint(edges[:, [TOP, BOTTOM]] * UNIT).astype(np.int64).ravel()
        lines = np.union1d(lines, np.clip(vertices, lines[0], lines[-1]))
    covered = np.empty((rows.stop - rows.start, columns.stop - columns.start), np.float32)
    order, crossed = np.argsort(edges[:, TOP]), np.empty(len(edges), np.int64)
    state = np.zeros(3, np.int64)
    for band in bands(_cost(covered.shape, len(edges), UNIT // BAND), "Drawing the marks"):
        top, part = rows.start + band.start, covered[band]
        _cover(edges, order, lines, crossed, state, top, columns.start, rule == "nonzero", part)
    return window, covered


def _cost(shape: tuple[int, ...], edges: int, lines: int) -> tuple[int, int]:
    """Rows, and about how many steps each takes: its pixels, and on each of its scan lines the edges that cross it."""
    return shape[0], shape[1] + edges * lines


def combine(total: NDArray[Any], window: Window, part: NDArray[Any], operation: Operation) -> None:
    """Join ``part``, in its ``window``, to ``total`` in place; both bool, or both float32 in [0, 1].

    Two soft edges in one pixel are taken to overlap as far as they can (Zadeh 1965): what is added twice is as if added
    once, and what is added and then subtracted or excluded is gone without a fringe.
    """
    before = total[window]
    match operation:
        case "add":
            after = np.maximum(before, part)
        case "intersect":
            after = np.minimum(before, part)
            total[...] = 0
        case "subtract":
            after = before & ~part if total.dtype == bool else np.maximum(before - part, 0)
        case "exclude":
            after = before ^ part if total.dtype == bool else np.abs(before - part)
    total[window] = after


def combined(parts: Sequence[tuple[Operation, Window, NDArray[Any]]]) -> tuple[Window, NDArray[Any]]:
    """Join ``parts`` in order, as :func:`combine` does, beginning with nothing; in the smallest window of them all."""
    windows = [window for _, window, part in parts if part.size] or [NOWHERE]
    top, left = (min(window[axis].start for window in windows) for axis in (0, 1))
    bottom, right = (max(window[axis].stop for window in windows) for axis in (0, 1))
    total = np.zeros((bottom - top, right - left), parts[0][2].dtype)
    for operation, (rows, columns), part in parts:
        here = slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left)
        combine(total, here if part.size else NOWHERE, part, operation)
    return (slice(top, bottom), slice(left, right)), total


def window_of(left: float, top: float, right: float, bottom: float, shape: tuple[int, ...]) -> Window:
    """Find the rows and columns of a picture that a box touches; :data:`NOWHERE` if it lies outside."""
    rows = slice(max(math.floor(top), 0), min(math.ceil(bottom), shape[0]))
    columns = slice(max(math.floor(left), 0), min(math.ceil(right), shape[1]))
    return (rows, columns) if rows.start < rows.stop and columns.start < columns.stop else NOWHERE


# A picture is filled in parts, from above. What the last one left is in ``active``, the edges that cross its last scan
# line, and ``state``: how many those are, which edge comes next, and which band.


@njit(cache=True, nogil=True)
def _fill(edges, order, active, state, top, left, nonzero, inside):
    """Set ``inside`` (H, W) uint8 to 1 where the outline winds about the pixel's centre, to 0 elsewhere."""
    height, width = inside.shape
    count, following = state[0], state[1]
    for row in range(height):
        y = row + top + 0.5
        count, following = _advance(edges, order, active, count, following, y)
        turns = np.zeros(width + 1, np.int32)
        for k in range(count):
            # The first pixel whose centre is not left of the crossing.
            column = math.ceil(_crossing(edges, active[k], y) - 0.5) - left
            turns[min(max(column, 0), width)] += int(edges[active[k], DIRECTION])
        winding = 0
        for column in range(width):
            winding += turns[column]
            inside[row, column] = (winding != 0) if nonzero else (winding & 1)
    state[0], state[1] = count, following


@njit(cache=True, nogil=True)
def _cover(edges, order, bands, active, state, top, left, nonzero, covered):
    """Set ``covered`` (H, W) float32 to the share of each pixel that the outline encloses, band by band."""
    width = covered.shape[1]
    xs = np.empty(len(edges), np.float64)
    count, following, band = state[0], state[1], state[2]
    for row in range(covered.shape[0]):
        change = np.zeros(width + 2, np.int64)
        while band < len(bands) - 1 and bands[band] < (row + top + 1) * UNIT:
            y = (bands[band] + bands[band + 1]) / (2 * UNIT)
            weight = bands[band + 1] - bands[band]
            count, following = _advance(edges, order, active, count, following, y)
            _sort_crossings(edges, active, xs, count, y)
            winding = 0
            for k in range(count):
                before = winding
                winding = winding + int(edges[active[k], DIRECTION]) if nonzero else 1 - winding
                if (before == 0) != (winding == 0):
                    place = min(max(math.floor((xs[k] - left) * UNIT + 0.5), 0), width * UNIT)
                    gain = weight if before == 0 else -weight
                    change[place // UNIT] += gain * (UNIT - place % UNIT)
                    change[place // UNIT + 1] += gain * (place % UNIT)
            band += 1
        total, share = 0, np.float32(0)
        for column in range(width):
            if change[column]:
                total += change[column]
                share = np.float32(total / (UNIT * UNIT))
            covered[row, column] = share
    state[0], state[1], state[2] = count, following, band


@njit(cache=True, nogil=True)
def _advance(edges, order, active, count, following, y):
    """Drop from ``active`` the edges that end above ``y`` and take in those that begin there."""
    kept = 0
    for k in range(count):
        if edges[active[k], BOTTOM] > y:
            active[kept] = active[k]
            kept += 1
    while following < len(order) and edges[order[following], TOP] <= y:
        if edges[order[following], BOTTOM] > y:
            active[kept] = order[following]
            kept += 1
        following += 1
    return kept, following


@njit(cache=True, nogil=True)
def _sort_crossings(edges, active, xs, count, y):
    """Sort ``active`` by where the edges cross ``y``: by insertion, because the order hardly changes between bands."""
    for k in range(count):
        edge = active[k]
        x = _crossing(edges, edge, y)
        at = k
        while at and xs[at - 1] > x:
            xs[at], active[at] = xs[at - 1], active[at - 1]
            at -= 1
        xs[at], active[at] = x, edge


@njit(cache=True, nogil=True)
def _crossing(edges, edge, y):
    rise = y - edges[edge, Y]
    x = edges[edge, X] + edges[edge, SLOPE] * rise
    if edges[edge, BULGE] != 0:
        x += edges[edge, BULGE] * math.sqrt(max(0.0, 1 - (rise / edges[edge, RADIUS]) ** 2))
    return x
