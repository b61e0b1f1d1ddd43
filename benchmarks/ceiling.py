"""A server that may take 1.5 GB, or ``CEILING`` MB, and visitors with 99-megapixel pictures: what it takes and says."""

import os
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import cv2
import numpy as np
import psutil

from benchmarks.protocol import ProtocolVisitor
from benchmarks.served import Server, served
from masking_core.methods import METHODS

CEILING = int(os.environ.get("CEILING", "1500"))
"""Megabytes."""
SIZE = (11_000, 9_000)
VISITORS = 3
LOOK = 0.02
"""Seconds between two looks at the memory."""


def rows() -> list[dict[str, Any]]:
    """The most memory of the server and its children, and how often it said what to visitors who try every method."""
    files = {f"large.{kind}": data for kind, data in _pictures()}
    with served({"MASKING_MEMORY": str(CEILING)}) as server, _watched(server) as most:
        with ProtocolVisitor(server.address) as visitor:
            visitor.run()  # the kernels are ready from here on
        told: Counter[str] = Counter()
        with ThreadPoolExecutor(VISITORS) as crowd:
            names = list(files) * VISITORS
            jobs = [crowd.submit(_visits, server, name, files[name]) for name in names[:VISITORS]]
            for job in jobs:
                told.update(job.result())
        alive = server.process.is_running() and server.process.status() != psutil.STATUS_ZOMBIE
        row = {"ceiling MB": CEILING, "most MB": round(max(most)), "alive": "yes" if alive else "no"}
        return [{**row, "the page said": words, "times": count} for words, count in told.most_common()]


def _visits(server: Server, name: str, data: bytes) -> Counter[str]:
    """Open the picture with every method, and ask for the file at full size."""
    told: Counter[str] = Counter()
    for method in METHODS:
        with ProtocolVisitor(server.address, query=f"method={method}") as visitor:
            try:
                visitor.run()
                visitor.problems.clear()
                visitor.upload(name, data)
                if name in visitor.text() and not any(name in problem for problem in visitor.problems):
                    told["opened"] += 1
                    visitor.press("Download cut-out")
            except LookupError:  # the method wants marks first, or was refused
                pass
            except TimeoutError:
                told["no answer"] += 1
            told.update(visitor.problems)
    return told


def _pictures() -> Iterator[tuple[str, bytes]]:
    coarse = np.random.default_rng(0).integers(0, 255, (SIZE[1] // 50, SIZE[0] // 50, 3)).astype(np.uint8)
    rgb = cv2.resize(coarse, SIZE, interpolation=cv2.INTER_LINEAR)
    yield "png", cv2.imencode(".png", rgb, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1].tobytes()
    yield "jpg", cv2.imencode(".jpg", rgb)[1].tobytes()


@contextmanager
def _watched(server: Server) -> Iterator[list[float]]:
    """Megabytes of the server and its children, the most so far in the end of the list."""
    most, over = [0.0], threading.Event()

    def watch() -> None:
        while not over.wait(LOOK):
            most.append(max(most[-1], server.megabytes))

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield most
    finally:
        over.set()
        watching.join()
