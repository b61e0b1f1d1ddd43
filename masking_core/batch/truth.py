"""True masks, and how good an alpha is against one."""

import cv2
import numpy as np

from masking_core import metrics
from masking_core.arrays import Alpha
from masking_core.image.limits import Limits
from masking_core.image.numbers import NumberMap
from masking_core.truth import Truth, read

TOLERANCE = 0.008
"""How far outlines may lie apart and still agree, in diagonals of the picture (Perazzi et al. 2016)."""


def open_mask(data: bytes, name: str, limits: Limits, size: tuple[int, int] | None = None) -> Alpha:
    """(H, W) float32 in [0, 1] of a mask picture: its alpha where that is all there is to see, else its brightness.

    Palette indices from 1 on are the object, and so is 1 in a picture of 0 and 1.

    Raises:
        ImageError: it is no picture.
        PromptError: it is of another ``size`` (width, height) than the picture it belongs to.
    """
    found = NumberMap.open(data, name=name, limits=limits)
    if size is not None:
        found.must_be(size, "a mask")
    grey = found.mask_in_alpha()
    if grey is None and found.rgb is not None:
        grey = cv2.cvtColor(found.rgb, cv2.COLOR_RGB2GRAY)
    if grey is not None:
        return np.asarray(grey, np.float32) / np.float32(255)
    values = found.values
    assert values is not None  # it has either colours or numbers
    if found.palette is not None or values.max() <= 1:
        return (values > 0).astype(np.float32)
    return np.clip(values / found.white, 0, 1).astype(np.float32)


def open_truth(data: bytes, name: str, limits: Limits, size: tuple[int, int] | None = None) -> Truth:
    """A ground truth, read as such files are usually meant, see :func:`masking_core.truth.usual_reading`.

    Raises:
        ImageError: it is no picture.
        PromptError: it is of another ``size`` (width, height) than the picture it belongs to, or no ground truth.
    """
    found = NumberMap.open(data, name=name, limits=limits)
    if size is not None:
        found.must_be(size, "a mask")
    return read(found)


def scores(alpha: Alpha, truth: Truth) -> dict[str, float]:
    """The measures of :func:`masking_core.metrics.scores`, outlines compared with the tolerance :data:`TOLERANCE`."""
    return metrics.scores(alpha, truth.alpha, TOLERANCE * float(np.hypot(*alpha.shape)), truth.ignored)
