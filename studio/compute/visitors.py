"""Who is asking, and what is given back when they leave.

A visitor is one tab of a browser. What is kept for them beyond plain data (running work, finished files) is held here
and never in a module, so that it goes with them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx


class Visitor:
    """One visitor; ``held`` is what runs or waits for them, by name."""

    def __init__(self) -> None:
        self.held: dict[str, Any] = {}
        self.here = True


NOBODY = Visitor()
"""Who is asking outside of any page."""

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


def _leaves(visitor: Visitor) -> None:
    visitor.here = False
    for farewell in _farewells:
        farewell(visitor)
    visitor.held.clear()


@st.cache_resource(show_spinner=False, scope="session", on_release=_leaves)
def _arrived() -> Visitor:
    return Visitor()
