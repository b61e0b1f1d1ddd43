"""Which picture is on the bench: a sample or the visitor's own."""

from typing import Any

import streamlit as st

from masking_core import MaskingError, Stack
from masking_core.samples import SAMPLES
from studio import compute, state

TYPES = ["png", "apng", "jpg", "jpeg", "webp", "tif", "tiff", "bmp", "gif", "avif", "heic", "heif"]


def pick() -> None:
    """Draw the picker; a bad file is explained and the last good one kept."""
    st.file_uploader(
        "Your picture",
        type=TYPES,
        accept_multiple_files=True,
        key="upload",
        on_change=_take_upload,
        help="Several files dropped at once become the slices of a stack, as do the frames of a TIFF, GIF or WebP.",
    )
    if problem := state.setdefault("upload.problem", ""):
        st.error(problem, icon=":material/error:")
    shown = state.picture().get("sample")
    # Another widget for every picture: a browser that has not heard of an upload yet cannot undo it by telling that the
    # sample before it is still chosen.
    key = f"sample.{shown}"
    state.put(key, shown)
    st.pills(
        "or a sample",
        list(SAMPLES),
        format_func=lambda name: SAMPLES[name].title,
        key=key,
        on_change=_take_sample,
        args=(key,),
    )


def current() -> Stack:
    """The open picture, which is the one that was dropped last if it can be opened."""
    if arrived := state.get("upload.arrived"):
        _open(arrived)
    chosen = state.picture()
    if "sample" in chosen:
        return compute.open_sample(chosen["sample"], st.empty())
    return compute.open_stack(chosen["files"], st.empty())


def _take_upload() -> None:
    # The uploader lists all that was ever dropped; the picture is what the last drop brought.
    listed = state.setdefault("upload") or []
    seen, now = state.setdefault("upload.seen", []), [file.file_id for file in listed]
    if now == seen:
        return  # a busy browser may tell of a list twice
    files = [{"name": file.name, "data": file.getvalue()} for file in listed if file.file_id not in seen]
    state.put("upload.seen", now)
    state.put("upload.problem", "")
    state.put("upload.arrived", files)


def _open(files: list[dict[str, Any]]) -> None:
    # Not in the callback: one that a further click ends is not called again.
    try:
        compute.open_stack(files, st.empty())
    except MaskingError as error:
        state.put("upload.problem", str(error))
    else:
        state.put("picture", {"files": files})
    state.put("upload.arrived", [])


def _take_sample(key: str) -> None:
    chosen = state.get(key)
    if chosen and chosen != state.picture().get("sample"):
        state.put("picture", {"sample": chosen})
        state.put("upload.arrived", [])
        state.put("upload.problem", "")
