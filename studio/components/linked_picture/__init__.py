"""A picture that is enlarged and moved together with all others of its group on the page."""

from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from studio.components.before_after import address
from studio.components.folder import register

HINT = "Double-click, Ctrl + wheel or + enlarges, dragging moves: all pictures together."


@st.cache_resource(show_spinner=False)
def _component() -> ComponentRenderer:
    return register(Path(__file__).parent)


def linked_picture(jpeg: bytes, size: tuple[int, int], alt: str, key: str, group: str = "compare") -> None:
    """Show a JPEG picture of ``size`` (width, height); every picture of ``group`` shows the same part of itself."""
    data = {"picture": address(jpeg), "width": size[0], "height": size[1], "alt": alt, "group": group}
    _component()(data=data, key=key)
