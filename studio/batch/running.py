"""Batches that run on this server, whoever looks at them; a reload of the page finds them again."""

import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Literal

import streamlit as st

from masking_core import Image, MaskingError, export
from masking_core.batch.item import Item, Outcome
from masking_core.batch.plan import resumed
from masking_core.batch.record import NAME, Entry, Record
from masking_core.batch.run import run
from masking_core.batch.summary import flagged
from masking_core.batch.work import cut
from masking_core.kernels import sizes
from masking_core.steps.compose import on_checkerboard
from studio import compute
from studio.batch.executor import Turns
from studio.batch.folder import Folder
from studio.pictures import THUMBNAIL, jpeg

State = Literal["running", "paused", "stopped", "done"]
SHOWN = ("composed", "cutout", "coloured_labels", "mask")
"""What a thumbnail is made of: the first of these that is written."""


@dataclass
class Batch:
    """One batch, and the thread that hands its pictures to the workers one by one."""

    folder: Folder
    items: list[Item]
    state: State = "paused"
    problem: str = ""
    entries: dict[tuple[str, str], Entry] = field(default_factory=dict)
    thumbnails: dict[tuple[str, str], str] = field(default_factory=dict)
    visitor: compute.Visitor = field(default_factory=compute.Visitor)
    seconds: float = 0.0
    """Seconds of work so far, pauses left out."""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _thread: threading.Thread | None = None

    def begin(self) -> None:
        """Cut what is not done yet; nothing happens while it is at it."""
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return
            self.items, self.state = self.folder.items(), "running"
            self._thread = threading.Thread(target=self._work, name=f"batch-{self.folder.id}", daemon=True)
            self._thread.start()

    def halt(self, state: State) -> None:
        """Pause or stop: what is being cut is given up, what is done stays."""
        with self._lock:
            self.state = state

    @property
    def counts(self) -> dict[str, int]:
        """How many results are done, failed and left."""
        states = [entry["state"] for entry in list(self.entries.values())]
        failed = states.count("failed")
        return {"done": len(states) - failed, "failed": failed, "left": len(self.items) - len(states)}

    @property
    def rate(self) -> float:
        """Results a second; 0 before the first."""
        return len(self.entries) / self.seconds if self.seconds else 0.0

    def table(self) -> list[Entry]:
        """What became of every item so far, with its flags, in the order of the items."""
        known = flagged(list(self.entries.values()))
        by_key = {(entry["picture"], entry["recipe"]): entry for entry in known}
        keys = [(item.name, item.recipe_name) for item in self.items]
        return [by_key.get(key) or _waiting(*key) for key in keys]

    def item(self, picture: str, recipe: str) -> Item:
        """The item of a line of the table."""
        return next(item for item in self.items if (item.name, item.recipe_name) == (picture, recipe))

    def _work(self) -> None:
        begun, before = time.monotonic(), self.seconds
        try:
            out = str(self.folder.results)
            with Record(f"{out}/{NAME}", out) as record:
                todo = resumed(self.items, record, overwrite=True)
                with closing(run(self._while_running(todo), Turns(self.visitor), cut, ahead=2)) as outcomes:
                    for item, outcome in outcomes:
                        self.seconds = before + time.monotonic() - begun
                        if self.state != "running" and outcome.state == "failed":
                            break  # it was given up, not tried
                        self._take(item, outcome, record)
                        if self.state != "running":
                            break
        except (MaskingError, OSError) as error:
            self.problem, self.state = str(error), "stopped"
        if self.state == "running":
            self.state = "done"

    def _while_running(self, todo: list[Item]) -> Iterator[Item]:
        for item in todo:
            if self.state != "running":
                return
            yield item

    def _take(self, item: Item, outcome: Outcome, record: Record) -> None:
        key = item.name, item.recipe_name
        self.thumbnails[key] = _thumbnail(item) if outcome.state != "failed" else ""
        self.entries[key] = record.finished(item, outcome)


def _waiting(picture: str, recipe: str) -> Entry:
    return {
        "picture": picture,
        "recipe": recipe,
        "state": "waiting",
        "problem": "",
        "files": [],
        "key": "",
        "flags": [],
    }


def _thumbnail(item: Item) -> str:
    """A small JPEG of a result as the address of its own data; empty where nothing that is written can be shown."""
    path = next((item.writes[kind] for kind in SHOWN if kind in item.writes), None)
    if path is None:
        return ""
    try:
        shown = Image.open(path, limits=item.limits)
    except MaskingError:  # written in a format that is not read
        return ""
    small = sizes.reduced(export.pixels(shown), min(1.0, sizes.fitting(shown.size, THUMBNAIL)))
    data = jpeg(small if shown.alpha is None else on_checkerboard(small, 6))
    return f"data:image/jpeg;base64,{b64encode(data).decode()}"


@st.cache_resource(show_spinner=False)
def _every() -> dict[str, Batch]:
    return {}


def begin(folder: Folder) -> Batch:
    """Begin a batch that was just written down."""
    batch = _every()[folder.id] = Batch(folder, folder.items())
    batch.begin()
    return batch


def find(id: str) -> Batch | None:
    """The batch of that id: at work, or as its folder says since the server was restarted; None if it is gone."""
    for gone in [id for id, batch in _every().items() if not batch.folder.path.is_dir()]:
        del _every()[gone]
    if id not in _every():
        folder = Folder.known(id)
        if folder is None:
            return None
        _every()[id] = Batch(folder, folder.items())
    return _every()[id]
