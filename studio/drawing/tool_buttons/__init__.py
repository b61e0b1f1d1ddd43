"""The buttons of the tool strip: all of them are one part of the page, so that a page with many is drawn quickly."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from studio import state
from studio.components.folder import register


@dataclass(frozen=True)
class Button:
    """A button of the strip.

    Attributes:
        name: its id.
        label: its name on the page.
        hint: what it does, shown while the pointer rests on it.
        act: what is done when it is pressed.
        icon: its Material symbol; empty for none.
        chosen: whether it is the chosen one of its group; None where nothing is chosen.
        offered: whether it can be pressed.
        colour: of the dot before its name, as CSS; empty for none.
    """

    name: str
    label: str
    hint: str
    act: Callable[[], object]
    icon: str = ""
    chosen: bool | None = None
    offered: bool = True
    colour: str = ""

    @property
    def data(self) -> dict[str, Any]:
        """What the browser must know of it."""
        return {name: value for name, value in vars(self).items() if name != "act"}


@dataclass(frozen=True)
class Slider:
    """A choice among ordered values.

    Attributes:
        name: its id.
        label: its name on the page.
        texts: the values, as they are shown.
        place: the chosen one.
        choose: called with the place of the value that was chosen.
    """

    name: str
    label: str
    texts: tuple[str, ...]
    place: int
    choose: Callable[[int], object]

    @property
    def data(self) -> dict[str, Any]:
        """What the browser must know of it."""
        return {name: value for name, value in vars(self).items() if name != "choose"}


Item = Button | Slider


@st.cache_resource(show_spinner=False)
def _component() -> ComponentRenderer:
    return register(Path(__file__).parent, isolate_styles=False)


def tool_buttons(groups: dict[str, list[Item]], key: str) -> None:
    """Draw groups of buttons; what the visitor uses is done before the page is run."""
    items = {item.name: item for group in groups.values() for item in group}

    def used() -> None:
        do(items, (state.get(key) or {}).get("used"))

    shown = [{"name": name, "items": [item.data for item in group]} for name, group in groups.items()]
    _component()(data={"groups": shown}, key=key, on_used_change=used, width="content")


def do(items: dict[str, Item], used: object) -> None:
    """Do what was asked for; ``used``, which comes from the browser, is [name] of a button or [name, place]."""
    match used:
        case [str(name)] if isinstance(button := items.get(name), Button) and button.offered:
            button.act()
        case [str(name), int(place)] if isinstance(slider := items.get(name), Slider):
            slider.choose(min(max(place, 0), len(slider.texts) - 1))
