"""Reading label maps: (H, W) int32, 0 background, 1…K objects."""

import numpy as np
import scipy
from numpy.typing import NDArray

from masking_core.arrays import Labels

Box = tuple[int, int, int, int]
"""x, y, width, height in pixels."""


AT_ONCE = 1_000_000
"""Pixels that are counted at a time: counting takes 8 bytes for each."""


def sizes(labels: Labels) -> NDArray[np.int64]:
    """Pixels of every label from 0 to the largest: (K + 1,)."""
    return counts(labels, int(labels.max()) + 1)


def counts(values: NDArray[np.integer], kinds: int) -> NDArray[np.int64]:
    """How often each number from 0 to ``kinds`` - 1 occurs; the numbers must be among them."""
    flat, found = values.ravel(), np.zeros(kinds, np.int64)
    for part in range(0, flat.size, AT_ONCE):
        found += np.bincount(flat[part : part + AT_ONCE], minlength=kinds)
    return found


def objects(labels: Labels) -> list[int]:
    """The labels that occur, ascending, without the background."""
    return [int(label) for label in np.flatnonzero(sizes(labels)) if label]


def marked(seeds: NDArray[np.integer]) -> list[int]:
    """The object numbers that occur in seeds, ascending, 0 for background included; -1 is no number."""
    flat, highest = seeds.ravel(), int(seeds.max())
    found = np.zeros(highest + 2, bool)
    for part in range(0, flat.size, AT_ONCE):
        found[np.unique(flat[part : part + AT_ONCE]) + 1] = True
    return [int(label) - 1 for label in np.flatnonzero(found) if label]


def frame_sizes(labels: Labels) -> NDArray[np.int64]:
    """Pixels of the picture's one-pixel frame that every label from 0 to the largest owns: (K + 1,)."""
    frame = np.concatenate([labels[0], labels[-1], labels[1:-1, 0], labels[1:-1, -1]])
    return np.bincount(frame, minlength=int(labels.max()) + 1)


def boxes(labels: Labels) -> dict[int, Box]:
    """The tight box of every object."""
    found = enumerate(scipy.ndimage.find_objects(labels), 1)
    return {
        label: (columns.start, rows.start, columns.stop - columns.start, rows.stop - rows.start)
        for label, (rows, columns) in ((n, place) for n, place in found if place)
    }


def mean_colours(labels: Labels, rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Mean colour of every label from 0 to the largest: (K + 1, 3), nan where a label does not occur."""
    flat = labels.ravel()
    sums = [np.bincount(flat, weights=rgb[..., channel].ravel()) for channel in range(3)]
    with np.errstate(invalid="ignore"):
        return np.stack(sums, axis=1) / sizes(labels)[:, None]


def selected(labels: Labels, chosen: tuple[int, ...]) -> NDArray[np.bool_]:
    """Where the label is one of the chosen: (H, W) bool."""
    table = np.zeros(int(labels.max()) + 1, bool)
    table[[label for label in chosen if label < len(table)]] = True
    found: NDArray[np.bool_] = table[labels]
    return found
