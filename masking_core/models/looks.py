"""One answer of a trained network: what it was shown, and how much of that it takes for the subject."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from masking_core.arrays import Picture
from masking_core.errors import ModelError
from masking_core.image import Image
from masking_core.kernels.raster.placing import Crop
from masking_core.models import network
from masking_core.models.files import Weights
from masking_core.models.model import Model
from masking_core.models.network import Tensor

STEPS = 255
"""Maps are rounded to so many steps before anything is decided by them, so that processors agree."""

Plane = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Look:
    """What a network answered when it was shown one part of a picture.

    Attributes:
        crop: the part; it may reach beyond the picture, which is mirrored there.
        seen: (size, size, 3) uint8 sRGB, the part at the size at which it was shown.
        values: (size, size) float32 in [0, 1], in steps of 1/255: how much a pixel is the subject.
        sides: its other outputs, from fine to coarse: (size, size) uint8, in 255ths; none for many networks.
        engine: what ran the network.
    """

    crop: Crop
    seen: Picture
    values: Plane
    sides: tuple[NDArray[np.uint8], ...]
    engine: str

    @property
    def certainty(self) -> float:
        """From 0 to 1: the mean of the answer over the subject, each pixel counted as much as it is the subject."""
        total = float(self.values.sum(dtype=np.float64))
        return float(np.square(self.values, dtype=np.float64).sum()) / total if total else 0.0


def look(image: Image, weights: Weights, crop: Crop, size: int) -> Look:
    """Show a network a part of a picture, which may reach beyond it, at a size in pixels.

    Raises:
        ModelError: the network cannot be run, or answers no map.
        Cancelled: the listener of :mod:`masking_core.progress` no longer wants the result.
    """
    model, shown = weights.model, seen(image, crop, size)
    outputs, engine = network.run(weights, {model.inputs[0].name: normalised(shown, model)})
    maps = [as_map(output, model) for output in outputs if output.ndim == outputs[0].ndim]
    return Look(crop, shown, maps[0], tuple(np.rint(each * STEPS).astype(np.uint8) for each in maps[1:]), engine)


def seen(image: Image, crop: Crop, size: int) -> Picture:
    """The crop at the network's size: (size, size, 3) uint8; beyond the picture it is mirrored."""
    inside = crop.within(Crop.whole(image.rgb.shape))
    part = np.ascontiguousarray(image.rgb[inside.rows, inside.columns])
    top, bottom = (round((row - crop.top) / crop.height * size) for row in (inside.top, inside.bottom))
    left, right = (round((column - crop.left) / crop.width * size) for column in (inside.left, inside.right))
    fitting = max(1, right - left), max(1, bottom - top)
    way = cv2.INTER_AREA if part.shape[0] * part.shape[1] > fitting[0] * fitting[1] else cv2.INTER_LINEAR
    reduced = cv2.resize(part, fitting, interpolation=way)
    beyond = top, size - fitting[1] - top, left, size - fitting[0] - left
    return np.asarray(cv2.copyMakeBorder(reduced, *beyond, cv2.BORDER_REFLECT_101), np.uint8)


def normalised(picture: Picture, model: Model) -> Tensor:
    """A picture (size, size, 3) uint8 as the network expects it: (1, 3, size, size) float32."""
    largest = {"brightest": max(1, int(picture.max())), "255": 255, "1": 1}[model.scale]
    shares = picture[..., ::-1] if model.order == "bgr" else picture
    mean, std = np.array(model.mean, np.float32), np.array(model.std, np.float32)
    tensor: Tensor = ((shares.astype(np.float32) / np.float32(largest) - mean) / std).transpose(2, 0, 1)[None]
    return np.ascontiguousarray(tensor)


def as_map(output: Tensor, model: Model) -> Plane:
    """An output as a map (h, w) float32 in [0, 1], in steps of 1/255.

    Raises:
        ModelError: it is not one plane of finite numbers.
    """
    height, width = output.shape[-2:] if output.ndim >= 2 else (0, 0)
    if output.size != height * width or not np.isfinite(output).all():
        raise ModelError(f"The network {model.name} answers no map: its output is of shape {output.shape}.")
    plane: Plane = output.reshape(height, width)
    if model.answer == "logit":
        plane = (1 / (1 + np.exp(-np.clip(plane, -30, 30)))).astype(np.float32)
    if model.stretched:
        plane = (plane - plane.min()) / np.float32(max(float(np.ptp(plane)), 1e-6))
    return rounded(plane)


def rounded(plane: Plane) -> Plane:
    """The same in steps of 1/255, from 0 to 1."""
    steps: Plane = np.rint(np.clip(plane, 0, 1) * STEPS).astype(np.float32) / np.float32(STEPS)
    return steps
