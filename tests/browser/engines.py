"""Firefox and WebKit as Debian packages them, driven by the standard WebDriver protocols.

Playwright drives its own builds of these two only. Here they are asked for no more than to open an address, to
evaluate a script and to move the pointer and press keys, which takes a few lines a browser.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from glob import glob
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import Browser, Page
from websockets.sync.client import ClientConnection, connect

WINDOW = (1440, 1000)
STARTING = 60
"""Seconds until a browser counts as broken."""

Actions = list[dict[str, Any]]
"""Input sources with their ticks, as both protocols write them."""


class Engine(Protocol):
    """A browser with one open page."""

    def open(self, url: str) -> None:
        """Go to an address."""

    def evaluate(self, expression: str) -> Any:
        """The JSON value of a JavaScript expression."""

    def act(self, actions: Actions) -> None:
        """Move the pointer, press keys."""


class Firefox:
    """A page of Firefox, over WebDriver BiDi."""

    def __init__(self, link: ClientConnection) -> None:
        self._link, self._last = link, 0
        self._call("session.new", capabilities={})
        self._page = self._call("browsingContext.create", type="tab")["context"]
        viewport = dict(zip(("width", "height"), WINDOW, strict=True))
        self._call("browsingContext.setViewport", context=self._page, viewport=viewport)

    def _call(self, method: str, **params: Any) -> Any:
        self._last += 1
        self._link.send(json.dumps({"id": self._last, "method": method, "params": params}))
        while True:
            answer = json.loads(self._link.recv(STARTING))
            if answer.get("id") == self._last:
                assert answer["type"] == "success", answer
                return answer["result"]

    def open(self, url: str) -> None:
        self._call("browsingContext.navigate", context=self._page, url=url, wait="complete")

    def evaluate(self, expression: str) -> Any:
        source = f"JSON.stringify({expression})"
        answer = self._call("script.evaluate", expression=source, target={"context": self._page}, awaitPromise=True)
        assert answer["type"] == "success", answer
        return json.loads(answer["result"].get("value", "null"))

    def act(self, actions: Actions) -> None:
        self._call("input.performActions", context=self._page, actions=actions)


class WebKit:
    """A window of WebKitGTK's small browser, over the classic WebDriver protocol."""

    def __init__(self, address: str) -> None:
        browser = glob("/usr/lib/*/webkit2gtk-4.*/MiniBrowser")[0]
        options = {"binary": browser, "args": ["--automation"]}
        capabilities = {"alwaysMatch": {"webkitgtk:browserOptions": options}}
        self._session = f"{address}/session"
        self._session += "/" + self._call("", capabilities=capabilities)["sessionId"]
        self._call("/window/rect", x=0, y=0, width=WINDOW[0], height=WINDOW[1])

    def _call(self, path: str, **params: Any) -> Any:
        request = urllib.request.Request(self._session + path, json.dumps(params).encode())
        with urllib.request.urlopen(request, timeout=STARTING) as answer:
            return json.load(answer)["value"]

    def open(self, url: str) -> None:
        self._call("/url", url=url)

    def evaluate(self, expression: str) -> Any:
        return self._call("/execute/sync", script=f"return {expression}", args=[])

    def act(self, actions: Actions) -> None:
        self._call("/actions", actions=actions)


class Chromium:
    """A page of the Chromium that all browser tests run in."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def open(self, url: str) -> None:
        self._page.goto(url)

    def evaluate(self, expression: str) -> Any:
        return self._page.evaluate(expression)

    def act(self, actions: Actions) -> None:
        mouse = self._page.mouse
        for source in actions:
            for tick in source["actions"]:
                match tick["type"]:
                    case "pointerMove":
                        mouse.move(tick["x"], tick["y"], steps=4)
                    case "pointerDown":
                        mouse.down()
                    case "pointerUp":
                        mouse.up()


@contextmanager
def chromium(browser: Browser) -> Iterator[Chromium]:
    """A fresh visitor of Chromium."""
    context = browser.new_context(viewport=dict(zip(("width", "height"), WINDOW, strict=True)))
    yield Chromium(context.new_page())
    context.close()


@contextmanager
def firefox(folder: Path) -> Iterator[Firefox]:
    """A Firefox of its own, without a window."""
    command = ["firefox-esr", "--headless", "--no-remote", "--profile", str(folder), "--remote-debugging-port", "0"]
    log = folder / "log"
    with _running(command, log):
        said = _await(lambda: re.search(r"BiDi listening on (ws://\S+)", log.read_text()))
        with connect(f"{said[1]}/session", max_size=None) as link:
            yield Firefox(link)


@contextmanager
def webkit(folder: Path) -> Iterator[WebKit]:
    """A WebKit of its own, in a window that nobody sees."""
    screen = folder / "screen"
    with screen.open("w+") as number:
        server = ["Xvfb", "-displayfd", str(number.fileno()), "-screen", "0", "1600x1200x24", "-nolisten", "tcp"]
        with _running(server, folder / "xvfb.log", pass_fds=(number.fileno(),)):
            display = ":" + _await(lambda: screen.read_text().strip())
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                port = free.getsockname()[1]
            driver = ["WebKitWebDriver", f"--port={port}"]
            # Bubblewrap needs rights that a container lacks; all that is opened is the test's own page.
            env = {
                **os.environ,
                "DISPLAY": display,
                "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
                "GDK_BACKEND": "x11",
            }
            with _running(driver, folder / "driver.log", env=env):
                address = f"http://127.0.0.1:{port}"
                _await(lambda: _ready(address))
                yield WebKit(address)


def missing(engine: str) -> str:
    """What is not installed that the engine needs; empty when everything is."""
    needed = {"firefox": ["firefox-esr"], "webkit": ["WebKitWebDriver", "Xvfb"]}[engine]
    return ", ".join(name for name in needed if shutil.which(name) is None)


@contextmanager
def _running(command: list[str], log: Path, **options: Any) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, **options)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(look: Callable[[], Any]) -> Any:
    end = time.monotonic() + STARTING
    while not (found := look()):
        if time.monotonic() > end:
            raise TimeoutError("The browser did not come up.")
        time.sleep(0.05)
    return found


def _ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/status", timeout=2) as answer:
            return bool(json.load(answer)["value"]["ready"])
    except (urllib.error.URLError, OSError):
        return False
