"""A page that the browser can no longer draw is loaded anew."""

from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from studio.components.folder import register


@st.cache_resource(show_spinner=False)
def _component() -> ComponentRenderer:
    return register(Path(__file__).parent)


def recovery() -> None:
    """Watch for the one error after which Streamlit leaves an empty page; what was saved is there after the reload."""
    _component()(key="recovery")
