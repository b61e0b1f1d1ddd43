"""Opening files in a process apart, which may crash, hang or ask for all memory: that costs one sentence.

Where :func:`use` was called, everything that is opened from bytes or a path goes this way.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
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
_ERRORS: dict[str, type[MaskingError]] = {each.__name__: each for each in (ParameterError, PromptError)}


class Apart:
    """Opens files in processes of their own.

    Args:
        megabytes: memory that each may take.
        seconds: how long each may take.
        work: what they do, as "module:function".
    """

    def __init__(self, megabytes: int, seconds: float = SECONDS, work: str = WORK) -> None:
        self._megabytes, self._seconds, self._work = megabytes, seconds, work
        self._lock = Lock()
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
            ImageError: it took too long, or the process ended without an answer.
            Cancelled: the listener of :mod:`masking_core.progress` no longer wants the result.
        """
        for _ in range(TRIES):
            try:
                return _taken(self._asked(kind, data, subject, how, parts), kind)
            except (EOFError, ConnectionError):
                continue
        raise ImageError("damaged", f"{subject} cannot be opened: decoding it failed {TRIES} times and was given up.")

    def close(self) -> None:
        """End the helper; the next file begins another one."""
        with self._lock:
            if self._door is not None and self._helper is not None:
                self._door.close()
                self._helper.wait()
            self._door = self._helper = None

    def _asked(self, kind: type, data: bytes, subject: str, how: Mapping[str, Any], parts: tuple[type, ...]) -> Any:
        end = time.monotonic() + self._seconds
        with self._line() as line:
            child = wire.receive(line)
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
                answer = wire.receive(line, {each.__name__: each for each in (kind, *parts)})
                answered = True
                return answer
            finally:
                if not answered:
                    _kill(child)

    def _line(self) -> socket.socket:
        """A line to a new process."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._hand_over(theirs)
            except OSError:  # the helper has ended
                self.close()
                self._hand_over(theirs)
        return ours

    def _hand_over(self, line: socket.socket) -> None:
        with self._lock:
            if self._door is None:
                self._door, inner = socket.socketpair()
                command = [sys.executable, "-m", "masking_core.image.decoder", str(self._megabytes), self._work]
                environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
                with inner:
                    self._helper = subprocess.Popen(command, stdin=inner.fileno(), env=environment)  # noqa: S603  (ours)
            socket.send_fds(self._door, [b"."], [line.fileno()])


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


def _taken(answer: Any, kind: type) -> Any:
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
