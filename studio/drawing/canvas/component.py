"""The drawing canvas over the picture: the only file that knows the component.

The marks live in a history; the canvas is a view of it. Every drawing that the canvas sends says which version of the
marks it goes out from: a late one can add to what has changed in the meantime but never take it back.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from masking_core.errors import PromptError
from masking_core.prompts import AnyMark, Prompts
from studio import state
from studio.drawing import history
from studio.drawing.canvas import fabric
from studio.drawing.canvas.fabric import Sheet
from studio.drawing.canvas.ink import Ink
from studio.drawing.history import History
from studio.drawing.pen import Pen

MODES = {
    "rectangle": "rect",
    "ellipse": "rect",
    "polygon": "polygon",
    "lasso": "freedraw",
    "brush": "freedraw",
    "eraser": "freedraw",
    "point": "point",
    "edit": "line",
}
"""The component's mode for each tool; its editing is a toggle, which the bridge presses."""
WIDTH = 900
"""Width of the canvas in pixels until the page knows how much room there is."""
LONGEST = 3000
BRIDGE = "canvas_bridge"
VERSION = re.compile(r"rgba\(0,0,0,0\.000(\d{6})\)")

_here = Path(__file__).parent / "bridge"


@st.cache_resource(show_spinner=False)
def _bridge() -> ComponentRenderer:
    return st.components.v2.component(
        "masking_studio.bridge",
        html='<div class="glass"><svg></svg><div class="brush"></div></div>',
        css=(_here / "bridge.css").read_text(),
        js=(_here / "bridge.js").read_text(),
        isolate_styles=False,
    )


def take(key: str, past: History, size: tuple[int, int], *, editing: bool = False) -> None:
    """Bring what was drawn since the last run into the history, and the canvas up to date with the history.

    Args:
        key: the canvas' key.
        past: the history of the picture's marks.
        size: the picture's width and height.
        editing: whether the next thing to do is to move and reshape marks.
    """
    view = _view(key)
    sent = drawing(key)
    stale = view["shown"] != past["marks"]
    if sent is not None:
        stale |= _receive(view, past, sent, size, add=stale)
    lost = sent is None and view["base"] != past["marks"]
    wide = _wide(size)
    if stale or lost or view["editing"] != editing or view["width"] != wide or not view["version"]:
        _redraw(view, past, Sheet.over(size, wide))
    view["shown"] = past["marks"]
    view["editing"] = editing
    state.put(f"view.{key}", view)


def _view(key: str) -> dict[str, Any]:
    blank = {
        "version": 0,
        "width": 0,
        "base": [],
        "drawing": {},
        "fresh": 0,
        "shown": [],
        "previous": None,
        "editing": False,
        "notices": [],
    }
    view: dict[str, Any] = state.setdefault(f"view.{key}", blank)
    return view


def drawing(key: str) -> Any:
    """What the canvas last sent, as it came; None where it is new on the page."""
    held = state.get(key)
    held = held.get("drawing") if hasattr(held, "get") else None
    return held.get("raw") if isinstance(held, dict) else None


def _receive(view: dict[str, Any], past: History, sent: Any, size: tuple[int, int], *, add: bool) -> bool:
    """Take a drawing over; whether the canvas now needs to be drawn anew."""
    match = VERSION.fullmatch(str(sent.get("background"))) if isinstance(sent, dict) else None
    version = int(match[1]) if match else view["version"]
    if version != view["version"]:
        if not view["previous"] or version != view["previous"]["version"]:
            return False
        return _receive_late(view["previous"], past, sent, size)
    try:
        reading = fabric.read(sent, Sheet.over(size, view["width"]), _marks(view["base"]))
        taken, view["fresh"] = view["fresh"], len(reading.fresh)
        if add:
            return _append(past, reading, taken)
        history.change(past, Prompts(marks=reading.marks))
    except PromptError as error:
        view["notices"] = [str(error)]
        return True
    view["notices"] = list(reading.refused)
    return bool(reading.refused) or any(redrawn(ink) for ink in (*reading.fresh, *reading.strays))


