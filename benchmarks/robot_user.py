"""A robot that corrects a mask click by click, as in the literature on interactive segmentation (f-BRS, RITM).

From an empty mask, each click goes to the deepest point of the larger error: the exact Euclidean distance to what is
right (the picture's frame counts as right), 0 at pixels that were clicked before; background on a tie. The click is a
disc of radius 5 with the click's label; later discs cover earlier ones, and the clicked pixels themselves always win.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import cv2
import numpy as np
from numpy.typing import NDArray

from masking_core.arrays import Mask
from masking_core.metrics import iou
from masking_core.uncertainty import next_place

RADIUS = 5  # pixels
MOST_CLICKS = 20

Seeds = NDArray[np.int8]
Plane = NDArray[np.float32]
Segmenter = Callable[[Seeds], Mask]
"""All clicks so far as (H, W) int8 seeds (-1 unknown, 0 background, 1 foreground) -> the mask."""


@dataclass(frozen=True)
class Click:
    """A pixel and the label that the robot gives it."""

    x: int
    y: int
    label: int


@dataclass(frozen=True)
class Visit:
    """One picture's clicks, the IoU after each, and the seconds that each took."""

    clicks: tuple[Click, ...]
    ious: tuple[float, ...]
    seconds: tuple[float, ...]

    def clicks_to(self, target: float) -> int:
        """Return the number of clicks until IoU ≥ ``target``, or 20 if it was never reached."""
        return next((k for k, reached in enumerate(self.ious, 1) if reached >= target), MOST_CLICKS)

    def reached(self, target: float) -> bool:
        """Whether IoU ≥ ``target`` was ever reached."""
        return any(each >= target for each in self.ious)


def next_click(mask: Mask, truth: Mask, ignored: Mask, clicks: tuple[Click, ...]) -> Click:
    """Return the click that the robot makes next on this mask."""
    missing, extra = (_depth(error & ~ignored, clicks) for error in (truth & ~mask, mask & ~truth))
    label = int(missing.max() > extra.max())
    depth = missing if label else extra
    y, x = np.unravel_index(int(np.argmax(depth)), depth.shape)
    return Click(int(x), int(y), label)


def seeds_of(clicks: tuple[Click, ...], shape: tuple[int, int]) -> Seeds:
    """Draw the clicks' discs in order and the clicked pixels last; (H, W) int8."""
    seeds = np.full(shape, -1, np.int8)
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    for click in clicks:
        seeds[(rows - click.y) ** 2 + (columns - click.x) ** 2 <= RADIUS**2] = click.label
    for click in clicks:
        seeds[click.y, click.x] = click.label
    return seeds


def guided_click(uncertainty: Plane, truth: Mask, clicks: tuple[Click, ...]) -> Click:
    """Return the click of somebody who is shown where the method is uncertain, and says what is there."""
    left = uncertainty * (seeds_of(clicks, truth.shape) < 0)
    x, y = next_place(left) or (truth.shape[1] // 2, truth.shape[0] // 2)
    return Click(x, y, int(truth[y, x]))


def visit(
    segment: Segmenter, truth: Mask, ignored: Mask, stop_at: float = 0.9, guide: Callable[[], Plane] | None = None
) -> Visit:
    """Click until the IoU reaches ``stop_at``, at most 20 times.

    With a ``guide``, the uncertainty (H, W) of the last result, only the first click looks at the truth for its place.
    """
    mask = np.zeros(truth.shape, dtype=bool)
    clicks: tuple[Click, ...] = ()
    ious: list[float] = []
    seconds: list[float] = []
    while len(clicks) < MOST_CLICKS and (not ious or ious[-1] < stop_at):
        if guide is None or not clicks:
            click = next_click(mask, truth, ignored, clicks)
        else:
            click = guided_click(guide(), truth, clicks)
        clicks = (*clicks, click)
        began = perf_counter()
        mask = segment(seeds_of(clicks, truth.shape))
        seconds.append(perf_counter() - began)
        ious.append(iou(mask, truth, ignored))
    return Visit(clicks, tuple(ious), tuple(seconds))


def _depth(error: Mask, clicks: tuple[Click, ...]) -> NDArray[np.float32]:
    padded = np.pad(error.astype(np.uint8), 1)
    depth = cv2.distanceTransform(padded, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1].copy()
    for click in clicks:
        depth[click.y, click.x] = 0.0
    return depth
