"""``python -m masking_core.image.decoder``: decodes files, each in a process of its own that ends with it.

A process that has loaded the decoders and does nothing else waits at its standard input, a socket, for lines to
clients. For each it makes a copy of itself, within a few milliseconds and with a bound to its memory.
"""

from __future__ import annotations

import importlib
import os
import resource
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from typing import Any

from masking_core.errors import MaskingError
from masking_core.image import apart, wire
from masking_core.image.image import Image, Stack
from masking_core.image.levels import Levels
from masking_core.image.limits import Limits
from masking_core.image.numbers import NumberMap

KINDS: dict[str, type] = {"Image": Image, "Stack": Stack, "NumberMap": NumberMap}
"""What a file may be opened as."""

Answer = dict[str, Any]


def opened(kind: str, data: bytes, how: dict[str, Any]) -> Any:
    """Open a file as one of :data:`KINDS`; ``how`` holds the other arguments, models as plain data."""
    how = {**how, "limits": Limits.model_validate(how["limits"])}
    if "levels" in how:
        how["levels"] = Levels.model_validate(how["levels"])
    return KINDS[kind].open(data, **how)  # type: ignore[attr-defined]


def main(work: Callable[..., Any]) -> None:
    """Serve until nobody is left who could ask."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # so that nothing is left of those that have ended
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(fileno=os.dup(0)) as door:
        while True:
            bound, handed, _, _ = socket.recv_fds(door, apart.BOUND, 1)
            if not handed:
                return
            with socket.socket(fileno=handed[0]) as line:
                if os.fork() == 0:
                    _serve(line, work, int.from_bytes(bound))


def _serve(line: socket.socket, work: Callable[..., Any], most: int) -> None:
    """Answer one question, and end."""
    try:
        _bound(most)
        wire.send(line, os.getpid())
        wire.send(line, _answer(work, line))
    except BaseException:  # the client is gone, or there is no memory left to say anything
        os._exit(1)
    os._exit(0)


def _answer(work: Callable[..., Any], line: socket.socket) -> Answer:
    try:
        return {"value": work(*wire.receive(line))}
    except MaskingError as error:
        if isinstance(error.__cause__, MemoryError):
            return {"short": True}
        return {"error": type(error).__name__, "code": getattr(error, "code", ""), "sentence": str(error)}
    except MemoryError:
        return {"short": True}
    except Exception:
        return {"fault": traceback.format_exc()}


def _bound(more: int) -> None:
    """Let this process take so many bytes of memory more than it has."""
    with open("/proc/self/statm") as file:
        taken = int(file.read().split()[0]) * resource.getpagesize()
    most = taken + more
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    module, _, name = sys.argv[1].partition(":")
    main(getattr(importlib.import_module(module), name))
