"""Buttons that enlarge all pictures of a group, and how far they are enlarged now."""

from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from studio.components.folder import register


@st.cache_resource(show_spinner=False)
def _component() -> ComponentRenderer:
    return register(Path(__file__).parent, isolate_styles=False)


def zoom_control(group: str, key: str) -> None:
    """Draw the buttons for the pictures of a group; the page is not run when one is pressed."""
    _component()(data={"group": group}, key=key, width="content")
