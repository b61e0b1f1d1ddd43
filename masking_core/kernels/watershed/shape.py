"""Objects that touch and look alike: where no edge tells them apart, the neck between them does."""

from __future__ import annotations

import cv2
import numpy as np
import scipy
from numpy.typing import NDArray

from masking_core.kernels.watershed.basins import depth_inside
from masking_core.kernels.watershed.flooding import flood
from masking_core.progress import reporting

DOING = "Parting what looks alike"

WEAK = 0.5
"""Two objects have no edge between them where its mean is less than this share of their mean edge to all else."""

SMOOTH = 0.05
"""Standard deviation that smooths the distances before the way uphill is sought, in greatest distances."""


def parted_by_shape(
    labels: NDArray[np.int32], levels: NDArray[np.uint8], markers: NDArray[np.integer]
) -> NDArray[np.int32]:
    """Part anew what was flooded together: objects that meet where there is no edge.

    The union of such objects is flooded over the inverted distance to its outline (Vincent & Soille 1991), from the
    markers and from the middles that lie uphill of them, so that objects part at the neck between them, wherever in
    them the markers lie.

    Args:
        labels: (H, W) int32, 0 background, 1… objects.
        levels: (H, W) uint8, the edges that were flooded.
        markers: (H, W) whole numbers, where the floods began; -1 where none did.
    """
    groups = _groups(labels, levels)
    if not groups:
        return labels
    parted = labels.copy()
    for group in reporting(groups, DOING):
        inside = np.isin(labels, group)
        x, y, width, height = cv2.boundingRect(inside.view(np.uint8))
        box = slice(y, y + height), slice(x, x + width)
        own = np.where(inside[box], markers[box], -1)
        depth = depth_inside(inside[box])
        relief = 255 - np.rint(254 * depth / max(float(depth.max()), 1e-6)).astype(np.uint8)
        if own.max() >= 0:
            _climb(depth, own)
            parted[box][inside[box]] = flood(relief, own).labels[inside[box]]
    return parted


def _climb(depth: NDArray[np.float32], markers: NDArray[np.integer]) -> None:
    """Let every piece of every marker go on uphill to the middle it belongs to; ``markers`` (H, W) is changed."""
    hills = cv2.GaussianBlur(depth, (0, 0), max(SMOOTH * float(depth.max()), 0.5))
    hills[depth == 0] = 0
    for number in sorted(set(np.unique(markers).tolist()) - {-1}):
        count, pieces = cv2.connectedComponents((markers == number).astype(np.uint8))
        for piece in reporting(range(1, count), DOING):
            here = divmod(int(np.where(pieces == piece, hills, -1).argmax()), hills.shape[1])
            while (above := _uphill(hills, *here)) is not None and markers[above] in (-1, number):
                markers[above] = number
                here = above


def _uphill(hills: NDArray[np.float32], row: int, column: int) -> tuple[int, int] | None:
    """The highest of the eight neighbours, if it is higher."""
    top, left = max(row - 1, 0), max(column - 1, 0)
    near = hills[top : row + 2, left : column + 2]
    down, right = divmod(int(near.argmax()), near.shape[1])
    return (top + down, left + right) if near[down, right] > hills[row, column] else None


def _groups(labels: NDArray[np.int32], levels: NDArray[np.uint8]) -> list[NDArray[np.intp]]:
    """The objects that have no edge between them, as lists of two numbers and more."""
    count = int(labels.max()) + 1
    if count < 3:
        return []
    sums, lengths = np.zeros((count, count)), np.zeros((count, count))
    for ours, theirs, here, there in reporting(_neighbours(labels, levels), DOING):
        met = ours != theirs
        pairs = np.minimum(ours, theirs)[met] * count + np.maximum(ours, theirs)[met]
        strength = np.maximum(here, there)[met].astype(np.float64)
        sums += np.bincount(pairs, strength, minlength=count * count).reshape(count, count)
        lengths += np.bincount(pairs, minlength=count * count).reshape(count, count)
    sums, lengths = sums + sums.T, lengths + lengths.T
    rest = (sums.sum(axis=1)[:, None] - sums) / np.maximum(lengths.sum(axis=1)[:, None] - lengths, 1)
    usual = np.minimum(rest, rest.T)
    weak = (lengths > 0) & (sums / np.maximum(lengths, 1) < WEAK * usual)
    weak[0] = weak[:, 0] = False
    _, component = scipy.sparse.csgraph.connected_components(scipy.sparse.csr_array(weak), directed=False)
    members = [np.flatnonzero(component == each) for each in np.unique(component[1:])]
    return [group for group in members if len(group) > 1]


def _neighbours(
    labels: NDArray[np.int32], levels: NDArray[np.uint8]
) -> tuple[tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint8], NDArray[np.uint8]], ...]:
    """Every pixel and its right one, and every pixel and the one below: labels and levels of both."""
    return (
        (labels[:, :-1], labels[:, 1:], levels[:, :-1], levels[:, 1:]),
        (labels[:-1], labels[1:], levels[:-1], levels[1:]),
    )
