"""Sizes of reduced copies, and making them: the one place that rounds a side."""

import cv2
import numpy as np
from numpy.typing import NDArray


def scaled(size: tuple[int, int], factor: float) -> tuple[int, int]:
    """Width and height times ``factor``, in whole pixels, one at least."""
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def fitting(size: tuple[int, int], side: int) -> float:
    """The factor, 1 at most, by which the longer of width and height becomes ``side``."""
    return min(1.0, side / max(size))


def reduced(pixels: NDArray[np.uint8], factor: float) -> NDArray[np.uint8]:
    """A copy of (H, W) or (H, W, C) uint8 at ``factor`` of its size, every pixel the mean of those it stands for."""
    size = scaled((pixels.shape[1], pixels.shape[0]), factor)
    return np.ascontiguousarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
