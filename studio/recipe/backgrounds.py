"""The sidebar's choice of what goes behind the cut-out."""

import streamlit as st

from masking_core import ImageError
from masking_core.steps.background import Background, Behind, Blurred, Colour, Dimmed, Transparent
from studio import compute, controls, state
from studio.picture.picker import TYPES

KINDS = {
    "transparent": "Transparent",
    "colour": "Colour",
    "dimmed": "Original, dimmed",
    "blurred": "Original, blurred",
    "picture": "Another picture",
}
WHITE = "#ffffff"


def read() -> Background:
    """The background that the widgets describe."""
    match state.get("background"):
        case "colour":
            return Colour(colour=state.get("background.colour", WHITE))
        case "dimmed":
            return controls.read(Dimmed, "background.dimmed")
        case "blurred":
            return controls.read(Blurred, "background.blurred")
        case "picture" if data := state.get("background.data", b""):
            return Behind.holding(data)
    return Transparent()


def edit() -> None:
    """Draw the widgets."""
    state.begin("background", next(iter(KINDS)))
    kind = st.selectbox(
        "Background", list(KINDS), format_func=KINDS.__getitem__, key="background", persist_state="session"
    )
    match kind:
        case "colour":
            state.begin("background.colour", WHITE)
            st.color_picker("Colour", key="background.colour", persist_state="session")
        case "dimmed":
            controls.edit(Dimmed, "background.dimmed")
        case "blurred":
            controls.edit(Blurred, "background.blurred")
        case "picture":
            _picture()


def load(background: Background) -> None:
    """Make the widgets show ``background``; before they are drawn."""
    state.put("background", background.kind)
    match background:
        case Colour(colour=colour):
            state.put("background.colour", colour)
        case Dimmed() | Blurred():
            controls.load(background, f"background.{background.kind}")
        case Behind(data=data):
            state.put("background.data", data)


def _picture() -> None:
    st.file_uploader("Picture behind", type=TYPES, key="background.upload", on_change=_take)
    if problem := state.setdefault("background.problem", ""):
        st.error(problem, icon=":material/error:")
    if not state.setdefault("background.data", b""):
        st.caption("Until a picture is chosen the background stays transparent.")


def _take() -> None:
    file = state.setdefault("background.upload")
    state.put("background.problem", "")
    if file is None:
        return
    data = file.getvalue()
    try:
        compute.open_stack([{"name": file.name, "data": data}], st.empty())
    except ImageError as error:
        state.put("background.problem", str(error))
    else:
        state.put("background.data", data)
