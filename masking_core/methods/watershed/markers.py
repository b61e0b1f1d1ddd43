"""Where a flood begins: markers from what was drawn, or found by themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from masking_core import label_map
from masking_core.arrays import Labels, Mask
from masking_core.errors import PromptError
from masking_core.kernels.colour_space import planes
from masking_core.kernels.watershed.basins import blobs, core, even_regions, insides
from masking_core.progress import reporting
from masking_core.prompts import Prompts

CORE = 0.75
"""The core of a region: its pixels at least this share of the greatest depth inside."""

Rule = Literal["blobs", "basins"]
"""What is looked for where no object is marked: what stands out from the picture's border, or even regions."""

OUTSIDE_IS_BACKGROUND = "No background was marked, so what lies outside the regions counts as background."
BORDER_IS_BACKGROUND = "No background was marked, so the picture's border counts as background."
SIDES_ARE_BACKGROUND = (
    "No background was marked, so the picture's border counts as background, but for the sides that a mark touches."
)

STANDS_OUT = "No object was marked, so whatever stands out from the picture's border was taken."
EVEN_REGIONS = "No object was marked, so the picture was divided into even regions."


@dataclass(frozen=True, eq=False)
class Markers:
    """Where a flood begins, and how far it may go.

    Attributes:
        seeds: (H, W) int32; 0 background, 1… objects, -1 where the flood decides.
        bounds: by object, (H, W) bool: where it may lie; objects that may lie anywhere are not in it.
        knows_background: whether label 0 is all of the background.
        notes: sentences on what was assumed.
    """

    seeds: Labels
    bounds: Mapping[int, Mask]
    knows_background: bool
    notes: tuple[str, ...] = ()

    def confine(self, labels: Labels) -> Labels:
        """Make background of what flowed out of its object's bounds; ``labels`` is changed and returned."""
        for number, inside in reporting(tuple(self.bounds.items()), "Keeping to the regions"):
            labels[(labels == number) & ~inside & (self.seeds != number)] = 0
        return labels

    def joined(self, others: Labels) -> "Markers":
        """Take on (h, w) int32 markers of a smaller copy where there are none; -1 is none there too."""
        enlarged = cv2.resize(others, self.seeds.shape[::-1], interpolation=cv2.INTER_NEAREST)
        return replace(self, seeds=np.where(self.seeds < 0, enlarged, self.seeds))


def drawn(prompts: Prompts, shape: tuple[int, int], rim: float = 0.0) -> Markers | None:
    """Make the markers that ``prompts`` stand for on a picture of ``shape``; None where no object is marked.

    Strokes, points and seed maps are markers as they are. The core of a region is its object's marker, unless there is
    a stroke too. Outside of all regions is background, if every object has one; without any background so far it is
    the picture's border, but for the sides that an object's marks touch. ``rim`` pixels around the regions are left to
    the flood, lest the marker lie on the very edge that it should find, and are confined afterwards.

    Raises:
        PromptError: marks lie outside the picture, or contradict one another.
    """
    seeds = prompts.seeds(shape).astype(np.int32)
    marked = set(label_map.marked(seeds))
    wanted = {region.object for region in prompts.regions if region.object > 0}
    bounds = {number: inside for number in sorted(wanted) if (inside := prompts.bounds(shape, number)) is not None}
    notes = _check(prompts, shape, marked | {number for number, inside in bounds.items() if inside.any()})
    bounds = {number: inside for number, inside in bounds.items() if inside.any()}
    for number in marked & set(bounds):
        if not bounds[number][seeds == number].any():
            raise PromptError(f"The strokes of object {number} all lie outside its region: move one or the other.")
    objects = (marked | set(bounds)) - {0}
    if not objects:
        return None
    _mark_cores(seeds, {number: inside for number, inside in bounds.items() if number not in marked})
    notes += _mark_background(seeds, bounds, objects, rim)
    return Markers(seeds, bounds, knows_background=True, notes=notes)


def background_only(prompts: Prompts, shape: tuple[int, int]) -> Markers:
    """Make markers of the background that is marked, and of nothing else."""
    return Markers(np.where(prompts.seeds(shape) == 0, np.int32(0), np.int32(-1)), {}, knows_background=False)


def away_from_outlines(labels: Labels, band: float) -> Labels:
    """Keep what is farther than ``band`` pixels from the outline of an object; -1 elsewhere."""
    within = np.ones(labels.shape, np.uint8)
    across, down = labels[:, 1:] != labels[:, :-1], labels[1:] != labels[:-1]
    within[:, 1:][across] = within[:, :-1][across] = 0
    within[1:][down] = within[:-1][down] = 0
    return np.where(cv2.distanceTransform(within, cv2.DIST_L2, cv2.DIST_MASK_5) > band, labels, -1).astype(np.int32)


