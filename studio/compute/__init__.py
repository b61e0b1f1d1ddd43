"""Everything that takes a moment goes this way: off the page's thread, with progress, stopped when nobody wants it.

Every run watches :mod:`masking_core.progress`; that is how it is cancelled. A visitor has at most one run at a time:
what is made meanwhile rests while the same visitor looks at something that is being made, or many others do. Of several
who ask for the same, one computes; what was computed is kept for as long as there is room and somebody is there who
asked for it.
"""

import hashlib
import time
from collections.abc import Callable, Iterator
from concurrent import futures
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

import streamlit as st

from masking_core import Image, Prompts, Recipe, Result, Stack, Transparent
from masking_core.image.levels import AUTOMATIC, Levels
from masking_core.image.limits import in_force
from masking_core.recipe import PREVIEW_PIXELS
from masking_core.result import Found
from masking_core.samples import sample
from studio import state
from studio.compute import memory, runs, visitors
from studio.compute.cache import Key
from studio.compute.engine import engine
from studio.compute.job import Job, Overtime
from studio.compute.runs import noted
from studio.compute.visitors import NOBODY, Visitor, acting_for, current, when_one_leaves
from studio.settings import settings

__all__ = [
    "PATIENCE", "Job", "Overtime", "Visitor", "ahead", "apart", "begin", "current", "digest_of", "drafted", "finish",
    "finished", "fits", "follow", "getting_ready", "left", "once",
    "open_sample", "open_stack", "pause", "place_of", "preview", "segment", "shown", "start", "status", "submit",
    "tidy", "wait", "waiting_words", "when_one_leaves",
]  # fmt: skip

T = TypeVar("T")

BYTES_A_PIXEL = 80
"""Memory that a method takes while it runs, as measured over all of them."""
PATIENCE = 0.25
"""Seconds a page waits before it shows that something is being computed."""
CUTS, RESULTS = 2, 1
"""How many are kept for a visitor who looks at one after the other: what undo goes back to is not cut again, and a
draft is let go for the finished result."""
LOOK = 0.02
"""Seconds between two looks at whether it is done, or no longer wanted."""
RHYTHM = 0.1
"""Seconds between two words on how far it is."""


def start(first: Recipe | None = None) -> None:
    """Make sure that the workers are there and that the kernels are being made ready.

    Args:
        first: what visitors will most likely ask for first; it counts where nothing has been started.
    """
    engine(first)


def status() -> dict[str, Any]:
    """What the server does at the moment, in numbers."""
    cache, now, later = engine().cache, engine().now, engine().later
    return {
        "memory": memory.used(),
        "ceiling": int(settings().memory * 1e6),
        "cache": cache.nbytes,
        "visitors": visitors.present(),
        "running": {"seen": now.running, "meanwhile": later.running},
        "waiting": {"seen": now.waiting, "meanwhile": later.waiting},
        "runs": runs.counts(),
    }


def tidy() -> None:
    """Have what nobody uses any more collected soon."""
    engine().collector.ask()


def left() -> int:
    """Bytes of memory that are left under the ceiling of the server; below 0 where it takes more."""
    return engine().room.left()


def fits(need: int) -> bool:
    """Whether so many bytes are left under the ceiling of the server, at the cost of what can be computed again."""
    return engine().room.fits(need)


def getting_ready() -> str:
    """What is still being made ready since the server started; empty when everything is."""
    warming = engine().warming
    return "" if warming is None or warming.done else warming.doing


def submit(work: Callable[[], Any], *, later: bool = False, seconds: float | None = None) -> Job:
    """Run ``work`` for the visitor who asks.

    Args:
        work: what to do; it may call everything here but what waits for another job.
        later: whether the visitor does other things meanwhile; what they look at is not held up by it.
        seconds: how long it may take, if not as long as everything else.
    """
    workers = engine().later if later else engine().now
    return workers.submit(work, current(), seconds or settings().time_limit)


def place_of(job: Job) -> int:
    """How many jobs will begin before this one."""
    return engine().now.ahead_of(job) + engine().later.ahead_of(job)


def waiting_words(job: Job) -> str:
    """What is being done, for a page to show."""
    ready, ahead_of_it = getting_ready(), place_of(job)
    if ahead_of_it:
        return f"{job.doing}: {ahead_of_it} before it …"
    return f"{job.doing} … ({ready}: the first run is slower)" if ready else f"{job.doing} …"


def wait(job: Job, notice: Any) -> Any:
    """The job's value; ``notice``, an empty placeholder, shows how far it is when it takes longer than a moment.

    Whatever the visitor does ends the calling script at one of the looks; the job is then told to stop. A callback is
    not ended, and shows nothing: what it drew would move the page.
    """
    if state.in_callback():
        return job.future.result()
    try:
        follow(job, lambda: notice.progress(min(max(job.fraction, 0.0), 1.0), waiting_words(job)), PATIENCE)
        notice.empty()
        return job.future.result()
    finally:
        job.cancel()


