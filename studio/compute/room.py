"""The memory that the whole server may take: work is promised what it needs, or refused where that does not fit."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from masking_core import MaskingError
from masking_core.allocator import give_back
from masking_core.progress import report
from studio.compute import memory

PATIENCE = 5.0
"""Seconds that work waits for what runs to end before it is refused."""
LOOK = 0.05
NO_ROOM = (
    "There is not enough memory for this on the server at the moment. Try again in a minute, or with a smaller picture."
)


class NoRoom(MaskingError):
    """There is no memory left for a piece of work."""


class Room:
    """Memory under the ``ceiling`` of the whole server, in bytes.

    Args:
        ceiling: what the server and the processes that open files for it may take.
        let_go: gives up what can be computed again; called when there is too little room.
    """

    def __init__(self, ceiling: int, let_go: Callable[[], None]) -> None:
        self._ceiling, self._let_go = ceiling, let_go
        self._lock = Lock()
        self._promised, self._before = 0, 0

    def left(self) -> int:
        """Bytes that are neither taken nor promised; below 0 where the server takes more than it may."""
        with self._lock:
            return self._left()

    def empty(self) -> None:
        """Give up what can be computed again."""
        self._let_go()
        give_back()

    def fits(self, need: int) -> bool:
        """Whether so many bytes are left, at the cost of what can be computed again."""
        if need > self.left():
            self.empty()
        return need <= self.left()

    @contextmanager
    def promised(self, need: int) -> Iterator[None]:
        """Have ``need`` bytes for as long as this lasts, as far as is known.

        Raises:
            NoRoom: they do not fit, even without what can be computed again.
            Cancelled: the listener of :mod:`masking_core.progress` no longer wants it.
        """
        self._wait_for(need)
        try:
            yield
        finally:
            with self._lock:
                self._promised -= need
                # What those that go on have not taken was kept by others.
                self._before = max(self._before, memory.used() - self._promised)

    def _wait_for(self, need: int) -> None:
        if self._promise(need):
            return
        self.empty()
        end = time.monotonic() + PATIENCE
        while not self._promise(need):
            if not self._promised or time.monotonic() > end:
                raise NoRoom(NO_ROOM)
            report(0.0, "Waiting for memory")
            time.sleep(LOOK)

    def _promise(self, need: int) -> bool:
        with self._lock:
            fits = need <= self._left()
            self._promised += need * fits
            return fits

    def _left(self) -> int:
        now = memory.used()
        self._before = min(self._before, now) if self._promised else now
        return self._ceiling - max(now, self._before + self._promised)
