"""Progress and cancellation of a running computation, without threading a callback through every function."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from masking_core.errors import Cancelled

T = TypeVar("T")
BAND = 1_000_000
"""Pixels that one call works on between two reports, where it does not take long for each."""
Listener = Callable[[float, str], bool | None]
"""Called with (fraction done in [0, 1], what is being done); returning ``False`` cancels the computation."""

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Send every :func:`report` made inside the block, in this thread, to ``listener``."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


@contextmanager
def within(start: float, share: float) -> Iterator[None]:
    """Let what the block reports, in this thread, be ``share`` of a larger computation, from the fraction ``start``."""
    outer = _listener.get()

    def scaled(fraction: float, doing: str) -> bool | None:
        return None if outer is None else outer(start + share * fraction, doing)

    with listening(scaled):
        yield


def report(fraction: float, doing: str) -> None:
    """Say how far a computation is; every loop that may last calls this at least a few times a second.

    Raises:
        Cancelled: the listener no longer wants the result.
    """
    listener = _listener.get()
    if listener is not None and listener(fraction, doing) is False:
        raise Cancelled("This computation was replaced by a newer one.")


def reporting(items: Sequence[T], doing: str = "Drawing the marks") -> Iterator[T]:
    """Go through items, reporting at each; what is reported while one of them is worked on is a share of the whole."""
    for done, item in enumerate(items):
        report(done / len(items), doing)
        with within(done / len(items), 1 / len(items)):
            yield item


def bands(shape: tuple[int, ...], doing: str, most: int | None = None, step: int = 1) -> Iterator[slice]:
    """Go through the rows of a picture in bands of about ``most`` pixels, reporting at each.

    Args:
        shape: rows and columns of the picture.
        doing: what is being done.
        most: pixels of a band; ``BAND`` by default.
        step: of how many rows a band is a multiple, but for the last one.
    """
    height, width = shape[:2]
    rows = max(1, (BAND if most is None else most) // max(width * step, 1)) * step
    for top in range(0, height, rows):
        report(top / height, doing)
        yield slice(top, min(top + rows, height))
