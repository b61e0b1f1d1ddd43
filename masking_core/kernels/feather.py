"""A soft edge that thin parts survive."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from masking_core.progress import bands

_WIDTHS = 3.4
"""Standard deviations that a square must measure to keep three quarters of its opacity in its middle, and more."""

BAND = 4_000_000
"""Pixels that are feathered at a time, so that a large picture takes no more memory than its alpha and the result."""
REACHES = 8
"""Rows of a band, at least, for one beyond it that has a part in it: those are feathered with both bands."""


QUICK = 8.0
"""Standard deviation up to which a blur takes a moment, however large the picture."""
STEPS = 1_000_000_000
"""Multiplications between two reports."""
DOING = "Softening the edge"


def feather(
    alpha: NDArray[np.float32], radius: float, *, out: NDArray[np.float32] | None = None
) -> NDArray[np.float32]:
    """Blur an alpha, thin parts by less than the rest: the middle of no part loses more than a quarter of its opacity.

    A part too thin for a Gaussian of half the radius, because a square of 3.4 standard deviations does not fit into it
    (morphological opening), is blurred by half as much, by a quarter, …, at last not at all. Nothing but the thin parts
    and their surroundings differs from the plain blur.

    Args:
        alpha: (H, W) float32 in [0, 1]; what runs off the frame stays whole there.
        radius: pixels over which a straight edge fades on either side, ≥ 0; 0 blurs nothing.
        out: (H, W) float32 that may be written into and returned; ``alpha`` itself saves memory.

    Returns:
        (H, W) float32 in [0, 1].
    """
    if not radius:
        return alpha
    height, width = alpha.shape
    if alpha.size <= BAND:
        return _feathered(alpha, radius)
    reach = _reach(radius)
    whole = np.empty_like(alpha) if out is None else out
    above = alpha[:0]  # the rows over a band as they were before it was feathered
    for part in bands((height, width), DOING, max(BAND, REACHES * reach * width)):
        top, bottom = part.start, part.stop
        band = np.concatenate([above, alpha[top : bottom + reach]])
        inner = slice(len(above), len(above) + bottom - top)
        above = band[: inner.stop][-reach:].copy()
        whole[top:bottom] = _feathered(band, radius)[inner]
    return whole


def gaussian(alpha: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """Average (H, W) float32 around every pixel; what runs off the picture goes on beyond its border.

    Args:
        alpha: (H, W) float32.
        sigma: standard deviation in pixels, > 0.

    Raises:
        Cancelled: the listener of :mod:`masking_core.progress` no longer wants the result.
    """
    if sigma <= QUICK:
        return np.asarray(cv2.GaussianBlur(alpha, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE))
    across, blurred = np.empty_like(alpha), np.empty_like(alpha)
    kernel, one = cv2.getGaussianKernel(round(8 * sigma + 1) | 1, sigma, cv2.CV_32F), np.ones(1, np.float32)
    most = STEPS // len(kernel)
    for rows in bands(alpha.shape, DOING, most):
        across[rows] = cv2.sepFilter2D(alpha[rows], -1, kernel, one, borderType=cv2.BORDER_REPLICATE)
    for columns in bands(alpha.shape[::-1], DOING, most):
        strip = np.ascontiguousarray(across[:, columns])
        blurred[:, columns] = cv2.sepFilter2D(strip, -1, one, kernel, borderType=cv2.BORDER_REPLICATE)
    return blurred


def _reach(radius: float) -> int:
    """Rows beyond which nothing has a part in a pixel: of the widest opening, what lies beside it, and the blur."""
    return math.ceil(4 * radius) + 6 * _odd(_WIDTHS * radius / 2)


def _feathered(alpha: NDArray[np.float32], radius: float) -> NDArray[np.float32]:
    box = _box(alpha, math.ceil(4 * radius))
    if box is None:
        return alpha
    inner = np.ascontiguousarray(alpha[box])
    levels = cv2.convertScaleAbs(inner, alpha=255)
    sigma = radius / 2
    soft = gaussian(inner, sigma)
    while (width := _odd(_WIDTHS * sigma)) > 1:
        thin = _thinner_than(levels, width)
        sigma /= 2
        part = _box(thin, 3 * width + math.ceil(4 * sigma))
        if part is None:
            continue
        finer = gaussian(inner[part], sigma) if _odd(_WIDTHS * sigma) > 1 else inner[part]
        soft[part] = np.maximum(soft[part], cv2.multiply(finer, _around(thin[part], width)))
    feathered = np.zeros_like(alpha)
    feathered[box] = soft
    return feathered


def _box(alpha: NDArray[np.float32] | NDArray[np.uint8], margin: int) -> tuple[slice, slice] | None:
    """The rows and columns that are not empty, ``margin`` pixels wider; None where all are."""
    x, y, width, height = cv2.boundingRect((alpha > 0).view(np.uint8))
    if not width:
        return None
    return slice(max(y - margin, 0), y + height + margin), slice(max(x - margin, 0), x + width + margin)


def _thinner_than(levels: NDArray[np.uint8], width: int) -> NDArray[np.uint8]:
    """(H, W) uint8: 1 where no square of ``width`` pixels that is about as opaque fits nearby, 0 elsewhere."""
    opened = cv2.morphologyEx(levels, cv2.MORPH_OPEN, np.ones((width, width), np.uint8))
    # The teeth of a round outline are no thin parts: they lie beside where the square fits.
    beside = cv2.dilate(opened, np.ones((3, 3), np.uint8), iterations=1 + width // 4)
    thin: NDArray[np.uint8] = (cv2.subtract(levels, beside) > levels >> 2).view(np.uint8)
    return thin


def _around(thin: NDArray[np.uint8], width: int) -> NDArray[np.float32]:
    """(H, W) float32 in [0, 1]: 1 on thin parts and beside them, fading farther off."""
    near = cv2.dilate(thin, np.ones((4 * width + 1, 4 * width + 1), np.uint8)).astype(np.float32)
    # The mean over a window half as wide as what was added is 1 up to where the parts meet thicker ones.
    faded: NDArray[np.float32] = cv2.blur(near, (2 * width + 1, 2 * width + 1), borderType=cv2.BORDER_REPLICATE)
    return faded


def _odd(width: float) -> int:
    """The next odd whole number: what is opened by an even square is shifted."""
    return 2 * math.ceil((width - 1) / 2) + 1
