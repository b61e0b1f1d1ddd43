"""The masking area: a rectangle outside of which nothing is touched."""

import streamlit as st

from masking_core import Area, Image
from studio import controls, state

LABELS = {"x": "Left (px)", "width": "Width (px)", "y": "Top (px)", "height": "Height (px)"}


def read(image: Image) -> Area | None:
    """The area that the widgets describe, as far as it lies in the picture; None for the whole picture."""
    if not state.get("area.on", False):
        return None
    width, height = image.size
    x, y = _fitted("x", width // 4, 0, width - 1), _fitted("y", height // 4, 0, height - 1)
    return Area(
        x=x,
        y=y,
        width=_fitted("width", max(1, width // 2), 1, width - x),
        height=_fitted("height", max(1, height // 2), 1, height - y),
    )


def edit(image: Image) -> None:
    """Draw the switch and, when it is on, the four numbers."""
    state.begin("area.on", False)
    controls.switch("Masking area", "area.on", "Only this rectangle is masked; everything outside it is background.")
    area = read(image)
    if area is None:
        return
    width, height = image.size
    bounds = {"x": (0, width - 1), "y": (0, height - 1), "width": (1, width - area.x), "height": (1, height - area.y)}
    for column, names in zip(st.columns(2), (("x", "y"), ("width", "height")), strict=True):
        with column:
            for name in names:
                # What was typed for a larger picture must fit this one.
                state.put(_key(name), getattr(area, name))
                low, high = bounds[name]
                st.number_input(LABELS[name], low, high, step=1, key=_key(name), persist_state="session")


def load(area: Area | None) -> None:
    """Make the widgets show ``area``; before they are drawn."""
    state.put("area.on", area is not None)
    if area is not None:
        for name, value in area:
            state.put(_key(name), value)


def _key(name: str) -> str:
    return f"area.{name}"


def _fitted(name: str, start: int, low: int, high: int) -> int:
    return int(min(max(state.get(_key(name), start), low), high))
