"""What the marks on a picture say of each object, for methods that find one object after the other."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from masking_core import label_map
from masking_core.arrays import Mask
from masking_core.errors import PromptError
from masking_core.prompts import Prompts


@dataclass(frozen=True, eq=False)
class ObjectMarks:
    """The marks of one object.

    Attributes:
        number: of the object, from 1.
        seeds: (H, W) int8: 1 certainly the object, 0 certainly not (what lies outside its region as well), -1 neither.
        region: (H, W) bool, what it lies in; None where no region was drawn.
    """

    number: int
    seeds: NDArray[np.int8]
    region: Mask | None

    @property
    def is_stroked(self) -> bool:
        """Whether any pixel is certainly the object."""
        return bool((self.seeds == 1).any())

    @property
    def is_marked(self) -> bool:
        """Whether anything says where the object is."""
        return self.region is not None or self.is_stroked


def objects_of(prompts: Prompts, shape: tuple[int, int]) -> tuple[ObjectMarks, ...]:
    """The marks of every object on a picture (H, W), by number; object 1 alone where no object is marked.

    Raises:
        PromptError: marks lie outside the picture, or an object's strokes outside its own region.
    """
    return tuple(_each(prompts, shape))


def _each(prompts: Prompts, shape: tuple[int, int]) -> Iterator[ObjectMarks]:
    if prompts.marks and len(prompts.outside(shape)) == len(prompts.marks):
        raise PromptError("All marks lie outside the picture: draw at least one on it.")
    seeds = prompts.seeds(shape).astype(np.int32)
    regions = {n: prompts.bounds(shape, n) for n in sorted({r.object for r in prompts.regions if r.object > 0})}
    for number in sorted({n for n in label_map.marked(seeds) if n > 0} | set(regions)) or [1]:
        own, region = _own(seeds, number), regions.get(number)
        _check(number, own, region)
        bounded = own if region is None else np.where(region, own, np.int8(0))
        yield ObjectMarks(number, bounded, region)


def _own(seeds: NDArray[np.int32], number: int) -> NDArray[np.int8]:
    """One object's seeds: 1 its own, 0 those of everything else, -1 none."""
    own: NDArray[np.int8] = (seeds == number).view(np.int8)
    own[seeds < 0] = -1
    return own


def _check(number: int, seeds: NDArray[np.int8], region: Mask | None) -> None:
    if region is None:
        return
    if not region.any():
        raise PromptError(f"The region of object {number} holds no pixel of the picture: draw it on the picture.")
    strokes = seeds == 1
    if strokes.any() and not strokes[region].any():
        raise PromptError(f"The strokes of object {number} lie outside its own region: draw some inside, or no region.")
