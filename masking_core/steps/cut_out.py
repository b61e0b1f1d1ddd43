"""A picture and its alpha as one array: the only place where the two meet on their way out."""

import cv2
import numpy as np

from masking_core.arrays import Alpha, Picture


def cut_out(rgb: Picture, alpha: Alpha) -> Picture:
    """(H, W, 4) uint8, straight alpha, and black wherever it is fully transparent: what was removed is gone.

    Args:
        rgb: (H, W, 3) uint8.
        alpha: (H, W) float32 in [0, 1].
    """
    rgba: Picture = cv2.cvtColor(rgb, cv2.COLOR_RGB2RGBA)
    rgba[..., 3] = np.rint(alpha * 255)
    rgba[rgba[..., 3] == 0] = 0
    return rgba
