"""Coarse to fine cuts: the whole picture at a small size, then only a band around the boundary at every finer one.

Lombaert, Sun, Grady & Xu (2005), with an energy that means the same at every size. A pixel of a level that is s times
smaller stands for s × s pixels and its n-links are s pixels long, so unaries grow by s² and n-links by s: by s alone,
once both are divided by s, which leaves the n-links within the range of the solver. The n-links of a smaller size are
made from those of the larger (:func:`~masking_core.kernels.min_cut.contrast.halved`), so that no edge is lost.

A band alone keeps a wrong choice between two outlines that cost nearly the same. So every size also leaves open to the
next one what it decides by a hair: what changes sides when all unaries are moved a little, down and up. The two cuts
are nested (Gallo, Grigoriadis & Tarjan 1989), and what both agree on is known without a third one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from masking_core.errors import ParameterError
from masking_core.kernels.min_cut.contrast import Guide, halved, nlinks, quantise
from masking_core.kernels.min_cut.maxflow import MAX_LINK, Grid

COARSEST = 10_000
"""Pixels that are cut as a whole before bands take over."""
KEPT = 4_194_304
"""Pixels of the largest size whose n-links are kept, 8 bytes each; those of larger ones are weighed in the band."""
BAND = 4
"""Half the width of the band, in pixels of its level."""
TIE_MARGINS = (10.0, 5.0, 2.5, 1.25, 0.625)
"""By how much unaries are moved to see what is decided by a hair: in n-links without contrast, times the square root of
a size's pixels, which is the same evidence at every size. The largest that leaves few enough pixels open is taken."""
OPEN = 50_000
"""Most pixels of a size that are left open beside its band: more would take long."""
OPENED = 1_500_000
"""Pixels of the largest size that has more than a band."""

_FOREGROUND, _BACKGROUND = 1, 2  # bits; a coarse pixel with both is undecided

UnaryAt = Callable[[int, NDArray[np.intp]], NDArray[np.floating]]
"""Called with a level of the pyramid and (n,) flat indices of its pixels; answers with (n,) floats, the mean over the
full-resolution pixels that each stands for, of the cost of background minus the cost of foreground."""


@dataclass(frozen=True, eq=False)
class Pyramid:
    """A picture at full and at halved sizes, to be cut any number of times.

    Attributes:
        levels: (H, W, C) guides, level 0 as given; pixel (i, j) of a level is the mean of the pixels (2i, 2j) to
            (2i + 1, 2j + 1) of the level before, the frame repeated where the size is odd.
        sensitivity: to contrast, see :func:`nlinks`.
        kept: (4, H, W) n-links of every level of at most :data:`KEPT` pixels, None of the others.
    """

    levels: tuple[Guide, ...]
    sensitivity: float
    kept: tuple[NDArray[np.int16] | None, ...]

    @classmethod
    def of(cls, guide: Guide, *, sensitivity: float = 1.0, coarsest: int = COARSEST) -> Pyramid:
        """Halve a guide until at most ``coarsest`` pixels are left; as many as it has make the cut exact.

        Args:
            guide: (H, W, C) uint8 or float32, at most 4 channels.
            sensitivity: see :func:`nlinks`.
            coarsest: pixels, 1 or more.
        """
        if coarsest < 1:
            raise ParameterError(f"The coarsest level must have 1 pixel or more, but {coarsest} was given.")
        levels: list[NDArray[Any]] = [np.ascontiguousarray(guide)]
        while levels[-1].shape[0] * levels[-1].shape[1] > coarsest:
            levels.append(_halve(levels[-1]))
        kept: list[NDArray[np.int16] | None] = []
        finer = None
        for level in levels:
            if finer is not None:
                finer = halved(finer)
            elif level.shape[0] * level.shape[1] <= KEPT:
                finer = nlinks(level, sensitivity=sensitivity)
            kept.append(finer)
        return cls(tuple(levels), sensitivity, tuple(kept))

    def nlinks(self, level: int, where: NDArray[np.bool_]) -> NDArray[np.int16]:
        """Return the n-links (4, H, W) of a level, right at least where one of the two pixels is in ``where``."""
        kept = self.kept[level]
        return nlinks(self.levels[level], sensitivity=self.sensitivity, where=where) if kept is None else kept


class Step(NamedTuple):
    """The cut of one size (h, w).

    Attributes:
        free: (h, w) bool, the pixels that were labelled at this size; the others have their label from before.
        foreground: (h, w) bool.
    """

    free: NDArray[np.bool_]
    foreground: NDArray[np.bool_]


def banded_cut(
    pyramid: Pyramid,
    unary_at: UnaryAt,
    *,
    smoothness: float,
    seeds: NDArray[np.integer] | None = None,
    band: int = BAND,
) -> NDArray[np.bool_]:
    """Label a picture coarse to fine: the (H, W) bool foreground of the last of :func:`coarse_to_fine_cuts`."""
    *_, last = coarse_to_fine_cuts(pyramid, unary_at, smoothness=smoothness, seeds=seeds, band=band)
    return last.foreground


