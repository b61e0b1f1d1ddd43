"""Everything the app remembers about a visitor; the only file that names ``st.session_state``.

Plain data only: bytes, numbers, strings and dictionaries of them. Widgets that edit a value live under the same key and
outlive page changes; what is computed from these values is a cache entry elsewhere, never state.
"""

from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from masking_core.samples import samples


def setdefault(key: str, default: Any = None) -> Any:
    """The value under ``key``; the default is stored, so that the answer stays the same."""
    return st.session_state.setdefault(key, default)


def begin(key: str, default: Any) -> Any:
    """The value of the widget that is drawn next under ``key``: what was chosen on any page, or else the default.

    Streamlit drops what a widget was merely begun with when another page is opened, and would show that widget's first
    option there; so each page writes the value down anew before it draws the widget for the first time.
    """
    drawn: dict[str, str] = setdefault("drawn", {})
    value = st.session_state.get(key, default)
    if key not in st.session_state or drawn.get(key) != setdefault("page", ""):
        drawn[key] = get("page")
        put(key, value)
    return value


def put(key: str, value: Any) -> None:
    """Remember a value; for a widget's key, before the widget is drawn or in its callback."""
    st.session_state[key] = value


def drop(key: str) -> None:
    """Forget a value, if there is one."""
    st.session_state.pop(key, None)


def under(prefix: str) -> list[tuple[str, Any]]:
    """All keys that begin with ``prefix``, and their values."""
    return [(str(key), value) for key, value in st.session_state.items() if str(key).startswith(prefix)]


def clear() -> None:
    """Forget everything about the visitor."""
    st.session_state.clear()


def redraw() -> None:
    """Ask for a run of the whole page; for callbacks inside the bench, which alone would run again."""
    put("redraw", True)


def must_redraw() -> bool:
    """Whether somebody asked for a run of the whole page since the last one."""
    return bool(st.session_state.pop("redraw", False))


def picture() -> dict[str, Any]:
    """The open picture: {"sample": name} or {"files": [{"name": file name, "data": bytes}, …]}."""
    chosen: dict[str, Any] = setdefault("picture", {"sample": samples()[0]})
    return chosen


def get(key: str, default: Any = None) -> Any:
    """The value under ``key``, or the default without remembering it; for what a component holds."""
    return st.session_state.get(key, default)


def whole_page() -> bool:
    """Whether the whole page is drawn, and not one part of it anew."""
    context = get_script_run_ctx(suppress_warning=True)
    return context is None or not context.fragment_ids_this_run


def give_way() -> None:
    """End this run of the page here if the visitor has done something since it began; else do nothing."""
    st.session_state.get("page")  # Streamlit looks for it at every access