def follow(job: Job, tell: Callable[[], object], patience: float = 0.0) -> None:
    """Wait for a job to end; ``tell`` is called ten times a second, from ``patience`` seconds on.

    Whatever the visitor does ends the calling script at one of the looks; the job goes on.
    """
    begun = shown = time.monotonic()
    while not futures.wait([job.future], timeout=LOOK).done:
        state.give_way()
        now = time.monotonic()
        if now - begun >= patience and now - shown >= RHYTHM:
            tell()
            shown = now


def once(key: Key, compute: Callable[[], T]) -> T:
    """What ``compute()`` makes for ``key``, kept for the visitors who asked for it; ``key`` begins with its kind."""
    return engine().cache.once(key, compute)


def shown(key: Key, compute: Callable[[], T], notice: Any, *, later: bool = False) -> T:
    """As :func:`once`, but what is not there yet is made on a worker while the page waits, see :func:`wait`.

    What is there is had at once, however many others wait for a worker.

    Raises:
        Overtime: it took too long.
        Exception: whatever ``compute`` raises.
    """
    found: T | None = engine().cache.get(key)
    return wait(submit(lambda: once(key, compute), later=later), notice) if found is None else found


def apart(key: Key, compute: Callable[[], T]) -> T:
    """As :func:`once`, but on a worker; the page waits without being ended by what the visitor does meanwhile.

    For callbacks, which must not be left half way.

    Raises:
        Overtime: it took too long.
        Exception: whatever ``compute`` raises.
    """
    found: T | None = engine().cache.get(key)
    return submit(lambda: once(key, compute)).future.result() if found is None else found


def digest_of(data: bytes) -> bytes:
    """What stands for the bytes of a file in a key."""
    return hashlib.blake2b(data, digest_size=16).digest()


def open_stack(files: list[dict[str, Any]], levels: Levels = AUTOMATIC) -> Stack:
    """The frames of one file, or several files as one stack; decoded once for as long as there is room.

    Args:
        files: {"name": file name, "data": bytes} each.
        levels: over which values those of more than eight bits are shown.

    Raises:
        ImageError: one cannot be opened, or they are too many or too large.
    """
    content = tuple((digest_of(file["data"]), file["name"]) for file in files)
    return _opened(("picture", content, levels), lambda: _decoded(files, levels))


def open_sample(name: str) -> Stack:
    """A sample picture, for all visitors the same. Raises :class:`ParameterError` for an unknown name."""
    with acting_for(NOBODY):  # who is always there
        return _opened(("picture", name), lambda: Stack.from_images([sample(name)]))


def _opened(key: Key, decode: Callable[[], Stack]) -> Stack:
    found = engine().cache.get(key)
    if found is None:
        found = wait(submit(lambda: engine().cache.once(key, decode)), None if state.in_callback() else st.empty())
    return found  # type: ignore[no-any-return]


def _decoded(files: list[dict[str, Any]], levels: Levels) -> Stack:
    if len(files) == 1:
        return Stack.open(files[0]["data"], name=files[0]["name"], levels=levels)
    most = in_force().max_frames + 1
    return Stack.from_images(Image.open(file["data"], name=file["name"], levels=levels) for file in files[:most])


def _key(image: Image, recipe: Recipe, prompts: Prompts, pixels: int | None) -> Key:
    budget = None if pixels is None or image.pixels <= pixels else pixels
    costly = recipe.model_dump_json(include={"method", "area", "clean"})
    return "found", *_named(image), costly, prompts.to_json(), budget


def _named(image: Image) -> Key:
    """A picture and what it is called: some files say it, and it is nobody else's business."""
    return image.digest, image.name


def segment(image: Image, recipe: Recipe, prompts: Prompts, *, pixels: int | None = PREVIEW_PIXELS) -> Found:
    """The costly half of a recipe within a budget of ``pixels``, None for all; for work on a worker thread.

    Raises:
        MaskingError: see :meth:`masking_core.Recipe.run`.
    """
    cache = engine().cache

    def compute() -> Found:
        budget = image.pixels if pixels is None else min(image.pixels, pixels)
        with noted(recipe.method.id, budget), engine().room.promised(budget * BYTES_A_PIXEL):
            return cut()

    def cut() -> Found:
        if pixels is not None or image.pixels <= PREVIEW_PIXELS:
            return recipe.segment(image, prompts, pixels=pixels)
        # What is derived from a large picture is many times its size, and of no use to the preview.
        found = recipe.segment(replace(image), prompts)
        return replace(found, segmentation=replace(found.segmentation, stages=(), why=None))

    found = cache.once(_key(image, recipe, prompts, pixels), compute, lent=(Image,))
    cache.weigh("picture")
    return found


