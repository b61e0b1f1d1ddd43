"""The outlines of what marks without a figure of their own cover."""

import cv2
import numpy as np

from masking_core.arrays import Mask, Points
from studio.drawing.canvas.sheet import CORNERS

MOST = 200_000
"""Corners that the outlines of all marks may have together: browsers draw them, and they are sent to them."""


def contours(mask: Mask, corner: tuple[int, int] = (0, 0), most: int = MOST) -> list[Points]:
    """The outlines of a mask along its outermost pixels' middles; its box, where they have more than ``most`` corners.

    Args:
        mask: (H, W) bool.
        corner: the column and the row at which it begins.
        most: see :func:`share`.
    """
    found, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_TC89_L1)
    if not found:
        return []
    points: Points = np.concatenate(found)[:, 0] + corner + 0.5
    if len(points) > most:
        low, high = points.min(axis=0), points.max(axis=0)
        return [(low + high + CORNERS * (high - low)) / 2]
    return np.split(points, np.cumsum([len(line) for line in found])[:-1])


def share(marks: int) -> int:
    """How many corners each of so many marks may have."""
    return MOST // max(1, marks)
