"""What stands out of a picture in which nothing is marked.

Three opinions: of superpixels, whether their regions hardly touch the picture's frame (boundary connectivity, Zhu,
Liang, Wei & Sun 2014), times how they rank against the frame (manifold ranking, Yang et al. 2013) and, of pixels, how
far from it they are (minimum barrier distance, Zhang et al. 2015). What lies in the middle is preferred, as
photographers do.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import scipy
import skimage
from numba import njit
from numpy.typing import NDArray

Plane = NDArray[np.float32]
Matrix = NDArray[np.float64]

SUPERPIXELS = 200
COMPACTNESS = 15.0
FRAME = 3
"""Pixels along the picture's edges; superpixels that reach into them are its frame."""
ALIKE = 10.0  # CIELAB units: the standard deviation within which colours are alike, as the first paper has it
NEAR = 0.25  # of the picture's sides: the same for places
FRAME_WEIGHT = 5.0  # of being background beside being foreground, where the two are weighed
LEAST_LINK = 0.1  # of a smoothness link, whatever the colours
RANKING_SCALE = 0.1  # of the largest difference between neighbours, as the second paper has it
RANKING_REACH = 0.99
SIDE = 0.08  # of the picture: superpixels of the frame whose middle is nearer to a side are that side's
MIDDLE = 0.5  # of half the picture: the standard deviation of the preference for its middle
SWEEPS = 3
LEAST_STEP = 1e-6  # between superpixels that are alike: a step of 1e-8 or less is none to scipy, and parts them


class Regions(NamedTuple):
    """Superpixels.

    ``labels`` (H, W) from 0, mean ``colours`` (N, 3) CIELAB, ``places`` (N, 2) in [0, 1], which of them are
    ``adjacent`` (N, N) bool, and which are at the ``frame`` (N,) bool.
    """

    labels: NDArray[np.intp]
    colours: Matrix
    places: Matrix
    adjacent: NDArray[np.bool_]
    frame: NDArray[np.bool_]


def salience(rgb: NDArray[np.uint8]) -> Plane:
    """How much each pixel of a (H, W, 3) uint8 sRGB picture stands out: (H, W) float32 in [0, 1], 1 somewhere.

    Best of about 0.04 MP. A picture of one colour is 0 everywhere.
    """
    lab = cv2.cvtColor(np.float32(1 / 255) * rgb, cv2.COLOR_RGB2LAB)
    regions = superpixels(rgb, lab)
    inner, unlike = np.clip(unconnected(regions), 0, 1)[regions.labels], unlike_frame(regions)[regions.labels]
    y, x = (np.linspace(-1, 1, side, dtype=np.float32) for side in rgb.shape[:2])
    middle = np.exp(-(y[:, None] ** 2 + x**2) / (2 * MIDDLE**2))
    return _stretched(inner * (unlike + _stretched(barrier_distance(lab))) * middle)


def superpixels(rgb: NDArray[np.uint8], lab: Plane) -> Regions:
    """Divide a picture (H, W, 3) uint8, with its CIELAB colours, into about 200 superpixels (Achanta et al. 2012)."""
    found = skimage.segmentation.slic(rgb, SUPERPIXELS, COMPACTNESS, max_num_iter=5, start_label=0, channel_axis=2)
    labels = found.astype(np.intp)
    count = int(labels.max()) + 1
    sizes = np.bincount(labels.ravel(), minlength=count)
    y, x = (np.linspace(0, 1, side) for side in labels.shape)
    planes = (*np.moveaxis(lab, 2, 0), np.broadcast_to(x, labels.shape), np.broadcast_to(y[:, None], labels.shape))
    means = np.stack([np.bincount(labels.ravel(), plane.ravel(), count) for plane in planes], axis=1) / sizes[:, None]
    adjacent = np.zeros((count, count), np.bool_)
    for one, other in ((labels[:, 1:], labels[:, :-1]), (labels[1:], labels[:-1])):
        adjacent[one, other] = adjacent[other, one] = True
    np.fill_diagonal(adjacent, False)
    rim = np.ones(labels.shape, np.bool_)
    rim[FRAME:-FRAME, FRAME:-FRAME] = False
    return Regions(labels, means[:, :3], means[:, 3:], adjacent, np.bincount(labels[rim], minlength=count) > 0)


