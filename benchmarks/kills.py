"""A server killed again and again while somebody draws: what is lost of the drawing, and how soon it is back."""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any, NamedTuple

import numpy as np
import PIL.Image
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from benchmarks.latency import photo, visitor
from benchmarks.served import await_health, free_port, started
from masking_core.samples import sample, samples

KILLS = int(os.environ.get("KILLS", "100"))
EACH = 10
"""Kills that one visitor sees; every other visitor draws on a photo of their own."""
PAUSE = 0.5
"""Seconds from one stroke to the next."""
SAFE = 2.0
"""Seconds after which a stroke must outlive a kill."""
MOMENTS = 1.0, 6.0
"""Seconds of drawing before a kill: the least, the most."""
WITHIN = 2.0
"""Seconds that a kill waits for the beginning of a save, every other time."""
NEAR = 0.008
"""How far a stroke may lie beside where it was drawn, in shares of the picture."""

Place = tuple[float, float]


class Drawn(NamedTuple):
    """A stroke: where it begins, in shares of the picture, and when the mouse was let go."""

    place: Place
    when: float


def rows() -> list[dict[str, Any]]:
    """Strokes lost and drawn twice, and seconds until the work was back."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as driver:
        studio = _Studio(Path(name))
        file = photo(Path(name) / "photo.jpg", 0)
        found: list[dict[str, Any]] = []
        page = visitor(driver)
        browser = page.context.browser
        assert browser is not None
        try:
            while len(found) < KILLS:
                drawing = _Drawing(browser, studio, file if len(found) // EACH % 2 else None)
                for _ in range(min(EACH, KILLS - len(found))):
                    found.append(drawing.killed(len(found)))
                    print(f"{len(found)} of {KILLS} kills: {found[-1]}", file=sys.stderr, flush=True)
                drawing.page.context.close()
        finally:
            studio.kill()
            browser.close()
    return [_row(how, [each for each in found if each["how"] == how]) for how in ("waited", "reloaded")]


def _row(how: str, kills: list[dict[str, Any]]) -> dict[str, Any]:
    seconds = [each["seconds"] for each in kills if each["seconds"] is not None] or [float("nan")]
    return {
        "the visitor": how,
        "kills": len(kills),
        "within a save": sum(each["within"] for each in kills),
        "strokes": sum(each["strokes"] for each in kills),
        f"older than {SAFE:g} s lost": sum(each["lost"] for each in kills),
        "younger lost": sum(each["young lost"] for each in kills),
        "twice or unknown": sum(each["other"] for each in kills),
        "not back": sum(each["seconds"] is None for each in kills),
        "back p50 s": float(np.percentile(seconds, 50)),
        "back p95 s": float(np.percentile(seconds, 95)),
    }


class _Studio:
    """The app on one port, whose work is kept in one folder."""

    def __init__(self, folder: Path) -> None:
        self._port, self._folder = free_port(), folder / "work"
        self.address = f"http://127.0.0.1:{self._port}"
        self._process = self._started()

    def kill(self) -> float:
        """Kill it; when that was."""
        self._process.kill()
        when = time.monotonic()
        self._process.wait()
        return when

    def start(self) -> None:
        self._process = self._started()

    def saving(self) -> bool:
        """Whether something is being written, or was when it was killed."""
        return any(name.endswith(".part") for part in ("works", "files") for name in _names(self._folder / part))

    def forget_pieces(self) -> None:
        for piece in self._folder.rglob("*.part"):
            piece.unlink()

    def documents(self) -> dict[str, dict[str, Any]]:
        """What is kept, by the name of its file: one for each visitor."""
        return {path.name: json.loads(path.read_text()) for path in self._folder.glob("works/*.json")}

    def _started(self) -> "subprocess.Popen[bytes]":
        process = started(self._port, {"MASKING_AUTOSAVE": str(self._folder)})
        await_health(self.address)
        return process


class _Drawing:
    """One visitor, who draws on a sample or on a photo of their own."""

    def __init__(self, browser: Browser, studio: _Studio, file: Path | None) -> None:
        self._studio, self._moments, self._count = studio, random.Random(str(file)), 0  # noqa: S311
        self._strokes: list[Drawn] = []
        self._size = PIL.Image.open(file).size if file else sample(samples()[0]).size
        known = set(studio.documents())
        self.page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        self.page.goto(f"{studio.address}/mask")
        _idle(self.page)
        if file:
            self.page.locator('input[type="file"]').first.set_input_files(file)
            self.page.get_by_test_id("stText").filter(has_text=file.name).wait_for()
            _idle(self.page)
        _until(lambda: set(studio.documents()) - known)
        (self._work,) = set(studio.documents()) - known
        self._picture, self._owner = self._document["picture"], self._document["owner"]

    def killed(self, number: int) -> dict[str, Any]:
        """Draw until the server is killed, start it again, and look at what is back."""
        how = "reloaded" if number % 4 < 2 else "waited"
        self._studio.forget_pieces()
        drawn = self._count
        when = self._draws_until_killed(within=number % 2 == 1)
        within = self._studio.saving()
        self._studio.start()
        begun = time.monotonic()
        if how == "reloaded":
            self.page.goto(f"{self._studio.address}/mask")
        document = self._back()
        seconds = time.monotonic() - begun if document else None
        self._strokes, lost, other = self._compared(document)
        return {
            "how": how,
            "within": within,
            "strokes": self._count - drawn,
            "lost": sum(stroke.when < when - SAFE for stroke in lost),
            "young lost": sum(when - SAFE <= stroke.when <= when for stroke in lost),
            "other": other,
            "seconds": seconds,
        }

    def _draws_until_killed(self, *, within: bool) -> float:
        self.page.locator('[data-name="tool_brush"]:visible').first.click()
        _idle(self.page)
        over, moment = Event(), self._moments.uniform(*MOMENTS)
        times: list[float] = []

        def kill() -> None:
            time.sleep(moment)
            end = time.monotonic() + WITHIN
            while within and not self._studio.saving() and time.monotonic() < end:
                pass
            times.append(self._studio.kill())
            over.set()

        killer = Thread(target=kill)
        killer.start()
        while not over.is_set():
            self._draw()
            self.page.wait_for_timeout(PAUSE * 1000)
        killer.join()
        return times[0]

    def _draw(self) -> None:
        self._count += 1
        x, y = 0.05 + 0.85 * (self._count * 0.618 % 1), 0.05 + 0.85 * (self._count * 0.755 % 1)
        box = self.page.locator("canvas.upper-canvas").bounding_box()
        if box is None:
            return
        self.page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        self.page.mouse.down()
        self.page.mouse.move(box["x"] + (x + 0.05) * box["width"], box["y"] + y * box["height"], steps=4)
        self.page.mouse.up()
        self._strokes.append(Drawn((x, y), time.monotonic()))

    @property
    def _document(self) -> dict[str, Any]:
        return self._studio.documents()[self._work]

    def _back(self) -> dict[str, Any] | None:
        """What the page has when it shows a result again, as it saves it at once; None if it never does."""
        with suppress(TimeoutError, PlaywrightTimeout):
            _until(lambda: self._document["owner"] != self._owner)
            self.page.get_by_text("Your work is back").wait_for()
            self.page.locator('img[alt^="The result"]').wait_for()
            _settled(self.page)
            document = self._document
            self._owner = document["owner"]
            return document if document["picture"] == self._picture else None
        return None

    def _compared(self, document: dict[str, Any] | None) -> tuple[list[Drawn], list[Drawn], int]:
        """The strokes that are back, those that are not, and how many marks are there twice or were never drawn."""
        left = [
            (x / self._size[0], y / self._size[1])
            for marks in (document or {"marks": {}})["marks"].values()
            for (x, y), *_ in (mark["points"] for mark in marks)
        ]
        kept, lost = [], []
        for stroke in self._strokes:
            found = [place for place in left if max(np.abs(np.subtract(place, stroke.place))) < NEAR]
            if found:
                left.remove(found[0])
            (kept if found else lost).append(stroke)
        return kept, lost, len(left)


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        return []


def _until(condition: Any, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.02)


def _settled(page: Page) -> None:
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for(timeout=60_000)


def _idle(page: Page) -> None:
    page.wait_for_timeout(400)
    _settled(page)
