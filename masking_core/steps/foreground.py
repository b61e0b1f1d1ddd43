"""Which objects are the foreground: a declared rule rather than a list of label numbers."""

from typing import Annotated, ClassVar, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from masking_core import label_map
from masking_core.arrays import Labels, Mask
from masking_core.errors import PromptError
from masking_core.parameters import Declared, Show
from masking_core.prompts import Prompts

CLEARLY = 0.9
"""Share of a piece of an object that is the subject, or is not, from which on the piece is not divided."""

Plane = NDArray[np.float32]


class Foreground(Declared):
    """The rule that says which objects stay when the background goes."""

    title: ClassVar[str] = "Objects to keep"

    rule: Annotated[
        Literal["auto", "not_border", "touched", "inside", "largest", "subject", "picked"],
        Field(
            title="Objects to keep",
            description="Which objects stay when the background goes. Automatic: those you marked; with no mark, all "
            "but the one along the border.",
        ),
        Show(
            labels={
                "auto": "Automatic",
                "not_border": "All but the one along the border",
                "touched": "Those touched by a stroke",
                "inside": "Those mostly inside the rectangle",
                "largest": "The largest that is not the background",
                "subject": "Those that a trained network takes for the subject",
                "picked": "Picked by hand",
            }
        ),
    ] = "auto"
    picked: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(strict=False)] = ()
    """The objects kept by the rule "picked"."""

    def select(self, labels: Labels, prompts: Prompts, *, knows_background: bool) -> tuple[int, ...]:
        """The objects (labels ≥ 1, ascending) that the rule keeps; for "subject" see :func:`subject_parts`.

        Args:
            labels: (H, W) int32 label map, 0 background.
            prompts: marks in pixels of ``labels``.
            knows_background: whether label 0 already is all of the background, so that "auto" keeps every object.

        Raises:
            PromptError: the rule speaks of strokes or rectangles and there is none.
        """
        present = label_map.objects(labels)
        rule = self.rule
        if rule == "auto":
            if knows_background:
                return tuple(present)
            rule = "touched" if (prompts.seeds(labels.shape) > 0).any() else "not_border"
        if rule == "picked":
            return tuple(sorted(set(self.picked) & set(present)))
        if rule == "not_border":
            return _without_border(labels, present)
        if rule == "largest":
            candidates = _without_border(labels, present) or tuple(present)
            sizes = label_map.sizes(labels)
            return (max(candidates, key=lambda label: int(sizes[label])),) if candidates else ()
        if rule == "touched":
            return _touched(labels, prompts)
        return _inside(labels, present, prompts)


def _without_border(labels: Labels, present: list[int]) -> tuple[int, ...]:
    background = int(label_map.frame_sizes(labels).argmax())
    return tuple(label for label in present if label != background)


def _touched(labels: Labels, prompts: Prompts) -> tuple[int, ...]:
    seeds = prompts.seeds(labels.shape)
    if not (seeds > 0).any():
        raise PromptError('Draw a stroke or a point on what you want to keep: the rule "touched" has none to go by.')
    return tuple(int(label) for label in np.unique(labels[seeds > 0]) if label > 0)


def _inside(labels: Labels, present: list[int], prompts: Prompts) -> tuple[int, ...]:
    bounds = prompts.bounds(labels.shape)
    if bounds is None:
        raise PromptError('Draw a rectangle around what you want to keep: the rule "inside" has none to go by.')
    total = label_map.sizes(labels)
    inside = np.bincount(labels[bounds], minlength=len(total))
    return tuple(label for label in present if 2 * inside[label] > total[label])


def subject_parts(labels: Labels, likely: Plane, *, knows_background: bool) -> tuple[Labels, tuple[int, ...]]:
    """The label map for the rule "subject", and the objects that it keeps: those that a map of the subject covers.

    An object keeps its own outline where nearly all of a connected piece of it is the subject, or hardly any. Other
    pieces are divided along the subject's outline, and what lies outside becomes an object of its own.

    Args:
        labels: (H, W) int32 label map, 0 background.
        likely: (H, W) float32 in [0, 1], how likely each pixel is the subject.
        knows_background: whether label 0 is all of the background; else what is in the subject becomes an object.
    """
    most = int(labels.max())
    inside = np.zeros(labels.shape, np.bool_)
    for label in range(int(knows_background), most + 1):
        inside |= _inside_subject(labels == label, likely)
    divided = set(label_map.objects(np.where(inside, labels, 0))) & set(label_map.objects(np.where(inside, 0, labels)))
    parts = np.where(~inside & np.isin(labels, sorted(divided)), labels + most, labels)
    parts[inside & (labels == 0)] = 2 * most + 1
    return parts, tuple(label_map.objects(np.where(inside, parts, 0)))


def _inside_subject(mask: Mask, likely: Plane) -> Mask:
    """The pixels of one object (H, W) that are the subject, piece by piece."""
    count, pieces = cv2.connectedComponents(mask.view(np.uint8), connectivity=8)
    sizes = np.bincount(pieces.ravel(), minlength=count)
    covered = (np.bincount(pieces.ravel(), likely.ravel(), count) / np.maximum(sizes, 1))[pieces]
    found: Mask = mask & ((covered >= CLEARLY) | ((covered > 1 - CLEARLY) & (likely >= 0.5)))
    return found


def follow(before: Labels, picked: tuple[int, ...], after: Labels) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Carry a hand-picked choice over to another label map of the same picture, by overlap.

    Args:
        before, after: (H, W) int32 label maps; ``before`` is resized to ``after`` when their shapes differ.
        picked: the objects picked in ``before``.

    Returns:
        The objects of ``after`` more than half of which was picked, and the picked objects that are lost: less than
        half of them is in what is picked now.
    """
    if before.shape != after.shape:
        before = cv2.resize(before, after.shape[::-1], interpolation=cv2.INTER_NEAREST)
    chosen = label_map.selected(before, picked)
    total = label_map.sizes(after)
    overlap = np.bincount(after[chosen], minlength=len(total))
    now = tuple(label for label in range(1, len(total)) if total[label] and 2 * overlap[label] > total[label])
    kept = label_map.selected(after, now)
    lost = tuple(label for label in picked if 2 * np.count_nonzero(kept & (before == label)) < (before == label).sum())
    return now, lost


Keep = Foreground
"""What :class:`Foreground` was called."""
