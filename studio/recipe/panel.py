"""The sidebar below the picture: a recipe, read from its widgets, drawn as them, or written into them."""

import streamlit as st

from masking_core import Clean, Image, Recipe
from masking_core.methods import METHODS
from masking_core.steps.foreground import Foreground
from studio import controls, state
from studio.recipe import area, backgrounds, edges, first, networks, objects


def read(image: Image) -> Recipe:
    """The recipe that the widgets describe, drawn or not yet."""
    id = state.get("method") or first.method()
    return Recipe(
        method=controls.read(METHODS[id], id),
        area=area.read(image),
        clean=controls.read(Clean, "clean"),
        foreground=controls.read(Foreground, "foreground", picked=objects.picked()),
        edge=edges.read("edge"),
        background=backgrounds.read(),
    )


def edit(image: Image, part: str = "") -> None:
    """Draw the widgets; ``part`` see :func:`studio.controls.edit`."""
    # Each in a place of its own: what one of them draws does not move, and so fold up, those below.
    with st.container():
        _method(part)
    with st.container():
        backgrounds.edit(image, part)
    with st.container():
        networks.credit(controls.edit(Foreground, "foreground", picked=objects.picked()))
    with st.container():
        area.edit(image)
    with st.container():
        edges.edit("edge")
    with controls.folded("Clean-up", "clean") as unfolded:
        if unfolded:
            controls.edit(Clean, "clean", part)


def load(recipe: Recipe) -> None:
    """Make the widgets show ``recipe``; before they are drawn."""
    id = recipe.method.id
    state.put("method", id)
    controls.load(recipe.method, id)
    controls.load(recipe.foreground, "foreground")
    objects.load(recipe.foreground)
    edges.load(recipe.edge, "edge")
    controls.load(recipe.clean, "clean")
    area.load(recipe.area)
    backgrounds.load(recipe.background)


def _method(part: str) -> None:
    state.begin("method", first.method())
    chosen = st.selectbox(
        "Method",
        list(METHODS),
        format_func=lambda id: METHODS[id].title,
        key="method",
        help="How the picture is divided into objects.",
        persist_state="session",
    )
    st.caption(METHODS[chosen].good_for)
    networks.credit(controls.edit(METHODS[chosen], chosen, part))
