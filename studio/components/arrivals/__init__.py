"""Pictures pasted or dropped anywhere on a page reach its uploader."""

from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from studio.components.folder import register


@st.cache_resource(show_spinner=False)
def _component() -> ComponentRenderer:
    return register(Path(__file__).parent)


def arrivals() -> None:
    """Take what is pasted or dropped on the page to the uploader of :mod:`studio.picture.picker`."""
    _component()(key="arrivals")