def _receive_late(previous: dict[str, Any], past: History, sent: Any, size: tuple[int, int]) -> bool:
    try:
        reading = fabric.read(sent, Sheet.over(size, previous["width"]), _marks(previous["base"]))
        taken, previous["fresh"] = previous["fresh"], max(previous["fresh"], len(reading.fresh))
        return _append(past, reading, taken)
    except PromptError:
        return False


def _append(past: History, reading: fabric.Reading, taken: int) -> bool:
    """Add the marks that are new since ``taken`` of them were, and nothing else."""
    fresh = reading.marks[len(reading.marks) - len(reading.fresh) :][taken:]
    return history.change(past, Prompts(marks=(*history.prompts(past).marks, *fresh)))


def _redraw(view: dict[str, Any], past: History, sheet: Sheet) -> None:
    view["previous"] = {name: view[name] for name in ("version", "width", "base", "fresh")}
    view["version"] += 1
    view["base"] = past["marks"]
    view["width"] = sheet.width
    view["fresh"] = 0
    view["drawing"] = fabric.write(history.prompts(past).marks, sheet)


def _marks(marks: list[dict[str, Any]]) -> tuple[AnyMark, ...]:
    return Prompts.model_validate({"version": 1, "marks": marks}).marks


def _wide(size: tuple[int, int]) -> int:
    """Width of the canvas: as it is shown, so that its handles are as large as they are meant to be."""
    held = state.get(BRIDGE)
    shown = held.get("width") if hasattr(held, "get") else None
    if isinstance(shown, int) and 100 <= shown <= LONGEST:
        state.put("canvas.width", shown)
    wide: int = state.get("canvas.width", WIDTH)
    return max(1, min(wide, LONGEST, LONGEST * size[0] // size[1]))


def redrawn(ink: Ink) -> bool:
    """Whether a mark looks otherwise while it is drawn than it does later: the canvas is then drawn anew after it."""
    return ink.tool in {"ellipse", "lasso"} or ink.operation != "add"


def show(
    key: str, size: tuple[int, int], pen: Pen, keys: dict[str, str], clicks: int, received: Callable[[], None]
) -> None:
    """Draw the canvas, and the bridge that gives it what it lacks; after :func:`take`.

    Args:
        key: the canvas' key.
        size: the picture's width and height.
        pen: what is drawn next.
        keys: for each key of the keyboard the CSS selector of the button that it presses.
        clicks: how many clicks on the strip the page has answered.
        received: called when a drawing has come, before anything else is done with the page.
    """
    # The component cannot be imported where no Streamlit runs.
    from streamlit_drawable_canvas import st_canvas  # noqa: PLC0415

    view = _view(key)
    while view["notices"]:
        st.toast(view["notices"].pop(), icon=":material/edit:")
    sheet = Sheet.over(size, view["width"])
    paper = f"rgba(0,0,0,0.000{view['version'] % 1_000_000:06})"
    brush = max(1.0, pen.size / sheet.scale)
    width = {"brush": brush, "eraser": brush, "point": 0.0}.get(pen.tool, float(fabric.OUTLINE))
    st_canvas(
        fill_color=pen.ink.fill,
        stroke_width=width,
        stroke_color=pen.ink.stroke,
        background_color=paper,
        width=sheet.width,
        height=sheet.height,
        drawing_mode=MODES[pen.tool],
        initial_drawing=view["drawing"],
        point_display_radius=brush / 2,
        key=key,
        # Even if the visitor has turned to another page in the meantime.
        on_change=received,
    )
    _bridge()(
        key=BRIDGE,
        data={
            "canvas": key,
            "width": sheet.width,
            "picture": list(size),
            "zoom": pen.zoom,
            "tool": pen.tool,
            "version": view["version"],
            "paper": paper,
            "redraws": redrawn(pen.ink),
            "cursor": brush if pen.tool in {"brush", "eraser", "point"} else 0,
            "colour": pen.ink.colour,
            "fill": replace(pen.ink, serial=1).fill,
            "ink": pen.ink.stroke,
            "keys": keys,
            "room": state.get("canvas.width", 0),
            "clicks": clicks,
            "label": f"Drawing canvas over a picture of {size[0]} by {size[1]} pixels; "
            "the table of marks below holds the same marks as numbers",
        },
        default={"width": 0},
        on_width_change=lambda: None,
    )
