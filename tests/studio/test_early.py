"""Pictures that come ahead of the page: to the right browser, the newest one, whatever became of the connection."""

import asyncio
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from starlette.websockets import WebSocketDisconnect
from streamlit.testing.v1 import AppTest

from masking_core import Foreground, Image, KMeans, Prompts, Recipe
from masking_core.errors import Cancelled
from masking_core.progress import listening
from studio import compute, early, server
from studio.components import linked_picture
from studio.compute.visitors import Visitor, acting_for
from studio.results import views

SIZE = (3, 2)


class Browser:
    """What the server sees of a browser that connects with a ticket."""

    def __init__(self, ticket):
        self.path_params = {"ticket": ticket}
        self.received, self._said, self.code = asyncio.Queue(), asyncio.Queue(), 0

    async def accept(self):
        pass

    async def close(self, code):
        self.code = code

    async def send_text(self, text):
        await self.received.put(text)

    async def receive_text(self):
        said = await self._said.get()
        if said is None:
            raise WebSocketDisconnect
        return said

    def confirm(self, name):
        self._said.put_nowait(name)

    def leave(self):
        self._said.put_nowait(None)

    @asynccontextmanager
    async def connected(self):
        """Connected until the end of the block."""
        serving = asyncio.create_task(early.connection(self))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        yield self
        self.leave()
        await serving

    async def next(self):
        return await asyncio.wait_for(self.received.get(), 10)