def preview(image: Image, recipe: Recipe, prompts: Prompts, notice: Any) -> Found:
    """What the method finds on the page's preview, computed off the page's thread.

    Raises:
        MaskingError: see :meth:`masking_core.Recipe.run`.
    """
    key = _key(image, recipe, prompts, PREVIEW_PIXELS)
    found: Found | None = engine().cache.get(key)
    if found is None:
        known, begun = current().held.pop("ahead", (None, None))
        if known != key or begun is None:
            begun = submit(lambda: segment(image, recipe, prompts))
        found = wait(begun, notice)
    engine().cache.seen(key, CUTS)
    return found


def finish(found: Found, recipe: Recipe, notice: Any, *, draft: bool = False) -> Result:
    """The result of what a method found, off the page's thread; another background costs nothing but painting it.

    Where a ``draft`` is enough and the result is not there yet, the edge is done without its slow steps, and the
    objects' own colours are left out; see :attr:`masking_core.steps.edge.Edge.draft`.

    Raises:
        MaskingError: see :meth:`masking_core.Recipe.finish`.
    """
    known = _known(found, recipe) if draft else None
    if known is None:
        return wait(submit(lambda: (drafted if draft else finished)(found, recipe)), notice)  # type: ignore[no-any-return]
    return known.on(recipe.background)


def drafted(found: Found, recipe: Recipe) -> Result:
    """As :func:`finish` with a draft; for work on a worker thread."""
    known = _known(found, recipe) or _result(found, recipe.changed(edge=recipe.edge.draft))
    return known.on(recipe.background)


def finished(found: Found, recipe: Recipe) -> Result:
    """As :func:`finish`, with the objects' own colours; for work on a worker thread."""
    result = _result(found, recipe)
    result.colours  # noqa: B018  # made when they are first asked for, and kept
    engine().cache.weigh("result")
    return result.on(recipe.background)


def _known(found: Found, recipe: Recipe) -> Result | None:
    """The result as it is kept, or a draft of it."""
    whole, draft = recipe, recipe.changed(edge=recipe.edge.draft)
    kept: Result | None = engine().cache.get(_result_key(found, whole)) or engine().cache.get(_result_key(found, draft))
    return kept


def _result(found: Found, recipe: Recipe) -> Result:
    plain = recipe.changed(background=Transparent())

    def compute() -> Result:
        with noted("edge", found.image.pixels):
            return plain.finish(found)

    key = _result_key(found, recipe)
    result = engine().cache.once(key, compute, lent=(Image,))
    engine().cache.seen(key, RESULTS)
    return result


def _result_key(found: Found, recipe: Recipe) -> Key:
    plain = recipe.changed(background=Transparent())
    return "result", *_named(found.image), found.prompts.to_json(), plain.to_json()


def begin(image: Image, recipe: Recipe, prompts: Prompts, follow: Callable[[Found], None]) -> Job | None:
    """Begin a :func:`preview` that will be asked for in a moment; the job, None where it is there or has been begun.

    ``follow`` makes ready, on the same worker, what the page will ask for next.
    """
    key, held = _key(image, recipe, prompts, PREVIEW_PIXELS), current().held
    known, begun = held.get("ahead", (None, None))
    if known == key:
        return None
    if begun is not None:
        begun.cancel()
        del held["ahead"]
    there: Found | None = engine().cache.get(key)
    if there is not None and _known(there, recipe) is not None:
        return None

    def work() -> Found:
        found = segment(image, recipe, prompts)
        follow(found)
        return found

    job = submit(work)
    held["ahead"] = key, job
    return job


def pause() -> None:
    """Wait a moment for a preview that was begun."""
    _, begun = current().held.get("ahead", (None, None))
    until = time.monotonic() + PATIENCE
    while begun is not None and time.monotonic() < until and not futures.wait([begun.future], timeout=LOOK).done:
        state.give_way()


@contextmanager
def ahead(image: Image, recipe: Recipe, prompts: Prompts, follow: Callable[[Found], None]) -> Iterator[None]:
    """Begin a :func:`preview` while the page still draws something else; what nobody asked for by the end is given up.

    ``image``, ``recipe`` and ``prompts`` are what the preview will most likely be asked for; ``follow`` see
    :func:`begin`.
    """
    held = current().held
    job = begin(image, recipe, prompts, follow)
    try:
        yield
    finally:
        if job is not None and held.get("ahead", (None, None))[1] is job:
            del held["ahead"]
            job.cancel()
