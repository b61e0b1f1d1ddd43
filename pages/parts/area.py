"""The masking area: a rectangle outside of which nothing is touched."""

import streamlit as st

from masking_core import Area, Image
from pages.parts import state


def choose(image: Image) -> Area | None:
    """Draw the switch and, when it is on, the four numbers; None for the whole picture."""
    state.begin("area.on", False)
    if not st.toggle(
        "Masking area",
        key="area.on",
        help="Only a rectangle of the picture is divided; everything outside of it is background.",
        persist_state="session",
    ):
        return None
    width, height = image.size
    left, right = st.columns(2)
    with left:
        x = _number("Left (px)", "x", 0, width - 1, width // 4)
        y = _number("Top (px)", "y", 0, height - 1, height // 4)
    with right:
        w = _number("Width (px)", "width", 1, width - x, max(1, width // 2))
        h = _number("Height (px)", "height", 1, height - y, max(1, height // 2))
    return Area(x=x, y=y, width=w, height=h)


def load(area: Area | None) -> None:
    """Make the widgets show ``area``; before they are drawn."""
    state.put("area.on", area is not None)
    if area is not None:
        for name, value in area:
            state.put(f"area.{name}", value)


def _number(label: str, name: str, low: int, high: int, start: int) -> int:
    key = f"area.{name}"
    # What was typed for a larger picture must fit this one.
    state.put(key, min(max(state.get(key, start), low), high))
    return int(st.number_input(label, min_value=low, max_value=high, step=1, key=key, persist_state="session"))
