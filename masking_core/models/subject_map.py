"""Where a network sees the subject of a picture, or of a region of it: several answers, taken together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from masking_core.arrays import Mask
from masking_core.image import Image
from masking_core.kernels.raster.placing import Crop, read_at
from masking_core.models import files
from masking_core.models.files import Weights
from masking_core.models.looks import Look, Plane, look, rounded
from masking_core.models.registry import DEFAULT
from masking_core.prompts import Prompts

MARGIN = 0.4
"""Of a region's sides, on either side: the most that a network sees around it."""
MARGINS = 0.0, 3 / 8, 1.0
"""Shares of that with which it is shown a region; a network that is shown one part only, with the middle one."""
CLOSER = 0.3
"""Of the sides of what it found, on either side: what it sees around that when it looks closer."""
FARTHER = 0.3
"""Of a picture's sides, on either side: what is added by mirroring to see it from farther away."""
SURE = 0.8
"""Certainty from which on an answer is sure."""
WHOLE = 0.8
"""Share of the picture from which on a part of it is as good as all of it."""
LEAST = 8
"""Pixels a side below which a part shows nothing."""
TRUST = 200.0
"""An answer whose certainty is higher by 1 / TRUST counts e times as much."""
FITTING = 0.1
"""What it is worth, in certainty, that an answer fits the place where the subject can be."""


@dataclass(frozen=True, eq=False)
class SubjectMap:
    """What a network answered.

    Attributes:
        weights: the network.
        crop: where the subject can be: a region, or the whole picture.
        looks: its answers, each to a part of the picture that it was shown.
        shares: what each of them counts, in sum 1.
        values: (size, size) float32 in [0, 1], in steps of 1/255: how much a pixel of the crop is the subject.
    """

    weights: Weights
    crop: Crop
    looks: tuple[Look, ...]
    shares: tuple[float, ...]
    values: Plane

    @property
    def surest(self) -> Look:
        """The answer that counts most."""
        return self.looks[self.shares.index(max(self.shares))]

    def placed(self, shape: tuple[int, ...], full: tuple[int, int]) -> Plane:
        """The map on a copy (h, w) of the ``full`` picture (H, W); 0 outside the crop."""
        return read_at(self.values, self.crop, (shape[0], shape[1]), full)


def subject_map(image: Image, weights: Weights, region: Crop | None = None, margin: float = MARGIN) -> SubjectMap:
    """Show a picture, or a region of it, to a network; what it answers is kept with the picture.

    A network that takes any size is shown several parts. Of a region: the region with several margins. Of a whole
    picture: all of it, then what it found there from closer; where that is nearly everything, all of it at a larger
    size instead; and where no answer is sure, the picture from farther away. An answer counts more, the surer it is
    and the better it fits where the subject can be.

    Args:
        image: the picture.
        weights: the network.
        region: where the subject can be; anywhere by default.
        margin: the most that the network sees around the region, as a share of the region's sides.

    Raises:
        ModelError: the network cannot be run, or answers no map.
        Cancelled: the listener of :mod:`masking_core.progress` no longer wants the result.
    """
    picture = Crop.whole(image.rgb.shape)
    if region is None or _is_most(region, picture):
        region, margin = picture, 0.0
    return image.derived(("subject", weights.sha256, region, margin), lambda: _compute(image, weights, region, margin))


def likely_subject(image: Image, prompts: Prompts) -> Plane:
    """How likely each pixel is the subject: (H, W) float32 in [0, 1]; inside the regions of objects, if there are any.

    Raises:
        ModelError: the network's file is not at hand.
    """
    shape = image.rgb.shape[0], image.rgb.shape[1]
    bounds = prompts.bounds(shape)
    possible = np.ones(shape, np.bool_) if bounds is None else bounds
    likely = subject_map(image, files.weights(DEFAULT), box_of(possible)).placed(shape, shape)
    likely[~possible] = 0
    return likely


