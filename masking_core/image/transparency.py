"""Pictures with transparent pixels, as a method may see them: without the colours that nobody can see."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from masking_core.arrays import Mask
from masking_core.errors import ImageError
from masking_core.image.image import Image

NOTHING_TO_SEE = "Every pixel of the picture is fully transparent: there is nothing to cut out."

_SAMPLE = 20_000
"""Visible pixels, at most, that the colour behind is chosen against."""
_RARE = 2.0
"""Percent of the visible pixels that the colour behind may be close to."""
_BEHIND = np.array([[r, g, b] for r in (255, 0) for g in (255, 0) for b in (255, 0)] + [[128] * 3], np.uint8)
"""The colours to choose from: white first, so that a tie goes to it."""


def hidden(image: Image) -> Mask | None:
    """(H, W) bool: the pixels that are fully transparent; None where there is none."""
    if image.alpha is None or image.alpha.min() > 0:
        return None
    return np.asarray(image.alpha == 0)


def opaque(image: Image) -> Image:
    """The picture without its alpha, fully transparent pixels in a colour that comes from the visible ones alone.

    Where most of the border is transparent, they get the one colour that differs most from what is visible, so that it
    stands out; elsewhere the colour of the nearest visible pixel, so that no edge appears. Semi-transparent pixels
    keep their colours.

    Raises:
        ImageError: every pixel is fully transparent.
    """
    if image.alpha is None:
        return image
    return image.derived("opaque", lambda: _opaque(image))


def extended(image: Image) -> Image:
    """The picture without its alpha, fully transparent pixels in the colour of the nearest visible one.

    Raises:
        ImageError: every pixel is fully transparent.
    """
    unseen = hidden(image)
    if unseen is None:
        return opaque(image)
    if unseen.all():
        raise ImageError("empty", NOTHING_TO_SEE)
    return image.derived("extended", lambda: _extended(image, unseen))


def _extended(image: Image, unseen: Mask) -> Image:
    rgb = image.rgb.copy()
    rgb[unseen] = _nearest(rgb, unseen)
    return Image(rgb, None, image.name, image.notes)


def _opaque(image: Image) -> Image:
    unseen = hidden(image)
    if unseen is None:
        return Image(image.rgb, None, image.name, image.notes)
    if unseen.all():
        raise ImageError("empty", NOTHING_TO_SEE)
    border = np.concatenate([unseen[0], unseen[-1], unseen[:, 0], unseen[:, -1]])
    if border.mean() <= 0.5:
        return _extended(image, unseen)
    rgb = image.rgb.copy()
    rgb[unseen] = _contrasting(rgb[~unseen])
    return Image(rgb, None, image.name, image.notes)


def _contrasting(colours: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Of :data:`_BEHIND` the colour farthest from (N, 3) ``colours``, but for a few, in CIE L*a*b*."""
    sample = colours[:: max(1, len(colours) // _SAMPLE)]
    apart = [np.percentile(np.linalg.norm(_lab(sample) - candidate, axis=1), _RARE) for candidate in _lab(_BEHIND)]
    return np.asarray(_BEHIND[int(np.argmax(apart))])


def _lab(colours: NDArray[np.uint8]) -> NDArray[np.float32]:
    return np.asarray(cv2.cvtColor(colours[None].astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[0])


def _nearest(rgb: NDArray[np.uint8], unseen: Mask) -> NDArray[np.uint8]:
    """For every unseen pixel, in order, the colour of the nearest one that is seen."""
    _, index = cv2.distanceTransformWithLabels(
        unseen.view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    colours = np.zeros((int(index.max()) + 1, 3), np.uint8)
    colours[index[~unseen]] = rgb[~unseen]
    return np.asarray(colours[index[unseen]])
