"""The drawing canvas over the picture: the only file that knows the component."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from studio import state
from studio.components.folder import register
from studio.drawing.canvas import writing
from studio.drawing.canvas.overlay import Outline
from studio.drawing.canvas.sheet import Sheet
from studio.drawing.canvas.view import View, redraws, updated
from studio.drawing.history import History
from studio.drawing.pen import Pen
from studio.foreign import plain

WIDTH = 900
"""Width of the canvas in pixels until the page knows how much room there is."""
LONGEST = 3000
BRIDGE = "canvas_bridge"


@dataclass(frozen=True)
class Buttons:
    """The buttons of the strip, as the bridge must know them.

    Attributes:
        keys: for each key of the keyboard the name of the button that it presses.
        clicks: how many clicks the page has answered.
    """

    keys: dict[str, str]
    clicks: int


@st.cache_resource(show_spinner=False)
def _bridge() -> ComponentRenderer:
    return register(Path(__file__).parent / "bridge", isolate_styles=False)


def take(key: str, past: History, size: tuple[int, int], *, editing: bool = False) -> None:
    """Bring what was drawn since the last run into the history, and the canvas up to date with the history.

    Args:
        key: the canvas' key.
        past: the history of the picture's marks.
        size: the picture's width and height.
        editing: whether the next thing to do is to move and reshape marks.
    """
    view = updated(_view(key), past, drawing(key), size, width=_width(size), editing=editing)
    state.put(f"view.{key}", view)


def drawing(key: str) -> Any:
    """What the canvas last sent, as it came; None where it is new on the page."""
    held = state.get(key)
    held = held.get("drawing") if hasattr(held, "get") else None
    return held.get("raw") if isinstance(held, dict) else None


def enlarged(picture_width: int) -> bool:
    """Whether the canvas is shown wider than a picture of that width, whose pixels would then be seen."""
    return bool(state.get("canvas.width", 0) > picture_width)


def _view(key: str) -> View:
    view: View = state.setdefault(f"view.{key}", View())
    return view


def _width(size: tuple[int, int]) -> int:
    """Width of the canvas: as it is shown, so that its handles are as large as they are meant to be."""
    held = state.get(BRIDGE)
    shown = held.get("width") if hasattr(held, "get") else None
    if isinstance(shown, int) and 100 <= shown <= LONGEST:
        state.put("canvas.width", shown)
    wide: int = state.get("canvas.width", WIDTH)
    return max(1, min(wide, LONGEST, LONGEST * size[0] // size[1]))


def show(
    key: str,
    size: tuple[int, int],
    pen: Pen,
    buttons: Buttons,
    outlines: list[Outline],
    received: Callable[[], None],
) -> None:
    """Draw the canvas, and the bridge that gives it what it lacks; after :func:`take`.

    Args:
        key: the canvas' key.
        size: the picture's width and height.
        pen: what is drawn next.
        buttons: the buttons of the strip.
        outlines: what is drawn over the canvas.
        received: called when a drawing has come, before anything else is done with the page.
    """
    # The component cannot be imported where no Streamlit runs.
    from streamlit_drawable_canvas import st_canvas  # noqa: PLC0415

    view = _view(key)
    for sentence in view.notices:
        st.toast(plain(sentence), icon=":material/edit:")
    state.put(f"view.{key}", replace(view, notices=()))
    sheet = Sheet.over(size, view.now.width)
    brush = max(1.0, pen.size / sheet.scale)
    look = {
        "fill_color": pen.ink.fill,
        "stroke_width": {"line": brush, "dot": 0.0}.get(pen.tool.shape, float(writing.OUTLINE)),
        "stroke_color": pen.ink.stroke,
        "background_color": view.now.paper,
        "width": sheet.width,
        "height": sheet.height,
        "drawing_mode": pen.tool.mode,
        "point_display_radius": brush / 2,
    }
    st_canvas(
        **look,
        initial_drawing=view.figures,
        key=key,
        # Even if the visitor has turned to another page in the meantime.
        on_change=received,
    )
    _bridge()(
        key=BRIDGE,
        data={
            "canvas": key,
            "picture": list(size),
            "width": sheet.width,
            "version": view.now.number,
            "paper": view.now.paper,
            "look": str(look),
            "room": state.get("canvas.width", 0),
            "tool": {"name": pen.tool.name, "shape": pen.tool.shape, "redraws": redraws(pen.ink)},
            "brush": brush if pen.tool.is_brush else 0,
            "colour": pen.ink.colour,
            "ink": pen.ink.stroke,
            "keys": buttons.keys,
            "clicks": buttons.clicks,
            "outlines": outlines,
            "label": f"Drawing canvas over a picture of {size[0]} by {size[1]} pixels. Arrow keys move a crosshair, "
            "Enter draws with the chosen tool; the coordinates below are the same marks as numbers.",
        },
        default={"width": 0},
        on_width_change=lambda: None,
    )
