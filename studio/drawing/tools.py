"""The tool strip: what to draw, for which object, how; undo, redo, clear; zoom."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from masking_core import Prompts
from studio import state
from studio.drawing import history
from studio.drawing.canvas import ink
from studio.drawing.canvas.ink import OPERATIONS
from studio.drawing.history import History
from studio.drawing.pen import BRUSHES, REGIONS, Pen


@dataclass(frozen=True)
class Kind:
    """A tool: its label, icon, key, what a method must be able to use for it, and how it is used."""

    label: str
    icon: str
    key: str
    uses: str
    how: str


KINDS = {
    "rectangle": Kind("Rectangle", "crop_square", "M", "rectangle", "drag from corner to corner"),
    "ellipse": Kind("Ellipse", "circle", "O", "ellipse", "drag over the box it fills"),
    "polygon": Kind(
        "Polygon", "pentagon", "P", "polygon", "click its corners; Enter, a double click or the first corner closes it"
    ),
    "lasso": Kind("Lasso", "lasso_select", "L", "polygon", "draw around it; it closes by itself"),
    "brush": Kind("Brush", "brush", "B", "stroke", "paint over some of it; with Shift in straight lines"),
    "point": Kind("Point", "adjust", "D", "point", "click on it"),
    "eraser": Kind("Eraser", "ink_eraser", "E", "stroke", "wipe strokes and points away"),
    "edit": Kind("Move and reshape", "arrow_selector_tool", "V", "", "click a mark; Delete removes it"),
}
HOW = {
    "add": ("Add", "add", "A", "the new area joins what was drawn before"),
    "subtract": ("Subtract", "remove", "S", "the new area is taken away from what was drawn before"),
    "intersect": ("Intersect", "join_inner", "I", "only what lies in the new area stays"),
    "exclude": ("Exclude", "flip_to_front", "X", "what lies in both is left out"),
}
SIZES = (2, 3, 4, 6, 8, 11, 15, 20, 28, 40, 56, 80, 110, 150)
"""Brush diameters in thousandths of the picture's longer side, so that a brush fits pictures of every size."""
USUAL = 20
THINNEST = 3
"""No brush is thinner, in picture pixels, unless the picture is so small that every pixel of it is seen."""
SMALL = 300
"""Pixels of the longer side of such a picture."""
ZOOMS = (0, 1, 2, 4)
MOST = 12
"""Objects that have a colour of their own."""


def pen(uses: frozenset[str], size: tuple[int, int]) -> Pen:
    """What is drawn next, with a tool that the method can use."""
    chosen = state.setdefault("pen.tool", "rectangle")
    offered = [name for name in KINDS if _offered(name, uses)]
    tool = chosen if chosen in offered else offered[0]
    thousandths = state.setdefault("pen.size", USUAL)
    return Pen(
        tool=tool,  # type: ignore[arg-type]
        object=state.setdefault("pen.object", 1),
        operation=state.setdefault("pen.operation", "add"),
        size=_pixels(thousandths, size),
        zoom=_zoomed(),
    )


def _zoomed() -> int:
    """How much closer than all of the picture; a browser that is asked too fast may say nothing at all."""
    zoom = state.setdefault("pen.zoom", ZOOMS[0])
    return zoom if zoom in ZOOMS else ZOOMS[0]


def _offered(name: str, uses: frozenset[str]) -> bool:
    return KINDS[name].uses in uses or (name == "edit") or (name == "eraser" and "point" in uses)


def _pixels(thousandths: int, size: tuple[int, int]) -> int:
    return max(1 if max(size) < SMALL else THINNEST, round(thousandths * max(size) / 1000))


def _sizes(size: tuple[int, int]) -> list[int]:
    """The sizes that make different brushes on a picture of this size."""
    return list({_pixels(thousandths, size): thousandths for thousandths in reversed(SIZES)}.values())[::-1]


