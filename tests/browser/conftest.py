"""A real server and a real Chromium for the tests that need to see and touch the pages."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from actions import PATIENCE, settled
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

ROOT = Path(__file__).parents[2]
expect.set_options(timeout=PATIENCE * 1000)
FLAGS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@dataclass(frozen=True)
class Server:
    """A running app: where it is, and what it has said so far."""

    url: str
    log: Path


def serve(script: Path, folder: Path) -> Iterator[Server]:
    """Run a Streamlit script on a free port until the caller is done."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "server.log"
    options = {
        "server.port": port,
        "server.address": "127.0.0.1",
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
    }
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    command += [part for name, value in options.items() for part in (f"--{name}", str(value))]
    with log.open("wb") as output:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        environment.pop("MASKING_DECODER", None)  # as servers are started
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, env=environment)
    server = Server(f"http://127.0.0.1:{port}", log)
    try:
        _await_health(server, process)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await_health(server: Server, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"The server did not come up:\n{server.log.read_text()}")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The whole app."""
    yield from serve(ROOT / "app.py", tmp_path_factory.mktemp("server"))


@pytest.fixture(scope="session")
def editor_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A page with nothing but a editor to draw at, see ``mark_editor.py``."""
    yield from serve(Path(__file__).with_name("mark_editor.py"), tmp_path_factory.mktemp("editor"))


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with chromium(playwright) as running:
        yield running


@contextmanager
def chromium(driver: Playwright) -> Iterator[Browser]:
    """The system's Chromium, or Playwright's own where there is none."""
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    running = driver.chromium.launch(executable_path=next(filter(None, found), None), args=list(FLAGS))
    yield running
    running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh visitor, 1440 pixels wide; whatever the test is about, no component may have failed when it ends."""
    context = browser.new_context(viewport={"width": 1440, "height": 1000})
    context.set_default_timeout(PATIENCE * 1000)
    visitor = context.new_page()
    yield visitor
    failed = [] if visitor.is_closed() else visitor.get_by_test_id("stErrorElementStack").all_inner_texts()
    context.close()
    assert not failed, failed


@pytest.fixture
def editor(page: Page, editor_server: Server) -> Page:
    """A fresh visitor at the editor."""
    page.goto(editor_server.url)
    expect(page.locator("canvas.upper-canvas[aria-label]")).to_be_visible()
    settled(page, 1)
    return page


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is a browser test."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Attach what the server said to the report of a failed test."""
    report = yield
    given = getattr(item, "funcargs", {})
    running = given.get("server") or given.get("editor_server")
    if report.failed and running is not None:
        report.sections.append(("server log", running.log.read_text(errors="replace")[-8000:]))
    return report
