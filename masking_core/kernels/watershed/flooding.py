"""Marker-controlled watershed: water rises from the markers and every pixel belongs to the first that reaches it."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from masking_core.errors import ParameterError
from masking_core.kernels.colour_space import read_only
from masking_core.progress import report

_LEVELS = 256
# A cell holds all there is to a pixel: its level, then when it was reached, then its label + 1, which is 0 while free.
_ARRIVAL, _LABEL = 8, 16
_TAKEN = 1 << _LABEL
_MOST = 32_765
_FRAME = (_MOST + 2) << _LABEL
_POPS = 2_000_000  # pixels between two reports
_CURRENT, _REACHED = 0, 1
_NEXT, _WAY = 0, 1  # of a link: the next pixel in the queue, and the way from the marker: rows × _ROW + columns
_ROW = 1 << 16
_STEPS = ((-1, 0), (0, -1), (0, 1), (1, 0))


class Flooded(NamedTuple):
    """What a flood left behind.

    Attributes:
        labels: (H, W) int32, the marker's number for every pixel.
        arrival: (H, W) uint8, when a pixel was reached: 0 in the markers, then 1…255 in parts of equal area.
    """

    labels: NDArray[np.int32]
    arrival: NDArray[np.uint8]


def flood(levels: NDArray[np.uint8], markers: NDArray[np.integer], compactness: float = 0.0) -> Flooded:
    """Flood a picture of edges from its markers (Meyer 1994), over the four neighbours, without watershed lines.

    The least highest level on a path from a marker to a pixel decides; what the marker itself lies on does not count.
    Pixels of equal cost are reached in the order of their neighbours, so that floods meet half way on a plateau.
    First-in first-out queues, one a level, make the time linear in the number of pixels.

    Args:
        levels: (H, W) uint8, high on edges.
        markers: (H, W) whole numbers, -1 where there is no marker and 0 or more in one; at least one pixel is marked.
        compactness: ≥ 0; a pixel's level is raised by ``255 × compactness`` times its distance, in picture diagonals,
            from the marker pixel its flood began at (Neubert & Protzel 2014). 0 is edges alone.

    Raises:
        ParameterError: there is no marker, or the shapes differ.
    """
    if levels.shape != markers.shape:
        raise ParameterError(f"markers must be {levels.shape} as the levels are; {markers.shape} was given.")
    if markers.max() < 0:
        raise ParameterError("markers must hold at least one pixel of 0 or more; none was given.")
    if markers.max() > _MOST:
        raise ParameterError(f"markers must be at most {_MOST}; {markers.max()} was given.")
    height, width = levels.shape
    # A frame of its own spares the kernel to look where the picture ends.
    cells = np.full((height + 2, width + 2), _FRAME, np.int32)
    _pack(read_only(levels), read_only(markers.astype(np.int32, copy=False)), cells)
    report(0.0, "Flooding")
    links = np.empty((cells.size, 2 if compactness else 1), np.int32)
    queues = np.full((2, _LEVELS + math.ceil(255 * compactness) + 1), -1, np.int32)
    total = _begin(cells.ravel(), links, queues, width + 2)
    state = np.zeros(2, np.int64)
    weight = 255 * compactness / math.hypot(height, width)
    while state[_REACHED] < total:
        report(float(state[_REACHED] / total), "Flooding")
        _rise(cells.ravel(), links, queues, state, width + 2, weight, total)
    report(1.0, "Flooding")
    flooded = Flooded(np.empty(levels.shape, np.int32), np.empty(levels.shape, np.uint8))
    _unpack(cells, flooded.labels, flooded.arrival)
    return flooded


@njit(cache=True, nogil=True)
def _pack(levels: NDArray[np.uint8], markers: NDArray[np.int32], cells: NDArray[np.int32]) -> None:
    for i in range(levels.shape[0]):
        for j in range(levels.shape[1]):
            cells[i + 1, j + 1] = np.int32(levels[i, j]) | (max(markers[i, j], np.int32(-1)) + np.int32(1)) << _LABEL


@njit(cache=True, nogil=True)
def _unpack(cells: NDArray[np.int32], labels: NDArray[np.int32], arrival: NDArray[np.uint8]) -> None:
    for i in range(labels.shape[0]):
        for j in range(labels.shape[1]):
            cell = cells[i + 1, j + 1]
            labels[i, j] = (cell >> _LABEL) - 1
            arrival[i, j] = (cell >> _ARRIVAL) & 255


@njit(cache=True, nogil=True)
def _push(p: int, level: int, links: NDArray[np.int32], queues: NDArray[np.int32]) -> None:
    links[p, _NEXT] = -1
    if queues[0, level] < 0:
        queues[0, level] = p
    else:
        links[queues[1, level], _NEXT] = p
    queues[1, level] = p


@njit(cache=True, nogil=True)
def _begin(cells: NDArray[np.int32], links: NDArray[np.int32], queues: NDArray[np.int32], width: int) -> int:
    """Queue the marker pixels that have a free neighbour; how many pixels are free."""
    free = 0
    for p in range(cells.size):
        if cells[p] < _TAKEN:
            free += 1
        elif cells[p] < _FRAME and (
            cells[p - width] < _TAKEN or cells[p - 1] < _TAKEN or cells[p + 1] < _TAKEN or cells[p + width] < _TAKEN
        ):
            links[p] = 0
            _push(p, 0, links, queues)
    return free


@njit(cache=True, nogil=True)
def _rise(
    cells: NDArray[np.int32],
    links: NDArray[np.int32],
    queues: NDArray[np.int32],
    state: NDArray[np.int64],
    width: int,
    weight: float,
    total: int,
) -> None:
    """Let the water rise until all pixels are reached or ``_POPS`` were left; ``state`` says where to go on."""
    current, reached = state[_CURRENT], state[_REACHED]
    highest = queues.shape[1] - 1
    rate = 255.0 / total
    left = 0
    while reached < total and left < _POPS:
        p = queues[0, current]
        if p < 0:
            current += 1
            continue
        queues[0, current] = links[p, _NEXT]
        left += 1
        label = (cells[p] >> _LABEL) << _LABEL
        for step in range(4):
            dy, dx = _STEPS[step]
            q = p + dy * width + dx
            cell = cells[q]
            if cell >= _TAKEN:
                continue
            cells[q] = label | (np.int64(1 + reached * rate) << _ARRIVAL) | cell
            reached += 1
            level = np.int64(cell)
            if weight > 0:
                way = links[p, _WAY] + dy * _ROW + dx
                links[q, _WAY] = way
                down = (way + _ROW // 2) // _ROW
                right = way - down * _ROW
                level = min(level + np.int64(weight * math.sqrt(down * down + right * right)), highest)
            _push(q, max(level, current), links, queues)
    state[_CURRENT], state[_REACHED] = current, reached
