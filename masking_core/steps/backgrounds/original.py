"""Backgrounds made of the original picture."""

from functools import partial
from typing import Annotated, ClassVar, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from masking_core.arrays import Alpha, Picture
from masking_core.image import Image
from masking_core.parameters import Show
from masking_core.progress import bands, beside, report
from masking_core.steps.backgrounds.background import Background

GREY_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
DOING = "Painting the background"


class _Original(Background):
    """The original picture, changed; where it is transparent itself it stays so."""

    def _with_alpha(self, rgb: Picture, image: Image) -> Picture:
        return rgb if image.alpha is None else np.dstack([rgb, image.alpha])


class Blurred(_Original):
    """The original, out of focus; the object's colours do not spread into it."""

    title: ClassVar[str] = "Original, blurred"
    place: ClassVar[int] = 5

    kind: Literal["blurred"] = "blurred"
    radius: Annotated[
        float,
        Field(ge=1, le=200, title="Blur", description="Radius of the blur."),
        Show(unit="px", step=1),
    ] = 20.0

    def paint(self, image: Image, alpha: Alpha) -> Picture:
        """See :class:`Background`."""
        weight = 1 - alpha
        if image.alpha is not None:
            weight = weight * (image.alpha.astype(np.float32) / np.float32(255))
        return self._with_alpha(_blurred(image.rgb, weight, self.radius), image)


class Dimmed(_Original):
    """The original, dimmed, so that what was cut out stands out where it stood."""

    title: ClassVar[str] = "Original, dimmed"
    place: ClassVar[int] = 6

    kind: Literal["dimmed"] = "dimmed"
    amount: Annotated[
        float,
        Field(
            ge=0, le=1, title="Dimming", description="0 leaves the original as it is, 1 turns it grey and nearly black."
        ),
        Show(step=0.05),
    ] = 0.7

    def paint(self, image: Image, alpha: Alpha) -> Picture:
        """See :class:`Background`."""
        painted = np.empty_like(image.rgb)
        for rows in bands(alpha.shape, DOING):
            grey = (image.rgb[rows] @ GREY_LUMA)[..., None]
            painted[rows] = (image.rgb[rows] * (1 - self.amount) + grey * self.amount) * (1 - 0.85 * self.amount)
        return self._with_alpha(painted, image)


class Grey(_Original):
    """The original without its colours."""

    title: ClassVar[str] = "Original, grey"
    place: ClassVar[int] = 7

    kind: Literal["grey"] = "grey"

    def paint(self, image: Image, alpha: Alpha) -> Picture:  # noqa: ARG002
        """See :class:`Background`."""
        grey = cv2.cvtColor(cv2.cvtColor(image.rgb, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        return self._with_alpha(np.asarray(grey, np.uint8), image)


def _blurred(rgb: Picture, weight: NDArray[np.float32], radius: float) -> Picture:
    """``rgb`` out of focus, where what weighs nothing lends no colour; a wide blur is made on a smaller copy."""
    height, width = weight.shape
    factor = min(8, max(1, int(radius / 5)))
    size = -(-width // factor), -(-height // factor)
    weighed = np.empty((height, width, 4), np.float32)
    for band in bands(weight.shape, DOING):
        weighed[band][..., :3] = rgb[band] * weight[band][..., None]
        weighed[band][..., 3] = weight[band]
    report(0.0, DOING)
    filled = _filled(cv2.resize(weighed, size, interpolation=cv2.INTER_AREA))
    blur = partial(cv2.GaussianBlur, filled, (0, 0), radius / 2 / factor, borderType=cv2.BORDER_REPLICATE)
    soft = beside(blur, DOING)
    blurred = beside(partial(cv2.resize, soft, (width, height), interpolation=cv2.INTER_CUBIC), DOING)
    rounded = np.empty((height, width, 3), np.uint8)
    for band in bands(weight.shape, DOING):
        rounded[band] = np.clip(np.rint(blurred[band]), 0, 255)
    return rounded


def _filled(weighed: NDArray[np.float32]) -> NDArray[np.float32]:
    """Colours (H, W, 3) of (H, W, 4) colours times weight, and weight; gaps are filled from ever larger averages."""
    smaller = [weighed]
    while max(smaller[-1].shape[:2]) > 1:
        height, width = smaller[-1].shape[:2]
        smaller.append(cv2.resize(smaller[-1], ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_AREA))
    filled = smaller.pop()
    for finer in reversed(smaller):
        report(0.0, DOING)
        coarse = cv2.resize(filled, finer.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        # What a level does not know itself comes from the coarser one.
        filled = finer + coarse / np.maximum(coarse[..., 3:], 1e-6) * (1 - np.minimum(finer[..., 3:], 1))
    return (filled[..., :3] / np.maximum(filled[..., 3:], 1e-6)).astype(np.float32)