def strip(
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
    with st.container(key="strip", horizontal=True, gap="small", vertical_alignment="center"):
        with _group("tools"):
            for name in KINDS:
                _tool(name, now, uses)
        with _group("steps"):
            _steps(past, before)
            files()
        with _group("objects"):
            _objects(now, past)
        with _group("how"):
            if now.tool in REGIONS:
                for name in OPERATIONS:
                    _operation(name, now)
            elif now.tool in BRUSHES:
                _brush(size)
            else:  # the bridge deletes the mark when this is pressed
                _button("Delete", "delete", "drop", "**Delete** the mark that is selected (Del)", False, lambda: None)
        with _group("view"):
            _zoom()


def unused(uses: frozenset[str], title: str) -> str:
    """One sentence on the tools that the method has no use for; empty if it can use them all."""
    idle = [kind.label.lower() for name, kind in KINDS.items() if not _offered(name, uses)]
    if not idle:
        return ""
    names = idle[0] if len(idle) == 1 else ", ".join(idle[:-1]) + " and " + idle[-1]
    return f"Not used by {title}: {names}. Such marks are kept for the methods that use them."


def keys() -> dict[str, str]:
    """For each key of the keyboard the CSS selector of the button it presses."""
    pressed = {kind.key: f"tool_{name}" for name, kind in KINDS.items()}
    pressed |= {key: f"how_{name}" for name, (_, _, key, _) in HOW.items()}
    pressed |= {str(number): f"object_{number}" for number in range(10)} | {"U": "object_unknown"}
    pressed |= {"ctrl+z": "undo", "ctrl+y": "redo", "ctrl+shift+z": "redo", "[": "thinner", "]": "thicker"}
    selectors = {key.lower(): f".st-key-{name} button" for key, name in pressed.items()}
    current = ZOOMS.index(_zoomed())
    for key, place in (("+", current + 1), ("=", current + 1), ("-", current - 1), ("f", 0)):
        if 0 <= place < len(ZOOMS):
            selectors[key] = f".st-key-pen-zoom button:nth-of-type({place + 1})"
    return selectors


def clicks() -> int:
    """How many clicks on the strip have been answered."""
    count: int = state.setdefault("strip.clicks", 0)
    return count


def _click(action: Callable[..., None], *arguments: object) -> None:
    state.put("strip.clicks", clicks() + 1)
    action(*arguments)


def _group(name: str) -> DeltaGenerator:
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


def _tool(name: str, now: Pen, uses: frozenset[str]) -> None:
    kind = KINDS[name]
    offered = _offered(name, uses)
    help = f"**{kind.label}** ({kind.key}): {kind.how}" if offered else f"{kind.label}: not used by this method"
    chosen = now.tool == name
    _button(kind.label, kind.icon, f"tool_{name}", help, chosen, state.put, "pen.tool", name, disabled=not offered)


def _operation(name: str, now: Pen) -> None:
    label, icon, key, meaning = HOW[name]
    help = f"**{label}** ({key}): {meaning}"
    _button(label, icon, f"how_{name}", help, now.operation == name, state.put, "pen.operation", name)


def _objects(now: Pen, past: History) -> None:
    used = max((mark["object"] for mark in past["marks"]), default=0)
    count = min(MOST, max(state.setdefault("pen.objects", 2), used, now.object))
    for number in (0, *range(1, count + 1)):
        name = "background" if number == 0 else f"object {number}"
        key = f" ({number})" if number < 10 else ""
        label = "BG" if number == 0 else str(number)
        help = f"Draw for the **{name}**{key}"
        _button(label, "", f"object_{number}", help, now.object == number, state.put, "pen.object", number)
    help = "Draw what belongs to **nothing**, neither object nor background: it is left undecided (U)"
    _button("?", "", "object_unknown", help, now.object == -1, state.put, "pen.object", -1)
    if count < MOST:
        _button("+", "", "object_more", "One more object", False, _more, count + 1)


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
    sizes = _sizes(size)
    _button("Thinner", "remove", "thinner", "Thinner ([)", False, _thicker, sizes, -1)
    # The labels name the pixels of this picture, and Streamlit forgets a slider's value when its labels change: the
    # size is kept beside the slider, and pictures of another scale have a slider of their own.
    key = f"pen.size.{max(size)}"
    state.put(key, sizes[_place(sizes)])
    st.select_slider(
        "Brush size",
        sizes,
        key=key,
        format_func=lambda thousandths: f"{_pixels(thousandths, size):,} px",
        label_visibility="collapsed",
        on_change=lambda: state.put("pen.size", state.get(key)),
    )
    _button("Thicker", "add", "thicker", "Thicker (])", False, _thicker, sizes, 1)


def _place(sizes: list[int]) -> int:
    """Which of the sizes is the chosen one, or next to it."""
    chosen = state.setdefault("pen.size", USUAL)
    return min(range(len(sizes)), key=lambda place: abs(sizes[place] - chosen))


def _thicker(sizes: list[int], steps: int) -> None:
    place = _place(sizes) + steps
    state.put("pen.size", sizes[min(max(place, 0), len(sizes) - 1)])


def _zoom() -> None:
    st.segmented_control(
        "Zoom",
        ZOOMS,
        key="pen.zoom",
        required=True,
        format_func=lambda zoom: f"{zoom * 100} %" if zoom else "Fit",
        help="Fit (F), closer (+), farther (−); move around with space, the middle button or two fingers",
        label_visibility="collapsed",
        persist_state="session",
    )


def _swatches() -> str:
    numbers = {"unknown": -1} | {str(number): number for number in range(MOST + 1)}
    return "\n".join(
        f".st-key-object_{name} button {{ --swatch: {ink.colour_of(number)}; }}" for name, number in numbers.items()
    )


STYLE = f"""
<style>
.st-key-strip {{ row-gap: .4rem; }}
/* A tooltip of the strip lies over the canvas: what is drawn there must reach it. */
:is([role="tooltip"], [role="tooltip"] *) {{ pointer-events: none !important; }}
.st-key-strip button {{ min-height: 2.1rem; padding: .15rem .4rem; }}
.st-key-strip [class*="st-key-strip_"] .stElementContainer:not(:first-child) button {{ margin-left: -1px; }}
.st-key-strip [class*="st-key-strip_"] .stElementContainer:not(:first-child) .stButton button {{
  border-top-left-radius: 0; border-bottom-left-radius: 0; }}
.st-key-strip [class*="st-key-strip_"] .stElementContainer:not(:last-child) .stButton button {{
  border-top-right-radius: 0; border-bottom-right-radius: 0; }}
.st-key-marks_files button {{ margin-left: -1px; border-top-left-radius: 0; border-bottom-left-radius: 0; }}
.st-key-strip button[kind="primary"] {{ position: relative; z-index: 1; }}
:is(.st-key-strip_tools, .st-key-strip_how, .st-key-strip_steps) button p {{
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }}
[class*="st-key-object_"]:not(.st-key-object_more) button > div::before {{
  content: ""; width: .75rem; height: .75rem; margin-right: .35rem; border-radius: 50%; flex: none;
  background: var(--swatch); box-shadow: 0 0 0 1.5px #fffc; }}
{_swatches()}
.st-key-strip_objects {{ flex-wrap: wrap; row-gap: .2rem; max-width: 100%; }}
.st-key-strip_objects .stElementContainer, .st-key-strip_objects button {{ flex: none; min-width: max-content; }}
.st-key-strip_objects button * {{ overflow: visible; }}
/* As wide for areas as for brushes, lest the strip jumps. */
.st-key-strip_how {{ width: 10.6rem; }}
.st-key-strip_how .stElementContainer:has(.stSlider) {{ flex: 1; min-width: 0; }}
.st-key-strip .stSlider {{ box-sizing: border-box; height: 2.1rem; padding: 0 .6rem; }}
@media (max-width: 640px) {{
  .st-key-strip {{ column-gap: .5rem; }}
  .st-key-strip button {{ padding: .15rem .28rem; }}
}}
.st-key-strip .stSlider [data-testid="stSliderThumbValue"] {{ white-space: nowrap; }}
</style>
"""
"""How the strip looks; drawn once a page."""
