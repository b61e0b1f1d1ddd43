"""A matte at a smaller size, and back: linear functions of colour found there are read at every full-size pixel.

Levin, Lischinski & Weiss (2008), section 6; He & Sun's fast guided filter (2015) averages the same functions.
"""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from masking_core.kernels.matting.problem import Plane, Problem
from masking_core.progress import bands

DOING = "Finding the soft edge"
WINDOW = 1
"""Half the width of the windows in which a linear function is sought, in pixels of the smaller size."""


LEAST = 3
"""Pixels a side that a window needs."""
SOFTNESS = 1e-5
"""Variance of colour, of (0…1)², that is added so that flat windows have a flat function."""


def factor_for(problem: Problem, most: int) -> int:
    """The least factor by which a problem must be reduced to have about ``most`` unknown pixels or fewer."""
    factor = math.ceil(math.sqrt(np.count_nonzero(problem.unknown) / most))
    height, width = problem.unknown.shape
    return max(1, min(factor, int(height) // LEAST, int(width) // LEAST))


def reduced(problem: Problem, factor: int) -> Problem:
    """The same at a size ``factor`` times smaller; a pixel is known when all that it stands for are."""
    if factor == 1:
        return problem
    rgb, alpha = (_shrunk(each, factor) for each in (problem.rgb, problem.alpha))
    return Problem(rgb, touched(problem.unknown, factor), alpha)


def touched(where: NDArray[np.bool_], factor: int) -> NDArray[np.bool_]:
    """Where a pixel of a size ``factor`` times smaller stands for at least one pixel of (H, W) ``where``."""
    return where if factor == 1 else np.asarray(_shrunk(where.view(np.uint8), factor) > 0)


def _shrunk(picture: NDArray[Any], factor: int) -> Plane:
    height, width = picture.shape[:2]
    shrunk = np.empty((-(-height // factor), -(-width // factor), *picture.shape[2:]), np.float32)
    for band in bands((height, width), DOING, step=factor):
        part = picture[band]
        whole = cv2.copyMakeBorder(part, 0, -len(part) % factor, 0, -width % factor, cv2.BORDER_REPLICATE)
        rows = slice(band.start // factor, -(-band.stop // factor))
        small = shrunk[rows]
        small[...] = cv2.resize(
            whole.astype(np.float32), (small.shape[1], small.shape[0]), interpolation=cv2.INTER_AREA
        )
    return shrunk


def enlarged(solved: Problem, problem: Problem, factor: int) -> Plane:
    """Read a solved matte at the unknown pixels of the full size; the others keep their alpha.

    Args:
        solved: the smaller size, with its alpha right everywhere.
        problem: the full size, ``factor`` times larger.
        factor: 2 or more.

    Returns:
        (H, W) float32 in [0, 1].
    """
    near = cv2.dilate(solved.unknown.view(np.uint8), np.ones((3, 3), np.uint8)).view(np.bool_)
    lines = _lines(solved.rgb, solved.alpha, near, WINDOW)
    full = problem.alpha.copy()
    averaged = _averaged(lines, near, WINDOW)
    for band in bands(full.shape, DOING):
        _read(averaged, problem.rgb[band], problem.unknown[band], factor, band.start, full[band])
    return full


@njit(cache=True, nogil=True)
def _lines(rgb: NDArray[Any], alpha: Plane, near: NDArray[np.bool_], reach: int) -> Plane:
    """Alpha as a linear function of colour (0…1) around each pixel: (h, w, 4) slopes and intercept."""
    height, width = alpha.shape
    lines = np.zeros((height, width, 4), np.float32)
    sums = np.empty(13)
    for i in range(height):
        for j in range(width):
            if not near[i, j]:
                continue
            sums[:] = 0
            count = 0
            for y in range(max(i - reach, 0), min(i + reach + 1, height)):
                for x in range(max(j - reach, 0), min(j + reach + 1, width)):
                    _add(rgb[y, x], alpha[y, x], sums)
                    count += 1
            sums /= count
            _fit(sums, lines[i, j])
    return lines


@njit(inline="always")
def _add(colour: Plane, alpha: float, sums: NDArray[np.float64]) -> None:
    r, g, b, a = colour[0] / 255.0, colour[1] / 255.0, colour[2] / 255.0, alpha * 1.0
    values = (r, g, b, a, r * r, r * g, r * b, g * g, g * b, b * b, a * r, a * g, a * b)
    for k, value in enumerate(values):
        sums[k] += value


@njit(inline="always")
def _fit(sums: NDArray[np.float64], line: Plane) -> None:
    r, g, b, a = sums[0], sums[1], sums[2], sums[3]
    rr, rg, rb = sums[4] - r * r + SOFTNESS, sums[5] - r * g, sums[6] - r * b
    gg, gb, bb = sums[7] - g * g + SOFTNESS, sums[8] - g * b, sums[9] - b * b + SOFTNESS
    ar, ag, ab = sums[10] - a * r, sums[11] - a * g, sums[12] - a * b
    one, two, three = gg * bb - gb * gb, gb * rb - rg * bb, rg * gb - gg * rb
    scale = 1 / (rr * one + rg * two + rb * three)
    line[0] = scale * (one * ar + two * ag + three * ab)
    line[1] = scale * (two * ar + (rr * bb - rb * rb) * ag + (rg * rb - rr * gb) * ab)
    line[2] = scale * (three * ar + (rg * rb - rr * gb) * ag + (rr * gg - rg * rg) * ab)
    line[3] = a - line[0] * r - line[1] * g - line[2] * b


@njit(cache=True, nogil=True)
def _averaged(lines: Plane, near: NDArray[np.bool_], reach: int) -> Plane:
    """The mean of the functions of all windows that hold a pixel."""
    height, width = near.shape
    averaged = np.zeros_like(lines)
    for i in range(height):
        for j in range(width):
            if not near[i, j]:
                continue
            count = 0
            for y in range(max(i - reach, 0), min(i + reach + 1, height)):
                for x in range(max(j - reach, 0), min(j + reach + 1, width)):
                    if near[y, x]:
                        count += 1
                        for k in range(4):
                            averaged[i, j, k] += lines[y, x, k]
            for k in range(4):
                averaged[i, j, k] /= count
    return averaged


@njit(cache=True, nogil=True)
def _read(lines: Plane, rgb: NDArray[Any], unknown: NDArray[np.bool_], factor: int, top_row: int, alpha: Plane) -> None:
    """Between the pixels of the smaller size, functions are blended; the picture is a band from ``top_row`` on."""
    last_row, last_column = lines.shape[0] - 1, lines.shape[1] - 1
    for i in range(unknown.shape[0]):
        y = min(max((top_row + i + 0.5) / factor - 0.5, 0.0), float(last_row))
        top = min(int(y), max(last_row - 1, 0))
        below = min(top + 1, last_row)
        for j in range(unknown.shape[1]):
            if not unknown[i, j]:
                continue
            x = min(max((j + 0.5) / factor - 0.5, 0.0), float(last_column))
            left = min(int(x), max(last_column - 1, 0))
            right = min(left + 1, last_column)
            v, u = y - top, x - left
            total = 0.0
            for k in range(4):
                line = (1 - v) * ((1 - u) * lines[top, left, k] + u * lines[top, right, k]) + v * (
                    (1 - u) * lines[below, left, k] + u * lines[below, right, k]
                )
                total += line * (rgb[i, j, k] / 255.0 if k < 3 else 1.0)
            alpha[i, j] = min(max(total, 0.0), 1.0)
