"""Colours as points of a colour space in which distances are taken, and back."""

from __future__ import annotations

from functools import cache
from typing import Literal, TypeVar

import numpy as np
import skimage
from numba import njit
from numpy.typing import NDArray

T = TypeVar("T", bound=np.generic)

ColourSpace = Literal["rgb", "lab"]
"""``rgb`` is gamma-encoded sRGB, 0–255 a channel; ``lab`` is CIE L*a*b* under D65, L* in 0–100, one unit about the
smallest difference an eye sees."""

_STEPS = 1 << 14


def from_rgb(rgb: NDArray[np.float64], space: ColourSpace) -> NDArray[np.float64]:
    """Colours (N, 3) in sRGB 0–255 as points (N, 3) float64 of ``space``."""
    if space == "rgb":
        return np.array(rgb, dtype=np.float64)
    lab: NDArray[np.float64] = skimage.color.rgb2lab(np.asarray(rgb, dtype=np.float64) / 255)
    return lab


def to_rgb(points: NDArray[np.float64], space: ColourSpace) -> NDArray[np.float64]:
    """Points (N, 3) of ``space`` as colours (N, 3) float64 in sRGB, clipped to 0–255."""
    if space == "rgb":
        return np.clip(points, 0.0, 255.0)
    # A mean of displayable colours may lie just outside the cube in L*a*b*; the XYZ step would warn about it.
    xyz = np.maximum(_lab_to_xyz(np.asarray(points, dtype=np.float64)), 0.0)
    rgb: NDArray[np.float64] = np.clip(skimage.color.xyz2rgb(xyz) * 255, 0.0, 255.0)
    return rgb


def planes(rgb: NDArray[np.uint8], space: ColourSpace) -> NDArray[np.float32]:
    """A picture (H, W, 3) uint8 as three planes (3, H, W) float32 of ``space``, exact to 0.001 units."""
    if space == "rgb":
        return np.ascontiguousarray(np.moveaxis(rgb, 2, 0), dtype=np.float32)
    out = np.empty((3, *rgb.shape[:2]), dtype=np.float32)
    _lab_planes(read_only(rgb), _tristimulus_of_channels(), _roots(), out)
    return out


def by_darkness(points: NDArray[np.float64], space: ColourSpace, keep: int = 0) -> NDArray[np.intp]:
    """The order (K,) that puts cluster centres from dark to light, so that numbers survive a change of parameters.

    Args:
        points: (K, 3) or wider; the first three columns are the colour in ``space``.
        space: the colour space of ``points``.
        keep: the first ``keep`` clusters were numbered by somebody and stay where they are.

    Centres equally light to a millionth are ordered by their remaining coordinates, channel by channel.
    """
    lightness = from_rgb(to_rgb(points[keep:, :3], space), "lab")[:, :1]
    columns = np.round(np.concatenate([lightness, points[keep:]], axis=1), 6)
    free = np.lexsort(columns.T[::-1]) + keep
    return np.concatenate([np.arange(keep, dtype=np.intp), free])


def read_only(array: NDArray[T]) -> NDArray[T]:
    """A contiguous, read-only view (or copy), so that a kernel is compiled once for the arrays of all callers."""
    view = np.ascontiguousarray(array).view()
    view.setflags(write=False)
    return view


def _lab_to_xyz(lab: NDArray[np.float64]) -> NDArray[np.float64]:
    """CIE 15: the inverse of L*a*b*, unclipped."""
    fy = (lab[:, 0] + 16) / 116
    f = np.stack([fy + lab[:, 1] / 500, fy, fy - lab[:, 2] / 200], axis=1)
    relative = np.where(f > 6 / 29, f**3, (f - 16 / 116) / 7.787)
    xyz: NDArray[np.float64] = relative * _white()
    return xyz


@cache
def _tristimulus_of_channels() -> NDArray[np.float64]:
    """What each value of each channel adds to X, Y and Z, relative to white: (3 channels, 256 values, 3)."""
    ramps = np.zeros((3, 256, 3))
    for channel in range(3):
        ramps[channel, :, channel] = np.arange(256) / 255
    return read_only(skimage.color.rgb2xyz(ramps) / _white())


def _white() -> NDArray[np.float64]:
    """X, Y and Z of white."""
    return np.asarray(skimage.color.xyz_tristimulus_values(illuminant="D65", observer="2"))


@cache
def _roots() -> NDArray[np.float64]:
    """CIE 15: f(t) of L*a*b*, a cube root but for a straight start, at t = 0, 1/``_STEPS``, … and just above 1.

    In between a straight line is within 3e-7 of it, and L*a*b* thus within 2e-4.
    """
    t = np.arange(_STEPS + 3) / _STEPS
    return read_only(np.where(t > 0.008856, np.cbrt(t), 7.787 * t + 16 / 116))


@njit(cache=True, nogil=True, error_model="numpy")
def _root(t: float, roots: NDArray[np.float64]) -> float:
    at = t * _STEPS
    below = int(at)
    return float(roots[below] + (at - below) * (roots[below + 1] - roots[below]))


@njit(cache=True, nogil=True, error_model="numpy")
def _lab_planes(
    rgb: NDArray[np.uint8], added: NDArray[np.float64], roots: NDArray[np.float64], out: NDArray[np.float32]
) -> None:
    for i in range(rgb.shape[0]):
        for j in range(rgb.shape[1]):
            r, g, b = added[0, rgb[i, j, 0]], added[1, rgb[i, j, 1]], added[2, rgb[i, j, 2]]
            x = _root(r[0] + g[0] + b[0], roots)
            y = _root(r[1] + g[1] + b[1], roots)
            z = _root(r[2] + g[2] + b[2], roots)
            out[0, i, j] = 116.0 * y - 16.0
            out[1, i, j] = 500.0 * (x - y)
            out[2, i, j] = 200.0 * (y - z)
