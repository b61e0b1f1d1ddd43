"""What a picture and its seeds say for and against foreground, before any smoothing.

The stages, each usable and cacheable by itself:

1. :func:`picture_features`: of the picture alone.
2. :func:`seed_weights`: which pixels the first colour models learn from; :func:`cut_weights`: and after a cut.
3. :func:`colour_models` and :func:`margin_of`: logarithm of the foreground's over the background's likelihood.
4. :func:`geodesic_margin`: whether the way from the foreground's or from the background's seeds is shorter.

A cut of their sum gives a mask; its :func:`cut_weights` give better colour models, and so on (Rother et al. 2004).
Lengths are shares of the picture's scale, the root of its area, so that a proxy and the full picture agree.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from masking_core.arrays import Mask
from masking_core.kernels.appearance.colour_models import Mixture, Palette, fit_mixture, gather_palette, log_likelihood
from masking_core.kernels.appearance.geodesic import FAR, geodesic_distance

Plane = NDArray[np.float32]
Models = tuple[Mixture, Mixture]
"""Of the foreground's and of the background's colours."""

COLOUR_LIMIT = 3.0
"""Most that a pixel's colour may say: stronger margins come from colours that no seed has shown, and mean little."""
TRUST = 2.0
"""How many limits more it may say where everything is seeded: the more was shown, the fewer colours are new."""
GEODESIC_WEIGHT = 3.0
SHADE = 1.0  # CIELAB units: what cannot be told apart
LEANING = 0.3
"""Added to every unary of strokes: on balance a cut takes a little too little."""
WAY_COST = 800.0  # CIELAB units that a way as long as the picture's scale pays on a flat picture
SMOOTHING = 1 / 283  # of the scale: one pixel of a proxy of 80,000 pixels
FRAME_START = 40.0  # CIELAB units: the frame is background, if less certainly than a stroke
FRAME_BAND = 0.03  # of the scale
FRAME_SHARE = 0.3  # of the background seeds' weight
LEAST_SEEDED = 0.02  # of the picture: what the background's seeds at least weigh beside the frame
SPECK = 0.1  # of the largest part
SEED_SHARE = 0.3  # of a region's weight that its seeds have again after a cut


class Features(NamedTuple):
    """Of a picture alone.

    ``lab`` (H, W, 3) float32 CIELAB, and the same smoothed; a coarse palette to learn from, and one of shades so fine
    that what is said of a shade is said of the pixels that have it.
    """

    lab: Plane
    smooth: Plane
    palette: Palette
    shades: Palette


def picture_features(rgb: NDArray[np.uint8]) -> Features:
    """Take what all later stages need from (H, W, 3) uint8 sRGB, best of about 0.1 MP."""
    lab = cv2.cvtColor(np.float32(1 / 255) * rgb, cv2.COLOR_RGB2LAB)
    smooth = cv2.GaussianBlur(lab, (0, 0), max(SMOOTHING * _scale(lab.shape), 0.3))
    colours = lab.reshape(-1, 3)
    return Features(lab, smooth, gather_palette(colours), gather_palette(colours, SHADE))


def seed_weights(seeds: NDArray[np.integer], *, frame: bool) -> tuple[Plane, Plane]:
    """How much each pixel counts for the first models of foreground and background; two (H, W) float32.

    Args:
        seeds: (H, W), -1 unknown, 0 background, 1 foreground.
        frame: whether a band along the picture's frame counts as background where it holds no seed, at a fraction of
            the background seeds' weight. True unless a region or trimap says what is background.
    """
    foreground, background = (seeds == 1).astype(np.float32), (seeds == 0).astype(np.float32)
    if frame:
        band = _frame(seeds, max(2, round(FRAME_BAND * _scale(seeds.shape))))
        seeded = max(float(background.sum()), LEAST_SEEDED * seeds.size)
        background += band * np.float32(FRAME_SHARE * seeded / max(int(band.sum()), 1))
    return foreground, background


