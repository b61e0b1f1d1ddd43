"""From pixels to outlines: every border of a mask, followed along the edges between pixels inside and outside.

A border passes half way between the middles of two pixels that share an edge, one of them inside. Pixels inside that
only touch at a corner are apart; pixels outside are then together. Marching squares (Lorensen & Cline 1987) find the
same on a mask; here each border is one walk around it (Rosenfeld 1970).
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from masking_core.arrays import Mask, Points
from masking_core.progress import bands, report

DOING = "Tracing the outlines"
STEPS = 1_000_000
"""Edges that are followed between two reports."""
EAST, WEST = 0, 2
"""Two of the four headings, which are counted clockwise."""
STEP = ((0, 1), (1, 0), (0, -1), (-1, 0))
"""Rows and columns to the next corner, by heading."""
AHEAD = ((1, 1), (1, 0), (0, 0), (0, 1))
"""From a corner to the pixel ahead on the right hand, in the padded mask; that on the left is the one before's."""


def borders(mask: Mask) -> list[Points]:
    """Follow every border of a mask (H, W) bool, in the order of their topmost, then leftmost edges.

    Returns:
        For each border (N, 2) float64, x and y of the middles of its edges, not closed, with the inside on the right
        hand of whoever walks along it; a pixel covers [j, j+1) × [i, i+1).
    """
    inside = np.pad(mask, 1)
    seen = np.zeros((mask.shape[0] + 1, mask.shape[1]), np.bool_)
    place, steps = np.zeros(2, np.int64), np.empty((STEPS, 2))
    found: list[Points] = []
    for band in bands(seen.shape, DOING):
        while _find(inside, seen, place, band.stop):
            row, column = place.tolist()
            outer = bool(inside[row + 1, column + 1])
            start = np.array([row, column, EAST] if outer else [row, column + 1, WEST], np.int64)
            walk = _walk(inside, seen, start, steps, band.start / len(seen))
            found.append(_from_its_end(walk, outer=outer))
    return found


def _walk(inside: Mask, seen: Mask, start: NDArray[np.int64], steps: Points, fraction: float) -> Points:
    """The border that begins at ``start``; ``steps`` is room for as many edges as are followed at once."""
    walker, pieces = start.copy(), []
    while True:
        count = _follow(inside, seen, walker, start, steps)
        pieces.append(steps[:count].copy())
        if np.array_equal(walker, start):
            return np.concatenate(pieces)
        report(fraction, DOING)


def _from_its_end(walk: Points, *, outer: bool) -> Points:
    """The same border from the lower right on: where marching squares, row by row, find it closed."""
    lowest = np.flatnonzero(walk[:, 1] == walk[:, 1].max())
    last = lowest[walk[lowest, 0].argmax()]
    return np.roll(walk, -(last if outer else last + 1), axis=0)


@njit(cache=True, nogil=True)
def _find(inside, seen, place, bottom):
    """Move ``place`` to the next edge above a pixel, before row ``bottom``, that is on a border not yet seen."""
    width = seen.shape[1]
    while place[0] < bottom:
        row = place[0]
        for column in range(place[1], width):
            if inside[row, column + 1] != inside[row + 1, column + 1] and not seen[row, column]:
                place[1] = column
                return True
        place[0], place[1] = row + 1, 0
    return False


@njit(cache=True, nogil=True)
def _follow(inside, seen, walker, start, steps):
    """Write down the edges from ``walker`` (row and column of a corner, heading) back to ``start``; how many."""
    row, column, heading = walker
    count = 0
    while count < len(steps):
        down, right = STEP[heading]
        steps[count, 0], steps[count, 1] = column + right / 2, row + down / 2
        count += 1
        if right:
            seen[row, min(column, column + right)] = True
        row, column = row + down, column + right
        on_the_right, on_the_left = AHEAD[heading], AHEAD[(heading + 3) % 4]
        if not inside[row + on_the_right[0], column + on_the_right[1]]:
            heading = (heading + 1) % 4
        elif inside[row + on_the_left[0], column + on_the_left[1]]:
            heading = (heading + 3) % 4
        if row == start[0] and column == start[1] and heading == start[2]:
            break
    walker[0], walker[1], walker[2] = row, column, heading
    return count
