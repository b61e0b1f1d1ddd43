"""Where marks contradict one another, whatever method goes by them."""

import numpy as np

from masking_core.arrays import Mask
from masking_core.prompts.marks import Mark, Shape
from masking_core.prompts.painted import Numbers
from masking_core.prompts.prompts import Prompts
from masking_core.prompts.regions import Region
from masking_core.prompts.seedmap import SeedMap


def contradictions(prompts: Prompts, shape: Shape) -> Mask:
    """Draw where marks contradict one another: (H, W) bool.

    That is where a pixel is marked as two different things, of which the later counts, and where a stroke or point of
    an object lies outside the regions of that object. What is erased is marked no more.

    >>> from masking_core.prompts import Stroke
    >>> across = Stroke(points=((0, 2.5), (5, 2.5)), width=1), Stroke(points=((2.5, 0), (2.5, 5)), width=1, object=0)
    >>> int(contradictions(Prompts(marks=across), (5, 5)).sum())
    1
    """
    marked = np.full(shape[:2], -1, np.int16)
    twice = np.zeros(shape[:2], bool)
    for mark in prompts.marks:
        if isinstance(mark, Region) and mark.object > 0:
            continue
        (rows, columns), numbers, touched = _numbers(mark, shape)
        here = marked[rows, columns]
        twice[rows, columns] |= touched & (here >= 0) & (numbers >= 0) & (here != numbers)
        twice[rows, columns] &= ~(touched & (numbers < 0))
        np.copyto(here, numbers, where=touched)
    return twice | _outside(prompts, marked)


def _numbers(mark: Mark, shape: Shape) -> tuple[tuple[slice, slice], Numbers, Mask]:
    """The window of a mark, what its pixels are marked as, -1 for nothing, and which pixels it says something of."""
    if isinstance(mark, SeedMap):
        window, numbers = mark.numbers(shape)
        return window, numbers, numbers >= 0
    window, mask = mark.mask(shape)
    number = -1 if mark.operation == "subtract" else mark.object
    return window, np.full(mask.shape, number, np.int16), mask


def _outside(prompts: Prompts, marked: Numbers) -> Mask:
    outside = np.zeros(marked.shape, bool)
    for number in {region.object for region in prompts.regions if region.object > 0}:
        bounds = prompts.bounds(marked.shape, number)
        if bounds is not None:
            outside |= (marked == number) & ~bounds
    return outside
