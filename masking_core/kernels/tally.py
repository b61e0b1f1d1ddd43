"""Counting what pixels hold, in one pass, while other threads go on."""

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def counted(values: NDArray[np.integer], first: int, kinds: int) -> NDArray[np.int64]:
    """How often each of the ``kinds`` numbers from ``first`` on occurs in ``values`` (n,), which holds no others."""
    found = np.zeros(kinds, np.int64)
    for value in values:
        found[value - first] += 1
    return found


@njit(cache=True, nogil=True)
def summed(labels: NDArray[np.integer], colours: NDArray[np.uint8], kinds: int) -> NDArray[np.int64]:
    """Sums (kinds, 3) of the colours (n, 3) of every label (n,) from 0 to ``kinds`` - 1; there are no other labels."""
    sums = np.zeros((kinds, 3), np.int64)
    for place in range(len(labels)):
        for channel in range(3):
            sums[labels[place], channel] += colours[place, channel]
    return sums
