"""True masks, and how good an alpha is against one."""

import cv2
import numpy as np

from masking_core import metrics
from masking_core.arrays import Alpha
from masking_core.errors import ParameterError
from masking_core.image import Image
from masking_core.image.limits import Limits

TOLERANCE = 0.008
"""How far outlines may lie apart and still agree, in diagonals of the picture (Perazzi et al. 2016)."""


def open_truth(data: bytes, name: str, limits: Limits, size: tuple[int, int] | None = None) -> Alpha:
    """(H, W) float32 in [0, 1]: a mask picture's alpha if it has any, else its brightness; the object is bright.

    Raises:
        ImageError: it is no picture.
        ParameterError: it is of another ``size`` (width, height) than the picture it belongs to.
    """
    found = Image.open(data, name=name, limits=limits)
    if size is not None and found.size != size:
        ours, theirs = (f"{each[0]:,} × {each[1]:,}" for each in (size, found.size))
        raise ParameterError(f"The mask {name} is {theirs} pixels; {ours} are needed.")
    grey = cv2.cvtColor(found.rgb, cv2.COLOR_RGB2GRAY) if found.alpha is None else found.alpha
    if grey.max() == 1:  # masks are often written with 0 and 1
        grey = grey * np.uint8(255)
    return np.asarray(grey, np.float32) / np.float32(255)


def scores(alpha: Alpha, truth: Alpha) -> dict[str, float]:
    """The measures of :func:`masking_core.metrics.scores`, outlines compared with the tolerance :data:`TOLERANCE`."""
    return metrics.scores(alpha, truth, TOLERANCE * float(np.hypot(*alpha.shape)))
