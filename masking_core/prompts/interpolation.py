"""Regions for the slices between two marked ones."""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from itertools import chain
from typing import Any

import cv2
import numpy as np
import skimage
from numpy.typing import NDArray

from masking_core.arrays import Points
from masking_core.errors import ParameterError
from masking_core.prompts import Curve, Group, Mark, Polygon, Prompts, Region

GRID = 512
"""Cells along the longer side of the shapes that are blended by distance."""
MARGIN = 4
MOST_CELLS = 4.0
"""Most cells along a pixel."""
TOLERANCE = 0.25
"""How far, in cells, a blended outline may be simplified."""

PERIODS = {"angle": 180, "start": 360}
"""Turning by so many degrees changes nothing, so that the shorter way round is taken."""

Pair = tuple[Region, Region]


def interpolate(a: Prompts, b: Prompts, fraction: float) -> Prompts:
    """Place the regions of ``a`` and ``b`` at ``fraction`` of the way from a (0) to b (1).

    Regions of the same object, operation and name belong together, in drawing order. Two of the same kind blend number
    by number. Others blend as the zero set of their mixed signed distances, the centres of their boxes having been
    brought together (Raya and Udupa 1990; Herman, Zheng and Bucholtz 1992), which gives polygons. A region without a
    partner stays until half-way. Strokes, points and seed maps are left out: what they marked need not be there on the
    next slice.

    Raises:
        ParameterError: ``fraction`` is not from 0 to 1.
    """
    if not 0 <= fraction <= 1:
        raise ParameterError(f"fraction must be from 0 to 1; {fraction} was given.")
    return Prompts(marks=tuple(_between(a.regions, b.regions, fraction)))


def _between(before: Sequence[Region], after: Sequence[Region], fraction: float) -> Iterator[Any]:
    waiting: dict[Hashable, list[int]] = defaultdict(list)
    for place, region in enumerate(after):
        waiting[_key(region)].append(place)
    for region in before:
        partners = waiting[_key(region)]
        if partners:
            yield from _blend((region, after[partners.pop(0)]), fraction)
        elif fraction < 0.5:
            yield region
    if fraction >= 0.5:
        yield from (after[place] for place in sorted(chain.from_iterable(waiting.values())))


def _key(region: Region) -> Hashable:
    return region.object, region.operation, region.name


def _blend(pair: Pair, fraction: float) -> tuple[Region, ...]:
    if fraction in {0, 1}:
        return (pair[int(fraction)],)
    return (_by_number(*pair, fraction),) if _alike(*pair) else _by_distance(pair, fraction)


def _alike(a: Region, b: Region) -> bool:
    """Whether two regions differ in numbers only."""
    if isinstance(a, Group) and isinstance(b, Group):
        alike = (_key(x) == _key(y) and _alike(x, y) for x, y in zip(a.marks, b.marks, strict=False))
        return len(a.marks) == len(b.marks) and all(alike)
    return type(a) is type(b) and all(
        len(value) == len(getattr(b, field)) if field == "points" else value == getattr(b, field)
        for field, value in a
        if not isinstance(value, float)
    )


def _by_number(a: Region, b: Region, fraction: float) -> Region:
    values = dict(a)
    for field, value in a:
        other = getattr(b, field)
        if field == "marks":
            values[field] = tuple(_by_number(x, y, fraction) for x, y in zip(value, other, strict=True))
        elif field == "points":
            start, end = np.array(value), np.array(other)
            end = _turned(start, end, step=3 if isinstance(a, Curve) else 1)
            values[field] = ((1 - fraction) * start + fraction * end).tolist()
        elif isinstance(value, float):
            period = PERIODS.get(field)
            change = other - value if period is None else (other - value + period / 2) % period - period / 2
            values[field] = value + fraction * change
    return type(a)(**values)


def _turned(start: Points, end: Points, step: int) -> Points:
    """Begin the closed path ``end`` where, and run it the way that, it lies closest to ``start``."""
    ways = [end] if step > 1 else [end, end[::-1]]
    scores = np.array([_correlations(start, way)[::step] for way in ways])
    # The first of equally good ones, whatever the rounding.
    way, shift = np.argwhere(scores >= scores.max() - 1e-9 * (1 + abs(scores.max())))[0]
    return np.roll(ways[way], -shift * step, axis=0)


def _correlations(start: Points, end: Points) -> NDArray[np.float64]:
    """Sum (start[i] - mean) · (end[i + k] - mean) over i, for every k."""
    first, second = (np.fft.fft((path - path.mean(axis=0)) @ np.array([1, 1j])) for path in (start, end))
    sums: NDArray[np.float64] = np.fft.ifft(first.conj() * second).real
    return sums


def _by_distance(pair: Pair, fraction: float) -> tuple[Region, ...]:
    boxes = np.array([region.extent for region in pair]).reshape(2, 2, 2)
    centres, size = boxes.mean(axis=1), max(float(np.ptp(boxes, axis=1).max()), 1.0)
    cells = min(GRID / size, MOST_CELLS)
    side = int(np.ceil(cells * size)) + 2 * MARGIN
    distances = [
        _signed_distance(region.placed(cells, *(side / 2 - cells * centre)), side)
        for region, centre in zip(pair, centres, strict=True)
    ]
    between = (1 - fraction) * distances[0] + fraction * distances[1]
    centre = (1 - fraction) * centres[0] + fraction * centres[1]
    paths = skimage.measure.find_contours(between, 0)
    contours: list[Points] = [skimage.measure.approximate_polygon(path, TOLERANCE)[:-1, ::-1] for path in paths]
    paths = [(contour + 0.5 - side / 2) / cells + centre for contour in contours if len(contour) > 2]
    polygons = [Polygon(points=path.tolist()) for path in paths]
    if len(polygons) > 1:  # rings and pieces: the even-odd rule over all of them
        marks = tuple(polygon.model_copy(update={"operation": "exclude"}) for polygon in polygons)
        return (_like(pair[0], Group(marks=marks)),)
    return tuple(_like(pair[0], polygon) for polygon in polygons)


def _like(model: Region, region: Region) -> Region:
    common = {field: getattr(model, field) for field in Mark.model_fields}
    return region.model_copy(update=common)


def _signed_distance(region: Region, side: int) -> NDArray[np.float64]:
    """Measure, in cells, how far inside (positive) or outside the region the cells of a square grid are."""
    inside = np.zeros((side, side), np.uint8)
    window, mask = region.mask(inside.shape)
    inside[window] = mask
    within, without = (cv2.distanceTransform(each, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) for each in (inside, 1 - inside))
    distance: NDArray[np.float64] = np.where(inside, within - 0.5, 0.5 - without).astype(np.float64)
    return distance
