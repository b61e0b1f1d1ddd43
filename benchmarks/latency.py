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
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import skimage.data
from playwright.sync_api import Page, Playwright, sync_playwright

ROOT = Path(__file__).parents[1]
PHOTOS = 4
STEPS = 8

# Resolves when the result's picture has been replaced and the new one is decoded, with the milliseconds since the call.
NEXT_RESULT = """
() => new Promise(resolve => {
  const begun = performance.now();
  const shown = () => document.querySelector('img[alt^="The result"]');
  const before = shown().src;
  const look = () => {
    const image = shown();
    if (image && image.src !== before && image.complete) resolve(performance.now() - begun);
    else requestAnimationFrame(look);
  };
  look();
})
"""


def rows() -> list[dict[str, Any]]:
    """Milliseconds from moving a slider to the new picture, on a 2-megapixel photo."""
    times: list[float] = []
    with tempfile.TemporaryDirectory() as folder, served() as address, sync_playwright() as driver:
        page = visitor(driver)
        page.goto(f"{address}/mask")
        page.get_by_alt_text("The result: Result").wait_for(timeout=60_000)
        page.get_by_role("combobox", name="Method").click()
        page.get_by_role("option", name="K-means", exact=True).click()
        for number in range(PHOTOS):  # another picture and every setting once: nothing comes from a cache
            page.locator('input[type="file"]').first.set_input_files(photo(Path(folder) / f"{number}.jpg", number))
            page.get_by_text(f"{1732 + number:,} × 1,155").wait_for(timeout=60_000)
            page.wait_for_timeout(1000)
            times += [_press(page, "ArrowLeft" if number % 2 else "ArrowRight") for _ in range(STEPS)]
        page.context.browser.close()
    return [
        {
            "work": "slider to new picture, 2 MP photo, K-means",
            "p50 ms": round(statistics.median(times)),
            "p95 ms": round(float(np.percentile(times, 95))),
            "runs": len(times),
        }
    ]


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
    page.get_by_role("slider", name="Number of objects").focus()
    page.evaluate(f"() => {{ window.answer = ({NEXT_RESULT})() }}")
    page.keyboard.press(key)
    milliseconds: float = page.evaluate("() => window.answer")
    page.wait_for_timeout(300)
    return milliseconds


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
