"""Opening files in a process apart, which may crash, hang or ask for all memory: that costs one sentence.

Where :func:`use` was called, everything that is opened from bytes or a path goes this way.
"""

from __future__ import annotations

import mmap
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from masking_core.errors import ImageError, MaskingError, ParameterError, PromptError
from masking_core.image import wire
from masking_core.progress import report

POSSIBLE = sys.platform == "linux"
"""Whether this system can do it."""
SECONDS = 60.0
"""How long a file may take."""
TRIES = 2
"""How often a file is opened whose process ended by itself, for instance because the machine had no memory left."""
LOOK = 0.1
"""Seconds between two reports."""
DOING = "Opening the picture"
WORK = "masking_core.image.decoder:opened"
BOUND = 8
"""Bytes of the number that says how much memory a process may take."""
LEAST = 32_000_000
"""Bytes that a process may take in any case, so that it can say that they are too few."""
SHARE = 0.7
"""Of the memory that is left, what a process may take; what it has decoded comes over here while it is still there."""
_ERRORS: dict[str, type[MaskingError]] = {each.__name__: each for each in (ParameterError, PromptError)}


@dataclass(frozen=True)
class Budget:
    """Memory that these processes share with the one that asks them.

    Attributes:
        left: says how many bytes may still be taken.
        let_go: gives up what can be made again; called where that is too little for a file.
    """

    left: Callable[[], int] = lambda: sys.maxsize
    let_go: Callable[[], None] = lambda: None


class Apart:
    """Opens files in processes of their own.

    Args:
        megabytes: memory that each may take.
        seconds: how long each may take.
        work: what they do, as "module:function".
        budget: what all of them may take, if that is less.
    """

    def __init__(
        self, megabytes: int, seconds: float = SECONDS, work: str = WORK, budget: Budget | None = None
    ) -> None:
        self._most, self._seconds, self._work = megabytes * 1_000_000, seconds, work
        self._budget = budget or Budget()
        self._lock = Lock()
        self._children: set[int] = set()
        self._helper: subprocess.Popen[bytes] | None = None
        self._door: socket.socket | None = None

    def opened(
        self, kind: type, data: bytes, subject: str, how: Mapping[str, Any], parts: tuple[type, ...] = ()
    ) -> Any:
        """``kind.open(data, **how)``.

        Args:
            kind: a dataclass that :mod:`masking_core.image.decoder` knows.
            data: the file.
            subject: how a sentence about it begins.
            how: further arguments as plain data.
            parts: other dataclasses that it is made of.

        Raises:
            MaskingError: as ``kind.open`` does.
            ImageError: it took too long or too much memory, or the process ended without an answer.
            Cancelled: the listener of :mod:`masking_core.progress` no longer wants the result.
        """
        bound, short = -1, False
        for _ in range(TRIES):
            before, bound = bound, self._bound()
            if short and bound <= before:
                break
            try:
                return _taken(self._asked(kind, data, subject, how, parts, bound), kind)
            except (EOFError, ConnectionError):
                short = False
            except MemoryError:
                short = True
                self._budget.let_go()
        if short:
            raise ImageError("too-many-pixels", f"{subject} needs more memory to be opened than there is for it.")
        raise ImageError("damaged", f"{subject} cannot be opened: decoding it failed {TRIES} times and was given up.")

    @property
    def nbytes(self) -> int:
        """Bytes of memory that the processes take; pages that they share are counted once."""
        helper = self._helper
        if helper is None:
            return 0
        own, private = _held(helper.pid)
        return own + sum(max(0, _held(child)[1] - private) for child in tuple(self._children))

    def _bound(self) -> int:
        return max(LEAST, min(self._most, int(SHARE * self._budget.left())))

    def close(self) -> None:
        """End the helper; the next file begins another one."""
        with self._lock:
            if self._door is not None and self._helper is not None:
                self._door.close()
                self._helper.wait()
            self._door = self._helper = None

    def _asked(
        self, kind: type, data: bytes, subject: str, how: Mapping[str, Any], parts: tuple[type, ...], bound: int
    ) -> Any:
        if bound < LEAST + 2 * len(data):  # it comes over as it is before it is decoded
            raise MemoryError
        end = time.monotonic() + self._seconds
        with self._line(bound) as line:
            child = wire.receive(line)
            self._children.add(child)
            answered = False
            try:
                wire.send(line, (kind.__name__, data, dict(how)))
                while not _ready(line):
                    report(0.0, DOING)
                    if time.monotonic() > end:
                        raise ImageError(
                            "timed-out",
                            f"{subject} took longer than {self._seconds:g} seconds to open and was given up.",
                        )
                    if self._budget.left() < 0:  # several are large at the same time
                        raise MemoryError
                kinds = {each.__name__: each for each in (kind, *parts)}
                answer = wire.receive(line, kinds, max(0, self._budget.left()))
                answered = True
                return answer
            finally:
                self._children.discard(child)
                if not answered:
                    _kill(child)

    def _line(self, bound: int) -> socket.socket:
        """A line to a new process."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._hand_over(theirs, bound)
            except OSError:  # the helper has ended
                self.close()
                self._hand_over(theirs, bound)
        return ours

    def _hand_over(self, line: socket.socket, bound: int) -> None:
        with self._lock:
            if self._door is None:
                self._door, inner = socket.socketpair()
                command = [sys.executable, "-m", "masking_core.image.decoder", self._work]
                environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
                with inner:
                    self._helper = subprocess.Popen(command, stdin=inner.fileno(), env=environment)  # noqa: S603  (ours)
            socket.send_fds(self._door, [bound.to_bytes(BOUND)], [line.fileno()])


def _ready(line: socket.socket) -> bool:
    """Whether an answer comes, or the other side is gone; waits for a moment."""
    line.settimeout(LOOK)
    try:
        line.recv(1, socket.MSG_PEEK)
    except TimeoutError:
        return False
    finally:
        line.settimeout(None)
    return True


def _held(process: int) -> tuple[int, int]:
    """Bytes of memory that a process holds, and how many of them are no file's; 0 where it is gone."""
    try:
        _, resident, files, *_ = map(int, Path(f"/proc/{process}/statm").read_bytes().split())
    except OSError:
        return 0, 0
    return resident * mmap.PAGESIZE, (resident - files) * mmap.PAGESIZE


def _taken(answer: Any, kind: type) -> Any:
    if "short" in answer:
        raise MemoryError
    if "fault" in answer:
        raise RuntimeError(f"Opening a file failed:\n{answer['fault']}")
    if "error" in answer:
        if answer["error"] == ImageError.__name__:
            raise ImageError(answer["code"], answer["sentence"])
        raise _ERRORS.get(answer["error"], MaskingError)(answer["sentence"])
    value = answer["value"]
    if not isinstance(value, kind):
        raise EOFError
    return value


def _kill(process: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


_in_use: list[Apart] = []


def use(apart: Apart | None) -> None:
    """Open all files of this process through ``apart`` from now on, or here where it is None."""
    for before in _in_use:
        before.close()
    _in_use[:] = [] if apart is None else [apart]


def in_use() -> Apart | None:
    """Through what files are opened."""
    return _in_use[0] if _in_use else None
