"""How strongly colours change at every pixel: what a watershed floods."""

from __future__ import annotations

import math
from typing import Literal

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from masking_core.kernels.colour_space import planes
from masking_core.progress import report, within

Multiscale = Literal["off", "max", "mean"]
"""One scale, or the largest or the mean response of three scales."""

DOING = "Finding edges"
OCTAVES = (1, 2, 4)
_FINE = 3.0  # σ in pixels that is still sampled well; what is blurred more needs no full resolution


def colour_gradient(rgb: NDArray[np.uint8], sigma: float, multiscale: Multiscale = "off") -> NDArray[np.float32]:
    """Magnitude of the colour gradient (Di Zenzo 1986) in CIE L*a*b*; (H, W) float32 ≥ 0, colour units a pixel.

    It is the square root of the larger eigenvalue of the sum over channels of ∇(G_σ ∗ I) ∇(G_σ ∗ I)ᵀ: the change along
    the direction in which all channels together change most.

    Args:
        rgb: (H, W, 3) uint8.
        sigma: standard deviation of the Gaussian G_σ in pixels, ≥ 0; 0 blurs nothing.
        multiscale: "max" and "mean" combine σ, 2σ and 4σ, each response times the square root of its octave: the
            scale normalisation with γ = ½ under which a step of any width answers alike (Lindeberg 1998).
    """
    report(0.0, "Converting colours")
    lab = planes(rgb, "lab")
    octaves = (1,) if multiscale == "off" else OCTAVES
    total = np.zeros(rgb.shape[:2], np.float32)
    for done, octave in enumerate(octaves):
        with within(done / len(octaves), 1 / len(octaves)):
            found = _at_scale(lab, sigma * octave)
        found *= np.float32(math.sqrt(octave))
        (np.maximum if multiscale == "max" else np.add)(total, found, out=total)
    return total / np.float32(len(octaves)) if multiscale == "mean" else total


def edge_levels(gradient: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The gradient in 256 levels, 255 at its maximum; (H, W) uint8.

    Levels are even in the square root: a flood depends on their order alone, and weak edges are the many.
    """
    strongest = float(gradient.max())
    if strongest == 0:
        return np.zeros(gradient.shape, np.uint8)
    levels: NDArray[np.uint8] = np.rint(255 * np.sqrt(gradient / np.float32(strongest))).astype(np.uint8)
    return levels


def _at_scale(lab: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    _, height, width = lab.shape
    factor = min(max(1, int(sigma / _FINE)), height, width)
    size = (round(width / factor), round(height / factor))
    # Averaging over f pixels blurs by itself: its variance is (f² - 1) / 12.
    rest = math.sqrt(max(0.0, sigma**2 - (factor**2 - 1) / 12)) / factor
    blurred = np.empty((3, size[1], size[0]), np.float32)
    for channel, plane in enumerate(lab):
        report(channel / 4, DOING)
        small = plane if factor == 1 else cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
        blurred[channel] = cv2.GaussianBlur(small, (0, 0), rest, borderType=cv2.BORDER_REPLICATE) if rest else small
    magnitude = np.empty(blurred.shape[1:], np.float32)
    report(0.75, DOING)
    _di_zenzo(blurred, 1 / factor, magnitude)
    if factor == 1:
        return magnitude
    enlarged: NDArray[np.float32] = cv2.resize(magnitude, (width, height), interpolation=cv2.INTER_LINEAR)
    return enlarged


@njit(cache=True, nogil=True, error_model="numpy")
def _di_zenzo(channels: NDArray[np.float32], scale: float, out: NDArray[np.float32]) -> None:
    """Central differences of (C, H, W), one-sided at the frame, as the magnitude of their structure tensor."""
    count, height, width = channels.shape
    for i in range(height):
        up, down = max(i - 1, 0), min(i + 1, height - 1)
        vertical = scale / max(down - up, 1)
        for j in range(width):
            left, right = max(j - 1, 0), min(j + 1, width - 1)
            horizontal = scale / max(right - left, 1)
            xx = yy = xy = 0.0
            for c in range(count):
                dx = (channels[c, i, right] - channels[c, i, left]) * horizontal
                dy = (channels[c, down, j] - channels[c, up, j]) * vertical
                xx += dx * dx
                yy += dy * dy
                xy += dx * dy
            out[i, j] = math.sqrt(0.5 * (xx + yy + math.sqrt((xx - yy) * (xx - yy) + 4 * xy * xy)))
