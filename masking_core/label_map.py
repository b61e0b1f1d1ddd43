"""Reading label maps: (H, W) int32, 0 background, 1…K objects."""

from typing import TypeVar

import numpy as np
import scipy
from numpy.typing import NDArray

from masking_core.arrays import Labels
from masking_core.kernels.tally import counted, summed

Value = TypeVar("Value", bound=np.generic)

Box = tuple[int, int, int, int]
"""x, y, width, height in pixels."""


AT_ONCE = 1_000_000
"""Pixels that are looked up together, as each takes 8 bytes meanwhile."""


def sizes(labels: Labels) -> NDArray[np.int64]:
    """Pixels of every label from 0 to the largest: (K + 1,)."""
    return counts(labels, int(labels.max()) + 1)


def counts(values: NDArray[np.integer], kinds: int) -> NDArray[np.int64]:
    """How often each number from 0 to ``kinds`` - 1 occurs; the numbers must be among them."""
    return counted(values.ravel(), 0, kinds)


def objects(labels: Labels) -> list[int]:
    """The labels that occur, ascending, without the background."""
    return [int(label) for label in np.flatnonzero(sizes(labels)) if label]


def marked(seeds: NDArray[np.integer]) -> list[int]:
    """The object numbers that occur in seeds, ascending, 0 for background included; -1 is no number."""
    found = counted(seeds.ravel(), -1, int(seeds.max()) + 2)
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
    sums = summed(labels.ravel(), rgb.reshape(-1, 3), int(labels.max()) + 1)
    with np.errstate(invalid="ignore"):
        return sums / sizes(labels)[:, None]


def selected(labels: Labels, chosen: tuple[int, ...]) -> NDArray[np.bool_]:
    """Where the label is one of the chosen: (H, W) bool."""
    table = np.zeros(int(labels.max()) + 1, bool)
    table[[label for label in chosen if label < len(table)]] = True
    return looked_up(table, labels)


def looked_up(table: NDArray[Value], numbers: NDArray[np.integer]) -> NDArray[Value]:
    """``table[numbers]``, (K, …) at (H, W), which numpy does by way of 8 bytes for each pixel."""
    flat, found = numbers.ravel(), np.empty((numbers.size, *table.shape[1:]), table.dtype)
    for part in range(0, flat.size, AT_ONCE):
        found[part : part + AT_ONCE] = table[flat[part : part + AT_ONCE]]
    return found.reshape(*numbers.shape, *table.shape[1:])
