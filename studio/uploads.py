"""What a file uploader holds, whatever became of the connection meanwhile."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import DeletedFile, UploadedFile

from masking_core import ImageError
from studio import state
from studio.compute.room import NO_ROOM

TYPES = [
    *("png", "apng", "jpg", "jpeg", "webp", "tif", "tiff", "bmp", "gif", "avif", "heic", "heif"),
    *("ico", "qoi", "tga", "ppm", "pgm", "pbm", "pnm"),
]
"""Endings of the files that an uploader offers; what is in them is what counts."""


MISSED = "upload.missed"


@dataclass(frozen=True)
class Upload:
    """A file that a visitor handed over: its ``id``, which no other upload has, its name and its bytes."""

    id: str
    name: str
    data: bytes


_refused: deque[str] = deque(maxlen=1000)


def refuse(id: str) -> None:
    """Note that the server had no memory for a file, which the browser takes for handed over."""
    _refused.append(id)


def uploader(label: str, key: str, take: Callable[[frozenset[str]], object], **options: Any) -> None:
    """Draw an uploader.

    Args:
        label: its name on the page.
        key: the widget's key.
        take: called once whenever it holds other files, with the ids of those it held before; also where the run that
            was to tell of them was ended before it did.
        options: what else Streamlit's own uploader takes.
    """
    st.file_uploader(label, key=key, on_change=partial(heard, key, take), **options)
    here = {file.file_id for file in _held(key) if isinstance(file, UploadedFile)}
    if here - set(state.get(f"{key}.known", [])):
        state.put(MISSED, partial(heard, key, take))
        st.rerun()


def catch_up() -> None:
    """Take what no callback told of; before any widget is drawn, as a callback would."""
    if missed := state.get(MISSED):
        state.put(MISSED, None)
        missed()


def heard(key: str, take: Callable[[frozenset[str]], object]) -> None:
    """Take what the uploader of that key holds, unless that was done: a browser that waits may tell of it twice."""
    known, now = state.get(f"{key}.known", []), [file.file_id for file in _held(key)]
    if now != known:
        take(frozenset(known))
        state.put(f"{key}.known", now)  # last: a run that is ended meanwhile has taken nothing


def _held(key: str) -> list[UploadedFile | DeletedFile]:
    value = state.get(key)
    files = value if isinstance(value, list) else [value]
    return [file for file in files if isinstance(file, UploadedFile | DeletedFile)]


def listed(key: str) -> list[Upload]:
    """All files in the uploader of that key, in their order.

    Raises:
        ImageError: the browser names a file that the server refused, or no longer has, as after a restart.
    """
    files = _held(key)
    here = [file for file in files if isinstance(file, UploadedFile)]
    if any(isinstance(file, DeletedFile) and file.file_id in _refused for file in files):
        raise ImageError("too-many-bytes", NO_ROOM)
    if not here and any(isinstance(file, DeletedFile) for file in files):
        raise ImageError("not-found", "The connection was lost and the file with it. Please choose the file again.")
    return [Upload(file.file_id, file.name, file.getvalue()) for file in here]