def coarse_to_fine_cuts(
    pyramid: Pyramid,
    unary_at: UnaryAt,
    *,
    smoothness: float,
    seeds: NDArray[np.integer] | None = None,
    band: int = BAND,
) -> Iterator[Step]:
    """Label a picture coarse to fine; exactly, if the pyramid has one level.

    Details thinner than about two pixels of the coarsest level are found only where a seed or the boundary passes.

    Args:
        pyramid: the picture.
        unary_at: see :data:`UnaryAt`; asked for the pixels to be labelled only.
        smoothness: the weight, in units of the unaries, of an n-link between alike pixels of level 0. For a proxy whose
            pixels are s full-resolution pixels wide, dividing it by s gives the same cut as at full resolution.
        seeds: (H, W) integers: -1 undecided, 0 background, 1 foreground; every seed keeps its label. None for none.
        band: half the width of the band in pixels, 1 or more.

    Yields:
        The cut of every level, the coarsest first.

    Raises:
        ParameterError: a parameter is out of its range, or the seeds have another shape than the picture.
        Cancelled: the listener of :mod:`masking_core.progress` no longer wants the result.
    """
    if band < 1:
        raise ParameterError(f"The band must be 1 pixel or more, but {band} was given.")
    decided = _seed_levels(pyramid, seeds)
    known = None
    for level in range(len(pyramid.levels) - 1, -1, -1):
        sure = decided[level]
        free = (sure != _FOREGROUND) & (sure != _BACKGROUND)
        fixed = sure == _FOREGROUND
        if known is not None:
            foreground, doubtful = (_double(each, sure.shape) for each in known)
            fixed = (fixed | foreground) & (sure != _BACKGROUND)
            free &= _near_boundary(fixed, band) | _grown(doubtful, 2 * band)
        pixels = np.flatnonzero(free)
        unary = np.zeros(free.shape, np.int32)
        unary.ravel()[pixels] = quantise(unary_at(level, pixels) * np.float64(2**level), smoothness)
        grid = Grid(pyramid.nlinks(level, free), free=free, fixed=fixed)
        if level > 0 and 4 * free.size <= OPENED:
            known = _near_ties(grid, unary)
        else:
            known = grid.cut(unary).foreground, np.zeros_like(free)
        yield Step(free, known[0])


def _near_ties(grid: Grid, unary: NDArray[np.int32]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Cut a grid: its foreground, and what is decided by a hair; by less of one where that would be too much."""
    for margin in TIE_MARGINS:
        move = np.int32(margin * MAX_LINK / math.sqrt(unary.size))
        least, most = (grid.cut(unary + by).foreground for by in (-move, move))
        doubtful = least != most
        if 4 * np.count_nonzero(doubtful) <= OPEN:
            return least, doubtful
    return grid.cut(unary).foreground, np.zeros_like(doubtful)


def from_array(unary: NDArray[np.floating], pyramid: Pyramid) -> UnaryAt:
    """Answer :data:`UnaryAt` from (H, W) finite unaries at full resolution, averaged down once."""
    levels: list[NDArray[Any]] = [np.ascontiguousarray(unary, np.float32)]
    while len(levels) < len(pyramid.levels):
        levels.append(_halve(levels[-1]))
    return lambda level, pixels: levels[level].ravel()[pixels]


def _halve(picture: NDArray[Any]) -> NDArray[Any]:
    """Average blocks of 2 × 2 pixels."""
    height, width = picture.shape[:2]
    even = cv2.copyMakeBorder(picture, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
    half = cv2.resize(even, ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_AREA)
    halved: NDArray[Any] = half.reshape((*half.shape[:2], *picture.shape[2:]))
    return halved


def _double(labels: NDArray[np.bool_], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Give each pixel of the next finer level the label of the block it lies in."""
    size = (2 * labels.shape[1], 2 * labels.shape[0])
    doubled = cv2.resize(labels.view(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    return np.ascontiguousarray(doubled[: shape[0], : shape[1]]).view(np.bool_)


def _grown(labels: NDArray[np.bool_], by: int) -> NDArray[np.bool_]:
    window = np.ones((2 * by + 1, 2 * by + 1), np.uint8)
    return np.asarray(cv2.dilate(labels.view(np.uint8), window)).view(np.bool_)


def _near_boundary(labels: NDArray[np.bool_], band: int) -> NDArray[np.bool_]:
    """Find the pixels with both labels among those at most ``band`` rows and columns away."""
    window = np.ones((2 * band + 1, 2 * band + 1), np.uint8)
    picture = labels.view(np.uint8)
    return np.asarray(cv2.dilate(picture, window) != cv2.erode(picture, window))


def _seed_levels(pyramid: Pyramid, seeds: NDArray[np.integer] | None) -> list[NDArray[np.uint8]]:
    """Code the seeds of every level in bits: a block has the bits of all its pixels."""
    shape = pyramid.levels[0].shape[:2]
    if seeds is None:
        return [np.zeros(level.shape[:2], np.uint8) for level in pyramid.levels]
    if seeds.shape != shape:
        raise ParameterError(f"Seeds must have the picture's shape {shape}, but {seeds.shape} was given.")
    bits = (seeds == 1).view(np.uint8) * np.uint8(_FOREGROUND) | (seeds == 0).view(np.uint8) * np.uint8(_BACKGROUND)
    levels = [bits]
    while len(levels) < len(pyramid.levels):
        fine = levels[-1]
        even = np.pad(fine, ((0, fine.shape[0] % 2), (0, fine.shape[1] % 2)))
        levels.append(even[::2, ::2] | even[::2, 1::2] | even[1::2, ::2] | even[1::2, 1::2])
    return levels