def cut_weights(mask: Mask, first: tuple[Plane, Plane]) -> tuple[Plane, Plane]:
    """How much each pixel counts after a cut: the cut's regions, and once more the :func:`seed_weights` they grew from.

    The seeds keep a fixed share of their region's weight, so that a wrong cut does not outvote them.
    """
    regions = mask.astype(np.float32), (~mask).astype(np.float32)
    return tuple(  # type: ignore[return-value]
        region + seed * np.float32(SEED_SHARE * region.sum() / max(float(seed.sum()), 1.0))
        for region, seed in zip(regions, first, strict=True)
    )


def colour_models(features: Features, weights: tuple[Plane, Plane], components: int) -> Models:
    """Mixtures of the foreground's and of the background's colours; of a side without a pixel, those of the picture."""
    foreground, background = (
        fit_mixture(features.palette, np.ascontiguousarray(each).ravel(), components)
        for each in (weight if weight.any() else np.ones_like(weight) for weight in weights)
    )
    return foreground, background


def margin_of(models: Models, colours: Plane) -> Plane:
    """Log-likelihood of the foreground's mixture minus the background's at CIELAB colours (N, 3); (N,) float32."""
    foreground, background = models
    return log_likelihood(foreground, colours) - log_likelihood(background, colours)


def margin_of_pixels(models: Models, features: Features) -> Plane:
    """:func:`margin_of` the shade of every pixel; (H, W) float32."""
    return margin_of(models, features.shades.colours)[features.shades.bins].reshape(features.lab.shape[:2])


def colour_limit(seeds: NDArray[np.integer]) -> float:
    """Most that colour may say for or against foreground, given what is seeded: (H, W), -1 where nothing is."""
    return COLOUR_LIMIT * (1 + TRUST * float(np.mean(seeds >= 0)))


def geodesic_margin(features: Features, seeds: NDArray[np.integer], *, frame: bool) -> Plane:
    """Compare the shortest ways from either side's seeds; (H, W) float32 in [-1, 1], 1 at the foreground's.

    A way pays for changes of colour (Bai & Sapiro 2007) and for its length, so that a look-alike far from the seeds is
    not taken. ``frame``: the frame is a background seed as well, at a head start against it.
    """
    starts = np.where(seeds == 1, 0, FAR), np.where(seeds == 0, 0, FAR)
    if frame:
        starts = starts[0], np.where(_frame(seeds, 1), np.minimum(starts[1], FRAME_START), starts[1])
    step = WAY_COST / _scale(seeds.shape)
    ours, theirs = (geodesic_distance(start.astype(np.float32), features.smooth, step) for start in starts)
    balance: Plane = (theirs - ours) / (theirs + ours + np.float32(1e-6))
    return balance


def distance_from(marks: Mask, features: Features) -> Plane:
    """Geodesic distance of every pixel from the nearest marked one (H, W); without a mark, all are far."""
    starts = np.where(marks, np.float32(0), FAR)
    return geodesic_distance(starts, features.smooth, WAY_COST / _scale(marks.shape))


def connected_to_seeds(mask: Mask, seeds: NDArray[np.integer]) -> Mask:
    """Keep the 8-connected parts of a (H, W) bool mask that hold a foreground seed; all of it if there is none."""
    if not (seeds == 1).any():
        return mask
    count, parts = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    seeded = np.zeros(count, np.bool_)
    seeded[parts[(seeds == 1) & mask]] = True
    connected: Mask = seeded[parts]
    return connected


def without_specks(mask: Mask) -> Mask:
    """Keep the 8-connected parts of a (H, W) bool mask that are not small beside the largest."""
    _, parts, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    areas = stats[:, cv2.CC_STAT_AREA]
    areas[0] = 0
    large: Mask = (areas >= max(1.0, SPECK * areas.max()))[parts]
    return large


def _scale(shape: tuple[int, ...]) -> float:
    return math.sqrt(shape[0] * shape[1])


def _frame(seeds: NDArray[np.integer], width: int) -> Mask:
    """Unseeded pixels within ``width`` of the picture's edge."""
    inner = np.zeros(seeds.shape, np.bool_)
    inner[width:-width, width:-width] = True
    return ~inner & (seeds < 0)
