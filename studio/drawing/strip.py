"""The tool strip: what to draw, for which object, how; undo, redo, clear; zoom."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from masking_core import Prompts
from masking_core.prompts.prompts import Operation
from studio import state
from studio.components.zoom_control import zoom_control
from studio.drawing import history, ink, pen
from studio.drawing.canvas.component import Buttons
from studio.drawing.history import History
from studio.drawing.pen import Pen
from studio.drawing.toolbox import TOOLS, Tool

HOW: dict[Operation, tuple[str, str, str, str]] = {
    "add": ("Add", "add", "A", "the new area joins what was drawn before"),
    "subtract": ("Subtract", "remove", "S", "the new area is taken away from what was drawn before"),
    "intersect": ("Intersect", "join_inner", "I", "only what lies in the new area stays"),
    "exclude": ("Exclude", "flip_to_front", "X", "what lies in both is left out"),
}
MOST = 12
"""Objects that have a colour of their own."""


def draw(
    now: Pen,
    uses: frozenset[str],
    size: tuple[int, int],
    past: History,
    before: Callable[[], None],
    files: Callable[[], None],
) -> None:
    """Draw the strip.

    Args:
        now: what is drawn next.
        uses: what the method can use.
        size: the picture's width and height.
        past: the history that undo and redo walk.
        before: called before the history changes, so that nothing drawn meanwhile is lost.
        files: draws what marks are imported and exported with.
    """
    st.html(_style())
    with st.container(key="strip", horizontal=True, gap="small", vertical_alignment="center"):
        with _group("tools"):
            for tool in TOOLS.values():
                _tool(tool, now, uses)
        with _group("steps"):
            _steps(past, before)
            files()
        with _group("objects"):
            _objects(now, past)
        with _group("how"):
            if now.tool.is_area:
                for name in HOW:
                    _operation(name, now)
            elif now.tool.is_brush:
                _brush(size)
            else:  # the bridge deletes the mark when this is pressed
                _button("Delete", "delete", "drop", "**Delete** the mark that is selected (Del)", False, lambda: None)
        with _group("view"):
            zoom_control("board", key="pen-zoom")


def unused(uses: frozenset[str], title: str) -> str:
    """One sentence on the tools that the method has no use for; empty if it can use them all."""
    idle = [tool.label.lower() for tool in TOOLS.values() if not tool.offered(uses)]
    if not idle:
        return ""
    names = idle[0] if len(idle) == 1 else ", ".join(idle[:-1]) + " and " + idle[-1]
    return f"Not used by {title}: {names}. Such marks are kept for the methods that use them."


def buttons() -> Buttons:
    """The strip's buttons, as the canvas must know them."""
    return Buttons(_keys(), _names(), _clicks())


def _keys() -> dict[str, str]:
    pressed = {tool.key: f"tool_{name}" for name, tool in TOOLS.items()}
    pressed |= {key: f"how_{name}" for name, (_, _, key, _) in HOW.items()}
    pressed |= {str(number): f"object_{number}" for number in range(10)} | {"U": "object_unknown"}
    pressed |= {"ctrl+z": "undo", "ctrl+y": "redo", "ctrl+shift+z": "redo", "[": "thinner", "]": "thicker"}
    return {key.lower(): f".st-key-{name} button" for key, name in pressed.items()}


def _names() -> dict[str, str]:
    names = {f"tool_{name}": tool.label for name, tool in TOOLS.items()}
    names |= {f"how_{name}": label for name, (label, *_) in HOW.items()}
    names |= {f"object_{number}": f"Object {number}" for number in range(1, MOST + 1)}
    return {**names, "object_0": "Background", "object_unknown": "Undecided"}


def _clicks() -> int:
    count: int = state.setdefault("strip.clicks", 0)
    return count


def _click(action: Callable[..., None], *arguments: object) -> None:
    state.put("strip.clicks", _clicks() + 1)
    action(*arguments)


def _group(name: str) -> Any:
    return st.container(
        key=f"strip_{name}", horizontal=True, wrap=False, gap=None, width="content", vertical_alignment="center"
    )


