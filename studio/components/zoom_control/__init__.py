"""Buttons that enlarge all pictures of a group, and how far they are enlarged now."""

from pathlib import Path
from typing import Any

import streamlit as st

from studio.components.folder import register


@st.cache_resource(show_spinner=False)
def _component() -> Any:
    return register(Path(__file__).parent, isolate_styles=False)


def zoom_control(group: str, key: str) -> None:
    """Draw the buttons for the pictures of a group; the page is not run when one is pressed."""
    _component()(data={"group": group}, key=key, width="content")
