"""Colours that tell objects apart, also for the colour-blind."""

import cv2
import numpy as np
from numpy.typing import NDArray

from masking_core import label_map
from masking_core.arrays import Labels, Picture

# Okabe & Ito (2008), then Tol's muted set (2021): background first, in neutral grey.
HEX = (
    "#8a8f98",
    "#0072b2",
    "#e69f00",
    "#009e73",
    "#cc79a7",
    "#d55e00",
    "#56b4e9",
    "#f0e442",
    "#882255",
    "#44aa99",
    "#999933",
    "#332288",
    "#aa4499",
)

RGB = np.array([list(bytes.fromhex(colour[1:])) for colour in HEX], np.uint8)


def hex_of(object: int) -> str:
    """The colour of an object number (0 is background) as #rrggbb; numbers beyond the set begin it anew."""
    return HEX[object if object < len(HEX) else 1 + (object - 1) % (len(HEX) - 1)]


def tinted(picture: Picture, labels: Labels, where: NDArray[np.bool_]) -> Picture:
    """A (H, W, 3) uint8 picture, where (H, W) bool says so under the colours of a label map."""
    mixed: Picture = np.where(where[..., None], cv2.addWeighted(picture, 0.4, paint(labels), 0.6, 0), picture)
    return mixed


def paint(labels: Labels) -> Picture:
    """A label map as a picture, (H, W, 3) uint8, each object in its colour."""
    numbers = np.arange(int(labels.max(initial=0)) + 1)
    table = RGB[np.where(numbers < len(RGB), numbers, 1 + (numbers - 1) % (len(RGB) - 1))]
    return label_map.looked_up(table, labels)


def paint_trimap(trimap: Picture) -> Picture:
    """A (H, W) uint8 trimap as a picture, (H, W, 3) uint8: black, white, and orange where it is unknown."""
    shown: Picture = cv2.cvtColor(trimap, cv2.COLOR_GRAY2RGB)
    shown[(trimap > 0) & (trimap < 255)] = RGB[2]
    return shown
