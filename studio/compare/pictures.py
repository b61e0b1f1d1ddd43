"""What a column shows of its result, and the colours in which two masks differ."""

import cv2
import numpy as np

from masking_core import Result
from masking_core.arrays import Mask, Picture
from masking_core.steps.compose import on_checkerboard
from studio import pictures
from studio.components.linked_picture import linked_picture

RESULT, MASK, DISAGREEMENT, ERRORS = "Result", "Mask", "Disagreement", "Errors"

# Okabe & Ito's orange and blue: told apart with every kind of colour vision, and in grey.
ONLY_HERE, ONLY_THERE = (240, 165, 0), (0, 114, 178)
SWATCH = '<span style="color:rgb({},{},{})">■</span>'
HERE, THERE = SWATCH.format(*ONLY_HERE), SWATCH.format(*ONLY_THERE)
LEGENDS = {
    DISAGREEMENT: f"{HERE} only in this column &nbsp; {THERE} only in the reference. Bright grey: in both.",
    ERRORS: f"{HERE} wrongly kept &nbsp; {THERE} missed. Bright grey: rightly kept.",
}


def foreground(result: Result) -> Mask:
    """(H, W) bool: what is kept by half at least."""
    return result.alpha >= 0.5


def difference(rgb: Picture, here: Mask, there: Mask) -> Picture:
    """A (H, W, 3) picture in grey, bright where both (H, W) bool masks are, coloured where only one is."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    base = np.where(here & there, 110 + 0.55 * grey, 0.35 * grey)[..., None]
    shown = np.repeat(base, 3, axis=2)
    for only, colour in ((here & ~there, ONLY_HERE), (there & ~here, ONLY_THERE)):
        shown[only] = 0.35 * base[only] + 0.65 * np.array(colour, np.float32)
    return np.asarray(np.rint(shown), np.uint8)


def draw(result: Result, view: str, other: Mask | None, key: str, alt: str) -> None:
    """Draw ``result`` in that view; ``other`` (H, W) bool is the mask it is compared with, where the view does that."""
    if view in LEGENDS and other is not None:
        shown = difference(result.image.rgb, foreground(result), other)
    elif view == MASK:
        shown = result.mask
    else:
        shown = on_checkerboard(result.cutout)
    linked_picture(pictures.jpeg(shown), result.image.size, alt, key)
