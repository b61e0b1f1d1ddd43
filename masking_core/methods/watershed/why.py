"""What flooding weighs at one pixel: how high the lowest pass is from each side's markers."""

import cv2
import numpy as np
from numpy.typing import NDArray

from masking_core.arrays import Labels, Mask
from masking_core.why import Evidence, Why

HIGHEST = 255


def why(levels: NDArray[np.uint8], seeds: Labels, labels: Labels, x: int, y: int) -> Why:
    """See :data:`masking_core.why.Weigh`.

    Args:
        levels: (H, W) uint8, how high the relief is at every pixel.
        seeds: (H, W) int32, the number of the marker at a pixel, -1 where there is none.
        labels: (H, W) int32, the result.
        x, y: the pixel.
    """
    own = int(labels[y, x])
    if seeds[y, x] >= 0:
        return Why(f"A marker of {_named(int(seeds[y, x]))} lies on this pixel.")
    mine = lowest_pass(levels, seeds == own, x, y)
    others = lowest_pass(levels, (seeds >= 0) & (seeds != own), x, y)
    near = "lower than" if mine < others else "as low as" if mine == others else "higher than"
    sentence = f"The lowest pass from the marker of {_named(own)} is {near} that from any other"
    sentence += "." if mine < others else ", and its flood was here first."
    return Why(
        sentence,
        (
            Evidence(f"Lowest pass from {_named(own)}", mine / HIGHEST, f"{mine} of {HIGHEST}", signed=False),
            Evidence("Lowest pass from any other marker", others / HIGHEST, f"{others} of {HIGHEST}", signed=False),
            Evidence("The edge at this pixel", levels[y, x] / HIGHEST, f"{levels[y, x]} of {HIGHEST}", signed=False),
        ),
    )


def lowest_pass(levels: NDArray[np.uint8], markers: Mask, x: int, y: int) -> int:
    """The least height that water must rise to, from any of the (H, W) markers to the pixel; 255 if there is no way."""
    low, high = int(levels[y, x]), HIGHEST
    while low < high:
        middle = (low + high) // 2
        _, pieces = cv2.connectedComponents(((levels <= middle) | markers).astype(np.uint8), connectivity=4)
        if markers[pieces == pieces[y, x]].any():
            high = middle
        else:
            low = middle + 1
    return low


def _named(number: int) -> str:
    return f"object {number}" if number else "the background"
