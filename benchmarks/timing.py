"""Timing a call."""

from collections.abc import Callable
from time import perf_counter
from typing import Any


def fastest(work: Callable[[], Any], repeats: int = 3, clock: Callable[[], float] = perf_counter) -> tuple[float, Any]:
    """Seconds of the fastest call, and what it returned; a call before it warms up what needs it."""
    if repeats > 1:
        work()
    best = float("inf")
    for _ in range(repeats):
        begun = clock()
        result = work()
        best = min(best, clock() - begun)
    return best, result
