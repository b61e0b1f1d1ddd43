"""A sweep of sixteen cells on the page that compares, in a real browser."""

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks.latency import photo, served, visitor

PHOTOS = 3
CELLS = 16


def rows() -> list[dict[str, Any]]:
    """Seconds from asking for the sweep to the first and to the last cell, and from "Stop" to its answer."""
    first, last, stop = [], [], []
    with tempfile.TemporaryDirectory() as folder, served() as address, sync_playwright() as driver:
        page = visitor(driver)
        page.goto(f"{address}/compare")
        _settled(page)
        _open(page, "Sweep")
        page.get_by_role("combobox", name="Second parameter").click()
        page.get_by_role("option", name="Contrast sensitivity").click()
        _cell(page, CELLS)
        for number in range(PHOTOS + 1):  # another picture each time: nothing comes from a cache
            _settled(page)
            _open(page, "Side by side")
            page.locator('input[type="file"]').first.set_input_files(photo(Path(folder) / f"{number}.jpg", number))
            page.get_by_text(f"{number}.jpg").first.wait_for(timeout=60_000)
            _settled(page)
            begun = time.perf_counter()
            _open(page, "Sweep")
            _cell(page, 1)
            first.append(time.perf_counter() - begun)
            if number < PHOTOS:
                _cell(page, CELLS)
                last.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        page.get_by_role("button", name="Stop").click()
        page.get_by_text("Stopped.").wait_for(timeout=60_000)
        stop.append(time.perf_counter() - begun)
        page.context.browser.close()
    return [
        {
            "work": f"sweep of {CELLS} graph cuts, 2 MP photo",
            "first cell s": round(statistics.median(first), 2),
            "all cells s": round(statistics.median(last), 2),
            "answer to Stop s": round(statistics.median(stop), 2),
            "runs": len(last),
        }
    ]


def _open(page: Page, section: str) -> None:
    page.get_by_role("radio", name=section).click()


def _cell(page: Page, number: int) -> None:
    """Wait until that many cells are to be seen."""
    page.locator('img[alt^="Cell "]').nth(number - 1).wait_for(timeout=120_000)


def _settled(page: Page) -> None:
    page.wait_for_timeout(1000)
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=120_000)
