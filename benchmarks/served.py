"""The whole app on a free port of this machine, for as long as it is measured."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import psutil

ROOT = Path(__file__).parents[1]
PATIENCE = 60
"""Seconds until a server that does not answer counts as failed."""


class Server(NamedTuple):
    """A running app: its address, and its process."""

    address: str
    process: psutil.Process

    @property
    def megabytes(self) -> float:
        """Memory of the server and its children, in millions of bytes; pages that they share are counted once."""
        family = [self.process, *self.process.children(recursive=True)]
        total = 0
        for member in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                total += member.memory_full_info().pss
        return total / 1e6


@contextlib.contextmanager
def served(
    environment: Mapping[str, str] | None = None, root: Path = ROOT, before: Sequence[str] = ()
) -> Iterator[Server]:
    """Start the app as :func:`started` does, on a free port, and stop it in the end."""
    port = free_port()
    process = started(port, environment, root, before)
    server = Server(f"http://127.0.0.1:{port}", psutil.Process(process.pid))
    try:
        await_health(server.address)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def started(
    port: int, environment: Mapping[str, str] | None = None, root: Path = ROOT, before: Sequence[str] = ()
) -> "subprocess.Popen[bytes]":
    """The process of an app that is about to listen on a port.

    Args:
        port: the port.
        environment: further environment variables; an empty one is taken away.
        root: the checkout it runs in.
        before: a command that runs it, for instance with fewer rights.
    """
    wanted = {**os.environ, "PYTHONPATH": str(root), **(environment or {})}
    options = {"port": port, "address": "127.0.0.1", "headless": "true", "fileWatcherType": "none"}
    command = [*before, sys.executable, "-m", "streamlit", "run", str(root / "app.py")]
    command += [part for name, value in options.items() for part in (f"--server.{name}", str(value))]
    return subprocess.Popen(
        command,
        cwd=root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={name: value for name, value in wanted.items() if value},
    )


def await_health(address: str) -> None:
    """Wait until the server at ``address`` answers."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with contextlib.suppress(urllib.error.URLError, OSError):
            if urllib.request.urlopen(f"{address}/_stcore/health", timeout=2).status == 200:
                return
        time.sleep(0.1)
    raise RuntimeError("The server did not come up.")
