"""A cut-out taken apart into one layer an object, so that the layers, stacked, are the cut-out again."""

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np

from masking_core import label_map
from masking_core.arrays import Alpha, Labels, Picture
from masking_core.progress import report
from masking_core.steps.clean import nearest
from masking_core.steps.cut_out import cut_out

DOING = "Taking the layers apart"
SEAM = 0.001
"""Over how far two objects that touch fade into each other, in long sides of the picture."""


class Part(NamedTuple):
    """One object's layer: its tight box (x, y, w, h), and (h, w, 4) uint8."""

    label: int
    box: label_map.Box
    rgba: Picture


def taken_apart(colours: Picture, alpha: Alpha, labels: Labels, kept: tuple[int, ...]) -> Iterator[Part]:
    """The layers of the objects ``kept``, the first on top; together they are ``alpha`` to half a level of 255.

    Every pixel belongs to the kept object that it lies on, or nearest to. Along a seam two objects fade into each
    other, unless the edge is hard; the lower one goes on below the upper one as far as that fades, because one half
    over another half is only three quarters.

    Args:
        colours: (H, W, 3) uint8.
        alpha: (H, W) float32 in [0, 1], of all objects kept.
        labels: (H, W) int32.
        kept: the objects.
    """
    whole = np.rint(alpha * 255).astype(np.uint8)
    soft = bool(((whole > 0) & (whole < 255)).any())
    owner = nearest(labels, label_map.selected(labels, kept))
    report(0.0, DOING)
    reach = max(labels.shape) * SEAM if soft else 0.0
    seen = np.zeros(whole.shape, np.float32)  # share of a pixel that the layers so far own
    through = np.ones(whole.shape, np.float32)  # what they let through
    boxes = label_map.boxes(owner)
    for done, label in enumerate(kept):
        report(done / len(kept), DOING)
        if label not in boxes:
            continue
        window = _wider(boxes[label], whole.shape, reach)
        lies = (owner[window] == label).astype(np.float32)
        rgba = cut_out(colours[window], _own_alpha(lies, whole[window], seen[window], through[window], reach))
        x, y = window[1].start, window[0].start
        report(done / len(kept), DOING)
        left, top, width, height = cv2.boundingRect(cv2.extractChannel(rgba, 3))
        if width:
            report(done / len(kept), DOING)
            tight = np.ascontiguousarray(rgba[top : top + height, left : left + width])
            yield Part(label, (x + left, y + top, width, height), tight)


def _own_alpha(share: Alpha, whole: Picture, seen: Alpha, through: Alpha, reach: float) -> Alpha:
    """One layer's alpha, (h, w) in steps of 1/255, from where its object lies; brings on ``seen`` and ``through``."""
    if reach:
        share = cv2.GaussianBlur(share, (0, 0), reach / 2, borderType=cv2.BORDER_REPLICATE)
    report(0.5, DOING)
    np.minimum(seen + share, 1, out=seen)
    in_the_end = 1 - whole.astype(np.float32) / 255 * seen  # what is to come through this layer and those above it
    report(0.5, DOING)
    needed = 1 - in_the_end / np.maximum(through, 1e-6)
    report(0.5, DOING)
    needed = np.where((share > 0) & (through > 0), needed, 0).clip(0, 1)
    report(0.5, DOING)
    alpha: Alpha = (np.rint(needed * 255) / 255).astype(np.float32)
    report(0.5, DOING)
    through *= 1 - alpha
    return alpha


def _wider(box: label_map.Box, shape: tuple[int, ...], reach: float) -> tuple[slice, slice]:
    """The rows and columns of a box and of all that its object fades into."""
    x, y, width, height = box
    margin = int(np.ceil(2 * reach))
    rows = slice(max(y - margin, 0), min(y + height + margin, shape[0]))
    return rows, slice(max(x - margin, 0), min(x + width + margin, shape[1]))
