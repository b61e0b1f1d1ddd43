"""Addresses that open the workbench as somebody left it: made, and read."""

import re
from urllib.parse import urlencode

import streamlit as st

from masking_core import MaskingError, Prompts, Recipe
from masking_core.samples import sample
from masking_core.sharing.links import Linked, from_query, to_query
from studio import state
from studio.drawing import history
from studio.drawing.board import marks_of
from studio.foreign import plain
from studio.recipe import panel


def read() -> None:
    """Take over what the page's address speaks of, once; before any widget is drawn."""
    query = st.query_params.to_dict()
    # Until the browser knows that its address is shorter now, it may send the long one again.
    if query and query != state.setdefault("link.read"):
        state.put("link.read", query)
        state.put("link.problem", "")
        try:
            _load(from_query(query))
        except MaskingError as error:
            state.put("link.problem", str(error))
            state.drop("link.beside")
    # From here on it would tell what was, not what is.
    st.query_params.clear()


def problem(recipe: Recipe) -> bool:
    """Say why a link was not taken over, if it was not, until something is changed on the page; whether it was said."""
    sentence = state.get("link.problem", "")
    if not sentence:
        return False
    now = [state.picture().get("sample", ""), recipe.to_json()]
    if state.setdefault("link.beside", now) != now:
        state.put("link.problem", "")
        return False
    st.error(f"This link cannot be opened, so you see the workbench as it begins. {plain(sentence)}", icon="🔗")
    return True


def address(recipe: Recipe, prompts: Prompts) -> str:
    """The whole address of what is on the workbench."""
    page = re.sub(r"[?#].*", "", st.context.url or "mask")
    return f"{page}?{urlencode(to_query(state.picture().get('sample'), recipe, prompts))}"


def _load(linked: Linked) -> None:
    state.put("picture", {"sample": linked.sample})
    history.change(marks_of(sample(linked.sample)), linked.prompts)
    panel.load(linked.recipe)
