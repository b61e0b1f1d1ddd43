"""The first start on a new machine, and the second: seconds to the page, to a result on it, and until all is ready."""

import contextlib
import json
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from benchmarks.protocol import ProtocolVisitor
from benchmarks.served import Server, served

LOOK = 0.2
MOST = 300
"""Seconds until a server that is not ready counts as failed."""


def rows() -> list[dict[str, Any]]:
    """A visitor comes to the workbench as soon as it answers, while kernels are still being compiled."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {"NUMBA_CACHE_DIR": folder, "MASKING_AUTOSAVE": "off"}
        return [{"start": start, **_start(environment, Path(folder))} for start in ("first", "second")]


def _start(environment: dict[str, str], folder: Path) -> dict[str, Any]:
    begun = time.monotonic()
    with served(environment) as server:
        urllib.request.urlopen(server.address, timeout=LOOK * 100).read()
        answered = time.monotonic() - begun
        with ProtocolVisitor(server.address) as visitor:
            before = time.monotonic() - begun
            visitor.run()
            if visitor.until_result is None:
                raise RuntimeError(f"There is no result: {visitor.problems}")
        return {
            "page answers s": answered,
            "result shown s": before + visitor.until_result,
            "everything ready s": _ready(server, begun),
            "kernels kept MB": sum(path.stat().st_size for path in folder.rglob("*.nb*")) / 1e6,
        }


def _ready(server: Server, begun: float) -> float:
    while time.monotonic() - begun < MOST:
        with contextlib.suppress(urllib.error.HTTPError), urllib.request.urlopen(f"{server.address}/ready") as answer:
            if json.load(answer)["ready"]:
                return time.monotonic() - begun
        time.sleep(LOOK)
    raise RuntimeError("The server did not become ready.")
