"""A slider between two pictures of the same size."""

import base64
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from studio.components.folder import register


@st.cache_resource(show_spinner=False)
def _component() -> ComponentRenderer:
    return register(Path(__file__).parent)


def before_after(before: bytes, after: bytes, key: str, group: str) -> None:
    """Show two JPEG pictures of the same size behind one another, with a slider between them, moved with a group."""
    _component()(data={"before": address(before), "after": address(after), "group": group}, key=key)


def address(jpeg: bytes) -> str:
    """A JPEG file as an address that holds it: the page needs no second request, which a busy server would delay."""
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()