def unconnected(regions: Regions) -> Matrix:
    """How little each superpixel belongs to what runs into the frame: (N,), about 0 to 1."""
    apart = np.linalg.norm(regions.colours[:, None] - regions.colours[None], axis=2)
    linked = _linked(regions)
    background = _background(np.where(linked, np.maximum(apart, LEAST_STEP), 0), regions.frame)
    nearby = np.exp(-np.square(regions.places[:, None] - regions.places).sum(axis=2) / (2 * NEAR**2))
    contrast = (apart * nearby * background).sum(axis=1)
    contrast = (contrast - contrast.min()) / max(float(np.ptp(contrast)), 1e-9)
    links = np.where(_two_steps(regions), np.exp(-(apart**2) / (2 * ALIKE**2)) + LEAST_LINK, 0)
    system = np.diag(links.sum(axis=1) + FRAME_WEIGHT * background + contrast) - links
    solved: Matrix = np.linalg.solve(system, contrast)
    return solved


def unlike_frame(regions: Regions) -> Matrix:
    """How much higher each superpixel ranks among those unlike the frame's sides than the others: (N,) in [0, 1]."""
    near = _two_steps(regions)
    if not near.any():
        return np.zeros(len(near))
    apart = np.linalg.norm(regions.colours[:, None] - regions.colours[None], axis=2)
    apart = (apart - apart[near].min()) / max(float(np.ptp(apart[near])), 1e-9)
    weights = np.where(near, np.exp(-np.maximum(apart, 0) / RANKING_SCALE), 0)
    ranking = np.linalg.inv(np.diag(weights.sum(axis=1) + 1e-9) - RANKING_REACH * weights)
    np.fill_diagonal(ranking, 0)
    unlike = np.ones(len(near))
    for side in (regions.places.T < SIDE, regions.places.T > 1 - SIDE):
        for queries in side & regions.frame:
            unlike *= 1 - _stretched(ranking @ queries.astype(np.float64))
    return _stretched(ranking @ (unlike > unlike.mean()).astype(np.float64)).astype(np.float64)


def _linked(regions: Regions) -> NDArray[np.bool_]:
    """Which superpixels touch, those of the frame all one another."""
    linked = regions.adjacent | (regions.frame[:, None] & regions.frame)
    np.fill_diagonal(linked, False)
    return linked


def _two_steps(regions: Regions) -> NDArray[np.bool_]:
    """Which superpixels touch or have a neighbour in common."""
    near = (regions.adjacent.astype(np.int64) @ regions.adjacent > 0) | _linked(regions)
    np.fill_diagonal(near, False)
    return np.asarray(near)


def _background(steps: Matrix, frame: NDArray[np.bool_]) -> Matrix:
    """How likely each superpixel is background: the part of its soft region's outline that is the picture's frame."""
    alike = np.exp(-(scipy.sparse.csgraph.shortest_path(steps, directed=False) ** 2) / (2 * ALIKE**2))
    connectivity = alike[:, frame].sum(axis=1) / np.sqrt(alike.sum(axis=1))
    likely: Matrix = 1 - np.exp(-(connectivity**2) / 2)
    return likely


def barrier_distance(lab: Plane) -> Plane:
    """Minimum barrier distance of every pixel from the frame, summed over the channels: (H, W) float32.

    The least range of values on a path from the frame, by raster sweeps as in Zhang et al. (2015).
    """
    distance: Plane = np.sum(
        [_barrier(np.ascontiguousarray(plane), SWEEPS) for plane in np.moveaxis(lab, 2, 0)], axis=0
    )
    return distance


@njit(cache=True, nogil=True)
def _barrier(values, sweeps):
    height, width = values.shape
    distance = np.full(values.shape, np.inf, np.float32)
    distance[0], distance[-1], distance[:, 0], distance[:, -1] = 0, 0, 0, 0
    highest, lowest = values.copy(), values.copy()
    for sweep in range(2 * sweeps):
        step = 1 if sweep % 2 == 0 else -1
        for row in range(height):
            y = row if step == 1 else height - 1 - row
            for column in range(width):
                x = column if step == 1 else width - 1 - column
                for dy, dx in ((step, 0), (0, step)):
                    y2, x2 = y - dy, x - dx
                    if y2 < 0 or y2 >= height or x2 < 0 or x2 >= width:
                        continue
                    high, low = max(highest[y2, x2], values[y, x]), min(lowest[y2, x2], values[y, x])
                    if high - low < distance[y, x]:
                        distance[y, x], highest[y, x], lowest[y, x] = high - low, high, low
    return distance


def _stretched(plane: NDArray[np.floating]) -> Plane:
    """The same with its least value at 0 and its largest at 1; all 0 where there is but one."""
    low, spread = float(plane.min()), float(np.ptp(plane))
    return ((plane - low) / spread if spread > 0 else np.zeros(plane.shape)).astype(np.float32)
