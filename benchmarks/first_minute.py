"""From landing on the page to one's own cut-out on the disk: what a visitor does for it, and how long it takes."""

import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks.latency import photo, visitor
from benchmarks.served import served

PHOTOS = 3


def rows() -> list[dict[str, Any]]:
    """Actions and seconds for photos of 2 megapixels, each by a visitor who has never been here."""
    with tempfile.TemporaryDirectory() as folder, served() as server, sync_playwright() as driver:
        photos = [photo(Path(folder) / f"{number}.jpg", number) for number in range(PHOTOS)]
        visits = [_visit(visitor(driver), server.address, path) for path in photos]
    return [
        {"photo": number + 1, "the first since the server started": "yes" if number == 0 else "no", **figures}
        for number, figures in enumerate(visits)
    ]


def _visit(page: Page, address: str, path: Path) -> dict[str, Any]:
    """Drop the photo as soon as the drop zone is there, press Download as soon as the cut-out is."""
    begun = time.perf_counter()
    actions = 0
    page.goto(address)
    zone = page.locator('.st-key-drop input[type="file"]')
    zone.wait_for(state="attached")
    landed = time.perf_counter()
    zone.set_input_files(path)
    actions += 1
    page.get_by_test_id("stText").filter(has_text=path.name).wait_for()
    page.get_by_alt_text("The picture, cut out").wait_for()
    seen = time.perf_counter()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download cut-out").click()
        actions += 1
    download.value.path()
    done = time.perf_counter()
    page.context.browser.close()  # type: ignore[union-attr]
    return {
        "actions": actions,
        "landing to drop zone (s)": landed - begun,
        "drop to cut-out seen (s)": seen - landed,
        "press to file on disk (s)": done - seen,
        "all (s)": done - begun,
    }
