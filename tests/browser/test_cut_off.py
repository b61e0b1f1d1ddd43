"""A connection that is gone for longer than a session: what was drawn is there when it is back."""

import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np
import pytest
from actions import draw, settled, take
from playwright.sync_api import Page, expect

from benchmarks.served import served

GONE = 3.0
"""Seconds after which a session without a connection is over here; a visitor's has 30."""
SECONDS = float(os.environ.get("CUT_OFF", "12"))
"""How long the connection is gone: until the server has looked twice whether sessions are over."""
IMPATIENT = f"""
import runpy, sys
import studio.server
studio.server.GONE = {GONE}
sys.argv = sys.argv[sys.argv.index("streamlit"):]
runpy.run_module("streamlit", run_name="__main__")
"""


class Line:
    """A way to a server that can be cut."""

    def __init__(self, server: int) -> None:
        self._server, self._whole, self._ends = server, True, list[socket.socket]()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def cut(self) -> None:
        self._whole = False
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._ends.clear()

    def mend(self) -> None:
        self._whole = True

    def _serve(self) -> None:
        while True:
            here, _ = self._door.accept()
            if not self._whole:
                here.close()
                continue
            try:
                there = socket.create_connection(("127.0.0.1", self._server))
            except OSError:  # the server is gone, and so is the test
                return
            self._ends += [here, there]
            for pair in ((here, there), (there, here)):
                threading.Thread(target=_pass_on, args=pair, daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    work = {"MASKING_AUTOSAVE": str(tmp_path / "work")}
    with served(work, before=[sys.executable, "-c", IMPATIENT]) as server:
        yield Line(int(server.address.rpartition(":")[2]))


def test_work_is_back_when_the_connection_is(page: Page, line: Line, tmp_path: Path) -> None:
    rgb = cv2.GaussianBlur(np.random.default_rng(0).integers(0, 255, (200, 300, 3)).astype(np.uint8), (0, 0), 9)
    cv2.imwrite(str(tmp_path / "mine.png"), rgb)
    page.goto(f"{line.address}/mask")
    settled(page)
    page.locator('input[type="file"]').first.set_input_files(tmp_path / "mine.png")
    expect(page.get_by_test_id("stText").filter(has_text="mine.png")).to_be_visible()
    settled(page)
    page.get_by_role("combobox", name="Method").click()
    page.get_by_role("option", name="Watershed", exact=True).click()
    settled(page)
    take(page, "brush")
    draw(page, [(0.3, 0.3), (0.6, 0.6)])
    draw(page, [(0.7, 0.2), (0.8, 0.4)])
    page.wait_for_timeout(2000)
    line.cut()
    page.wait_for_timeout(SECONDS * 1000)
    line.mend()
    expect(page.get_by_text("Your work is back")).to_be_visible()
    settled(page)
    expect(page.get_by_test_id("stText").filter(has_text="mine.png")).to_be_visible()
    expect(page.get_by_role("combobox", name="Method")).to_have_value("Watershed")
    assert page.url == f"{line.address}/mask"
    take(page, "brush")
    draw(page, [(0.2, 0.7), (0.3, 0.8)])
    page.wait_for_timeout(2000)
    (document,) = (path.read_text() for path in (tmp_path / "work").rglob("*.json"))
    assert document.count('"kind": "stroke"') == 3
