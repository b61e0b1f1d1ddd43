"""After any number of hasty actions the workbench comes to rest, with the marks and the result that they lead to."""

import io
import os
import random
import time
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np
import PIL.Image
import pytest
from actions import answered, draw, press, settled, shot, take
from playwright.sync_api import Locator, Page, TimeoutError, WebSocket, expect

from masking_core import Image, MaskingError, Session

ACTIONS = int(os.environ.get("ACTIONS", "0"))
"""How much is done; a soak takes 500."""
SEEDS = [int(seed) for seed in os.environ.get("SEEDS", "1").split()]
REST = 90
"""Seconds after which a page that has not come to rest never will."""
QUIET = 2.0
"""Seconds without a message between page and server that are a rest."""
SIZE = (1400, 1000)
TOOLS = ("brush", "brush", "rectangle", "ellipse", "lasso", "point")
METHODS = ("Graph cut", "K-means", "Watershed", "Subject (trained network)")
BACKGROUNDS = ("Transparent", "Colour", "Original, blurred")
PLACES = ("Explain", "Batch", "Welcome")

Place = tuple[float, float]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A picture of two balls on a meadow, larger than its preview."""
    rng = np.random.default_rng(0)
    rgb = (np.array([90, 170, 60]) + rng.normal(0, 6, (SIZE[1], SIZE[0], 1))).clip(0, 255).astype(np.uint8)
    cv2.circle(rgb, (450, 500), 250, (200, 30, 40), -1, cv2.LINE_AA)
    cv2.circle(rgb, (1050, 400), 150, (30, 60, 200), -1, cv2.LINE_AA)
    path = tmp_path / "balls.png"
    PIL.Image.fromarray(rgb).save(path)
    return path


class Traffic:
    """When the page and the server last said something to each other."""

    def __init__(self, page: Page) -> None:
        self.last = time.monotonic()
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        for event in ("framesent", "framereceived"):
            socket.on(event, self._said)

    def _said(self, _: object) -> None:
        self.last = time.monotonic()


class Visitor:
    """Somebody who does not wait for the page, and remembers which marks should be there."""

    def __init__(self, page: Page, seed: int) -> None:
        self.page, self.random, self.traffic = page, random.Random(seed), Traffic(page)
        self.states: list[list[Place]] = [[]]
        self.at = 0
        self.log: list[str] = []
        self.reloads = 0
        page.on("load", self._loaded)

    def _loaded(self, _: Page) -> None:
        self.log.append("(load)")
        self.reloads += 1

    def act(self) -> None:
        often = ["draw"] * 6 + ["undo"] * 3 + ["redo"] * 2 + ["tool"] * 2 + ["slide"] * 3
        action = self.random.choice([*often, "method", "download", "toggle", "background", "leave", "burst", "clear"])
        self.log.append(action)
        getattr(self, action)()
        self.page.wait_for_timeout(self.random.choice([0, 0, 0, 20, 60, 150, 400, 900]))

    def draw(self) -> None:
        x, y = self.random.uniform(0.05, 0.8), self.random.uniform(0.05, 0.8)
        box = self.random.choice([(0.05, 0.05), (0.15, 0.1)])
        draw(self.page, [(x, y), (x + box[0], y), (x + box[0], y + box[1])], wait=False)
        self.states[self.at + 1 :] = [[*self.states[self.at], (round(x, 3), round(y, 3))]]
        self.at += 1

    def undo(self) -> None:
        self.page.keyboard.press("Control+z")
        self.at = max(0, self.at - 1)

    def redo(self) -> None:
        self.page.keyboard.press("Control+y")
        self.at = min(self.at + 1, len(self.states) - 1)

    def clear(self) -> None:
        press(self.page, "clear")
        self.away()
        if self.states[self.at]:
            self.states[self.at + 1 :] = [[]]
            self.at += 1

    def burst(self) -> None:
        self.download()
        for _ in range(6):
            self.draw()
        for _ in range(8):
            self.undo()

    def tool(self) -> None:
        self.press(self.page.locator(f'[data-name="tool_{self.random.choice(TOOLS)}"][aria-disabled="false"]'))

    def slide(self) -> None:
        sliders = self.page.get_by_test_id("stSidebar").get_by_role("slider")
        for _ in range(self.random.choice([1, 1, 4])):
            visible = [slider for slider in sliders.all() if slider.is_visible()]
            if visible:
                self.random.choice(visible).press(self.random.choice(["ArrowRight", "ArrowLeft"]))
        self.away()

    def method(self) -> None:
        self.choose("Method", self.random.choice(METHODS))

    def background(self) -> None:
        self.choose("Background", self.random.choice(BACKGROUNDS))

    def choose(self, label: str, option: str) -> None:
        """Choose from a list, which folds up when the page scrolls or is drawn anew: then it is left as it was."""
        self.page.get_by_role("combobox", name=label, exact=True).click()
        with suppress(TimeoutError):
            self.page.get_by_role("option", name=option, exact=True).click(timeout=1000)
        self.page.keyboard.press("Escape")
        self.away()

    def download(self) -> None:
        self.press(self.page.get_by_role("button", name="Download ", exact=False))

    def toggle(self) -> None:
        self.press(self.page.locator('[class*="st-key-object-1"] button'))

    def leave(self) -> None:
        answered(self.page)  # nobody gets from the canvas to the sidebar before
        links = self.page.get_by_test_id("stSidebar")
        links.get_by_role("link", name=self.random.choice(PLACES)).click()
        self.page.wait_for_timeout(self.random.choice([0, 100, 1000]))
        links.get_by_role("link", name="Workbench").click()
        expect(self.page.locator("canvas.upper-canvas[aria-label]")).to_be_visible()
        settled(self.page, 0)

    def press(self, button: Locator) -> None:
        """Click a button if it is there at this moment."""
        if button.count() and button.first.is_visible() and button.first.is_enabled():
            with suppress(TimeoutError):
                button.first.click(timeout=2000)
        self.away()

    def away(self) -> None:
        """Take the focus away from what was clicked: its keys are no longer the canvas'."""
        self.page.evaluate("() => document.activeElement.blur()")

    def rest(self) -> None:
        """Wait until nothing happens any more."""
        begun = time.monotonic()
        idle = self.page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')
        held = self.page.locator("[data-waiting]")
        while held.count() or not (idle.count() and time.monotonic() - self.traffic.last > QUIET):
            assert time.monotonic() - begun < REST, "it never rests"
            self.page.wait_for_timeout(100)
        expect(self.page.get_by_test_id("stException")).to_have_count(0)
        print(f"{len(self.log)}: rest after {time.monotonic() - begun - QUIET:.1f} s")

    def file(self, button: Locator) -> bytes:
        with self.page.expect_download() as download:
            button.click()
        content = Path(download.value.path()).read_bytes()
        self.rest()
        return content

    def check(self) -> None:
        """The marks are those of the model, and what is downloaded is what they and the settings lead to."""
        self.rest()
        session = self.page.get_by_test_id("stSidebar").get_by_test_id("stExpander").filter(has_text="Session")
        if not session.get_by_role("button", name="Save", exact=True).is_visible():
            session.locator("summary").click()
        saved = Session.open(self.file(session.get_by_role("button", name="Save", exact=True)))
        found = [first(mark) for mark in saved.slices[0].marks]
        if self.reloads > 1:  # the marks are back as they were saved, the steps that led to them are not
            self.states, self.at, self.reloads = [[], found], int(bool(found)), 1
        known = self.states[self.at]
        assert len(found) == len(known), f"{np.round(found, 2).tolist()} instead of {known}"
        assert np.allclose(found, known, atol=0.01), f"{np.round(found, 2).tolist()} instead of {known}"
        picture = Image.open(saved.picture or b"", name="balls.png")
        button = self.page.get_by_role("button", name="Download ", exact=False).first
        try:
            expected = saved.recipe.run(picture, saved.slices[0]).rgba
        except MaskingError:
            expect(button).to_have_count(0)
            return
        shown = np.asarray(PIL.Image.open(io.BytesIO(self.file(button))).convert("RGBA"))
        assert np.array_equal(shown, expected)


