"""A picture and its alpha as one array: the only place where the two meet on their way out."""

import cv2
import numpy as np

from masking_core.arrays import Alpha, Picture
from masking_core.progress import bands


def cut_out(rgb: Picture, alpha: Alpha) -> Picture:
    """(H, W, 4) uint8, straight alpha, and black wherever it is fully transparent: what was removed is gone.

    Args:
        rgb: (H, W, 3) uint8.
        alpha: (H, W) float32 in [0, 1].
    """
    rgba = np.empty((*alpha.shape, 4), np.uint8)
    for band in bands(alpha.shape, "Cutting out"):
        part = rgba[band]
        cv2.cvtColor(rgb[band], cv2.COLOR_RGB2RGBA, dst=part)
        part[..., 3] = np.rint(alpha[band] * 255)
        part[part[..., 3] == 0] = 0
    return rgba
