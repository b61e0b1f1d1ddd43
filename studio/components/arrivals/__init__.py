"""Pictures pasted or dropped anywhere on a page reach its uploader."""

from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from studio.components.folder import register


@st.cache_resource(show_spinner=False)
def _component() -> ComponentRenderer:
    return register(Path(__file__).parent)


def arrivals() -> None:
    """Take what is pasted or dropped on the page to the uploader of :mod:`studio.picture.picker`.

    Where the uploader goes on listing it, the page is run once more, and takes what it was not told of.
    """
    _component()(key="arrivals", on_waiting_change=lambda: None)
