"""Many visitors at once, and one after the other: how long they wait, and what the server's memory does meanwhile."""

import base64
import json
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any

import cv2
import numpy as np

from benchmarks import ceiling
from benchmarks.protocol import ProtocolVisitor
from benchmarks.served import Server, served
from masking_core.prompts import Stroke

Times = tuple[float, float]
"""Seconds from a stroke's message to the result, and to the end of the page's answer, when its edge is finished."""
AT_ONCE = (1, 4, 8, 16)
STROKES = 8
SMALL, TWO, SIX = (600, 400), (1732, 1155), (3000, 2000)
"""Sizes of photos of a quarter, of 2 and of 6 megapixels."""
SUCCESSIVE = 40
EVERY = 8
ATTACKERS = 3
AWAY = 120
"""Seconds after which a server whose visitors have left is looked at again."""
RADIUS = 0.12
"""Of the disc on a photo, as a share of its width."""
MASK = 2
"""The place of "Alpha" among the views."""


def rows_by_table(only: list[str] | None) -> dict[str, list[dict[str, Any]]]:
    """The tables of the suite by name: ``visitors``, ``successive``, ``together``, ``attacked``, ``ceiling``."""
    tables: dict[str, Callable[[], list[dict[str, Any]]]] = {
        "visitors": visitors,
        "successive": successive,
        "together": together,
        "attacked": attacked,
        "ceiling": ceiling.rows,
    }
    return {name: tables[name]() for name in only or tables}


def visitors() -> list[dict[str, Any]]:
    """Seconds from a stroke's message to the page's answer, for several visitors who draw at once on 2 MP photos."""
    with served() as server:
        _draws(server, 0, TWO, 2)  # the kernels are ready from here on
        return [_crowd(server, count) for count in AT_ONCE]


def successive() -> list[dict[str, Any]]:
    """The server's memory while visitors come and go, each with a 6 MP photo and two strokes."""
    with served() as server:
        _draws(server, 0, TWO, 2)
        found = [_memory(server, "0 visitors")]
        for number in range(1, SUCCESSIVE + 1):
            _draws(server, number, SIX, 2)
            if number % EVERY == 0:
                found.append(_memory(server, f"{number} visitors"))
        return found


def together() -> list[dict[str, Any]]:
    """The server's memory with eight visitors at once on 6 MP photos, and after they have left."""
    with served() as server:
        _draws(server, 0, TWO, 2)
        time.sleep(5)
        found = [_memory(server, "idle")]
        ready, leave = threading.Barrier(9), threading.Event()

        def visit(number: int) -> None:
            with ProtocolVisitor(server.address) as visitor:
                _strokes(visitor, number, SIX, 2)
                ready.wait()
                leave.wait()

        with ThreadPoolExecutor(8) as crowd:
            jobs = [crowd.submit(visit, number) for number in range(8)]
            ready.wait()
            found.append(_memory(server, "8 visitors at once"))
            leave.set()
            for job in jobs:
                job.result()
        time.sleep(AWAY)
        return [*found, _memory(server, f"{AWAY} seconds after they left")]


def attacked() -> list[dict[str, Any]]:
    """Seconds that a visitor's strokes on a 2 MP photo take while three others open costly links again and again."""
    with served() as server:
        _draws(server, 0, TWO, 2)
        return [_attack(server, what, query) for what, query in _links().items()]


def _attack(server: Server, what: str, query: str) -> dict[str, Any]:
    over = threading.Event()

    def open_again_and_again() -> int:
        opened = 0
        while query and not over.is_set():
            with suppress(TimeoutError), ProtocolVisitor(server.address, query=query) as attacker:
                opened += 1
                attacker.run()
        return opened

    with ThreadPoolExecutor(ATTACKERS) as crowd:
        jobs = [crowd.submit(open_again_and_again) for _ in range(ATTACKERS)]
        times, errors = _draws(server, 7, TWO, 2 * STROKES)
        over.set()
        opened = sum(job.result() for job in jobs)
    seconds = np.array(times)[:, 0]
    return {
        "links opened meanwhile": what,
        "opened": opened,
        "result p50 s": float(np.percentile(seconds, 50)),
        "result p95 s": float(np.percentile(seconds, 95)),
        "longest s": float(seconds.max()),
        "strokes": len(seconds),
        "errors": errors,
    }


def _links() -> dict[str, str]:
    """None, one of an empty page, and some of 2,000 marks: more than is accepted, as large as is, huge ellipses."""
    text = {"kind": "text", "x": 0, "y": 0, "text": "W" * 50}
    ellipse = {"kind": "ellipse", "x": -1e6, "y": -1e6, "width": 2e6, "height": 2e6, "angle": 33}
    marks = {"huge texts": {**text, "size": 1000}, "texts": {**text, "size": 31}, "ellipses": ellipse}
    costly = {f"2,000 {name}": f"sample=coffee&marks={_packed([mark] * 2000)}" for name, mark in marks.items()}
    return {"none": "", "no marks": "sample=coffee", **costly}