def first(mark: object) -> Place:
    """Where a mark was begun, in shares of the picture."""
    points = getattr(mark, "points", None)
    x, y = points[0] if points else (getattr(mark, "x", 0.0), getattr(mark, "y", 0.0))
    return x / SIZE[0], y / SIZE[1]


@pytest.fixture
def visitor(page: Page, server, photo: Path, seed: int) -> Visitor:
    arrived = Visitor(page, seed)
    page.goto(f"{server.url}/mask")
    settled(page)
    page.locator('input[type="file"]').first.set_input_files(photo)
    expect(page.get_by_text("1,400 × 1,000").first).to_be_visible()
    settled(page)
    return arrived


@pytest.mark.skipif(not ACTIONS, reason="make soak runs it")
@pytest.mark.parametrize("seed", SEEDS)
def test_the_page_rests_after_hasty_actions(visitor: Visitor) -> None:
    try:
        for count in range(ACTIONS):
            visitor.act()
            if count % 20 == 19:
                visitor.check()
        visitor.check()
    except BaseException:
        print(" ".join(visitor.log), shot(visitor.page, "soak"))
        raise


def test_what_is_done_during_a_download_is_answered_before_it_is_there(page: Page, server, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    fur = rng.integers(0, 256, (2400, 3200, 3)).astype(np.uint8)  # all edge: seconds of matting
    cv2.circle(fur, (1600, 1200), 800, (200, 30, 40), -1, cv2.LINE_AA)
    path = tmp_path / "fur.jpg"
    PIL.Image.fromarray(fur).save(path)
    page.goto(f"{server.url}/mask")
    settled(page)
    page.locator('input[type="file"]').first.set_input_files(path)
    expect(page.get_by_text("3,200 × 2,400").first).to_be_visible()
    page.get_by_test_id("stSidebar").get_by_text("Hair and fur").click()
    settled(page)
    take(page, "brush")
    draw(page, [(0.4, 0.4), (0.6, 0.6)])
    page.get_by_role("button", name="Download ", exact=False).first.click()
    stop = page.locator(".st-key-download_stop button")
    expect(stop).to_be_visible()
    press(page, "undo")
    expect(page.locator("[data-waiting]")).to_have_count(1)
    expect(page.locator("[data-waiting]")).to_have_count(0)
    assert stop.is_visible(), "the click was answered while the file was being made"
    expect(page.locator('[data-name="redo"]:visible').first).to_be_enabled()
    stop.click()


def test_a_page_that_can_no_longer_be_drawn_is_loaded_anew(page: Page, server) -> None:
    page.goto(f"{server.url}/mask")
    settled(page)
    with page.expect_event("load"):
        page.evaluate(
            "() => void setTimeout(() => { throw new Error('Bad delta path index 13 (should be between [0, 8])'); })"
        )
    expect(page.locator("canvas.upper-canvas[aria-label]")).to_be_visible()
    # Not again and again, were that of no use, and not for any other fault.
    page.evaluate("() => { window.sameAsBefore = true; }")
    for fault in ("Bad delta path index 13", "ResizeObserver loop"):
        page.evaluate("fault => void setTimeout(() => { throw new Error(fault); })", fault)
    settled(page, 1)
    assert page.evaluate("window.sameAsBefore")
