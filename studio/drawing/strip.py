"""The tool strip: what to draw, for which object, how; undo, redo, clear; zoom."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from masking_core import Prompts
from masking_core.prompts.prompts import Operation
from studio import state
from studio.components.zoom_control import zoom_control
from studio.drawing import history, ink, pen
from studio.drawing.canvas.component import Buttons
from studio.drawing.history import History
from studio.drawing.pen import Pen
from studio.drawing.tool_buttons import Button, Item, Slider, tool_buttons
from studio.drawing.toolbox import TOOLS, Tool

HOW: dict[Operation, tuple[str, str, str, str]] = {
    "add": ("Add", "add", "A", "the new area joins what was drawn before"),
    "subtract": ("Subtract", "remove", "S", "the new area is taken away from what was drawn before"),
    "intersect": ("Intersect", "join_inner", "I", "only what lies in the new area stays"),
    "exclude": ("Exclude", "flip_to_front", "X", "what lies in both is left out"),
}
MOST = 12
"""Objects that have a colour of their own."""
STYLE = f"<style>{(Path(__file__).parent / 'strip.css').read_text()}</style>"


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
    st.html(STYLE)
    with st.container(key="strip", horizontal=True, gap="small", vertical_alignment="center"):
        tool_buttons(items(now, uses, size, past, before), key="tools")
        files()
        zoom_control("board", key="pen-zoom")


def items(
    now: Pen, uses: frozenset[str], size: tuple[int, int], past: History, before: Callable[[], None]
) -> dict[str, list[Item]]:
    """The strip's buttons by group; the arguments are those of :func:`draw`."""
    return {
        "tools": [_tool(tool, now, uses) for tool in TOOLS.values()],
        "steps": _steps(past, before),
        "objects": _objects(now, past),
        "how": _how(now, size),
    }


def unused(uses: frozenset[str], title: str) -> str:
    """One sentence on the tools that the method has no use for; empty if it can use them all."""
    idle = [tool.label.lower() for tool in TOOLS.values() if not tool.offered(uses)]
    if not idle:
        return ""
    names = idle[0] if len(idle) == 1 else ", ".join(idle[:-1]) + " and " + idle[-1]
    return f"Not used by {title}: {names}. Such marks are kept for the methods that use them."


def buttons() -> Buttons:
    """The strip's buttons, as the canvas must know them."""
    return Buttons(_keys(), _clicks())


def _keys() -> dict[str, str]:
    pressed = {tool.key: f"tool_{name}" for name, tool in TOOLS.items()}
    pressed |= {key: f"how_{name}" for name, (_, _, key, _) in HOW.items()}
    pressed |= {str(number): f"object_{number}" for number in range(10)} | {"U": "object_unknown"}
    pressed |= {"ctrl+z": "undo", "ctrl+y": "redo", "ctrl+shift+z": "redo", "[": "thinner", "]": "thicker"}
    return {key.lower(): name for key, name in pressed.items()}


def _clicks() -> int:
    count: int = state.setdefault("strip.clicks", 0)
    return count


def _click(action: Callable[..., object], *arguments: object) -> Callable[[], None]:
    def act() -> None:
        state.put("strip.clicks", _clicks() + 1)
        action(*arguments)

    return act


def _tool(tool: Tool, now: Pen, uses: frozenset[str]) -> Button:
    offered = tool.offered(uses)
    hint = f"{tool.label} ({tool.key}): {tool.how}" if offered else f"{tool.label}: not used by this method"
    act = _click(state.put, "pen.tool", tool.name)
    return Button(f"tool_{tool.name}", tool.label, hint, act, tool.icon, chosen=now.tool is tool, offered=offered)


def _how(now: Pen, size: tuple[int, int]) -> list[Item]:
    if now.tool.is_area:
        return [_operation(name, now) for name in HOW]
    if now.tool.is_brush:
        return _brush(size)
    # The bridge deletes the mark when this is pressed.
    return [Button("drop", "Delete", "Delete the mark that is selected (Del)", _click(lambda: None), "delete")]


def _operation(name: Operation, now: Pen) -> Button:
    label, icon, key, meaning = HOW[name]
    act = _click(state.put, "pen.operation", name)
    return Button(f"how_{name}", label, f"{label} ({key}): {meaning}", act, icon, chosen=now.operation == name)


def _objects(now: Pen, past: History) -> list[Item]:
    used = max((mark["object"] for mark in past["marks"]), default=0)
    count = min(MOST, max(state.setdefault("pen.objects", 2), used, now.object))
    offered: list[Item] = [_object(number, now) for number in (*range(count + 1), -1)]
    if count < MOST:
        offered.append(Button("object_more", "Add an object", "One more object", _click(_more, count + 1), "add"))
    return offered


def _object(number: int, now: Pen) -> Button:
    key = f" ({number})" if number < 10 else ""
    special = {
        -1: ("unknown", "Undecided", "Mark an area as undecided (U); the method decides"),
        0: ("0", "Background", "Draw for the background (0)"),
    }
    name, label, hint = special.get(number, (str(number), f"Object {number}", f"Draw for object {number}{key}"))
    act, chosen = _click(state.put, "pen.object", number), now.object == number
    return Button(f"object_{name}", label, hint, act, chosen=chosen, colour=ink.colour_of(number))


def _more(count: int) -> None:
    state.put("pen.objects", count)
    state.put("pen.object", count)


def _steps(past: History, before: Callable[[], None]) -> list[Item]:
    def step(action: Callable[[History], None]) -> None:
        before()
        action(past)

    def clear(_: History) -> None:
        history.change(past, Prompts())

    can_redo, wipe = bool(past["undone"]), "Clear: remove all marks from this picture; undo brings them back"
    return [
        # Strokes still on their way arrive before the step is taken, so undo may be possible when it does not seem so.
        Button("undo", "Undo", "Undo (Ctrl+Z)", _click(step, history.undo), "undo"),
        Button("redo", "Redo", "Redo (Ctrl+Y)", _click(step, history.redo), "redo", offered=can_redo),
        Button("clear", "Clear", wipe, _click(step, clear), "delete_sweep"),
    ]


def _brush(size: tuple[int, int]) -> list[Item]:
    sizes = pen.sizes(size)
    texts = tuple(f"{pen.pixels(thousandths, size):,} px" for thousandths in sizes)

    def choose(place: int) -> None:
        state.put("pen.size", sizes[place])

    return [
        Button("thinner", "Thinner", "Thinner ([)", _click(pen.thicker, sizes, -1), "remove"),
        Slider("brush_size", "Brush size", texts, pen.nearest(sizes), choose),
        Button("thicker", "Thicker", "Thicker (])", _click(pen.thicker, sizes, 1), "add"),
    ]
