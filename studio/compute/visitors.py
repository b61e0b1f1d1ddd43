"""Who is asking, and what is given back when they leave.

A visitor is one tab of a browser. What is kept for them beyond plain data (running work, finished files) is held here
and never in a module, so that it goes with them.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx


class Visitor:
    """One visitor; ``held`` is what runs or waits for them, by name, and ``here`` whether they are connected.

    ``session`` is Streamlit's name for them, which gives whoever knows it their place: it is never shown or logged.
    """

    def __init__(self, session: str = "") -> None:
        self.session, self.here = session, True
        self.held: dict[str, Any] = {}


NOBODY = Visitor()
"""Who is asking outside of any page."""

_here: set[Visitor] = set()
_gone: dict[str, float] = {}
_farewells: list[Callable[[Visitor], None]] = []
_acting: ContextVar[Visitor | None] = ContextVar("acting", default=None)


def when_one_leaves(farewell: Callable[[Visitor], None]) -> None:
    """Call ``farewell`` with every visitor who leaves from now on."""
    _farewells.append(farewell)


def current() -> Visitor:
    """For whom the calling thread works: a page's script for its visitor, a worker for the visitor of its job."""
    acting = _acting.get()
    if acting is not None:
        return acting
    return _arrived() if get_script_run_ctx(suppress_warning=True) else NOBODY


@contextmanager
def acting_for(visitor: Visitor) -> Iterator[None]:
    """Let the calling thread work for ``visitor``."""
    token = _acting.set(visitor)
    try:
        yield
    finally:
        _acting.reset(token)


def long_gone(seconds: float) -> list[str]:
    """The sessions that have been without a connection for that long; each is named once."""
    now = time.monotonic()
    named = [session for session, left in list(_gone.items()) if now - left >= seconds]
    for session in named:
        _gone.pop(session, None)
    return named


def present() -> int:
    """How many are connected."""
    return len(_here)


def _leaves(visitor: Visitor) -> None:
    visitor.here = False
    _here.discard(visitor)
    _gone[visitor.session] = time.monotonic()
    for farewell in _farewells:
        farewell(visitor)
    visitor.held.clear()


@st.cache_resource(show_spinner=False, scope="session", on_release=_leaves)
def _arrived() -> Visitor:
    context = get_script_run_ctx(suppress_warning=True)
    session = context.session_id if context else ""
    _gone.pop(session, None)
    visitor = Visitor(session)
    _here.add(visitor)
    return visitor
