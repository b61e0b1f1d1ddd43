"""What the workbench is set to, and setting it to something else."""

import streamlit as st

from masking_core import Recipe, Transparent
from pages.parts import picker, recipes, state


def current() -> Recipe:
    """The recipe on the workbench, on a transparent background."""
    return recipes.read(picker.current()[0]).changed(background=Transparent())


def open_with(recipe: Recipe) -> None:
    """Go to the workbench, set to ``recipe``; the background there stays what it is."""
    background = state.peek("background", "transparent")
    recipes.load(recipe)
    state.put("background", background)
    st.switch_page("pages/mask.py")
