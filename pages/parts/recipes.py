"""The sidebar below the picture: a recipe, read from its widgets or written into them."""

import streamlit as st

from masking_core import Clean, Edge, Image, Keep, Method, Recipe
from masking_core.methods import METHODS
from pages.parts import area, backgrounds, controls, objects, state


def choose(image: Image) -> Recipe:
    """Draw the widgets and return the recipe they describe."""
    method = _method()
    background = backgrounds.choose()
    keep = controls.edit(Keep, "keep", picked=objects.picked())
    masking_area = area.choose(image)
    with st.expander("Edge"):
        edge = controls.edit(Edge, "edge")
    with st.expander("Clean-up"):
        clean = controls.edit(Clean, "clean")
    return Recipe(method=method, area=masking_area, keep=keep, edge=edge, clean=clean, background=background)


def load(recipe: Recipe) -> None:
    """Make the widgets show ``recipe``; before they are drawn."""
    id = str(recipe.method.model_dump()["id"])
    state.put("method", id)
    controls.load(recipe.method, id)
    controls.load(recipe.keep, "keep")
    objects.load(recipe.keep)
    controls.load(recipe.edge, "edge")
    controls.load(recipe.clean, "clean")
    area.load(recipe.area)
    backgrounds.load(recipe.background)


def _method() -> Method:
    state.begin("method", "graph_cut")
    chosen = st.selectbox(
        "Method",
        list(METHODS),
        format_func=lambda id: METHODS[id].title,
        key="method",
        help="How the picture is divided into objects.",
        persist_state="session",
    )
    st.caption(METHODS[chosen].good_for)
    return controls.edit(METHODS[chosen], chosen)
