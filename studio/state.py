"""Everything the app remembers about a visitor; the only file that names ``st.session_state``.

Plain data only: bytes, numbers, strings and dictionaries of them. Widgets that edit a value live under the same key and
outlive page changes; what is computed from these values is a cache entry elsewhere, never state.
"""

from collections.abc import Iterator, MutableMapping
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType
from streamlit.runtime.scriptrunner_utils.script_run_context import RunLocation, ThreadState, get_script_run_ctx
from streamlit.runtime.state.session_state import SessionState

from masking_core.samples import samples


def setdefault(key: str, default: Any = None) -> Any:
    """The value under ``key``; the default is stored, so that the answer stays the same."""
    return _values().setdefault(key, default)


def begin(key: str, default: Any) -> Any:
    """The value of the widget that is drawn next under ``key``: what was chosen on any page, or else the default.

    Streamlit drops what a widget was merely begun with when another page is opened, and would show that widget's first
    option there; so each page writes the value down anew before it draws the widget for the first time.
    """
    drawn: dict[str, str] = setdefault("drawn", {})
    value = get(key, default)
    if key not in _values() or drawn.get(key) != setdefault("page", ""):
        drawn[key] = get("page")
        put(key, value)
    return value


def put(key: str, value: Any) -> None:
    """Remember a value; for a widget's key, before the widget is drawn or in its callback."""
    _values()[key] = value


def drop(key: str) -> None:
    """Forget a value, if there is one."""
    _values().pop(key, None)


def under(prefix: str) -> list[tuple[str, Any]]:
    """All keys that begin with ``prefix``, and their values."""
    return [(str(key), value) for key, value in _values().items() if str(key).startswith(prefix)]


def clear() -> None:
    """Forget everything about the visitor."""
    _values().clear()


def redraw() -> None:
    """Ask for a run of the whole page; for callbacks inside the bench, which alone would run again."""
    put("redraw", True)


def must_redraw() -> bool:
    """Whether somebody asked for a run of the whole page since the last one."""
    return bool(_values().pop("redraw", False))


def begin_page(title: str) -> None:
    """Note which page is drawn, and that it has not come to its end."""
    put("page", title)
    put("page.whole", False)


def end_page() -> None:
    """Note that the page was drawn to its end, so that parts of it can be drawn anew without the rest."""
    put("page.whole", True)


def run_only(part: str) -> None:
    """Run that part of the page alone, if the whole page is there; the last call of a callback."""
    if get("page.whole", False):
        st.rerun(part)


def picture() -> dict[str, Any]:
    """The open picture: {"sample": name} or {"files": [{"name": file name, "data": bytes}, …]}."""
    chosen: dict[str, Any] = setdefault("picture", {"sample": samples()[0]})
    return chosen


def get(key: str, default: Any = None) -> Any:
    """The value under ``key``, or the default without remembering it; for what a component holds."""
    return _values().get(key, default)


def whole_page() -> bool:
    """Whether the whole page is drawn, and not one part of it anew."""
    context = get_script_run_ctx(suppress_warning=True)
    return context is None or not context.fragment_ids_this_run


def give_way() -> None:
    """End this run of the page here if the visitor has done something since it began; else do nothing.

    A callback is never ended: it would not be called again.
    """
    context = get_script_run_ctx(suppress_warning=True)
    if context is None or in_callback():
        return
    st.session_state.get("page")  # Streamlit looks at every access whether the whole page is to run again
    requests = context.script_requests
    # What was done inside a fragment would wait until this run has come to its end.
    if requests is not None and requests._state is ScriptRequestType.RERUN:
        st.rerun(scope="fragment" if context.fragment_ids_this_run else "app")


def in_callback() -> bool:
    """Whether a widget's callback is what runs."""
    known = get_script_run_ctx(suppress_warning=True) is not None
    return known and ThreadState.get().run_location is RunLocation.CALLBACK


class _Undisturbed(MutableMapping[str, Any]):
    """What Streamlit remembers, for callbacks.

    At every access of its own Streamlit looks whether the page is to run again, and ends what runs: a callback as well,
    half way, and it would not be called again.
    """

    def __init__(self, state: SessionState) -> None:
        self._state = state

    def __getitem__(self, key: str) -> Any:
        return self._state[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._state[key] = value

    def __delitem__(self, key: str) -> None:
        del self._state[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._state.filtered_state)

    def __len__(self) -> int:
        return len(self._state.filtered_state)


def _values() -> MutableMapping[Any, Any]:
    context = get_script_run_ctx(suppress_warning=True)
    return _Undisturbed(context.session_state._state) if context is not None and in_callback() else st.session_state