def _packed(marks: list[dict[str, Any]]) -> str:
    return base64.urlsafe_b64encode(zlib.compress(json.dumps(marks).encode(), 9)).decode().rstrip("=")


def _memory(server: Server, when: str) -> dict[str, Any]:
    time.sleep(2)
    return {"when": when, "server MB": round(server.megabytes)}


def _crowd(server: Server, count: int) -> dict[str, Any]:
    """``count`` visitors draw at once, while another one does something trivial again and again."""
    over = threading.Event()
    with ThreadPoolExecutor(count + 1) as crowd:
        bystander = crowd.submit(_trivial, server, over)
        jobs = [crowd.submit(_draws, server, 100 * count + number, TWO, STROKES) for number in range(count)]
        outcomes = [job.result() for job in jobs]
        over.set()
        trivial = bystander.result()
    seconds = np.array([each for times, _ in outcomes for each in times])
    return {
        "visitors": count,
        "result p50 s": float(np.percentile(seconds[:, 0], 50)),
        "result p95 s": float(np.percentile(seconds[:, 0], 95)),
        "finished edge p50 s": float(np.percentile(seconds[:, 1], 50)),
        "finished edge p95 s": float(np.percentile(seconds[:, 1], 95)),
        "trivial p95 s": float(np.percentile(trivial, 95)),
        "strokes": len(seconds),
        "errors": sum(errors for _, errors in outcomes),
    }


def _draws(server: Server, number: int, size: tuple[int, int], strokes: int) -> tuple[list[Times], int]:
    """One visit: seconds of every stroke, and how many answers were wrong or missing."""
    with ProtocolVisitor(server.address) as visitor:
        return _strokes(visitor, number, size, strokes)


def _strokes(visitor: ProtocolVisitor, number: int, size: tuple[int, int], strokes: int) -> tuple[list[Times], int]:
    visitor.run()
    data, centre = _photo(number, size)
    visitor.upload(f"{number}.jpg", data)
    visitor.choose("view", MASK)
    times = [
        visitor.draw(size, stroke) for stroke, _ in zip(_on_and_beside(size, centre), range(strokes), strict=False)
    ]
    right = _is_disc(visitor.result(), centre)
    return times, len(visitor.problems) + (not right)


def _trivial(server: Server, over: threading.Event) -> list[float]:
    times = []
    with ProtocolVisitor(server.address) as visitor:
        visitor.run()
        while not over.is_set():
            times += [visitor.use(tool) for tool in ("tool_ellipse", "tool_rectangle")]
    return times


def _photo(number: int, size: tuple[int, int]) -> tuple[bytes, tuple[float, float]]:
    """A photo with a red disc on rough ground, another for every number; and where the disc is, in shares."""
    rng = np.random.default_rng(number)
    centre = tuple(rng.uniform(0.3, 0.7, 2))
    coarse = rng.integers(60, 200, (size[1] // 8, size[0] // 8, 3)).astype(np.uint8)
    coarse[..., 0] //= 2
    rgb = cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)
    place = round(centre[0] * size[0]), round(centre[1] * size[1])
    cv2.circle(rgb, place, round(RADIUS * size[0]), (220, 40, 40), -1, cv2.LINE_AA)
    return cv2.imencode(".jpg", rgb[..., ::-1])[1].tobytes(), (float(centre[0]), float(centre[1]))


def _on_and_beside(size: tuple[int, int], centre: tuple[float, float]) -> Iterator[Stroke]:
    """Strokes on the disc and on the ground by turns."""
    width, height = size
    x, y = centre[0] * width, centre[1] * height
    place = partial(Stroke, width=width / 60)
    for step in range(100):
        shift = (step % 7 - 3) * width / 100
        yield place(points=((x - width / 20, y + shift), (x + width / 20, y)), object=1)
        yield place(points=((width / 50 * (1 + step % 3), height * 0.1), (width / 30, height * 0.9)), object=0)


def _is_disc(mask: np.ndarray, centre: tuple[float, float]) -> bool:
    """Whether a (H, W, 3) mask is the disc of that photo and of no other."""
    height, width = mask.shape[:2]
    rows, columns = np.ogrid[:height, :width]
    disc = (columns - centre[0] * width) ** 2 + (rows - centre[1] * height) ** 2 < (RADIUS * width) ** 2
    found = mask[..., 0] > 127
    return bool((found & disc).sum() > 0.9 * (found | disc).sum())
