"""The pictures opened in this visit: which one is open, and the others, to come back to."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from masking_core import MaskingError, Stack
from masking_core.samples import SAMPLES, samples
from studio import compute, state
from studio.results import views

MOST = 20
"""Pictures of one visit that are remembered; their marks are, however many there are."""
MOST_BYTES = 300_000_000

Entry = dict[str, Any]
"""{"files": [{"name": file name, "data": bytes}, …], "digest": of the stack, "name": of it, "thumbnail": JPEG}."""


def current() -> Stack:
    """The open picture, which is the one that arrived last if it can be opened."""
    if arrived := state.get("upload.arrived"):
        _open(arrived)
    chosen = state.picture()
    if "sample" in chosen:
        return compute.open_sample(chosen["sample"], st.empty())
    return compute.open_stack(chosen["files"], st.empty())


def title(stack: Stack) -> str:
    """What the open picture is called on a page."""
    chosen = state.picture().get("sample")
    return SAMPLES[chosen].title if chosen else stack.name


def every() -> list[Entry]:
    """The visitor's own pictures, the last opened first."""
    entries: list[Entry] = state.setdefault("pictures", [])
    return entries


def arrive(files: Sequence[dict[str, Any]]) -> None:
    """Have one file, or several as a stack, opened by :func:`current`.

    Not at once: a callback that a further click ends is not called again.
    """
    state.put("upload.arrived", list(files))


def _open(files: list[dict[str, Any]]) -> None:
    try:
        stack = compute.open_stack(files, st.empty())
    except MaskingError as error:
        state.put("upload.problem", str(error))
    else:
        remember(files, stack)
        state.put("upload.taken", state.get("upload.taken", 0) + 1)
    state.put("upload.arrived", [])


def remember(files: list[dict[str, Any]], stack: Stack) -> None:
    """Make files that are opened already the open picture, and list them with the others."""
    entry = {"files": list(files), "digest": stack.digest, "name": stack.name, "thumbnail": views.thumbnail(stack[0])}
    others = [other for other in every() if other["digest"] != stack.digest]
    state.put("pictures", _bounded([entry, *others]))
    state.put("picture", {"files": entry["files"]})


def open_sample(name: str) -> None:
    """Open a sample picture."""
    state.put("picture", {"sample": name})
    state.put("upload.arrived", [])


def reopen(digest: str) -> None:
    """Open one of :func:`every` again."""
    found = next(entry for entry in every() if entry["digest"] == digest)
    state.put("picture", {"files": found["files"]})


def remove(digest: str) -> None:
    """Forget one of :func:`every`; where it is the open one, the next one is opened, or the first sample."""
    gone = next(entry for entry in every() if entry["digest"] == digest)
    rest = [entry for entry in every() if entry["digest"] != digest]
    state.put("pictures", rest)
    if state.picture().get("files") == gone["files"]:
        state.put("picture", {"files": rest[0]["files"]} if rest else {"sample": samples()[0]})


def _bounded(entries: list[Entry]) -> list[Entry]:
    """The first entries, as many as may be remembered; the open one, which comes first, always."""
    held = 0
    kept: list[Entry] = []
    for entry in entries[:MOST]:
        held += sum(len(file["data"]) for file in entry["files"])
        if kept and held > MOST_BYTES:
            break
        kept.append(entry)
    return kept
