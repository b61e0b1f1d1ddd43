"""Marks land where they are drawn, in every engine that browsers are made of and however close the picture is."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import engines
import pytest
from actions import PATIENCE
from playwright.sync_api import Browser

from masking_core import Prompts

SIDE = 512
"""Width and height of the picture that is drawn on."""
IDLE = """[...document.querySelectorAll('[data-testid="stApp"]')].every(
  app => app.dataset.testScriptState === "notRunning") && !document.querySelector("[data-waiting]")"""
STAGE = 'document.querySelector(".st-key-stage")'
PICTURE = """(({left, top, width}) => [left, top, width])(
  document.querySelector('[alt="The picture that is drawn on"]').getBoundingClientRect())"""
SEEN = f"(({{left, top}}) => [left, top, {STAGE}.clientWidth, {STAGE}.clientHeight])({STAGE}.getBoundingClientRect())"
SHARES = ((0.2, 0.2), (0.7, 0.8))
"""From where to where one drags, in shares of what is seen of the picture."""


@pytest.fixture(params=["chromium", "firefox", "webkit"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[engines.Engine]:
    with ExitStack() as stack:
        if request.param == "chromium":
            browser: Browser = request.getfixturevalue("browser")
            yield stack.enter_context(engines.chromium(browser))
        elif lacking := engines.missing(request.param):
            pytest.skip(f"{lacking} is not installed; tests/browser/install_browsers.sh does it where it can")
        else:
            yield stack.enter_context(getattr(engines, request.param)(tmp_path))


def until(engine: engines.Engine, expression: str) -> None:
    """Wait until the expression holds, and holds a moment later as well."""
    end = time.monotonic() + PATIENCE
    held = 0
    while held < 3:
        held = held + 1 if engine.evaluate(f"Boolean({expression})") else 0
        assert time.monotonic() < end, f"waited in vain for {expression}"
        time.sleep(0.1)


def press(engine: engines.Engine, selector: str, label: str = "") -> None:
    """Click the button, as a script does: this is about drawing."""
    buttons = f"[...document.querySelectorAll({json.dumps(selector)})]"
    engine.evaluate(f"{buttons}.find(button => button.textContent.includes({json.dumps(label)})).click() ?? null")
    time.sleep(0.3)
    until(engine, IDLE)


def drag(engine: engines.Engine, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag the mouse from one place of the window to another."""
    moves = [{"type": "pointerMove", "x": round(x), "y": round(y), "duration": 60} for x, y in (start, end)]
    hand = [moves[0], {"type": "pointerDown", "button": 0}, moves[1], {"type": "pointerUp", "button": 0}]
    mouse = {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": hand}
    engine.act([mouse])


def marks(engine: engines.Engine) -> Prompts:
    """The marks as the editor writes them down."""
    return Prompts.from_json(engine.evaluate("""document.querySelector('[data-testid="stCode"]').innerText"""))


def test_marks_land_where_they_are_drawn_at_every_enlargement(engine: engines.Engine, editor_server) -> None:
    engine.open(editor_server.url)
    until(engine, 'document.querySelector("[data-testid=stCode]")')
    until(engine, IDLE)
    for count, enlarged in enumerate(("Fit", "100 %", "200 %", "400 %"), 1):
        press(engine, ".st-key-pen-zoom button", enlarged)
        left, top, width = engine.evaluate(PICTURE)
        seen = engine.evaluate(SEEN)
        start, end = ((seen[0] + x * min(seen[2], width), seen[1] + y * min(seen[3], width)) for x, y in SHARES)
        drag(engine, start, end)
        until(engine, f"JSON.parse(document.querySelector('[data-testid=stCode]').innerText).marks.length >= {count}")
        until(engine, IDLE)
        mark = marks(engine).marks[-1]
        scale = SIDE / width
        expected = [scale * (start[0] - left), scale * (start[1] - top), scale * (end[0] - start[0])]
        assert [mark.x, mark.y, mark.width] == pytest.approx(expected, abs=max(1.5 * scale, 1)), enlarged
        assert mark.height == pytest.approx(scale * (end[1] - start[1]), abs=max(1.5 * scale, 1)), enlarged
