"""What was computed, for as long as there is room and somebody is there who asked for it."""

import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, TypeVar

from cachetools import LRUCache

from masking_core.progress import report
from studio.compute.memory import held
from studio.compute.visitors import NOBODY, Visitor, current

T = TypeVar("T")
Key = tuple[Hashable, ...]
"""What kind of value it is, then what it was made from."""

LOOK = 0.05
"""Seconds between two looks at whether the value that another worker computes is there."""


@dataclass
class _Entry:
    """A value, what is not counted as its own, its size in bytes, and who asked for it."""

    value: Any
    lent: tuple[type, ...]
    size: int
    askers: set[Visitor]


@dataclass
class _Turn:
    """Whose turn it is to compute one value, and how many are at it or wait for it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    count: int = 0


class Cache:
    """The most recently used values, bounded in bytes; each is forgotten with the last visitor who asked for it.

    Safe to use from several threads. A value larger than the bound is computed and not kept.
    """

    def __init__(self, limit: int) -> None:
        self._lock = threading.Lock()
        self._entries: LRUCache[Key, _Entry] = LRUCache(limit, getsizeof=attrgetter("size"))
        self._turns: dict[Key, _Turn] = {}

    @property
    def nbytes(self) -> int:
        """Bytes of all that is kept."""
        return int(self._entries.currsize)

    def once(self, key: Key, compute: Callable[[], T], lent: tuple[type, ...] = ()) -> T:
        """What ``compute()`` made for ``key``; of several workers who ask for it, one computes and the others wait.

        Args:
            key: its kind, then what it is made from.
            compute: makes the value.
            lent: types of what the value points to but another entry keeps, so that it is counted there.

        Raises:
            Cancelled: the listener of :mod:`masking_core.progress` no longer wants the value.
            Exception: whatever ``compute`` raises; the next who asks computes anew.
        """
        with self._turn(key):
            found = self.get(key)
            if found is not None:
                return found  # type: ignore[no-any-return]
            value = compute()
            self._store(key, _Entry(value, lent, held(value, lent), {current()}))
            return value

    def get(self, key: Key) -> Any:
        """The value under ``key``, or None; whoever asks has a share in it from then on."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            entry.askers.add(current())
            return entry.value

    def seen(self, key: Key, most: int) -> None:
        """Note that the visitor sees this value, and give up their share in what they saw before the ``most`` last.

        Values of other kinds, and those that were asked for but not noted, are not touched.
        """
        with self._lock:
            noted: list[Key] = current().held.setdefault(f"seen {key[0]}", [])
            noted[:] = [*(each for each in noted if each != key), key]
            while len(noted) > most:
                self._give_up(noted.pop(0), current())

    def weigh(self, kind: str) -> None:
        """Count anew the values of that kind that the visitor, or everybody, has a share in: they may have grown."""
        near = {current(), NOBODY}
        with self._lock:
            own = [(key, entry) for key, entry in self._entries.items() if key[0] == kind and near & entry.askers]
        for key, entry in own:
            self._store(key, _Entry(entry.value, entry.lent, held(entry.value, entry.lent), entry.askers))

    def leave(self, visitor: Visitor) -> list[Any]:
        """Let go of what nobody but ``visitor`` has asked for, and return it."""
        with self._lock:
            gone = [self._give_up(key, visitor) for key in list(self._entries)]
        return [value for value in gone if value is not None]

    def clear(self) -> None:
        """Let go of everything."""
        with self._lock:
            self._entries.clear()

    def _give_up(self, key: Key, visitor: Visitor) -> Any:
        """Take a visitor's share in a value away; the value, if it is let go with that, or None."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        entry.askers.discard(visitor)
        if entry.askers:
            return None
        del self._entries[key]
        return entry.value

    def _store(self, key: Key, entry: _Entry) -> None:
        with self._lock:
            if not any(visitor.here for visitor in entry.askers):  # they left while it was computed
                self._entries.pop(key, None)
                return
            try:
                self._entries[key] = entry
            except ValueError:  # larger than all there is room for
                self._entries.pop(key, None)

    @contextmanager
    def _turn(self, key: Key) -> Iterator[None]:
        with self._lock:
            turn = self._turns.setdefault(key, _Turn())
            turn.count += 1
        try:
            while not turn.lock.acquire(timeout=LOOK):
                report(0.0, "Waiting for the same computation")
            try:
                yield
            finally:
                turn.lock.release()
        finally:
            with self._lock:
                turn.count -= 1
                if not turn.count:
                    del self._turns[key]
