"""Progress and cancellation of a running computation, without threading a callback through every function."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from threading import BoundedSemaphore, Thread
from typing import Any, TypeVar

from masking_core.errors import Cancelled

T = TypeVar("T")
BAND = 1_000_000
"""Pixels that one call works on between two reports, where it does not take long for each."""
RHYTHM = 0.1
"""Seconds between two reports while a library's own call goes on."""
DROPPED = BoundedSemaphore(2)
"""How many calls may go on at once though nobody wants what they make any more."""
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


def beside(call: Callable[[], T], doing: str) -> T:
    """Make a call that lasts and cannot report, as a library's own, on another thread, and report until it ends.

    The thread has the caller's context variables; what the call itself reports is told by the caller. Where nobody
    listens the call is made here and now.

    Such a call cannot be stopped: when its result is no longer wanted it goes on to its end, and what it makes is
    dropped. So it must change nothing that others use, or hold the lock on that itself until it ends. At most
    :data:`DROPPED` go on like this; where there are as many, the end of the call is waited for.

    Raises:
        Cancelled: the listener no longer wants the result.
        Exception: whatever the call raises.
    """
    if _listener.get() is None:
        return call()
    aside = _Aside(doing)
    report(*aside.said)
    # No daemon: a thread that is inside OpenCV when Python ends takes the program down.
    Thread(target=copy_context().run, args=(aside.make, call), name="beside").start()
    try:
        while not wait([aside.made], RHYTHM).done:
            report(*aside.said)
    except BaseException:
        aside.drop()
        raise
    made: T = aside.made.result()
    return made


class _Aside:
    """A call on another thread: what it reported last, and what it makes."""

    def __init__(self, doing: str) -> None:
        self.said = 0.0, doing
        self.made: Future[Any] = Future()
        self._wanted = True

    def make(self, call: Callable[[], object]) -> None:
        try:
            with listening(self._hear):
                self.made.set_result(call())
        except BaseException as error:  # whatever it is, it belongs to the caller
            self.made.set_exception(error)

    def drop(self) -> None:
        self._wanted = False
        if DROPPED.acquire(blocking=False):
            self.made.add_done_callback(lambda _: DROPPED.release())
        else:
            wait([self.made])

    def _hear(self, fraction: float, doing: str) -> bool:
        self.said = fraction, doing
        return self._wanted
