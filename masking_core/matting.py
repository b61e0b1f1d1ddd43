"""Soft edges: alpha from a trimap, and the object's own colours where it is soft."""

import numpy as np
from numpy.typing import NDArray

from masking_core.errors import ParameterError
from masking_core.kernels.matting.estimate import Quality, matte
from masking_core.kernels.matting.foreground import foreground_colours
from masking_core.kernels.matting.trimap import JudgedEdge, judged

__all__ = ["QUALITIES", "WIDTH", "JudgedEdge", "estimate_alpha", "estimate_foreground", "estimate_trimap", "judge_edge"]

QUALITIES = ("best", "fast")
WIDTH = 0.02
"""Of the long side: how far from the edge a trimap may be unknown, unless it is told otherwise."""
WIDTH_LEAST = 8.0
"""The same in pixels, at least."""


def estimate_trimap(
    rgb: NDArray[np.uint8],
    alpha: NDArray[np.float32],
    width: float | None = None,
    uncertainty: NDArray[np.float32] | None = None,
    hair: NDArray[np.bool_] | None = None,
) -> NDArray[np.uint8]:
    """Make a trimap from a mask: unknown where the edge is soft, hairy or doubtful, and a little beside the rest of it.

    Args:
        rgb: (H, W, 3) uint8 sRGB.
        alpha: (H, W) float32 in [0, 1], hard or soft; the edge is where it passes 0.5.
        width: how far from the edge it may be unknown, in pixels; None for :data:`WIDTH` of the long side, 8 or more.
        uncertainty: (h, w) float32 in [0, 1] of any size, where the mask was a close decision; None if not known.
        hair: (H, W) bool, what is unknown in any case; None for nothing.

    Returns:
        (H, W) uint8: 0 background, 128 unknown, 255 foreground.

    Raises:
        ParameterError: an array has another shape or type, or a value is out of its range.
        Cancelled: the listener of :mod:`masking_core.progress` no longer wants the result.
    """
    return judge_edge(rgb, alpha, width, uncertainty, hair).trimap


def judge_edge(
    rgb: NDArray[np.uint8],
    alpha: NDArray[np.float32],
    width: float | None = None,
    uncertainty: NDArray[np.float32] | None = None,
    hair: NDArray[np.bool_] | None = None,
) -> JudgedEdge:
    """Make a trimap and say whether a matte is worth more than a smoothed mask; arguments as :func:`estimate_trimap`.

    Returns:
        The trimap, where colours contradict the mask, and ``soft``: False where the edge is as sharp as the mask says.
    """
    _check_picture(rgb)
    _check_alpha(rgb, alpha)
    if width is None:
        width = max(WIDTH_LEAST, WIDTH * max(alpha.shape))
    if not width >= 0:
        raise ParameterError(f"width must be 0 pixels or more, but {width:g} was given.")
    if hair is not None and (hair.dtype != np.bool_ or hair.shape != alpha.shape):
        raise ParameterError(
            f"hair must be bool of the picture's shape {alpha.shape}, but {hair.dtype} {hair.shape} was given."
        )
    return judged(rgb, alpha, width, uncertainty, hair)


def estimate_alpha(rgb: NDArray[np.uint8], trimap: NDArray[np.uint8], quality: Quality = "best") -> NDArray[np.float32]:
    """Estimate how much of each pixel the object covers, where a trimap leaves it open (Levin et al. 2008).

    Args:
        rgb: (H, W, 3) uint8 sRGB.
        trimap: (H, W) uint8: 0 background, 255 foreground, anything else unknown.
        quality: "best", or "fast" with fewer pixels solved for.

    Returns:
        (H, W) float32 in [0, 1]; 0 and 1 exactly where the trimap is background and foreground.

    Raises:
        ParameterError: an array has another shape or type, nothing is known, or there is no such quality.
        Cancelled: the listener of :mod:`masking_core.progress` no longer wants the result.

    >>> from masking_core.samples import sample
    >>> rgb = sample("coffee").rgb[50:150, 150:300]
    >>> trimap = np.full(rgb.shape[:2], 128, np.uint8)
    >>> trimap[:, :40], trimap[:, 90:] = 0, 255
    >>> alpha = estimate_alpha(rgb, trimap, quality="fast")
    >>> float(alpha[:, :40].max()), float(alpha[:, 90:].min())
    (0.0, 1.0)
    """
    _check_picture(rgb)
    if trimap.dtype != np.uint8 or trimap.shape != rgb.shape[:2]:
        raise ParameterError(
            f"trimap must be uint8 of the picture's shape {rgb.shape[:2]}, but {trimap.dtype} {trimap.shape} was given."
        )
    if quality not in QUALITIES:
        raise ParameterError(f"quality must be one of {', '.join(QUALITIES)}, but {quality} was given.")
    if not ((trimap == 0) | (trimap == 255)).any():
        raise ParameterError("trimap must hold at least one pixel of 0 (background) or 255 (foreground), but has none.")
    return matte(rgb, trimap, quality).alpha


def estimate_foreground(rgb: NDArray[np.uint8], alpha: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Estimate the object's own colours, without the background's share in them (Germer et al. 2020).

    Args:
        rgb: (H, W, 3) uint8 sRGB.
        alpha: (H, W) float32 in [0, 1].

    Returns:
        (H, W, 3) uint8: the object's colour where alpha lies between 0 and 1, the picture's own elsewhere.

    Raises:
        ParameterError: an array has another shape or type, or alpha a value outside [0, 1].
        Cancelled: the listener of :mod:`masking_core.progress` no longer wants the result.

    >>> rgb = np.full((8, 8, 3), 200, np.uint8)
    >>> estimate_foreground(rgb, np.full((8, 8), 0.5, np.float32)).shape
    (8, 8, 3)
    """
    _check_picture(rgb)
    _check_alpha(rgb, alpha)
    return foreground_colours(rgb, alpha)


def _check_picture(rgb: NDArray[np.uint8]) -> None:
    if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3:
        raise ParameterError(f"rgb must be uint8 of shape (H, W, 3), but {rgb.dtype} {rgb.shape} was given.")


def _check_alpha(rgb: NDArray[np.uint8], alpha: NDArray[np.float32]) -> None:
    if alpha.dtype != np.float32 or alpha.shape != rgb.shape[:2]:
        raise ParameterError(
            f"alpha must be float32 of the picture's shape {rgb.shape[:2]}, but {alpha.dtype} {alpha.shape} was given."
        )
    if alpha.size and not (alpha.min() >= 0 and alpha.max() <= 1):
        raise ParameterError(f"alpha must lie in [0, 1], but {alpha.min():g} to {alpha.max():g} was given.")
