"""How the C library hands out memory to processes that do nothing but mask pictures: the studio, workers of a batch."""

import ctypes
import gc
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""Of mallopt(3)."""
_C = ctypes.CDLL(None) if sys.platform == "linux" else object()


def settle() -> None:
    """Have very large arrays given back to the system as soon as they are let go, and others with :func:`give_back`.

    The C library would else keep what each of many threads freed, or ask the system for every array anew: that took
    twice the time of a stroke with eight visitors, and half as much again of every picture on a cluster's worker.
    """
    if hasattr(_C, "mallopt"):
        _C.mallopt(_ARENA_MAX, 2)
        _C.mallopt(_MMAP_THRESHOLD, 32_000_000)
        _C.mallopt(_TRIM_THRESHOLD, 128_000_000)


def spare() -> None:
    """Leave what is there by now, the program itself, out of every later collection of garbage.

    Nothing else goes on in a process while its garbage is collected, which took 0.1 s and more with all modules and
    kernels loaded.
    """
    gc.collect()
    gc.freeze()


def give_back() -> None:
    """Collect garbage, and return to the system what the C library holds on to where it can be told to."""
    gc.collect()
    trim()


def trim() -> None:
    """Return to the system what the C library holds on to, where it can be told to; others go on meanwhile."""
    if hasattr(_C, "malloc_trim"):
        _C.malloc_trim(0)
