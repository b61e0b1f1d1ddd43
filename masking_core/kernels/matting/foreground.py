"""The colours an object would have alone: what the background lends to its soft edge is taken out.

Multilevel estimation (Germer, Uelwer, Conrad & Harmeling 2020): colours F and B are sought with αF + (1 − α)B = C and
with few differences between neighbours, fewer where alpha changes. Coarse sizes carry colours over long distances; at
every size only pixels near a soft edge are worked on.
"""

from __future__ import annotations

from typing import TypeVar

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from masking_core.errors import ParameterError
from masking_core.progress import report

T = TypeVar("T", bound=np.generic)
Plane = NDArray[np.float32]
Colours = NDArray[np.float32]

REGULARITY = 1e-5
"""Weight of a difference between neighbours where alpha does not change; a change of alpha is added to it."""
INERTIA = 1e-8
"""Weight of a pixel's colour as it is, for where no neighbour has one."""
SMALL = 32
"""Sizes with no side longer than this many pixels are worked on as a whole, and iterated more often."""
ROUNDS_SMALL, ROUNDS = 10, 6
MARGIN = 2
"""Pixels beside the soft edge that are worked on with it."""
DOING = "Cleaning the colours of the edge"


def foreground_colours(rgb: NDArray[np.uint8], alpha: Plane) -> NDArray[np.uint8]:
    """Estimate the object's own colours (H, W, 3) uint8 wherever alpha is soft; elsewhere they are the picture's.

    Args:
        rgb: (H, W, 3) uint8.
        alpha: (H, W) float32 in [0, 1].

    Raises:
        ParameterError: the shapes differ.
        Cancelled: the listener of :mod:`masking_core.progress` no longer wants the result.
    """
    if rgb.shape != (*alpha.shape, 3):
        raise ParameterError(f"alpha must be {rgb.shape[:2]} as the picture is, but {alpha.shape} was given.")
    colours = np.array(rgb)
    soft = (alpha > 0) & (alpha < 1)
    if soft.any():
        colours[soft] = _at_soft(np.ascontiguousarray(rgb), np.ascontiguousarray(alpha, np.float32), soft)
    return colours


def _at_soft(rgb: NDArray[np.uint8], alpha: Plane, soft: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """The colours (n, 3) uint8 of the n soft pixels, row by row."""
    sizes = _sizes(alpha.shape)
    place = np.full((1, 1), -1, np.int32)
    pair = np.empty((0, 2, 3), np.float32)
    for level, size in enumerate(sizes):
        report(level / len(sizes), DOING)
        picture, opacity = _sampled(rgb, size), _sampled(alpha, size)
        band = np.flatnonzero(_band(soft, size)).astype(np.int32)
        pair = _carried(band, picture, place, pair)
        place = np.full(size, -1, np.int32)
        place.ravel()[band] = np.arange(len(band), dtype=np.int32)
        rounds = ROUNDS_SMALL if max(size) <= SMALL else ROUNDS
        for done in range(rounds):
            report((level + done / rounds) / len(sizes), DOING)
            _relax(picture, opacity, band, place, pair)
    clean: NDArray[np.uint8] = np.rint(pair[place[soft], 0] * np.float32(255)).astype(np.uint8)
    return clean


def _sizes(shape: tuple[int, ...]) -> list[tuple[int, int]]:
    """Sizes from 1 × 1 to the picture's own, each about twice the one before."""
    steps = max(1, int(np.ceil(np.log2(max(shape)))))
    return [(round(shape[0] ** (n / steps)), round(shape[1] ** (n / steps))) for n in range(steps + 1)]


def _sampled(picture: NDArray[T], size: tuple[int, int]) -> NDArray[T]:
    """The picture at a smaller size, without mixing pixels: an average of mixtures is no mixture of averages."""
    if size == picture.shape[:2]:
        return picture
    rows, columns = (np.arange(n) * whole // n for n, whole in zip(size, picture.shape[:2], strict=True))
    return np.ascontiguousarray(picture[rows[:, None], columns])


def _band(soft: NDArray[np.bool_], size: tuple[int, int]) -> NDArray[np.uint8]:
    if max(size) <= SMALL:
        return np.ones(size, np.uint8)
    touched = soft.view(np.uint8) * np.uint8(255)
    if size != soft.shape:
        touched = cv2.resize(touched, size[::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.dilate(touched, np.ones((2 * MARGIN + 1,) * 2, np.uint8)))


@njit(cache=True, nogil=True)
def _carried(band: NDArray[np.int32], picture: NDArray[np.uint8], place: NDArray[np.int32], pair: Colours) -> Colours:
    """Object and background colours (n, 2, 3) of the band's pixels: those of the coarser pixel, else the picture's."""
    height, width = picture.shape[:2]
    carried = np.empty((band.size, 2, 3), np.float32)
    for n in range(band.size):
        i, j = divmod(band[n], width)
        parent = place[i * place.shape[0] // height, j * place.shape[1] // width]
        for side in range(2):
            for c in range(3):
                own = np.float32(picture[i, j, c]) / np.float32(255)
                carried[n, side, c] = pair[parent, side, c] if parent >= 0 else own
    return carried


@njit(cache=True, nogil=True)
def _relax(
    picture: NDArray[np.uint8], alpha: Plane, band: NDArray[np.int32], place: NDArray[np.int32], pair: Colours
) -> None:
    """One round of Gauss–Seidel over the band. Beside it alpha is 0 or 1, and only the colour that is seen is known."""
    height, width = alpha.shape
    for n in range(band.size):
        i, j = divmod(band[n], width)
        a = alpha[i, j]
        b = np.float32(1) - a
        weights = (np.float32(INERTIA), np.float32(INERTIA))
        front = _plus((np.float32(0), np.float32(0), np.float32(0)), weights[0], pair[n, 0])
        behind = _plus((np.float32(0), np.float32(0), np.float32(0)), weights[1], pair[n, 1])
        for y, x in ((i - 1, j), (i, j - 1), (i, j + 1), (i + 1, j)):
            if y < 0 or x < 0 or y >= height or x >= width:
                continue
            weight = np.float32(REGULARITY) + abs(a - alpha[y, x])
            other = place[y, x]
            if other >= 0:
                weights = (weights[0] + weight, weights[1] + weight)
                front = _plus(front, weight, pair[other, 0])
                behind = _plus(behind, weight, pair[other, 1])
            elif alpha[y, x] > 0:
                weights = (weights[0] + weight, weights[1])
                front = _plus(front, weight / np.float32(255), picture[y, x])
            else:
                weights = (weights[0], weights[1] + weight)
                behind = _plus(behind, weight / np.float32(255), picture[y, x])
        scale = np.float32(1) / (a * a * weights[1] + b * b * weights[0] + weights[0] * weights[1])
        for c in range(3):
            # The neighbours' colours and a correction, not a difference of large, nearly equal numbers.
            first, second = front[c] / weights[0], behind[c] / weights[1]
            residual = (np.float32(picture[i, j, c]) / np.float32(255) - a * first - b * second) * scale
            pair[n, 0, c] = min(max(first + a * weights[1] * residual, np.float32(0)), np.float32(1))
            pair[n, 1, c] = min(max(second + b * weights[0] * residual, np.float32(0)), np.float32(1))


@njit(inline="always")
def _plus(
    total: tuple[np.float32, np.float32, np.float32], weight: np.float32, colour: NDArray[np.generic]
) -> tuple[np.float32, np.float32, np.float32]:
    return (
        total[0] + weight * np.float32(colour[0]),
        total[1] + weight * np.float32(colour[1]),
        total[2] + weight * np.float32(colour[2]),
    )
