"""Ground truths: which pixels of a label map, a mask or a matte are the object, and which do not count."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from masking_core import metrics
from masking_core.arrays import Alpha, Mask
from masking_core.errors import PromptError
from masking_core.image.numbers import NumberMap

VOID = 255
"""What PASCAL VOC and many others write where a label map says nothing."""
MOST_LABELS = 64
"""Distinct values up to which whole numbers can be labels; a matte has more."""
TURNED = 0.5
"""IoU that the opposite of a truth must reach to be thought of as what was meant."""

_MIDDLE = (100, 156)  # greys that mean "unknown" between black and white
_FLAT = 0.02  # share of the colours of a picture that may lie off the line from black to its brightest


@dataclass(frozen=True)
class Reading:
    """How a truth is read: ``label`` is the object, None for all of them; pixels of ``ignore`` do not count."""

    label: int | None = None
    ignore: int | None = None


@dataclass(frozen=True, eq=False)
class Truth:
    """A ground truth: (H, W) float32 ``alpha`` in [0, 1], and (H, W) bool ``ignored`` pixels, or None."""

    alpha: Alpha
    ignored: Mask | None = None

    def inverted(self) -> "Truth":
        """What is the object here is background there, and the other way round."""
        return Truth(1 - self.alpha, self.ignored)


def labels_in(map: NumberMap) -> list[int]:
    """The labels that may be chosen from: the values of a label map, in order; none in a mask, a matte or a picture."""
    if map.values is None or map.mask_in_alpha() is not None:
        return []
    used = np.unique(map.values)
    return [int(value) for value in used] if _are_labels(used, map) else []


def usual_reading(map: NumberMap) -> Reading:
    """How a file is usually meant: in a label map every object counts and 255 does not; nor does the grey between
    black and white of a mask of three values.
    """
    labels = labels_in(map)
    if labels:
        unsure = [value for value in (-1, VOID) if value in labels and len(labels) > 2]
        return Reading(ignore=unsure[-1] if unsure else None)
    if map.values is None:
        return Reading()
    used = [int(value) for value in np.unique(map.values)[:4]]
    white = _white(map.values)
    three = len(used) == 3 and used[0] == 0 and used[2] == white
    if three and _MIDDLE[0] * white <= used[1] * VOID <= _MIDDLE[1] * white:
        return Reading(ignore=used[1])
    return Reading()


def read(map: NumberMap, reading: Reading | None = None) -> Truth:
    """The truth in a file: the alpha of a picture that has nothing but that to see, else labels, else brightness.

    Raises:
        PromptError: it is of one value that is neither black nor white, lacks the label asked for, or is of colours
            that are no brightness.
    """
    reading = usual_reading(map) if reading is None else reading
    in_alpha = map.mask_in_alpha() if map.values is not None else map.alpha
    if in_alpha is not None and in_alpha.min() < in_alpha.max():
        return Truth(in_alpha.astype(np.float32) / np.float32(255))
    if map.values is None:
        return Truth(_brightness(map))
    ignored = None if reading.ignore is None else map.values == reading.ignore
    counted = map.values if ignored is None else map.values[~ignored]
    if counted.size == 0 or (counted.min() == counted.max() and counted.max() not in (0, 1, map.white)):
        raise PromptError(f"{map.subject} is the same everywhere: the object and the background must differ.")
    return Truth(_alpha(map, map.values, counted, reading.label), ignored)


def looks_inverted(alpha: Alpha, truth: Truth) -> bool:
    """Whether a result fits the opposite of a truth well, and the truth itself badly."""
    found = alpha >= 0.5
    straight, turned = (metrics.iou(found, each.alpha >= 0.5, each.ignored) for each in (truth, truth.inverted()))
    return turned >= TURNED and turned > 2 * straight


def _alpha(map: NumberMap, values: NDArray[np.int64], counted: NDArray[np.int64], label: int | None) -> Alpha:
    if label is not None and not (values == label).any():
        raise PromptError(f"{map.subject} has no label {label}; it has {map.listed(values)}.")
    used = np.unique(counted)
    if label is not None:
        share = values == label
    elif len(used) == 2:  # a mask, whatever it is written with
        share = values == used[1]
    elif len(used) == 1:  # no object at all, or nothing else
        share = values > 0
    else:
        share = values > 0 if labels_in(map) else np.clip(values / _white(values), 0, 1)
    return np.asarray(share, np.float32)


def _are_labels(used: NDArray[np.int64], map: NumberMap) -> bool:
    """Whether values are the numbers of objects: a palette's, or few small ones, which leave the greys alone."""
    if map.palette is not None:
        return True
    objects = used[(used != VOID) & (used != map.white) & (used > 0)]
    return bool(len(objects) and len(used) <= MOST_LABELS and (objects.max() <= MOST_LABELS or map.white > VOID))


def _white(values: NDArray[np.int64]) -> int:
    """The value of a matte that is all object."""
    most = int(values.max())
    return next((white for white in (1, 255, 65_535) if most <= white), most)


def _brightness(map: NumberMap) -> Alpha:
    """Colours as brightness, if they are shades of one colour, or two colours; else a sentence."""
    rgb: Any = map.rgb
    colours = np.unique(rgb.reshape(-1, 3), axis=0)
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    if len(colours) > 2 and not _shades(colours):
        raise PromptError(
            f"{map.subject} is a picture of {len(colours):,} colours. A ground truth is a mask, or a label map whose "
            "pixel values are the numbers of its objects."
        )
    low, high = float(grey.min()), float(grey.max())
    if high == low:
        raise PromptError(f"{map.subject} is the same everywhere: the object and the background must differ.")
    return np.asarray((grey - low) / (high - low) if len(colours) == 2 else grey / high, np.float32)


def _shades(colours: NDArray[np.uint8]) -> bool:
    """Whether colours lie on the line from black to the brightest of them."""
    brightest = colours[int(colours.sum(axis=1).argmax())].astype(float)
    along = colours @ brightest / (brightest @ brightest)
    off = np.abs(colours - along[:, None] * brightest).max(axis=1)
    return bool((off > 12).mean() <= _FLAT)
