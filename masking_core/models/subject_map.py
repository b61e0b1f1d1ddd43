"""Where a network sees the subject of a picture, or of a crop of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from masking_core.arrays import Mask, Picture
from masking_core.errors import ModelError
from masking_core.image import Image
from masking_core.kernels.raster.placing import Crop, read_at
from masking_core.models import files, network
from masking_core.models.files import Weights
from masking_core.models.model import Model
from masking_core.models.network import Tensor
from masking_core.models.registry import DEFAULT
from masking_core.prompts import Prompts

MARGIN = 0.15
"""Of a region's sides, on either side: what the network sees around it."""
WHOLE = 0.8
"""Share of the picture from which on a crop is all of it."""
TRUST = 10.0
"""How much more an answer counts that is surer: a certainty more by 1 / TRUST makes it count e times as much."""
STEPS = 255
"""Maps are rounded to so many steps before anything is decided by them, so that processors agree."""

Plane = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Look:
    """What a network answered at one size.

    Attributes:
        seen: (size, size, 3) uint8 sRGB, the picture at that size.
        values: (size, size) float32 in [0, 1], in steps of 1/255: how much a pixel is the subject.
        sides: its other outputs, from fine to coarse: (size, size) uint8, in 255ths; none for many networks.
    """

    seen: Picture
    values: Plane
    sides: tuple[NDArray[np.uint8], ...]

    @property
    def certainty(self) -> float:
        """From 0 to 1: the mean of the answer over the subject, each pixel counted as much as it is the subject."""
        total = float(self.values.sum(dtype=np.float64))
        return float(np.square(self.values, dtype=np.float64).sum()) / total if total else 0.0


@dataclass(frozen=True, eq=False)
class SubjectMap:
    """What a network answered.

    Attributes:
        weights: the network.
        engine: what ran it.
        crop: the part of the picture that it was shown.
        looks: its answers at each of its sizes.
        shares: what each of them counts, in sum 1.
        values: (h, w) float32 in [0, 1], in steps of 1/255: how much a pixel is the subject, by all answers.
    """

    weights: Weights
    engine: str
    crop: Crop
    looks: tuple[Look, ...]
    shares: tuple[float, ...]
    values: Plane

    @property
    def surest(self) -> Look:
        """The answer that counts most."""
        return self.looks[self.shares.index(max(self.shares))]

    def placed(self, plane: Plane, shape: tuple[int, ...], full: tuple[int, int]) -> Plane:
        """A map of the crop on a copy (h, w) of the ``full`` picture (H, W); 0 outside the crop."""
        return read_at(plane, self.crop, (shape[0], shape[1]), full)


def subject_map(image: Image, weights: Weights, crop: Crop | None = None) -> SubjectMap:
    """Show a picture, or a crop of it, to a network; what it answers is kept with the picture.

    Raises:
        ModelError: the network cannot be run, or answers no map.
        Cancelled: the listener of :mod:`masking_core.progress` no longer wants the result.
    """
    where = crop or Crop(0, 0, *image.rgb.shape[:2])
    return image.derived(("subject", weights.sha256, where), lambda: _compute(image, weights, where))


def likely_subject(image: Image, prompts: Prompts) -> Plane:
    """How likely each pixel is the subject: (H, W) float32 in [0, 1]; inside the regions of objects, if there are any.

    Raises:
        ModelError: the network's file is not at hand.
    """
    shape = image.rgb.shape[0], image.rgb.shape[1]
    bounds = prompts.bounds(shape)
    possible = np.ones(shape, np.bool_) if bounds is None else bounds
    found = subject_map(image, files.weights(DEFAULT), crop_of(possible))
    likely = found.placed(found.values, shape, shape)
    likely[~possible] = 0
    return likely


def crop_of(possible: Mask, margin: float = MARGIN) -> Crop:
    """What to show of a picture, given where (H, W) the object can be: its bounding box and a margin around it."""
    height, width = possible.shape
    rows, columns = np.flatnonzero(possible.any(axis=1)), np.flatnonzero(possible.any(axis=0))
    if not len(rows):
        return Crop(0, 0, height, width)
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    if (bottom - top) * (right - left) >= WHOLE * possible.size:
        return Crop(0, 0, height, width)
    down, across = margin * (bottom - top), margin * (right - left)
    return Crop(
        max(0, round(top - down)),
        max(0, round(left - across)),
        min(height, round(bottom + down)),
        min(width, round(right + across)),
    )


def seen(image: Image, crop: Crop, size: int) -> Picture:
    """The crop at the network's size: (size, size, 3) uint8."""
    rows, columns = crop.rows, crop.columns
    part = np.ascontiguousarray(image.rgb[rows, columns])
    way = cv2.INTER_AREA if part.shape[0] * part.shape[1] > size * size else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(part, (size, size), interpolation=way), np.uint8)


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


def _compute(image: Image, weights: Weights, crop: Crop) -> SubjectMap:
    looks, engine = [], ""
    for size in (weights.model.size, *weights.model.other_sizes):
        look, engine = _look(seen(image, crop, size), weights)
        looks.append(look)
    shares = _shares([look.certainty for look in looks])
    return SubjectMap(weights, engine, crop, tuple(looks), shares, _combined(looks, shares))


def _look(shown: Picture, weights: Weights) -> tuple[Look, str]:
    """An answer, and what ran the network."""
    model = weights.model
    outputs, engine = network.run(weights, {model.inputs[0].name: normalised(shown, model)})
    maps = [as_map(output, model) for output in outputs if output.ndim == outputs[0].ndim]
    return Look(shown, maps[0], tuple(np.rint(each * STEPS).astype(np.uint8) for each in maps[1:])), engine


def _shares(certainties: Sequence[float]) -> tuple[float, ...]:
    """What each answer counts: more, the surer it is; in sum 1."""
    raised = np.exp(TRUST * np.array(certainties))
    return tuple((raised / raised.sum()).tolist())


def _combined(looks: Sequence[Look], shares: Sequence[float]) -> Plane:
    """The answers' weighted mean at the size of the largest."""
    size = max(look.values.shape[::-1] for look in looks)
    scaled = (cv2.resize(look.values, size, interpolation=cv2.INTER_LINEAR) for look in looks)
    return rounded(sum(np.float32(share) * plane for share, plane in zip(shares, scaled, strict=True)))
