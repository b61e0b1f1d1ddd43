"""The pictures opened in this visit: which one is open, and the others, to come back to."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from masking_core import MaskingError, Stack
from masking_core.image.levels import AUTOMATIC, Levels
from masking_core.samples import SAMPLES, samples
from studio import compute, pictures, state
from studio.picture import ranges

MOST = 20
"""Pictures of one visit that are remembered; their marks are, however many there are."""
MOST_BYTES = 300_000_000

Entry = dict[str, Any]
"""{"files": [{"name": file name, "data": bytes}, …], "levels": over which values they are shown, "digest": of the
stack, "name": of it, "thumbnail": JPEG}."""


def current() -> Stack:
    """The open picture: what was dropped last, if it can be opened."""
    # How far it is stands in one place, which is there at every run: what follows on the page must not move by it, or
    # what is done inside a fragment no longer finds that fragment.
    with st.empty():
        if arrived := state.get("upload.arrived"):
            _take(arrived)
        chosen = state.picture()
        if "sample" in chosen:
            return compute.open_sample(chosen["sample"])
        return compute.open_stack(chosen["files"], ranges.chosen(chosen))


def title(stack: Stack) -> str:
    """What the open picture is called on a page."""
    chosen = state.picture().get("sample")
    return SAMPLES[chosen].title if chosen else stack.name


def every() -> list[Entry]:
    """The visitor's own pictures, the last opened first."""
    entries: list[Entry] = state.setdefault("pictures", [])
    return entries


def open_files(files: Sequence[dict[str, Any]], levels: Levels = AUTOMATIC) -> Stack:
    """Open one file, or several as a stack, those of more than eight bits over ``levels``.

    Raises:
        ImageError: one cannot be opened, or they are too many or too large.
    """
    stack = compute.open_stack(list(files), levels)
    entry = {
        "files": list(files),
        "levels": levels.model_dump(),
        "digest": stack.digest,
        "name": stack.name,
        "thumbnail": pictures.thumbnail(stack[0]),
    }
    others = [other for other in every() if other["digest"] != stack.digest]
    state.put("pictures", _bounded([entry, *others]))
    state.put("picture", _shown(entry))
    return stack


def arrive(files: Sequence[dict[str, Any]]) -> None:
    """Have files opened when the page runs next: a callback that a further click ends would not be called again."""
    state.put("upload.arrived", list(files))


def _take(files: list[dict[str, Any]]) -> None:
    try:
        open_files(files)
        state.put("upload.taken", state.get("upload.taken", 0) + 1)
    except MaskingError as error:
        state.put("upload.problem", str(error))
    state.put("upload.arrived", [])


def open_sample(name: str) -> None:
    """Open a sample picture."""
    state.put("upload.arrived", [])
    state.put("picture", {"sample": name})


def reopen(digest: str) -> None:
    """Open one of :func:`every` again."""
    found = next(entry for entry in every() if entry["digest"] == digest)
    state.put("picture", _shown(found))


def remove(digest: str) -> None:
    """Forget one of :func:`every`; where it is the open one, the next one is opened, or the first sample."""
    gone = next(entry for entry in every() if entry["digest"] == digest)
    rest = [entry for entry in every() if entry["digest"] != digest]
    state.put("pictures", rest)
    if state.picture().get("files") == gone["files"]:
        state.put("picture", _shown(rest[0]) if rest else {"sample": samples()[0]})


def _shown(entry: Entry) -> dict[str, Any]:
    """What :func:`state.picture` says while an entry is open."""
    return {"files": entry["files"], "levels": entry["levels"]}


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
