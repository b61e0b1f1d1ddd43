"""A picture's colours with their counts: what clustering on colour needs to know of a picture, whatever its size.

A bin holds the colours that agree in the leading bits of each channel, and stands at the exact mean of its pixels, so
that sums over the picture are exact and only the borders between clusters are rounded, to a bin.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

from masking_core.kernels.colour_space import ColourSpace, from_rgb, read_only
from masking_core.progress import bands

Value = TypeVar("Value", bound=np.generic)

_EVERYWHERE = read_only(np.empty(0, dtype=np.bool_))


@dataclass(frozen=True, eq=False)
class ColourHistogram:
    """The B occupied bins of a picture, in ascending order of colour.

    Attributes:
        bits: leading bits of each channel that tell bins apart, 1–8.
        keys: (B,) int32, those bits of red, green and blue side by side.
        counts: (B,) int64, pixels in each bin.
        rgb: (B, 3) float64, mean sRGB colour (0–255) of the pixels in each bin, exact.
    """

    bits: int
    keys: NDArray[np.int32]
    counts: NDArray[np.int64]
    rgb: NDArray[np.float64]

    def points(self, space: ColourSpace) -> NDArray[np.float64]:
        """(B, 3) float64, the bins in ``space``.

        In L*a*b* these are the mean colours converted, which at 6 bits is within 0.05 units (0.004 on average) of
        converting every pixel and taking the mean then.
        """
        return from_rgb(self.rgb, space)

    def spread(self, rgb: NDArray[np.uint8], values: NDArray[Value], missing: Value) -> NDArray[Value]:
        """Give every pixel what its bin has.

        Args:
            rgb: (H, W, 3) uint8, the picture of this histogram, or another one.
            values: (B,) integers, or (B, C) int32 or float32, a row for each bin.
            missing: the value of pixels whose bin is not occupied.

        Returns:
            (H, W) or (H, W, C), of the type of ``values``.
        """
        channels = values.shape[1:]
        out = np.empty((*rgb.shape[:2], *channels), dtype=values.dtype)
        if channels:
            rows = self._table(np.arange(len(self.keys), dtype=np.int32), len(self.keys))
            table = np.concatenate([values, np.full((1, *channels), missing, dtype=values.dtype)])
        else:
            table = self._table(values, missing)
        for band in bands(rgb.shape[:2], "Giving each pixel its group"):
            pixels, part = _pixels(rgb[band]), out[band].reshape(-1, *channels)
            if channels:
                _look_up_rows(pixels, 8 - self.bits, rows, table, part)
            else:
                _look_up(pixels, 8 - self.bits, table, part)
        return out

    def tied(self, rgb: NDArray[np.uint8], seeds: NDArray[np.integer], clusters: int) -> NDArray[np.int32]:
        """Which cluster each bin is tied to because the user marked pixels of its colour.

        Args:
            rgb: (H, W, 3) uint8, the picture of this histogram.
            seeds: (H, W) integers: -1 unmarked, else the cluster 0 … ``clusters`` - 1 that the pixel belongs to.
            clusters: how many clusters are marked.

        Returns:
            (B,) int32: -1 free, else the cluster most of the bin's marked pixels belong to, the lower one of equals.
        """
        rows = self._table(np.arange(len(self.keys), dtype=np.int32), -1)
        votes = np.zeros(len(self.keys) * clusters, dtype=np.int64)
        for band in bands(seeds.shape, "Reading the marks"):
            marked = seeds[band] >= 0
            if marked.any():
                row, cluster = rows[_keys(rgb[band][marked], 8 - self.bits)], seeds[band][marked]
                known = row >= 0
                votes += np.bincount(row[known] * clusters + cluster[known], minlength=len(votes))
        by_bin = votes.reshape(len(self.keys), clusters)
        return np.where(by_bin.any(axis=1), by_bin.argmax(axis=1), -1).astype(np.int32)

    def _table(self, values: NDArray[Value], missing: Value | int) -> NDArray[Value]:
        """``values`` by key, for all keys there may be."""
        table = np.full(1 << 3 * self.bits, missing, dtype=values.dtype)
        table[self.keys] = values
        return table


def colour_histogram(
    rgb: NDArray[np.uint8], mask: NDArray[np.bool_] | None = None, *, bits: int = 6
) -> ColourHistogram:
    """Count the colours of a picture (H, W, 3) uint8, or of its pixels where ``mask`` (H, W) is true."""
    inside = _EVERYWHERE if mask is None else read_only(mask.ravel())
    few = 16 * rgb.shape[0] * rgb.shape[1] < 1 << 3 * bits
    keys, counts, sums = (_sorted if few else _tabulated)(_pixels(rgb), inside, 8 - bits)
    lowest = (keys[:, None] >> np.array([2 * bits, bits, 0]) & (1 << bits) - 1) << (8 - bits)
    return ColourHistogram(bits, keys, counts, lowest + sums / counts[:, None])


# Both ways of counting return keys (B,), counts (B,) and sums (B, 3) of the low bits of the pixels in each bin. They
# count in whole numbers, which come to the same in whatever order the pixels are.


def _tabulated(
    pixels: NDArray[np.uint8], mask: NDArray[np.bool_], low: int
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
    """Through a table of all bins there may be, in one pass."""
    counts = np.zeros(1 << 3 * (8 - low), dtype=np.uint32)
    sums = np.zeros((len(counts), 3), dtype=np.uint32)  # at 6 bits a channel 1.4e9 pixels fit
    _count(pixels, low, mask, counts, sums)
    keys = np.flatnonzero(counts)
    return keys.astype(np.int32), counts[keys].astype(np.int64), sums[keys].astype(np.int64)


def _sorted(
    pixels: NDArray[np.uint8], mask: NDArray[np.bool_], low: int
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
    """By sorting, for pictures that are small beside the table."""
    pixels = pixels[mask] if mask.size else pixels
    keys, bins, counts = np.unique(_keys(pixels, low), return_inverse=True, return_counts=True)
    rest = pixels & np.uint8((1 << low) - 1)
    sums = np.stack([np.bincount(bins, rest[:, c], minlength=len(keys)) for c in range(3)], axis=1)
    return keys, counts.astype(np.int64), sums.astype(np.int64)


def _pixels(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return read_only(rgb).reshape(-1, 3)


def _keys(colours: NDArray[np.uint8], low: int) -> NDArray[np.int32]:
    r, g, b = (colours >> low).astype(np.int32).T
    bits = 8 - low
    keys: NDArray[np.int32] = (r << 2 * bits) | (g << bits) | b
    return keys


@njit(cache=True, nogil=True)
def _count(
    rgb: NDArray[np.uint8], low: int, mask: NDArray[np.bool_], counts: NDArray[np.uint32], sums: NDArray[np.uint32]
) -> None:
    bits = 8 - low
    rest = (1 << low) - 1
    for p in range(rgb.shape[0]):
        if mask.size and not mask[p]:
            continue
        r, g, b = rgb[p, 0], rgb[p, 1], rgb[p, 2]
        key = ((r >> low) << 2 * bits) | ((g >> low) << bits) | (b >> low)
        counts[key] += 1
        sums[key, 0] += r & rest
        sums[key, 1] += g & rest
        sums[key, 2] += b & rest


@njit(cache=True, nogil=True)
def _look_up(rgb: NDArray[np.uint8], low: int, table: NDArray[Any], out: NDArray[Any]) -> None:
    bits = 8 - low
    for p in range(rgb.shape[0]):
        out[p] = table[((rgb[p, 0] >> low) << 2 * bits) | ((rgb[p, 1] >> low) << bits) | (rgb[p, 2] >> low)]


@njit(cache=True, nogil=True)
def _look_up_rows(
    rgb: NDArray[np.uint8], low: int, rows: NDArray[np.int32], table: NDArray[Any], out: NDArray[Any]
) -> None:
    bits = 8 - low
    for p in range(rgb.shape[0]):
        row = rows[((rgb[p, 0] >> low) << 2 * bits) | ((rgb[p, 1] >> low) << bits) | (rgb[p, 2] >> low)]
        for c in range(table.shape[1]):
            out[p, c] = table[row, c]
