"""Saving a piece of work as one file, and opening it again."""

from collections.abc import Callable
from pathlib import PurePath

import streamlit as st

from masking_core import MaskingError, Recipe, Session, Stack, export
from studio import compute, controls, downloads, state, uploads
from studio.drawing import history
from studio.drawing.board import marks_of
from studio.foreign import plain
from studio.picture import opened, ranges
from studio.recipe import panel


def show(stack: Stack, recipe: Recipe) -> None:
    """The sidebar's part for sessions."""
    with controls.folded("Session", "session") as unfolded:
        if unfolded:
            _files(stack, recipe)
    if problem := state.setdefault("session.problem", ""):
        st.error(plain(problem), icon=":material/error:")
    if waiting := state.setdefault("session.waiting", b""):
        st.info(f"This session was saved without its picture: upload {plain(_read(waiting).name)} above.")


def _files(stack: Stack, recipe: Recipe) -> None:
    with_picture = st.toggle("With the picture", value=True, key="session.with_picture", persist_state="session")
    if with_picture:
        st.caption(
            "The file holds your whole original picture: what is removed from it too, and what the camera wrote in it."
        )
    downloads.button(
        "Save",
        _saving(stack, recipe, with_picture=with_picture),
        name=f"{PurePath(stack.name).stem or 'picture'}.mask.zip",
        mime="application/zip",
        icon=":material/save:",
        help="Picture, marks on every slice and all settings in one file.",
        key="session.save",
    )
    uploads.uploader("Open a session", "session.upload", _open, type=["zip"])


def picture_arrived(stack: Stack) -> None:
    """Go on with a session that waits for its picture, if this is it."""
    waiting = state.setdefault("session.waiting", b"")
    if not waiting:
        return
    session = _read(waiting)
    if session.digest == stack.digest and len(session.slices) == len(stack):
        _apply(session, stack)


def _saving(stack: Stack, recipe: Recipe, *, with_picture: bool) -> Callable[[], bytes]:
    chosen = state.picture()
    # Histories, which go on changing: a stroke draws only the bench anew, and this is called when Save is pressed.
    pasts = [marks_of(image, index) for index, image in enumerate(stack)]

    def save() -> bytes:
        marks = tuple(history.prompts(past) for past in pasts)
        files = chosen.get("files")
        # A sample, or several files dropped at once, become one file of the same pixels.
        data = files[0]["data"] if files and len(files) == 1 else export.stack_tiff(list(map(export.pixels, stack)))
        return Session.of(data, stack.name, recipe, marks, ranges.chosen(chosen)).save(with_picture=with_picture)

    return save


def _open(_: frozenset[str]) -> None:
    state.put("session.problem", "")
    state.put("session.waiting", b"")
    try:
        files = uploads.listed("session.upload")
        if not files:
            return
        session = _read(files[-1].data)
        if session.picture is None:
            state.put("session.waiting", files[-1].data)
            return
        stack = session.stack
        opened.open_files([{"name": session.name, "data": session.picture}], session.levels)
    except MaskingError as error:
        state.put("session.problem", str(error))
        return
    _apply(session, stack)


def _read(data: bytes) -> Session:
    """What a file holds, its picture decoded; off the page's thread."""

    def read() -> Session:
        session = Session.open(data)
        if session.picture is not None:
            session.stack  # noqa: B018  # kept with the session
        return session

    return compute.apart(("session", compute.digest_of(data)), read)


def _apply(session: Session, stack: Stack) -> None:
    state.put("session.waiting", b"")
    for index, prompts in enumerate(session.slices):
        history.change(marks_of(stack[index], index), prompts)
    panel.load(session.recipe)
