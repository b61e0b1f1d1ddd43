"""Small maps of a crop of a picture, brought to the picture's own size."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from masking_core.progress import bands

Plane = NDArray[np.float32]

RADIUS = 4
"""Of the squares, in pixels of the map, in which map and picture are taken to be alike up to a factor."""
FLAT = 1e-3
"""Variance of a colour channel (0 to 1) below which a square is flat, and the map is smoothed in it."""
DOING = "Finding the edges"


class Crop(NamedTuple):
    """Rows from ``top`` to before ``bottom`` and columns from ``left`` to before ``right`` of a picture.

    It may reach beyond the picture where that is said.
    """

    top: int
    left: int
    bottom: int
    right: int

    @classmethod
    def whole(cls, shape: tuple[int, ...]) -> Crop:
        """All of a picture (H, W) or (H, W, S)."""
        return cls(0, 0, shape[0], shape[1])

    @property
    def rows(self) -> slice:
        """From top to bottom."""
        return slice(self.top, self.bottom)

    @property
    def columns(self) -> slice:
        """From left to right."""
        return slice(self.left, self.right)

    @property
    def height(self) -> int:
        """Number of rows."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """Number of columns."""
        return self.right - self.left

    def widened(self, margin: float) -> Crop:
        """Larger on every side by a share of its own sides; it may reach beyond the picture."""
        down, across = margin * self.height, margin * self.width
        return Crop(
            round(self.top - down), round(self.left - across), round(self.bottom + down), round(self.right + across)
        )

    def within(self, picture: Crop) -> Crop:
        """The part of it that lies in a picture, or in another crop of the same one."""
        return Crop(
            max(self.top, picture.top),
            max(self.left, picture.left),
            min(self.bottom, picture.bottom),
            min(self.right, picture.right),
        )


def read_at(values: Plane, crop: Crop, shape: tuple[int, int], full: tuple[int, int]) -> Plane:
    """A map (h, w) of a crop, on a copy of ``shape`` of the ``full`` (H, W) picture; 0 outside the crop.

    Between the map's pixels it is interpolated; where several fall on one pixel of the copy, it is their mean.
    """
    tall, wide = ((crop.bottom - crop.top) * shape[0] / full[0], (crop.right - crop.left) * shape[1] / full[1])
    fitting = max(1, min(values.shape[1], round(wide))), max(1, min(values.shape[0], round(tall)))
    fitted = cv2.resize(values, fitting, interpolation=cv2.INTER_AREA)
    y = _places(shape[0], full[0], crop.top, crop.bottom, fitting[1])
    x = _places(shape[1], full[1], crop.left, crop.right, fitting[0])
    inside = ((y >= -0.5) & (y < fitting[1] - 0.5))[:, None] & ((x >= -0.5) & (x < fitting[0] - 0.5))
    placed: Plane = np.zeros(shape, np.float32)
    for strip in bands(shape, DOING):
        rows = y[strip]
        for left in range(0, shape[1], 1 << 14):  # remap takes pictures of up to 32,767 pixels a side
            columns = x[left : left + (1 << 14)]
            grid = np.broadcast_to(columns, (len(rows), len(columns))), np.repeat(rows[:, None], len(columns), axis=1)
            placed[strip, left : left + (1 << 14)] = cv2.remap(
                fitted, np.ascontiguousarray(grid[0]), grid[1], cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE
            )
    placed[~inside] = 0
    return placed


def along_edges(values: Plane, picture: NDArray[np.uint8]) -> Plane:
    """A map (h, w) of a picture (H, W, 3) uint8 at the picture's size, its edges where the picture's are.

    In every small square the map is a linear function of the colours (guided filter, He, Sun & Tang 2013), found at
    the map's size and applied at the picture's (He & Sun 2015).

    Returns:
        (H, W) float32 in [0, 1].
    """
    shape = picture.shape[0], picture.shape[1]
    size = min(values.shape[1], shape[1]), min(values.shape[0], shape[0])
    small = cv2.resize(values, size, interpolation=cv2.INTER_AREA)
    guide = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.float32) / np.float32(255)
    slopes, offset = _linear(small, guide)
    crop = Crop.whole(shape)
    refined = read_at(offset, crop, shape, shape)
    for channel in range(3):
        plane = read_at(np.ascontiguousarray(slopes[..., channel]), crop, shape, shape)
        for band in bands(shape, DOING):
            refined[band] += plane[band] * (picture[band][..., channel] * np.float32(1 / 255))
    return np.asarray(np.clip(refined, 0, 1, out=refined), np.float32)


def _linear(values: Plane, guide: Plane) -> tuple[Plane, Plane]:
    """Slopes (h, w, 3) and offset (h, w) of the map as a function of the guide's colours, averaged over squares."""
    mean_guide, mean = _mean(guide), _mean(values)
    together = _mean(guide * values[..., None]) - mean_guide * mean[..., None]
    spread = _mean((guide[..., :, None] * guide[..., None, :]).reshape(*values.shape, 9)).reshape(*values.shape, 3, 3)
    spread = (
        spread - mean_guide[..., :, None] * mean_guide[..., None, :] + np.float32(FLAT) * np.eye(3, dtype=np.float32)
    )
    slopes = np.linalg.solve(spread, together[..., None])[..., 0].astype(np.float32)
    offset = mean - (slopes * mean_guide).sum(axis=2)
    return _mean(slopes), _mean(offset)


def _mean(planes: NDArray[np.float32]) -> Plane:
    side = 2 * RADIUS + 1
    if planes.ndim == 2:
        return np.asarray(cv2.blur(planes, (side, side), borderType=cv2.BORDER_REFLECT), np.float32)
    return np.dstack([_mean(np.ascontiguousarray(plane)) for plane in np.moveaxis(planes, 2, 0)])


def _places(count: int, full: int, start: int, end: int, size: int) -> NDArray[np.float32]:
    """Where the middles of ``count`` pixels of a side lie, in pixels of a map of ``size`` from ``start`` to ``end``."""
    middles = (np.arange(count) + 0.5) * (full / count)
    return ((middles - start) * (size / (end - start)) - 0.5).astype(np.float32)
