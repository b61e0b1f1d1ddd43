"""From a visitor's hand to the new picture, in a real browser."""

import contextlib
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import skimage.data
from playwright.sync_api import Page, Playwright, sync_playwright

ROOT = Path(__file__).parents[1]
PHOTOS = 4
STEPS = 8

Line = tuple[tuple[float, float], tuple[float, float]]
"""From where to where a stroke goes, in shares of the picture."""
STROKES: tuple[Line, ...] = (
    ((0.40, 0.30), (0.55, 0.35)),
    ((0.05, 0.05), (0.05, 0.90)),
    ((0.42, 0.55), (0.52, 0.60)),
    ((0.10, 0.05), (0.35, 0.05)),
    ((0.60, 0.25), (0.62, 0.45)),
    ((0.95, 0.10), (0.95, 0.60)),
    ((0.35, 0.80), (0.60, 0.85)),
    ((0.75, 0.95), (0.95, 0.90)),
)
"""By turns on the cup and beside it."""
ONCE = "{once: true, capture: true}"

# Resolves when the result's picture has been replaced and the new one is decoded, or the page has run to its end and
# left it as it was, with the milliseconds since the call.
NEXT_RESULT = """
() => new Promise(resolve => {
  const begun = performance.now();
  const shown = () => document.querySelector('img[alt^="The result"]');
  const app = document.querySelector('[data-testid="stApp"]');
  const before = shown().src;
  let ran = false;
  const look = () => {
    const image = shown();
    const running = app.dataset.testScriptState === "running";
    ran ||= running;
    const replaced = image && image.src !== before && image.complete;
    if (replaced || (ran && !running)) resolve(performance.now() - begun);
    else requestAnimationFrame(look);
  };
  look();
})
"""


def rows() -> list[dict[str, Any]]:
    """Milliseconds from a visitor's hand to the new picture, on 2-megapixel photos."""
    with tempfile.TemporaryDirectory() as folder, served() as address, sync_playwright() as driver:
        page = visitor(driver)
        page.goto(f"{address}/mask")
        page.get_by_alt_text("The result: Result").wait_for(timeout=60_000)
        photos = [photo(Path(folder) / f"{number}.jpg", number) for number in range(PHOTOS)]
        _choose(page, "K-means")
        slides = _each(page, photos, lambda number: _slides(page, number))
        _choose(page, "Graph cut")
        strokes = _each(page, photos, lambda _: _strokes(page))
        page.context.browser.close()
    return [
        _row("slider to new picture, 2 MP photo, K-means", slides),
        _row("mouse-up to result, 2 MP photo, graph cut stroke", strokes),
    ]


def _row(work: str, times: list[float]) -> dict[str, Any]:
    return {
        "work": work,
        "p50 ms": round(statistics.median(times)),
        "p95 ms": round(float(np.percentile(times, 95))),
        "runs": len(times),
    }


def _choose(page: Page, method: str) -> None:
    page.get_by_role("combobox", name="Method").click()
    page.get_by_role("option", name=method, exact=True).click()
    _idle(page)


def _each(page: Page, photos: list[Path], work: Callable[[int], list[float]]) -> list[float]:
    """Do the work on each photo: another picture and every setting once, so that nothing comes from a cache."""
    times: list[float] = []
    for number, path in enumerate(photos):
        page.locator('input[type="file"]').first.set_input_files(path)
        page.get_by_text(f"{1732 + number:,} × 1,155").wait_for(timeout=60_000)
        _idle(page)
        times += work(number)
    return times


def _slides(page: Page, number: int) -> list[float]:
    """Move the slider up on the first photo, down again on the next."""
    return [_press(page, "ArrowLeft" if number % 2 else "ArrowRight") for _ in range(STEPS)]


def _strokes(page: Page) -> list[float]:
    """Draw on the cup and beside it by turns; a first stroke of each, which has less to go by, is not timed."""
    page.locator('[data-name="tool_brush"]').first.click()
    _idle(page)
    times = []
    for step in range(STEPS):
        page.keyboard.press("10"[step % 2])
        _idle(page)
        times.append(_stroke(page, STROKES[step]))
    return times[2:]


def visitor(driver: Playwright) -> Page:
    """A fresh page in the system's Chromium, or in Playwright's own."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    browser = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
    return browser.new_page(viewport={"width": 1440, "height": 900})


def photo(path: Path, number: int) -> Path:
    """Write a 2-megapixel JPEG; every number is another picture, of another size."""
    size = (1732 + number, 1155)
    picture = PIL.Image.fromarray(np.roll(skimage.data.coffee(), number, axis=2)).resize(
        size, PIL.Image.Resampling.BICUBIC
    )
    picture.save(path, quality=92)
    return path


def _press(page: Page, key: str) -> float:
    """Move the slider by one step; milliseconds until the new picture is there."""
    _idle(page)  # or the end of the run before would count as this one's
    page.get_by_role("slider", name="Number of objects").focus()
    page.evaluate(f"() => {{ window.answer = ({NEXT_RESULT})() }}")
    page.keyboard.press(key)
    milliseconds: float = page.evaluate("() => window.answer")
    page.wait_for_timeout(300)
    return milliseconds


def _stroke(page: Page, line: Line) -> float:
    """Draw a stroke; milliseconds from letting go until the new picture is there."""
    box = page.locator("canvas.upper-canvas").bounding_box()
    assert box is not None
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in line]
    page.mouse.move(*places[0])
    page.mouse.down()
    page.mouse.move(*places[1], steps=10)
    page.evaluate(f"() => {{ addEventListener('pointerup', () => {{ answer = ({NEXT_RESULT})() }}, {ONCE}) }}")
    page.mouse.up()
    milliseconds: float = page.evaluate("() => window.answer")
    page.wait_for_timeout(300)
    return milliseconds


def _idle(page: Page) -> None:
    """Wait until the page has drawn all that it has to."""
    page.wait_for_timeout(400)
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for(timeout=60_000)
    page.wait_for_timeout(300)


@contextlib.contextmanager
def served() -> Iterator[str]:
    """The app on a free port: its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    process = subprocess.Popen(
        [*command, "--server.headless", "true", "--server.fileWatcherType", "none"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1)
                break
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)
