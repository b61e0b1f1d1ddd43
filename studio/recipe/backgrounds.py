"""The sidebar's choice of what goes behind the cut-out."""

import streamlit as st

from masking_core import ImageError, Transparent
from masking_core.steps.backgrounds import BACKGROUNDS, Background, Behind
from studio import compute, controls, state, uploads
from studio.foreign import plain

KEY = "background"


def read() -> Background:
    """The background that the widgets describe."""
    kind = state.get(KEY, Transparent().kind)
    if kind != "picture":
        return controls.read(BACKGROUNDS[kind], _prefix(kind))
    data = state.get("background.data", b"")
    return controls.read(Behind, _prefix(kind), data=Behind.holding(data).data) if data else Transparent()


def edit() -> None:
    """Draw the widgets."""
    state.begin(KEY, Transparent().kind)
    kind = st.selectbox(
        "Background",
        list(BACKGROUNDS),
        format_func=lambda kind: BACKGROUNDS[kind].title,
        key=KEY,
        persist_state="session",
    )
    if kind == "picture":
        _picture()
    fixed = {"data": b""} if kind == "picture" else {}
    controls.edit(BACKGROUNDS[kind], _prefix(kind), **fixed)


def load(background: Background) -> None:
    """Make the widgets show ``background``; before they are drawn."""
    state.put(KEY, background.kind)
    controls.load(background, _prefix(background.kind))
    if isinstance(background, Behind):
        state.put("background.data", background.data)


def _prefix(kind: str) -> str:
    return f"background.{kind}"


def _picture() -> None:
    held = st.file_uploader("Picture behind", type=uploads.TYPES, key="background.upload", on_change=_take)
    problem = state.get("background.problem", "")
    if problem and held is not None:
        st.error(plain(problem), icon=":material/error:")
    if not state.setdefault("background.data", b""):
        st.caption("Until a picture is chosen the background stays transparent.")


def _take() -> None:
    state.put("background.problem", "")
    try:
        files = uploads.listed("background.upload")
        for file in files:
            compute.open_stack([{"name": file.name, "data": file.data}])
        state.put("background.data", files[-1].data if files else b"")
    except ImageError as error:
        state.put("background.problem", str(error))