def _check(prompts: Prompts, shape: tuple[int, int], found: set[int]) -> tuple[str, ...]:
    """Complain about objects without a pixel, or say which were left out for lying outside the picture."""
    wanted = {mark.object for mark in prompts.marks if mark.operation != "subtract"} - {-1}
    lost = sorted(wanted - found)
    if not lost:
        return ()
    size = f"the picture of {shape[1]} × {shape[0]} pixels"
    outside = prompts.outside(shape)
    for number in lost:
        if any(mark.object == number and mark not in outside for mark in prompts.marks):
            raise PromptError(_covered(number))
    if not found:
        raise PromptError(f"All marks lie outside {size}: draw inside it.")
    if wanted - {0} and not found - {0}:
        raise PromptError(f"All marks on objects lie outside {size}: draw inside it.")
    return tuple(
        f"The marks of {f'object {number}' if number else 'the background'} lie outside {size} and were left out."
        for number in lost
    )


def _covered(number: int) -> str:
    if number:
        return f"Other marks cover all marks of object {number}. Paint some of it elsewhere."
    return "Your object marks cover all background marks. Paint some background elsewhere."


def _mark_cores(seeds: Labels, bounds: Mapping[int, Mask]) -> None:
    """Mark the core of each region, from the smallest on: a larger one takes what the smaller leave."""
    taken = seeds >= 0
    by_size = sorted(bounds.items(), key=lambda item: (int(item[1].sum()), item[0]))
    for number, inside in reporting(by_size, "Placing the markers"):
        own = inside & ~taken
        if not own.any():
            raise PromptError(f"Other marks cover all of the region of object {number}. Paint a stroke on the object.")
        seeds[core(own, CORE)] = number
        taken |= inside


def _mark_background(seeds: Labels, bounds: Mapping[int, Mask], objects: set[int], rim: float) -> tuple[str, ...]:
    """Mark the background that nobody drew, and say so."""
    given = bool((seeds == 0).any())
    if set(bounds) == objects:
        outside = ~np.logical_or.reduce(list(bounds.values()))
        if outside.any():
            away = cv2.distanceTransform(outside.view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
            seeds[(away > min(rim, 0.5 * float(away.max()))) & (seeds < 0)] = 0
        if (seeds == 0).any():
            return () if given else (OUTSIDE_IS_BACKGROUND,)
    if given:
        return ()
    sides = [side for side in (seeds[0], seeds[-1], seeds[:, 0], seeds[:, -1]) if (side <= 0).all()]
    for side in sides:
        side[:] = 0
    if not sides and len(objects) == 1:
        raise PromptError("The marks touch every side of the picture: draw a stroke on the background.")
    if not sides:
        return ()
    return (BORDER_IS_BACKGROUND if len(sides) == 4 else SIDES_ARE_BACKGROUND,)


def found(
    small: NDArray[np.uint8],
    levels: NDArray[np.uint8],
    rule: Rule,
    most: int,
    depth: float,
    background: Mask,
) -> Markers:
    """Make markers that nobody drew: the insides of regions found on a small copy of the picture.

    Args:
        small: (h, w, 3) uint8, the copy.
        levels: (h, w) uint8, its edges, 255 the strongest.
        rule: "basins" marks even regions, numbered from dark to light; "blobs" marks what stands out from the
            picture's border, cut where it is narrow, numbered from large to small.
        most: how many objects at most.
        depth: percent of the strongest edge (basins) or of the greatest width (blobs) by which objects are parted.
        background: (H, W) bool, what somebody marked as background in the full picture; objects under it are dropped.
    """
    lab = planes(small, "lab")
    least = max(1, round(255 * depth / 100))
    regions = even_regions(lab[0], levels, most, least) if rule == "basins" else blobs(lab, most, least)
    touched = cv2.resize(regions, background.shape[::-1], interpolation=cv2.INTER_NEAREST)[background]
    seeds = cv2.resize(insides(regions), background.shape[::-1], interpolation=cv2.INTER_NEAREST)
    seeds[np.isin(seeds, touched)] = -1
    seeds[background] = 0
    note = STANDS_OUT if rule == "blobs" else EVEN_REGIONS
    return Markers(seeds, {}, knows_background=rule == "blobs" or bool(background.any()), notes=(note,))