def run(visit):
    """What a visit ends with, on a thread of its own: a browser test before may have left an event loop on this one."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, visit).result()


@pytest.fixture
def line():
    """The line of a visitor, who leaves at the end."""
    visitor = Visitor()
    with acting_for(visitor):
        found = early.line()
    yield found
    early._end(visitor)


def test_what_is_sent_from_another_thread_arrives_at_once_and_in_order(line):
    async def visit():
        async with Browser(line.ticket).connected() as browser:
            assert line.is_open
            for name in ("a", "b"):
                await asyncio.to_thread(line.send, name, SIZE, f"data:{name}")
                assert await browser.next() == f"{name} 3 2 data:{name}"
            assert browser.received.empty()
        assert not line.is_open

    run(visit())


def test_the_same_picture_is_sent_once(line):
    async def visit():
        async with Browser(line.ticket).connected() as browser:
            for name in ("a", "a", "b", "a"):
                line.send(name, SIZE, f"data:{name}")
                await asyncio.sleep(0.01)
            received = [browser.received.get_nowait() for _ in range(browser.received.qsize())]
            assert received == [f"{name} 3 2 data:{name}" for name in "aba"]

    run(visit())


def test_a_page_is_held_back_until_the_browser_has_its_picture(line, monkeypatch):
    monkeypatch.setattr(early, "MOMENT", 60)

    async def visit():
        line.let_through()  # nobody is connected
        async with Browser(line.ticket).connected() as browser:
            line.let_through()  # nothing was sent
            for name in ("a", "b"):
                line.send(name, SIZE, "data:")
                held = asyncio.create_task(asyncio.to_thread(line.let_through))
                browser.confirm("another")
                await asyncio.sleep(0.05)
                assert not held.done()
                browser.confirm(name)
                await asyncio.wait_for(held, 10)

    run(visit())


def test_a_browser_that_does_not_answer_holds_its_page_back_for_a_moment_and_once(line, monkeypatch):
    async def visit():
        async with Browser(line.ticket).connected():
            line.send("a", SIZE, "data:a")
            for moment in (0.01, 60):
                monkeypatch.setattr(early, "MOMENT", moment)
                await asyncio.wait_for(asyncio.to_thread(line.let_through), 10)

    run(visit())


def test_of_what_was_sent_before_a_browser_is_there_it_gets_the_latest(line):
    async def visit():
        assert not line.is_open
        line.send("a", SIZE, "data:a")
        line.send("b", SIZE, "data:b")
        async with Browser(line.ticket).connected() as browser:
            assert await browser.next() == "b 3 2 data:b"

    run(visit())


def test_a_browser_that_connects_anew_takes_the_place_of_its_lost_connection(line):
    async def visit():
        async with Browser(line.ticket).connected() as lost:
            async with Browser(line.ticket).connected() as again:
                lost.leave()
                await asyncio.sleep(0.01)
                assert line.is_open, "the end of the lost one is not the end of the new one"
                line.send("a", SIZE, "data:a")
                assert await again.next() == "a 3 2 data:a"
            assert not line.is_open

    run(visit())


def test_only_who_has_the_ticket_of_somebody_present_is_connected(line):
    visitor = Visitor()
    with acting_for(visitor):
        gone = early.line()
        assert early.line() is gone
    assert gone.ticket != line.ticket
    early._end(visitor)

    async def visit(ticket):
        browser = Browser(ticket)
        await early.connection(browser)
        return browser.code

    assert [run(visit(ticket)) for ticket in ("nobody", gone.ticket)] == [early.UNKNOWN] * 2


def test_a_page_holds_its_picture_unless_a_browser_is_connected():
    def page():
        from studio.components.linked_picture import picture_beside
        from studio.early import Line

        connected, alone = Line(), Line()
        connected._awaited = type("Loop", (), {"call_soon_threadsafe": lambda *_: None}), type("News", (), {"set": 0})
        for key, line in {"connected": connected, "alone": alone}.items():
            picture_beside(b"jpeg", (3, 2), key, key, group="board", full=3, name="n", early=line)

    shown = [each.proto for each in AppTest.from_function(page).run().get("bidi_component")]
    held = ["data:image/jpeg;base64,anBlZw==" in (each.mixed.json or each.json) for each in shown]
    assert held == [False, True]


def test_browsers_find_it_where_they_look():
    assert f"/{early.ADDRESS}/{{ticket}}" in [route.path for route in server.ROUTES]
    script = Path(linked_picture.__file__).parent / "early.js"
    assert f"`{early.ADDRESS}/${{this.ticket}}`" in script.read_text()
    assert f"UNKNOWN = {early.UNKNOWN};" in script.read_text()


@pytest.mark.parametrize("rule", ["not_border", "picked"])
def test_what_a_worker_found_is_sent_unless_it_waits_for_picked_objects(rule):
    image = Image.from_array(np.random.default_rng(0).integers(0, 255, (20, 30, 3)).astype(np.uint8))
    recipe = Recipe(method=KMeans()).changed(foreground=Foreground(rule=rule))
    with acting_for(Visitor()):
        views.ready(recipe)(recipe.segment(image, Prompts()))
        assert early.line().latest.startswith(" 30 20 data:image/jpeg;", 16) == (rule != "picked")


def test_what_nobody_wants_any_more_is_not_sent():
    image = Image.from_array(np.zeros((20, 30, 3), np.uint8))
    recipe = Recipe(method=KMeans())
    found = recipe.segment(image, Prompts())
    with acting_for(Visitor()):
        with listening(lambda _, doing: doing != views.SENDING), pytest.raises(Cancelled):
            views.ready(recipe)(found)
        assert not early.line().latest


def test_a_page_waits_for_its_preview_a_moment_at_most(monkeypatch):
    with acting_for(Visitor()):
        compute.pause()  # nothing was begun
        job = SimpleNamespace(future=Future())
        compute.current().held["ahead"] = "key", job
        monkeypatch.setattr(compute, "PATIENCE", 0.05)
        compute.pause()
        assert not job.future.done()
        monkeypatch.setattr(compute, "PATIENCE", 60)
        threading.Timer(0.05, job.future.set_result, ["found"]).start()
        begun = time.monotonic()
        compute.pause()
        assert job.future.done()
        assert time.monotonic() - begun < 30


def test_the_browser_has_the_picture_before_the_page_goes_on(monkeypatch):
    image = Image.from_array(np.random.default_rng(0).integers(0, 255, (20, 30, 3)).astype(np.uint8))
    done = []
    monkeypatch.setattr(compute, "begin", lambda *_: done.append("begun"))
    monkeypatch.setattr(compute, "pause", lambda: done.append("found"))
    monkeypatch.setattr(views, "line", lambda: SimpleNamespace(let_through=lambda: done.append("there")))
    views.begin(image, Recipe(method=KMeans()), Prompts())
    assert done == ["begun", "found", "there"]
