"""Pictures that follow one another: marks on some of them serve the others, and how much the result flickers."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import PurePosixPath
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from masking_core.arrays import Mask
from masking_core.batch import places
from masking_core.batch.item import Item
from masking_core.batch.marks import UNMARKED, Marks, MarksFile
from masking_core.batch.places import Place
from masking_core.batch.truth import open_mask
from masking_core.errors import ParameterError
from masking_core.image import Image
from masking_core.image.limits import Limits
from masking_core.prompts import Prompts, SeedMap
from masking_core.prompts.interpolation import interpolate

How = Literal["interpolate", "carry"]
"""What a frame without marks of its own gets: regions between those before and after it, or what is certain of the
result before it."""
CORE = 0.6
"""Share of the greatest depth of a piece from which on a pixel is taken to stay inside it in the next frame."""
MOVED = 0.12
"""How far an outline may move from frame to frame, in sides of a square as large as the picture."""
MASKS = ("mask", "cutout")
"""What the next frame can read a mask from."""


@dataclass(frozen=True)
class Between(Marks):
    """Regions between the marks of two frames; ``fraction`` of the way from the one to the other."""

    before: MarksFile
    after: MarksFile
    fraction: float

    def read(self, limits: Limits) -> bytes:
        """See :class:`Marks`."""
        first, last = self.before.read(limits), self.after.read(limits)
        return b"%d:%r:%b%b" % (len(first), self.fraction, first, last)

    def prompts(self, data: bytes, image: Image, limits: Limits) -> Prompts:
        """See :class:`Marks`."""
        length, _, rest = data.split(b":", 2)
        first, last = rest[: int(length)], rest[int(length) :]
        ends = self.before.prompts(first, image, limits), self.after.prompts(last, image, limits)
        return interpolate(*ends, self.fraction)


@dataclass(frozen=True)
class Carried(Marks):
    """The middle of what was cut out of the frame before is the object, what is far from it is background."""

    mask: Place

    def read(self, limits: Limits) -> bytes:
        """See :class:`Marks`."""
        return b"carried:" + places.read(self.mask, limits)

    def prompts(self, data: bytes, image: Image, limits: Limits) -> Prompts:
        """See :class:`Marks`."""
        mask = open_mask(data.partition(b":")[2], f"result before {image.name}", limits, image.size)
        return Prompts(marks=(SeedMap.from_numbers(_certain(mask >= 0.5)),))


def _certain(mask: Mask) -> NDArray[np.int8]:
    """(H, W) int8: 1 in the middle of a mask's pieces, 0 far from it, -1 where the next frame may differ."""
    inside, outside = (cv2.distanceTransform(side.astype(np.uint8), cv2.DIST_L2, 5) for side in (mask, ~mask))
    _, pieces = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    deepest = np.zeros(int(pieces.max()) + 1, np.float32)
    np.maximum.at(deepest, pieces.ravel(), inside.ravel())
    certain = np.full(mask.shape, -1, np.int8)
    certain[mask & (inside >= CORE * deepest[pieces])] = 1
    certain[outside > MOVED * mask.size**0.5] = 0
    return certain


def linked(items: Sequence[Item], how: How) -> list[Item]:
    """The items with marks for every frame; the pictures of one folder are its frames, in the order of their numbers.

    Frames that are carried must be cut one after the other, in this order.

    Raises:
        ParameterError: no frame has marks, or carrying on is asked for where no mask is written.
    """
    found: list[Item] = []
    for sequence in sequences(items):
        marked = [index for index, item in enumerate(sequence) if item.marks != UNMARKED]
        if not marked:
            raise ParameterError(f"No frame beside {sequence[0].name} has marks: mark one at least.")
        found += _carried(sequence, marked[0]) if how == "carry" else _interpolated(sequence, marked)
    return found


def sequences(items: Iterable[Item]) -> list[list[Item]]:
    """The items of each folder and recipe, by the numbers in their names."""
    ordered = sorted(items, key=lambda item: (*_sequence(item), _by_number(item.name)))
    return [list(group) for _, group in groupby(ordered, key=_sequence)]


def flicker(masks: Iterable[Mask]) -> float:
    """The share of pixels, of all frames but the first and last, that change sides and change back at once."""
    before: Mask | None = None
    now: Mask | None = None
    shares: list[float] = []
    for after in masks:
        if before is not None and now is not None:
            shares.append(float(((now != before) & (now != after)).mean()))
        before, now = now, after
    return float(np.mean(shares)) if shares else 0.0


def masks_of(sequence: Iterable[Item]) -> Iterator[Mask]:
    """The masks that were written of each frame, in their order.

    Raises:
        ImageError: one cannot be read.
    """
    for item in sequence:
        place = _mask_place(item)
        yield open_mask(places.read(place, item.limits), place.name, item.limits) >= 0.5


def _interpolated(sequence: Sequence[Item], marked: Sequence[int]) -> Iterator[Item]:
    for index, item in enumerate(sequence):
        before = max((each for each in marked if each <= index), default=marked[0])
        after = min((each for each in marked if each >= index), default=marked[-1])
        first, last = sequence[before].marks, sequence[after].marks
        between = isinstance(first, MarksFile) and isinstance(last, MarksFile) and first.kind == last.kind == "prompts"
        if before < index < after and between:
            assert isinstance(first, MarksFile)
            assert isinstance(last, MarksFile)
            yield replace(item, marks=Between(first, last, (index - before) / (after - before)))
        else:
            near = before if index - before <= after - index else after
            yield replace(item, marks=sequence[near].marks)


def _carried(sequence: Sequence[Item], first: int) -> Iterator[Item]:
    for index, item in enumerate(sequence):
        if item.marks != UNMARKED:
            yield item
        elif index < first:
            yield replace(item, marks=sequence[first].marks)
        else:
            yield replace(item, marks=Carried(_mask_place(sequence[index - 1])))


def _mask_place(item: Item) -> Place:
    for kind in MASKS:
        if kind in item.writes:
            return Place(item.writes[kind])
    raise ParameterError(f"Frames need a mask to be written: add one of {', '.join(MASKS)} to --write.")


def _sequence(item: Item) -> tuple[str, str, str]:
    return item.recipe_name, item.source.path if item.source.member else "", str(PurePosixPath(item.name).parent)


def _by_number(name: str) -> list[tuple[int, str]]:
    """A key that puts frame 2 before frame 10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name) if part]