def box_of(mask: Mask) -> Crop:
    """The bounding box of a mask (h, w); all of it where the mask is empty."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return Crop.whole(mask.shape)
    return Crop(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)


def _is_most(part: Crop, picture: Crop) -> bool:
    return part.height * part.width >= WHOLE * picture.height * picture.width


def _compute(image: Image, weights: Weights, where: Crop, margin: float) -> SubjectMap:
    whole = where == Crop.whole(image.rgb.shape)
    looks = _of_picture(image, weights) if whole else _of_region(image, weights, where, margin)
    placed = _placed(looks, where, max(len(each.seen) for each in looks))
    fits = (_off_border(plane) if whole else _in_region(plane) for plane in placed)
    shares = _shares([each.certainty + FITTING * fit for each, fit in zip(looks, fits, strict=True)])
    values = np.zeros_like(placed[0])
    for share, plane in zip(shares, placed, strict=True):
        values += np.float32(share) * plane
    return SubjectMap(weights, where, looks, shares, rounded(values))


def _of_region(image: Image, weights: Weights, region: Crop, margin: float) -> tuple[Look, ...]:
    """Answers to a region with more and more around it."""
    shares = MARGINS if weights.model.looks else MARGINS[1:2]
    crops = dict.fromkeys(region.widened(share * margin).within(Crop.whole(image.rgb.shape)) for share in shares)
    return tuple(look(image, weights, crop, weights.model.size) for crop in crops)


def _of_picture(image: Image, weights: Weights) -> tuple[Look, ...]:
    """Answers to a whole picture, and to what the first of them makes worth a look."""
    picture, model = Crop.whole(image.rgb.shape), weights.model
    first = look(image, weights, picture, model.size)
    if model.looks is None:
        return (first,)
    found = _worth_a_closer_look(first, picture)
    second = look(image, weights, found or picture, model.looks.closer if found else model.looks.again)
    if max(first.certainty, second.certainty) >= SURE:
        return first, second
    return first, second, look(image, weights, picture.widened(FARTHER), model.size)


def _worth_a_closer_look(first: Look, picture: Crop) -> Crop | None:
    """What an answer to the whole picture found, and some of what is around it; None where that is nearly all."""
    mask = first.values >= 0.5
    if not mask.any():
        return None
    box = box_of(mask)
    down, across = picture.height / mask.shape[0], picture.width / mask.shape[1]
    found = Crop(round(box.top * down), round(box.left * across), round(box.bottom * down), round(box.right * across))
    part = found.widened(CLOSER).within(picture)
    return None if min(part.height, part.width) < LEAST or _is_most(part, picture) else part


def _placed(looks: Sequence[Look], where: Crop, size: int) -> list[Plane]:
    """Every answer as a map (size, size) of where the subject can be; what it was not shown is as in the first."""
    planes: list[Plane] = []
    for each in looks:
        top, left = each.crop.top - where.top, each.crop.left - where.left
        crop = Crop(top, left, top + each.crop.height, left + each.crop.width)
        plane, known = (
            read_at(values, crop, (size, size), (where.height, where.width))
            for values in (each.values, np.ones_like(each.values))
        )
        planes.append(np.where(known > 0, plane, planes[0]) if planes else plane)
    return planes


def _in_region(plane: Plane) -> float:
    """How much of a region the bounding box of what was found in it takes, from 0 to 1."""
    mask = plane >= 0.5
    box = box_of(mask)
    return box.height * box.width / mask.size if mask.any() else 0.0


def _off_border(plane: Plane) -> float:
    """How much of a picture's border is not the subject, from 0 to 1."""
    return 1 - float(np.concatenate([plane[0], plane[-1], plane[:, 0], plane[:, -1]]).mean())


def _shares(scores: Sequence[float]) -> tuple[float, ...]:
    """What each answer counts; in sum 1."""
    raised = np.exp(TRUST * np.array(scores))
    return tuple((raised / raised.sum()).tolist())
