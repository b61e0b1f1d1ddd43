"""Cached calls into the core, off the page's thread, that give way to newer ones.

The kernels release Python's global lock, so threads serve several users at once, share the decoded pictures and cost
neither a copy nor a start-up. Every run watches a flag through :mod:`masking_core.progress`: that cancels it.
"""

import hashlib
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from masking_core import Image, Limits, Prompts, Recipe, Stack
from masking_core.errors import Cancelled
from masking_core.progress import listening
from masking_core.recipe import PREVIEW_PIXELS
from masking_core.result import Found
from masking_core.warm import warm_up

RESULT_BYTES = 400_000_000
PICTURE_BYTES = 600_000_000
PATIENCE = 0.25
"""Seconds a page waits before it shows that something is being computed."""


class Store:
    """The most recently used values, bounded in bytes; safe to use from several threads."""

    def __init__(self, limit: int) -> None:
        self._limit, self._held, self._lock = limit, 0, threading.Lock()
        self._items: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()

    def get(self, key: Hashable) -> Any:
        with self._lock:
            if key not in self._items:
                return None
            self._items.move_to_end(key)
            return self._items[key][0]

    def put(self, key: Hashable, value: Any, size: int) -> None:
        with self._lock:
            self._held += size - self._items.pop(key, (None, 0))[1]
            self._items[key] = value, size
            while self._held > self._limit and len(self._items) > 1:
                self._held -= self._items.popitem(last=False)[1][1]


@dataclass
class Job:
    """A run in the background."""

    future: Future[Any] = field(default_factory=Future)
    fraction: float = 0.0
    doing: str = "Waiting for its turn"
    unwanted: bool = False

    def hear(self, fraction: float, doing: str) -> bool:
        self.fraction, self.doing = fraction, doing
        return not self.unwanted


@dataclass
class Engine:
    """The worker threads and the two stores, shared by all sessions of one server."""

    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(max(2, os.cpu_count() or 2), "cut"))
    warming: Job | None = None
    begun: dict[Hashable, Job] = field(default_factory=dict)
    results: Store = field(default_factory=lambda: Store(RESULT_BYTES))
    pictures: Store = field(default_factory=lambda: Store(PICTURE_BYTES))

    def submit(self, work: Callable[[], Any]) -> Job:
        job = Job()

        def run() -> Any:
            with listening(job.hear):
                job.hear(0.0, "Starting")
                if job.unwanted:
                    raise Cancelled("This computation was replaced by a newer one.")
                return work()

        job.future = self.pool.submit(run)
        return job


@st.cache_resource(show_spinner=False)
def _engine() -> Engine:
    engine = Engine()
    engine.warming = engine.submit(warm_up)
    return engine


def start() -> None:
    """Make sure that the workers are there and that the kernels are being made ready."""
    _engine()


def getting_ready() -> str:
    """What is still being made ready since the server started; empty when everything is."""
    warming = _engine().warming
    return "" if warming is None or warming.future.done() else warming.doing


def submit(work: Callable[[], Any]) -> Job:
    """Run ``work`` on a worker thread."""
    return _engine().submit(work)


def wait(job: Job, notice: Any) -> Any:
    """The job's value; ``notice``, an empty placeholder, shows how far it is when it takes longer than a moment.

    A change of any widget ends the calling script at one of the calls below; the job is then told to stop.
    """
    begun = time.monotonic()
    try:
        while not job.future.done():
            time.sleep(0.01)
            if time.monotonic() - begun > PATIENCE:
                ready = getting_ready()
                words = f"{job.doing} … ({ready}: the first run is slower)" if ready else f"{job.doing} …"
                notice.progress(min(max(job.fraction, 0.0), 1.0), words)
                time.sleep(0.09)
        notice.empty()
        return job.future.result()
    finally:
        job.unwanted = True


def open_stack(files: list[dict[str, Any]]) -> Stack:
    """The frames of one file, or several files as one stack; decoded once for as long as there is room.

    Args:
        files: {"name": file name, "data": bytes} each.

    Raises:
        ImageError: one cannot be opened, or they are too many or too large.
    """
    store = _engine().pictures
    key = tuple((hashlib.blake2b(file["data"], digest_size=16).digest(), file["name"]) for file in files)
    stack: Stack | None = store.get(key)
    if stack is None:
        stack = _decoded(files)
        # Reduced copies and what methods derive from them live on the pictures and are counted with them.
        store.put(key, stack, sum(3 * image.rgb.nbytes for image in stack))
    return stack


def _decoded(files: list[dict[str, Any]]) -> Stack:
    limits = Limits.from_environment()
    if len(files) == 1:
        return Stack.open(files[0]["data"], name=files[0]["name"], limits=limits)
    pictures = (Image.open(file["data"], name=file["name"], limits=limits) for file in files[: limits.max_frames + 1])
    return Stack.from_images(pictures, limits=limits)


def _key(image: Image, recipe: Recipe, prompts: Prompts, pixels: int | None) -> Hashable:
    return image.digest, recipe.model_dump_json(include={"method", "area", "clean"}), prompts.to_json(), pixels


def segment(image: Image, recipe: Recipe, prompts: Prompts, *, pixels: int | None = PREVIEW_PIXELS) -> Found:
    """The costly half of a recipe within a budget of ``pixels``, None for all, from the store where it is there.

    Raises:
        MaskingError: see :meth:`masking_core.Recipe.run`.
    """
    key, store = _key(image, recipe, prompts, pixels), _engine().results
    found: Found | None = store.get(key)
    if found is None:
        found = recipe.segment(image, prompts, pixels=pixels)
        store.put(key, found, found.image.rgb.nbytes + 3 * found.labels.nbytes)
    return found


def preview(image: Image, recipe: Recipe, prompts: Prompts, notice: Any) -> Found:
    """What the method finds on the page's preview, computed off the page's thread.

    Raises:
        MaskingError: see :meth:`masking_core.Recipe.run`.
    """
    begun = _engine().begun.pop(_key(image, recipe, prompts, PREVIEW_PIXELS), None)
    found: Found = wait(begun or submit(lambda: segment(image, recipe, prompts)), notice)
    return found


@contextmanager
def ahead(image: Image, recipe: Recipe, prompts: Prompts) -> Iterator[None]:
    """Begin a :func:`preview` while the page still draws something else; what nobody asked for by the end is given up.

    ``image``, ``recipe`` and ``prompts`` are what the preview will most likely be asked for.
    """
    key, begun = _key(image, recipe, prompts, PREVIEW_PIXELS), _engine().begun
    job = begun[key] = submit(lambda: segment(image, recipe, prompts))
    try:
        yield
    finally:
        if begun.get(key) is job:
            del begun[key]
            job.unwanted = True
