"""A button that puts a picture on the visitor's clipboard."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from masking_core import MaskingError
from studio import compute, state

FOLDER = Path(__file__).parent


@st.cache_resource(show_spinner=False)
def _component() -> Any:
    parts: dict[str, Any] = {kind: (FOLDER / f"clipboard.{kind}").read_text() for kind in ("html", "css", "js")}
    return st.components.v2.component("masking_studio.clipboard", **parts)


def copy(label: str, png: Callable[[], bytes], key: str) -> None:
    """Draw the button; ``png`` makes the PNG file that is copied, once it is pressed."""
    data = {"label": label, "answer": "", "png": "", "problem": ""}
    if asked := state.get(f"{key}.asked", ""):
        state.put(f"{key}.asked", "")
        data["answer"] = asked
        try:
            data["png"] = base64.b64encode(compute.wait(compute.submit(png), st.empty())).decode()
        except MaskingError as error:
            data["problem"] = str(error)
    _component()(data=data, key=key, on_asked_change=lambda: _ask(key), width="content")


def _ask(key: str) -> None:
    state.put(f"{key}.asked", (state.get(key) or {}).get("asked", ""))
