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
    rgba = np.zeros((*alpha.shape, 4), np.uint8)
    for band in bands(alpha.shape, "Cutting out"):
        opacity = cv2.convertScaleAbs(alpha[band], alpha=255)
        whole = cv2.insertChannel(opacity, cv2.cvtColor(rgb[band], cv2.COLOR_RGB2RGBA), 3)
        cv2.copyTo(whole, opacity, rgba[band])
    return rgba
