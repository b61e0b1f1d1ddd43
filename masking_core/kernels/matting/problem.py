"""What is asked: a picture, where its alpha is known, and what it is there."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
BACKGROUND, UNKNOWN, FOREGROUND = 0, 128, 255


class Problem(NamedTuple):
    """A matte to be found, at some size.

    Attributes:
        rgb: (H, W, 3) uint8, or float32 in [0, 255].
        unknown: (H, W) bool.
        alpha: (H, W) float32 in [0, 1], right where it is known.
    """

    rgb: NDArray[Any]
    unknown: NDArray[np.bool_]
    alpha: Plane

    def solved(self, values: NDArray[np.floating]) -> Problem:
        """The same with alpha (n,) at its n unknown pixels, row by row, clipped to [0, 1]."""
        alpha = self.alpha.copy()
        alpha[self.unknown] = np.clip(values, 0, 1)
        return Problem(self.rgb, self.unknown, alpha)


def from_trimap(rgb: NDArray[np.uint8], trimap: NDArray[np.uint8]) -> Problem:
    """A problem from (H, W, 3) uint8 and (H, W) uint8: 0 background, 255 foreground, anything else unknown."""
    unknown = (trimap != BACKGROUND) & (trimap != FOREGROUND)
    return Problem(np.ascontiguousarray(rgb), unknown, (trimap == FOREGROUND).astype(np.float32))
