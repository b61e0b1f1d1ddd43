"""The sidebar's choice of what goes behind the cut-out."""

import streamlit as st

from masking_core import ImageError
from masking_core.background import Background, Behind, Blurred, Colour, Dimmed, Transparent
from pages.parts import compute, controls, state
from pages.parts.picker import TYPES

KINDS = {
    "transparent": "Transparent",
    "colour": "Colour",
    "dimmed": "Original, dimmed",
    "blurred": "Original, blurred",
    "picture": "Another picture",
}


def choose() -> Background:
    """Draw the widgets and return the background they describe."""
    state.begin("background", next(iter(KINDS)))
    kind = st.selectbox(
        "Background", list(KINDS), format_func=KINDS.__getitem__, key="background", persist_state="session"
    )
    match kind:
        case "colour":
            state.begin("background.colour", "#ffffff")
            return Colour(colour=st.color_picker("Colour", key="background.colour", persist_state="session"))
        case "dimmed":
            return controls.edit(Dimmed, "background.dimmed")
        case "blurred":
            return controls.edit(Blurred, "background.blurred")
        case "picture":
            return _picture()
    return Transparent()


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


def _picture() -> Background:
    file = st.file_uploader("Picture behind", type=TYPES, key="background.upload")
    if file is not None:
        data = file.getvalue()
        try:
            compute.open_stack([{"name": file.name, "data": data}])
        except ImageError as error:
            st.error(str(error), icon="🚫")
        else:
            state.put("background.data", data)
    if data := state.get("background.data", b""):
        return Behind.holding(data)
    st.caption("Until a picture is chosen the background stays transparent.")
    return Transparent()
