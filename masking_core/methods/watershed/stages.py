"""The steps of watershed for Explain."""

from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from masking_core.arrays import Picture
from masking_core.image import Image
from masking_core.kernels.watershed.flooding import Flooded
from masking_core.palette import hex_of, tinted
from masking_core.stage import Plot, Series, Stage

FRAMES = 25


def stages(image: Image, levels: NDArray[np.uint8], flooded: Flooded) -> tuple[Stage, ...]:
    """How it came about; all that is kept for it beyond picture and result is one byte a pixel."""
    return (
        Stage(
            title="Edges",
            text="Every pixel is as bright as colours change around it, at the chosen scale. Bright lines are the "
            "ridges of the relief that will be flooded.",
            formula=r"g = \sqrt{\lambda_{\max}\Big(\sum_{c \in L^*a^*b^*} \nabla (G_\sigma * I_c)\, "
            r"\nabla (G_\sigma * I_c)^{\mathsf T}\Big)}",
            render=partial(_relief, levels),
        ),
        Stage(
            title="Markers",
            text="These pixels are certain: they were drawn, or assumed as the notes say. Water will rise from them "
            "and from nowhere else.",
            formula=r"M_k = \{\, p : \text{marker of object } k \,\}",
            render=partial(_over, image.rgb, flooded, 0),
        ),
        Stage(
            title="Flooding",
            text="The water rises over the relief, lowest places first, and each pixel goes to the flood that reaches "
            "it first. The slider is time: every frame floods the same share of the picture.",
            formula=r"\ell(p) = \arg\min_k \; \min_{\pi : M_k \to p} \; \max_{q \in \pi} "
            r"\big( g(q) + c \cdot d(q, \pi_0) \big)",
            render=partial(_water, levels, flooded),
            frames=FRAMES,
            names=tuple(f"{frame / (FRAMES - 1):.0%} flooded" for frame in range(FRAMES)),
            plots=partial(_shares, flooded),
        ),
        Stage(
            title="Objects",
            text="Where floods have met, a dam was built: the outline of an object. No pixel is left over.",
            formula=r"O_k = \{\, p : \ell(p) = k \,\}",
            render=partial(_over, image.rgb, flooded, 255),
        ),
    )


def _shares(flooded: Flooded, now: int) -> tuple[Plot, ...]:
    """How much of the picture each flood has reached, over time."""
    kinds = int(flooded.labels.max()) + 1
    reached = np.bincount(flooded.labels.ravel() * 256 + flooded.arrival.ravel(), minlength=256 * kinds)
    shares = 100 * reached.reshape(kinds, 256).cumsum(axis=1) / flooded.labels.size
    times = np.arange(FRAMES) * 255 // (FRAMES - 1)
    percent = [100 * frame / (FRAMES - 1) for frame in range(FRAMES)]
    series = [
        Series(
            f"object {label}" if label else "background",
            percent,
            shares[label, times].tolist(),
            "line",
            [hex_of(label)],
        )
        for label in np.flatnonzero(shares[:, -1]).tolist()
    ]
    line = Series("", [percent[now]] * 2, [0.0, float(shares.max())], "line", ["#808080"], 1)
    return (Plot("What each flood has reached", "time (% flooded)", "% of the picture", (*series, line)),)


def _relief(levels: NDArray[np.uint8], _: int) -> Picture:
    return np.asarray(cv2.cvtColor(levels, cv2.COLOR_GRAY2RGB), np.uint8)


def _over(rgb: Picture, flooded: Flooded, time: int, _: int) -> Picture:
    """The picture under what was flooded by ``time``, each object in its colour; the rest is paler."""
    return tinted(rgb if time else rgb // 2 + 127, flooded.labels, flooded.arrival <= time)


def _water(levels: NDArray[np.uint8], flooded: Flooded, frame: int) -> Picture:
    wet = flooded.arrival <= 255 * frame // (FRAMES - 1)
    return tinted(_relief(levels, frame), flooded.labels, wet)
