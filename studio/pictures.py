"""Pictures as the browser takes them: small copies and JPEG files."""

import cv2
import numpy as np

from masking_core import Image, Result, export, label_map, palette
from masking_core.arrays import Alpha, Labels, Picture
from masking_core.kernels import sizes
from masking_core.result import ObjectSummary
from masking_core.steps.compose import on_checkerboard
from studio import compute

THUMBNAIL = 96
SCREEN = 600_000
"""Pixels of a picture that is only looked at."""


def jpeg(rgb: Picture, quality: int = 88) -> bytes:
    """A (H, W, 3) or (H, W) uint8 picture as a JPEG file, which is far quicker to make than a PNG."""
    bgr = rgb if rgb.ndim == 2 else rgb[..., ::-1]
    return bytes(cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])[1])


def screen(image: Image) -> Picture:
    """(h, w, 3) uint8: a copy of a picture that is as large as it is shown, transparency on a checkerboard."""
    small = image.reduced(SCREEN)
    return small.rgb if image.alpha is None else on_checkerboard(export.pixels(small))


def heat(rgb: Picture, field: Alpha) -> Picture:
    """A picture in grey, orange where (H, W) ``field`` in [0, 1] is high."""
    grey = cv2.cvtColor(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    blended: Picture = cv2.blendLinear(np.full_like(grey, palette.RGB[2]), grey, field, 1 - field)
    return blended


def thumbnail(image: Image) -> bytes:
    """A small copy of a picture, transparency on a checkerboard, as a JPEG file."""
    return compute.once(("thumbnail", image.digest), lambda: _small(image))


def _small(image: Image) -> bytes:
    small = sizes.reduced(export.pixels(image), sizes.fitting(image.size, 2 * THUMBNAIL))
    return jpeg(small if image.alpha is None else on_checkerboard(small, 8))


def thumbnails(result: Result) -> dict[int, bytes]:
    """Every object on the checkerboard, over a band of its mean colour; JPEG files by object number."""
    rgb = sizes.reduced(result.image.rgb, sizes.fitting(result.image.size, 3 * THUMBNAIL))
    labels = cv2.resize(result.labels, rgb.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    boxes = label_map.boxes(labels)
    return {item.label: _thumbnail(rgb, labels, item, boxes.get(item.label)) for item in result.objects}


def _thumbnail(rgb: Picture, labels: Labels, summary: ObjectSummary, box: label_map.Box | None) -> bytes:
    tile = np.zeros((THUMBNAIL, THUMBNAIL, 4), np.uint8)
    if box is not None:  # an object of a few pixels may be lost in the small copy
        x, y, width, height = box
        factor = THUMBNAIL / max(width, height)
        size = sizes.scaled((width, height), factor)
        mask = (labels == summary.label).astype(np.uint8) * 255
        rgba = np.dstack([rgb, mask])[y : y + height, x : x + width]
        left, top = (THUMBNAIL - size[0]) // 2, (THUMBNAIL - size[1]) // 2
        tile[top : top + size[1], left : left + size[0]] = cv2.resize(rgba, size, interpolation=cv2.INTER_AREA)
    band = np.full((12, THUMBNAIL, 3), summary.colour, np.uint8)
    return jpeg(np.vstack([on_checkerboard(tile, 8), band]))
