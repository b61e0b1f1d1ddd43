"""What a visitor does on a page, and when the page has answered."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from masking_core import Prompts

SHOTS = Path(__file__).parent / "screenshots"
PATIENCE = 60
"""Seconds until a test gives up waiting for a page, on a busy machine."""


def settled(page: Page, after: float = 0.45) -> None:
    """Wait until the page's script has run to its end.

    ``after`` seconds pass first: the canvas hands a drawing over 0.2 s after the mouse is released.
    """
    page.wait_for_timeout(after * 1000)
    app = page.locator(
        '[data-testid="stApp"][data-test-connection-state="CONNECTED"][data-test-script-state="notRunning"]'
    )
    for _ in range(3):  # idle for a moment, not just between two runs
        expect(app).to_have_count(1, timeout=PATIENCE * 1000)
        page.wait_for_timeout(100)
    expect(app).to_have_count(1, timeout=PATIENCE * 1000)
    # Parts whose code the browser still fetches.
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=PATIENCE * 1000)


def canvas_box(page: Page) -> dict[str, float]:
    """Where the drawing canvas is in the window, scrolled into view: x, y, width, height in CSS pixels."""
    canvas = page.locator('[class*="st-key-cv_"] canvas.upper-canvas')
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    return dict(box)


def draw(page: Page, points: list[tuple[float, float]], *, wait: bool = True) -> None:
    """Press the mouse at the first point, drag through the others and let go; points are shares of the canvas."""
    box = canvas_box(page)
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=12)
    page.mouse.up()
    if wait:
        settled(page)


def press(page: Page, name: str) -> None:
    """Click a button of the tool strip."""
    page.locator(f'[data-name="{name}"]:visible').first.click()


def press_button(page: Page, key: str) -> None:
    """Click a button of Streamlit's own, by its key."""
    page.locator(f".st-key-{key} button:visible").first.click()


def take(page: Page, tool: str) -> None:
    """Choose a tool, and wait until it is in the hand."""
    press(page, f"tool_{tool}")
    expect(page.locator(f'[data-name="tool_{tool}"][aria-pressed="true"]:visible')).to_have_count(1)
    answered(page)


def answered(page: Page) -> None:
    """Wait until the canvas shows what the page made of the last stroke or click."""
    page.wait_for_timeout(50)
    expect(page.locator("[data-waiting]")).to_have_count(0)


def prompts(page: Page) -> Prompts:
    """The marks as the editor writes them down."""
    return Prompts.from_json(page.get_by_test_id("stCode").nth(0).inner_text())


def sent(page: Page) -> dict[str, Any]:
    """The drawing that the canvas sent last, as the editor writes it down."""
    drawing: dict[str, Any] = json.loads(page.get_by_test_id("stCode").nth(1).inner_text())
    return drawing


def after(page: Page, act: Callable[[], None]) -> None:
    """Do something at the editor that changes the marks, and wait until it has."""
    marks = page.get_by_test_id("stCode").nth(0)
    before = marks.inner_text()
    act()
    expect(marks).not_to_have_text(before, use_inner_text=True)
    answered(page)


def shot(page: Page, name: str, *, full_page: bool = False) -> Path:
    """Keep a picture of the page in ``screenshots/``, for people to look at."""
    SHOTS.mkdir(exist_ok=True)
    path = SHOTS / f"{name}.png"
    page.screenshot(path=path, full_page=full_page)
    return path


def far_away(page: Page, seconds: float) -> None:
    """Let everything that the page says take so long to reach the server."""
    page.evaluate(
        """delay => {
            const { send } = WebSocket.prototype;
            WebSocket.prototype.send = function (said) { setTimeout(() => send.call(this, said), delay); };
        }""",
        1000 * seconds,
    )
