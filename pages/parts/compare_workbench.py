"""What the workbench is set to, read without drawing its widgets, and setting it to something else."""

from typing import Any, TypeVar

import streamlit as st

from masking_core import Area, Clean, Edge, Keep, Recipe
from masking_core.methods import METHODS
from masking_core.parameters import Declared, parameters
from pages.parts import controls, objects, recipes, state

Model = TypeVar("Model", bound=Declared)


def current() -> Recipe:
    """The recipe on the workbench, on a transparent background."""
    id = state.peek("method", "graph_cut")
    return Recipe(
        method=_read(METHODS[id], id),
        area=_area(),
        clean=_read(Clean, "clean"),
        keep=_read(Keep, "keep", picked=objects.picked()),
        edge=_read(Edge, "edge"),
    )


def open_with(recipe: Recipe) -> None:
    """Go to the workbench, set to ``recipe``; the background there stays what it is."""
    background = state.peek("background", "transparent")
    recipes.load(recipe)
    state.put("background", background)
    st.switch_page("pages/mask.py")


def _read(model: type[Model], prefix: str, **fixed: Any) -> Model:
    values = dict(fixed)
    for parameter in parameters(model):
        name = controls.key(prefix, parameter.name)
        if parameter.name in fixed or not parameter.matters(values):
            continue
        automatic = parameter.optional and state.peek(f"{name}.automatic", parameter.default is None)
        values[parameter.name] = None if automatic else state.peek(name, parameter.default)
    return model(**values)


def _area() -> Area | None:
    if not state.peek("area.on", False):
        return None
    return Area(**{name: int(state.peek(f"area.{name}", 1)) for name in Area.model_fields})
