"""Where a result was a close decision, and where a mark would help most."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]

LEVELS = (0.25, 0.5, 0.75)


def of_membership(membership: Plane) -> Plane:
    """Uncertainty of soft groups: 1 less how far the strongest membership is ahead of the next.

    Args:
        membership: (H, W, K) float32 in [0, 1]; what is missing to 1 is the background's.

    Returns:
        (H, W) float32 in [0, 1].
    """
    rest = np.clip(1 - membership.sum(axis=2, keepdims=True), 0, 1)
    ordered = np.sort(np.concatenate([membership, rest], axis=2), axis=2)
    uncertain: Plane = 1 - (ordered[..., -1] - ordered[..., -2])
    return uncertain


def of_votes(masks: Sequence[NDArray[np.bool_]]) -> Plane:
    """How much several masks of one picture disagree at each pixel.

    Args:
        masks: (H, W) bool each; one at least.

    Returns:
        (H, W) float32 in [0, 1]: 0 where all say the same, 1 where half of them say otherwise.
    """
    share = np.stack(masks).mean(axis=0)
    return np.asarray(4 * share * (1 - share), np.float32)


def next_place(uncertainty: Plane) -> tuple[int, int] | None:
    """Where to mark next: the pixel (x, y) deepest inside what is uncertain; None where everything is certain.

    Depth is the distance to what is more certain, summed over a quarter, a half and three quarters of full uncertainty,
    so that a wide doubtful region comes before the fine line along every outline.

    Args:
        uncertainty: (H, W) float32 in [0, 1].
    """
    depth = np.zeros(uncertainty.shape, np.float32)
    for level in LEVELS:
        inside = np.pad((uncertainty >= level).astype(np.uint8), 1)
        depth += cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
    if not depth.any():
        return None
    row, column = np.unravel_index(int(depth.argmax()), depth.shape)
    return int(column), int(row)