def _button(label: str, icon: str, key: str, help: str, chosen: bool, *call: object, disabled: bool = False) -> None:
    st.button(
        label,
        key=key,
        icon=f":material/{icon}:" if icon else None,
        help=help,
        type="primary" if chosen else "secondary",
        disabled=disabled,
        on_click=_click,
        args=call,
    )


def _tool(tool: Tool, now: Pen, uses: frozenset[str]) -> None:
    offered = tool.offered(uses)
    help = f"**{tool.label}** ({tool.key}): {tool.how}" if offered else f"{tool.label}: not used by this method"
    chosen = now.tool is tool
    call = state.put, "pen.tool", tool.name
    _button(tool.label, tool.icon, f"tool_{tool.name}", help, chosen, *call, disabled=not offered)


def _operation(name: Operation, now: Pen) -> None:
    label, icon, key, meaning = HOW[name]
    help = f"**{label}** ({key}): {meaning}"
    _button(label, icon, f"how_{name}", help, now.operation == name, state.put, "pen.operation", name)


def _objects(now: Pen, past: History) -> None:
    used = max((mark["object"] for mark in past["marks"]), default=0)
    count = min(MOST, max(state.setdefault("pen.objects", 2), used, now.object))
    for number in (0, *range(1, count + 1)):
        name = "background" if number == 0 else f"object {number}"
        key = f" ({number})" if number < 10 else ""
        label = "Background" if number == 0 else str(number)
        help = f"Draw for the **{name}**{key}"
        _button(label, "", f"object_{number}", help, now.object == number, state.put, "pen.object", number)
    help = "Mark an area as **undecided** (U); the method decides."
    _button("Undecided", "", "object_unknown", help, now.object == -1, state.put, "pen.object", -1)
    if count < MOST:
        _button("Add an object", "add", "object_more", "One more **object**", False, _more, count + 1)


def _more(count: int) -> None:
    state.put("pen.objects", count)
    state.put("pen.object", count)


def _steps(past: History, before: Callable[[], None]) -> None:
    def step(action: Callable[[History], None]) -> None:
        before()
        action(past)

    def clear(_: History) -> None:
        history.change(past, Prompts())

    # Strokes still on their way arrive before the step is taken, so undo may be possible when it does not seem so.
    _button("Undo", "undo", "undo", "**Undo** (Ctrl+Z)", False, step, history.undo)
    _button("Redo", "redo", "redo", "**Redo** (Ctrl+Y)", False, step, history.redo, disabled=not past["undone"])
    help = "**Clear**: remove all marks from this picture; undo brings them back"
    _button("Clear", "delete_sweep", "clear", help, False, step, clear)


def _brush(size: tuple[int, int]) -> None:
    sizes = pen.sizes(size)
    _button("Thinner", "remove", "thinner", "**Thinner** ([)", False, pen.thicker, sizes, -1)
    # The labels name the pixels of this picture, and Streamlit forgets a slider's value when its labels change: the
    # size is kept beside the slider, and pictures of another scale have a slider of their own.
    key = f"pen.size.{max(size)}"
    state.put(key, sizes[pen.nearest(sizes)])
    st.select_slider(
        "Brush size",
        sizes,
        key=key,
        format_func=lambda thousandths: f"{pen.pixels(thousandths, size):,} px",
        label_visibility="collapsed",
        on_change=lambda: state.put("pen.size", state.get(key)),
    )
    _button("Thicker", "add", "thicker", "**Thicker** (])", False, pen.thicker, sizes, 1)


def _style() -> str:
    return f"<style>{(Path(__file__).parent / 'strip.css').read_text()}\n{_swatches()}</style>"


def _swatches() -> str:
    numbers = {"unknown": -1} | {str(number): number for number in range(MOST + 1)}
    return "\n".join(
        f".st-key-object_{name} button {{ --swatch: {ink.colour_of(number)}; }}" for name, number in numbers.items()
    )
