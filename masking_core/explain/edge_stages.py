"""How the objects that stay become alpha, for the page that explains it; the same for every method."""

from __future__ import annotations

from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from masking_core.arrays import Picture
from masking_core.palette import RGB
from masking_core.result import Result
from masking_core.stage import Plot, Series, Stage

REACH = 12
"""How far to either side of the edge alpha is plotted, in pixels."""
SURE = 1 / 255
"""Alpha so near to 0 or 1 is shown as 0 or 1."""


def stages(result: Result) -> tuple[Stage, ...]:
    """From the mask to alpha, what the edge's own steps show of it, and the colours that the edge then has."""
    return _edge(result), *result.edge_stages(), _colours(result)


def _colours(result: Result) -> Stage:
    return Stage(
        "Clean colours",
        "A half-transparent pixel of a photo holds some of the old background's colour. The object's own colour is "
        "estimated from what is certain near it, so that no rim is left on a new background.",
        r"I_p = \alpha_p F_p + (1 - \alpha_p) B_p \;\Rightarrow\; F_p",
        partial(_coloured, result),
        2,
        ("the picture's colours", "the object's own colours"),
    )


def _coloured(result: Result, frame: int) -> Picture:
    """What is not fully transparent, opaque, on grey."""
    shown = np.full_like(result.image.rgb, 128)
    np.copyto(shown, (result.image.rgb, result.colours)[frame], where=(result.mask > 0)[..., None])
    return shown


def _edge(result: Result) -> Stage:
    """The mask, its trimap and its alpha, with alpha over the distance from the mask's edge."""
    return Stage(
        "From mask to alpha",
        "The objects that stay are a mask, whose edge is moved, smoothed and feathered as the edge's settings say. "
        "Where alpha lies between 0 and 1, orange in the trimap, what is put behind shows through.",
        r"C_p = \alpha_p F_p + (1 - \alpha_p) B_p",
        partial(_drawn, result),
        3,
        ("mask", "trimap", "alpha"),
        partial(_profile, result),
    )


def _drawn(result: Result, frame: int) -> Picture:
    return (_mask, _trimap, _alpha)[frame](result)


def _kept(result: Result) -> NDArray[np.bool_]:
    return np.isin(result.labels, result.kept)


def _shown(values: NDArray[np.uint8]) -> Picture:
    return np.asarray(cv2.cvtColor(values, cv2.COLOR_GRAY2RGB), np.uint8)


def _mask(result: Result) -> Picture:
    return _shown(_kept(result).view(np.uint8) * np.uint8(255))


def _alpha(result: Result) -> Picture:
    return _shown(result.mask)


def _trimap(result: Result) -> Picture:
    shown = _shown((result.alpha >= 0.5).view(np.uint8) * np.uint8(255))
    shown[(result.alpha > SURE) & (result.alpha < 1 - SURE)] = RGB[2]
    return shown


def _profile(result: Result, _: int) -> tuple[Plot, ...]:
    mask = _kept(result)
    if mask.all() or not mask.any():
        return ()
    inside, outside = (
        cv2.distanceTransform(side.view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE) for side in (mask, ~mask)
    )
    steps = np.rint(inside - outside - np.where(mask, 0.5, -0.5)).astype(np.int64)
    near = np.abs(steps) <= REACH
    index = steps[near] + REACH
    sums, counts = np.bincount(index, result.alpha[near], 2 * REACH + 1), np.bincount(index, minlength=2 * REACH + 1)
    seen = np.flatnonzero(counts)
    line = Series("", (seen - REACH).tolist(), (sums[seen] / counts[seen]).tolist())
    title = "Alpha across the mask's edge, on average"
    return (Plot(title, "pixels inside the edge", "alpha", (line,), (-REACH, REACH), (0, 1)),)
