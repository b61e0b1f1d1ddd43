"""What the workbench is set to, and setting it to something else."""

import streamlit as st

from masking_core import Recipe, Transparent
from studio import state
from studio.picture import opened
from studio.recipe import panel


def current() -> Recipe:
    """The recipe on the workbench, on a transparent background."""
    return panel.read(opened.current()[0]).changed(background=Transparent())


def open_with(recipe: Recipe) -> None:
    """Go to the workbench, set to ``recipe``; the background there stays what it is."""
    background = state.get("background", "transparent")
    panel.load(recipe)
    state.put("background", background)
    st.switch_page("pages/mask.py")
