"""A server that is killed and started again: what was drawn is there."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from actions import draw, settled, take
from playwright.sync_api import Page, expect

ROOT = Path(__file__).parents[2]


def started(port: int, folder: Path) -> "subprocess.Popen[bytes]":
    options = ["--server.port", str(port), "--server.headless", "true", "--server.fileWatcherType", "none"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MASKING_AUTOSAVE": str(folder)}
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), *options],
        cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    for _ in range(600):
        try:
            if urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2).status == 200:
                return process
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("The server did not come up.")


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_a_stroke_outlives_a_killed_server(page: Page, port: int, tmp_path: Path) -> None:
    server = started(port, tmp_path / "work")
    try:
        page.goto(f"http://127.0.0.1:{port}/mask")
        settled(page)
        take(page, "brush")
        draw(page, [(0.3, 0.3), (0.6, 0.6)])
        page.wait_for_timeout(2000)
        server.send_signal(signal.SIGKILL)
        server.wait()
        server = started(port, tmp_path / "work")
        page.reload()
        settled(page)
        expect(page.get_by_text("Your work is back")).to_be_visible()
    finally:
        server.kill()
        server.wait()
    documents = list((tmp_path / "work").rglob("*.json"))
    assert [path.read_text().count('"kind": "stroke"') for path in documents] == [1]
