"""Alpha from a picture and a trimap: reduced, solved and read back at full size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from masking_core.kernels.matting.closed_form import closed_form
from masking_core.kernels.matting.problem import Plane, Problem, from_trimap
from masking_core.kernels.matting.reduction import LEAST, enlarged, factor_for, reduced
from masking_core.kernels.matting.sampling import Sampled, sampled

Quality = Literal["best", "fast"]

MOST = {"best": 30_000, "fast": 20_000}
"""Unknown pixels that are solved for; pictures with more are reduced until they have no more."""


@dataclass(frozen=True)
class Matte:
    """A matte and how it came about.

    Attributes:
        alpha: (H, W) float32 in [0, 1].
        factor: how many times smaller the size is at which it was solved.
        samples: alpha sampled at that size, and how sure it is; None for "fast".
        solved: the problem at that size, with its alpha.
    """

    alpha: Plane
    factor: int
    samples: Sampled | None
    solved: Problem


def matte(rgb: NDArray[np.uint8], trimap: NDArray[np.uint8], quality: Quality = "best") -> Matte:
    """Estimate alpha where a trimap leaves it open; arguments as of :func:`masking_core.matting.estimate_alpha`.

    Raises:
        Cancelled: the listener of :mod:`masking_core.progress` no longer wants the result.
    """
    height, width = trimap.shape
    problem = from_trimap(*(_extended(each) for each in (rgb, trimap)))
    factor = factor_for(problem, MOST[quality])
    small = reduced(problem, factor)
    samples = sampled(small) if quality == "best" else None
    solved = closed_form(small, samples) if small.unknown.any() else small
    alpha = solved.alpha if factor == 1 else enlarged(solved, problem, factor)
    return Matte(np.ascontiguousarray(alpha[:height, :width]), factor, samples, solved)


def _extended(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    below, right = (max(0, LEAST - side) for side in picture.shape[:2])
    if not below and not right:
        return picture
    return np.asarray(cv2.copyMakeBorder(picture, 0, below, 0, right, cv2.BORDER_REPLICATE))
