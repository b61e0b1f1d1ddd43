"""The basins of a relief by how much they matter, and regions made from them: what to flood if nobody marked it."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from masking_core.kernels.colour_space import read_only
from masking_core.kernels.watershed.flooding import flood

_THIN = 0.2
"""The least thickness of a part that is marked, as a share of the greatest in its region."""
_FINER = 0.85
"""Each radius at which thickness is measured, as a share of the one before."""
_OVER = 256
"""A level above all others, at which what has met no rival is measured."""


def significant_basins(
    levels: NDArray[np.uint8], most: int, depth: int, where: NDArray[np.bool_] | None = None
) -> NDArray[np.int32]:
    """Mark the bottoms of the basins that hold the most water; (H, W) int32, 0…K - 1 at one pixel each, -1 elsewhere.

    As water rises, basins meet. How deep the shallower (Grimaud 1992) and how full the smaller (Vachier & Meyer 1995)
    was when it met another says how significant it is. Of the basins of at least ``depth``, the h-minima, those that
    hold most are marked, the fullest first.

    Args:
        levels: (H, W) uint8.
        most: how many basins at most, ≥ 1.
        depth: least depth in levels, ≥ 1. The last basin of a connected area has no rival and always counts.
        where: (H, W) bool, the pixels that take part; None for all.
    """
    markers = np.full(levels.shape, -1, np.int32)
    taking_part = np.ones(levels.shape, bool) if where is None else where
    order = np.argsort(levels, axis=None, kind="stable")
    order = order[taking_part.ravel()[order]]
    depths, volumes = np.zeros(levels.size, np.int64), np.zeros(levels.size, np.int64)
    _extinguish(read_only(levels.ravel()), order, levels.shape[1], depths, volumes)
    bottoms = np.flatnonzero(depths >= depth)
    chosen = bottoms[np.lexsort((bottoms, -volumes[bottoms]))][:most]
    markers.ravel()[chosen] = np.arange(len(chosen))
    return markers


def even_regions(lightness: NDArray[np.float32], levels: NDArray[np.uint8], most: int, depth: int) -> NDArray[np.int32]:
    """Divide a picture along its edges into its ``most`` most significant basins: (H, W) int32, 1… from dark to light.

    Args:
        lightness: (H, W) float32.
        levels: (H, W) uint8, the edges.
        most, depth: see :func:`significant_basins`.
    """
    regions = flood(levels, significant_basins(levels, most, depth)).labels + 1
    areas = np.bincount(regions.ravel())[1:]
    means = np.bincount(regions.ravel(), weights=lightness.ravel())[1:] / np.maximum(areas, 1)
    return _ranked(regions, means)


def blobs(lab: NDArray[np.float32], most: int, depth: int) -> NDArray[np.int32]:
    """Find what stands out from the picture's border, cut at its necks: (H, W) int32, 0 elsewhere, 1… from the largest.

    What stands out is parted from the rest by Otsu's threshold (1979) on the colour distance from the border's median;
    its pieces are the basins of the inverted distance to its outline.

    Args:
        lab: (3, H, W) float32.
        most, depth: see :func:`significant_basins`; 255 levels are the greatest distance to the outline.
    """
    frame = np.ones(lab.shape[1:], bool)
    frame[1:-1, 1:-1] = False
    usual = np.median(lab[:, frame], axis=1).astype(np.float32)
    apart = np.sqrt(np.square(lab - usual[:, None, None]).sum(axis=0))
    grey = np.rint(255 * apart / max(float(apart.max()), 1e-6)).astype(np.uint8)
    _, stands_out = cv2.threshold(cv2.medianBlur(grey, 5), 0, 1, cv2.THRESH_OTSU)
    inner = depth_inside(stands_out > 0)
    relief = 255 - np.rint(255 * inner / max(float(inner.max()), 1e-6)).astype(np.uint8)
    tops = significant_basins(relief, most, depth, stands_out > 0)
    if tops.max() < 0:
        return np.zeros(frame.shape, np.int32)
    _, pieces = cv2.connectedComponents(stands_out, connectivity=4)
    wanted = np.zeros(int(pieces.max()) + 1, bool)
    wanted[pieces[tops >= 0]] = True
    regions = np.where(wanted[pieces], flood(relief, tops).labels + 1, 0).astype(np.int32)
    return _ranked(regions, -np.bincount(regions.ravel())[1:])


def insides(regions: NDArray[np.int32]) -> NDArray[np.int32]:
    """The cores of regions (H, W) int32, numbered as they are; -1 on the rims between them."""
    seeds = np.full(regions.shape, -1, np.int32)
    for number in range(int(regions.max()) + 1):
        inside = regions == number
        if inside.any():
            seeds[_cores(inside)] = number
    return seeds


def _cores(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The pixels of an area at least half as deep as it is thick there; parts thinner than :data:`_THIN` have none."""
    depth = depth_inside(inside)
    deepest = float(depth.max())
    thickness = np.zeros_like(depth)
    for radius in deepest * _FINER ** np.arange(1 + int(np.log(_THIN) / np.log(_FINER))):
        away = cv2.distanceTransform((depth < radius).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
        thickness[(away < radius) & (thickness == 0)] = radius
    cores: NDArray[np.bool_] = inside & (depth >= 0.5 * thickness) & (depth >= _THIN * deepest)
    return cores


def core(inside: NDArray[np.bool_], share: float) -> NDArray[np.bool_]:
    """The pixels of an area at least at ``share`` of its greatest depth."""
    depth = depth_inside(inside)
    deep: NDArray[np.bool_] = inside & (depth >= share * depth.max())
    return deep


def depth_inside(inside: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Distance to the outline of an area, (H, W) float32; the picture's frame is an outline like any other."""
    padded = cv2.copyMakeBorder(inside.view(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    depth: NDArray[np.float32] = cv2.distanceTransform(padded, cv2.DIST_L2, cv2.DIST_MASK_5)[1:-1, 1:-1]
    return depth


def _ranked(regions: NDArray[np.int32], keys: NDArray[np.floating] | NDArray[np.integer]) -> NDArray[np.int32]:
    """Number regions 1… anew by ascending key; 0 stays."""
    rank = np.zeros(len(keys) + 1, np.int32)
    rank[1 + np.argsort(keys, kind="stable")] = np.arange(1, len(keys) + 1)
    return rank[regions]


class _Water(NamedTuple):
    """Bodies of water while it rises, as a forest over the pixels (Tarjan 1975); but for ``parents`` read at roots.

    ``parents`` are -1 where it is still dry. ``deepest`` and ``fullest`` are the bottoms of the basins in a body of
    water that have outlived the others by depth and by volume; ``areas`` and ``sums`` count its pixels and add up
    their levels.
    """

    parents: NDArray[np.int64]
    areas: NDArray[np.int64]
    sums: NDArray[np.int64]
    deepest: NDArray[np.int64]
    fullest: NDArray[np.int64]


@njit(cache=True, nogil=True)
def _extinguish(levels, order, width, depths, volumes):
    """Fill ``depths`` and ``volumes`` at the bottom of every basin; ``order`` lists the pixels from low to high."""
    dry, none = np.full(levels.size, -1, np.int64), np.zeros(levels.size, np.int64)
    water = _Water(dry, none, none.copy(), none.copy(), none.copy())
    for p in order:
        _wet(water, p, levels[p])
        for q in _beside(p, width, levels.size):
            if q >= 0 and water.parents[q] >= 0:
                _meet(water, _root(water.parents, p), _root(water.parents, q), levels, levels[p], depths, volumes)
    for p in order:
        if water.parents[p] == p:
            depths[water.deepest[p]], volumes[water.fullest[p]] = _OVER, _held(water, p, _OVER)


@njit(cache=True, nogil=True)
def _beside(p, width, size):
    """The pixels above, left, right and below; below 0 where there is none."""
    column = p % width
    left, right = p - 1 if column > 0 else -1, p + 1 if column < width - 1 else -1
    return p - width, left, right, p + width if p + width < size else -1


@njit(cache=True, nogil=True)
def _wet(water, p, level):
    """Let a pixel be a body of water of its own."""
    water.parents[p] = water.deepest[p] = water.fullest[p] = p
    water.areas[p], water.sums[p] = 1, level


@njit(cache=True, nogil=True)
def _meet(water, ours, theirs, levels, level, depths, volumes):
    """Join two bodies of water at ``level``: the shallower and the smaller of their basins have found their measure."""
    if ours == theirs:
        return
    shallow, deep = water.deepest[ours], water.deepest[theirs]
    if levels[shallow] < levels[deep]:
        shallow, deep = deep, shallow
    depths[shallow] = level - levels[shallow]
    less, more = _held(water, ours, level), _held(water, theirs, level)
    small, large = water.fullest[ours], water.fullest[theirs]
    if less > more:
        less, small, large = more, large, small
    volumes[small] = less
    water.parents[ours] = theirs
    water.areas[theirs] += water.areas[ours]
    water.sums[theirs] += water.sums[ours]
    water.deepest[theirs], water.fullest[theirs] = deep, large


@njit(cache=True, nogil=True)
def _held(water, root, level):
    """The volume of a body of water that stands at ``level``."""
    return water.areas[root] * np.int64(level) - water.sums[root]


@njit(cache=True, nogil=True)
def _root(parents, p):
    while parents[p] != p:
        parents[p] = parents[parents[p]]
        p = parents[p]
    return p
