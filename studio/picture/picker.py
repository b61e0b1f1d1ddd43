"""Choosing a picture: the visitor's own, one of those opened before, or a sample."""

from functools import partial
from typing import Literal

import streamlit as st

from masking_core import ImageError
from masking_core.samples import SAMPLES
from studio import state, uploads
from studio.components.arrivals import arrivals
from studio.foreign import plain
from studio.picture import opened

STYLE = """
<style>
.st-key-pictures { row-gap: .25rem; }
.st-key-pictures button { min-height: 2rem; padding: 0 .5rem; }
.st-key-pictures .stButton:has(button[kind="secondary"]), .st-key-pictures button[kind="secondary"] { min-width: 0; }
.st-key-pictures button p { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; max-width: 9.5rem; }
/* Its name is read out; the cross beside the picture's name is enough to see. */
.st-key-pictures button[kind="tertiary"] p { position: absolute; width: 1px; height: 1px; clip-path: inset(50%); }
.st-key-pictures img { width: 40px; height: 32px; object-fit: cover; border-radius: 4px; }
</style>
"""


def pick() -> None:
    """Draw all ways to choose a picture."""
    with st.container():
        upload("Your picture")
        revisit()
        arrivals()
        sample("or a sample")


def upload(label: str) -> None:
    """Draw the uploader; a bad file is explained and the last good picture stays open."""
    # What was opened is in the visitor's list: the uploader begins anew, empty, under another key.
    key = _upload_key()
    with st.container(key="drop", gap="small"):
        uploads.uploader(
            label,
            key,
            partial(_take_upload, key),
            type=uploads.TYPES,
            accept_multiple_files=True,
            help="Several files dropped at once become the slices of a stack, as do the frames of a TIFF, GIF or WebP.",
        )
        if problem := state.setdefault("upload.problem", ""):
            st.error(plain(problem), icon=":material/error:")


def revisit() -> None:
    """Draw the list of the visitor's own pictures, each a press away with its marks."""
    entries = opened.every()
    if not entries:
        return
    st.html(STYLE)
    files = state.picture().get("files")
    with st.container(key="pictures"):
        for entry in entries:
            digest, name = entry["digest"], entry["name"] or "picture"
            with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="small"):
                st.image(entry["thumbnail"], width=40, alt="")
                now: Literal["primary", "secondary"] = "primary" if entry["files"] == files else "secondary"
                st.button(plain(name), key=f"picture.{digest}", type=now, on_click=_reopen, args=(digest,))
                st.button(
                    plain(f"Close {name}"),
                    key=f"close.{digest}",
                    icon=":material/close:",
                    type="tertiary",
                    on_click=_close,
                    args=(digest,),
                )


def sample(label: str) -> None:
    """Draw the choice of samples."""
    key = _sample_key()
    state.put(key, state.picture().get("sample"))
    st.pills(
        label,
        list(SAMPLES),
        format_func=lambda name: SAMPLES[name].title,
        key=key,
        on_change=_take_sample,
        args=(key,),
    )


# Every picture has widgets of its own: a browser that has not heard of it yet may tell again what it told of those
# before, which must not undo what came of it.


def _upload_key() -> str:
    taken = state.get("upload.taken", 0)
    return f"upload.{taken}" if taken else "upload"


def _sample_key() -> str:
    return f"sample.{state.picture().get('sample')}"


def _take_upload(key: str, known: frozenset[str]) -> None:
    if key != _upload_key():
        return
    state.put("upload.problem", "")
    try:
        # The uploader goes on listing a file that could not be opened.
        if fresh := [{"name": file.name, "data": file.data} for file in uploads.listed(key) if file.id not in known]:
            opened.arrive(fresh)
    except ImageError as error:
        state.put("upload.problem", str(error))


def _take_sample(key: str) -> None:
    chosen = state.get(key)
    if key == _sample_key() and chosen and chosen != state.picture().get("sample"):
        opened.open_sample(chosen)
        state.put("upload.problem", "")


def _reopen(digest: str) -> None:
    opened.reopen(digest)
    state.put("upload.problem", "")


def _close(digest: str) -> None:
    opened.remove(digest)
    state.put("upload.problem", "")
