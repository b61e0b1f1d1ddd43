"""Pictures that reach a browser ahead of the page they belong to.

A browser draws what a page says in the order in which it is said, and takes longer for that than a method for a cut.
The picture that everybody waits for comes over a connection of its own; the page then finds it there.
"""

import asyncio
import threading
from dataclasses import dataclass, field
from uuid import uuid4

from starlette.websockets import WebSocket, WebSocketDisconnect

from studio import compute

ADDRESS = "early"
"""Where browsers connect, below the app's own address."""
MOMENT = 0.08
"""Seconds that a page waits at most for its picture to arrive."""
UNKNOWN = 4404
"""The code with which a connection is closed that nobody asked for."""


@dataclass
class Line:
    """What connects a visitor's page with the server.

    Attributes:
        ticket: what the browser asks for it with; nobody else knows it.
        latest: what was sent last, as the browser gets it.
    """

    ticket: str = field(default_factory=lambda: uuid4().hex)
    latest: str = ""
    _awaited: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None
    _there: threading.Event = field(default_factory=threading.Event)

    @property
    def is_open(self) -> bool:
        """Whether a browser is connected."""
        return self._awaited is not None

    def send(self, name: str, size: tuple[int, int], address: str) -> None:
        """Send a picture once, or keep it until the browser is connected; one that waits is left out for a newer one.

        Args:
            name: what the page calls it.
            size: its width and height.
            address: one that holds its bytes, see :func:`~studio.components.before_after.address`.
        """
        if self.latest.startswith(f"{name} "):
            return
        self._there.clear()
        self.latest = f"{name} {size[0]} {size[1]} {address}"
        if self._awaited:
            loop, news = self._awaited
            loop.call_soon_threadsafe(news.set)

    def let_through(self) -> None:
        """Wait a moment, and once, until the browser has what was sent last: all that a page says would hold it up."""
        if self.latest and self.is_open:
            self._there.wait(MOMENT)
            self._there.set()

    async def serve(self, socket: WebSocket) -> None:
        """Send what there is and what comes, until the browser leaves or connects anew."""
        news = asyncio.Event()
        news.set()
        mine = self._awaited = asyncio.get_running_loop(), news
        sender = asyncio.create_task(self._pass_on(socket, news))
        try:
            while True:
                name = await socket.receive_text()
                if self.latest.startswith(f"{name} "):
                    self._there.set()
        except WebSocketDisconnect:
            pass
        finally:
            sender.cancel()
            if self._awaited is mine:
                self._awaited = None

    async def _pass_on(self, socket: WebSocket, news: asyncio.Event) -> None:
        while await news.wait():
            news.clear()
            if self.latest:
                await socket.send_text(self.latest)


def line() -> Line:
    """The line of the visitor who asks."""
    held = compute.current().held
    if "early" not in held:
        held["early"] = Line()
        _lines[held["early"].ticket] = held["early"]
    found: Line = held["early"]
    return found


async def connection(socket: WebSocket) -> None:
    """A browser connects with its ticket."""
    found = _lines.get(socket.path_params["ticket"])
    await socket.accept()
    if found is None:
        await socket.close(UNKNOWN)
    else:
        await found.serve(socket)


_lines: dict[str, Line] = {}


def _end(visitor: compute.Visitor) -> None:
    if left := visitor.held.get("early"):
        _lines.pop(left.ticket, None)


compute.when_one_leaves(_end)
