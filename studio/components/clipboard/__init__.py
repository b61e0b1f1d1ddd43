"""A button that puts a picture on the visitor's clipboard."""

import base64
from collections.abc import Callable
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from masking_core import MaskingError
from studio import compute, state
from studio.components.folder import register


@st.cache_resource(show_spinner=False)
def _component() -> ComponentRenderer:
    return register(Path(__file__).parent)


def copy(label: str, png: Callable[[], bytes], key: str) -> None:
    """Draw the button; ``png`` makes the PNG file that is copied, once it is pressed."""
    data = {"label": label, "answer": "", "png": "", "problem": ""}
    if asked := state.get(f"{key}.asked", ""):
        data["answer"] = asked
        try:
            data["png"] = base64.b64encode(compute.wait(compute.submit(png), st.empty())).decode()
        except MaskingError as error:
            data["problem"] = str(error)
        state.put(f"{key}.asked", "")  # not before: a visitor who does something meanwhile still wants the picture
    _component()(data=data, key=key, on_asked_change=lambda: _ask(key), width="content")


def _ask(key: str) -> None:
    state.put(f"{key}.asked", (state.get(key) or {}).get("asked", ""))
