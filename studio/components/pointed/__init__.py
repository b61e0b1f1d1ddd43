"""A picture on which a visitor points at a place."""

from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from studio import state
from studio.components.before_after import address
from studio.components.folder import register

Place = tuple[float, float]
"""Shares of the picture's width and height, in [0, 1)."""


@st.cache_resource(show_spinner=False)
def _component() -> ComponentRenderer:
    return register(Path(__file__).parent)


def pointed(jpeg: bytes, place: Place | None, alt: str, key: str) -> Place | None:
    """Show a JPEG picture with a crosshair at ``place``; return where somebody has just pointed, None else."""
    data = {"picture": address(jpeg), "place": place and list(place), "alt": alt}
    _component()(data=data, key=key, on_place_change=lambda: None)
    found = (state.get(key) or {}).get("place")
    if not (isinstance(found, list | tuple) and len(found) == 2):
        return None
    if not all(isinstance(value, int | float) and 0 <= value < 1 for value in found):
        return None
    return float(found[0]), float(found[1])
