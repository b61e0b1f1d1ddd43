"""What values take in memory, counted in bytes as they are, and giving back what nobody uses any more."""

import gc
import sys
from collections.abc import Callable
from dataclasses import fields
from threading import Event, Thread
from types import BuiltinFunctionType, CodeType, FrameType, FunctionType, ModuleType
from typing import Any

import numpy as np
import psutil

from masking_core import Image, Result
from masking_core.allocator import give_back, trim
from masking_core.image import apart

SHARED = (type, ModuleType, CodeType, FrameType, BuiltinFunctionType)
"""What a value may point to and does not own."""
SETTLED = 1.0
"""Seconds after which what was let go is collected, so that many departures cost one collection."""
ROUTINE = 60.0
QUIET = 1.0
"""Seconds without any work after which what it left behind is returned to the system."""


def held(value: object, lent: tuple[type, ...] = ()) -> int:
    """Bytes that ``value`` keeps alive: its arrays, and whatever else it leads to, each counted once.

    What is of a type in ``lent``, and all that only leads on from there, is not counted.
    """
    seen: set[int] = set()
    skipped = (*SHARED, *lent)
    total, left = 0, [value]
    while left:
        item = left.pop()
        if id(item) in seen or isinstance(item, skipped):
            continue
        seen.add(id(item))
        if isinstance(item, np.ndarray):
            if item.base is None:
                total += item.nbytes
            else:
                left.append(item.base)
            continue
        total += sys.getsizeof(item)
        left += _owned_by(item)
    return total


def kept_by(result: Result) -> float:
    """Megabytes that a result keeps beside its picture: masks, memberships and what its steps are shown from.

    What is drawn from it later, such as the objects' own colours, is not counted: the figure does not depend on what
    somebody has looked at.
    """
    own = [getattr(result, field.name) for field in fields(result) if field.name not in {"image", "_made"}]
    return held(own, (Image,)) / 1e6


def _owned_by(item: object) -> list[Any]:
    if isinstance(item, FunctionType):  # not the module it was written in
        return [item.__closure__, item.__defaults__, item.__kwdefaults__]
    return gc.get_referents(item)


def used() -> int:
    """Bytes of memory that this process takes, and those that open files for it."""
    opener = apart.in_use()
    return int(psutil.Process().memory_info().rss) + (opener.nbytes if opener else 0)


class Collector:
    """Collects garbage when somebody has left, and every so often.

    Streamlit's own collection after every rerun is off, as it makes visitors wait for one another; Python's alone would
    leave tens of megabytes of every visitor who left.
    """

    def __init__(self) -> None:
        self._asked = Event()
        Thread(target=self._work, name="collector", daemon=True).start()

    def ask(self) -> None:
        """Have a collection soon."""
        self._asked.set()

    def _work(self) -> None:
        while True:
            self._asked.wait(ROUTINE)
            Event().wait(SETTLED)
            self._asked.clear()
            give_back()


class Trimmer:
    """Returns what work left behind to the system when everybody pauses, and not while anybody works.

    Work goes on sooner in memory that is at hand, but what eight visitors left behind was 12 MB of each.

    Args:
        ended: how many jobs have ended; None while one runs.
    """

    def __init__(self, ended: Callable[[], int | None]) -> None:
        self._ended = ended
        self._before, self._trimmed = ended(), 0
        Thread(target=self._work, name="trimmer", daemon=True).start()

    def look(self) -> None:
        """Trim if no job has ended since the last look, but some have since the last trim; called every so often."""
        now = self._ended()
        if now is not None and now == self._before and now != self._trimmed:
            trim()
            self._trimmed = now
        self._before = now

    def _work(self) -> None:
        while True:
            Event().wait(QUIET)
            self.look()
