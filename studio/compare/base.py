"""What sweep and search have in common: the recipe they begin with, the names of parameters, what happens to a find."""

import streamlit as st

from masking_core import Recipe
from masking_core.methods import METHODS
from masking_core.parameters import Parameter
from masking_core.steps.backgrounds import Background
from studio import state
from studio.compare import column_list, workbench

PIXELS = 250_000
"""Pixels of the copy that sweeps and searches run on: four times as many runs in the same time."""
COLUMN, WORKBENCH = "As a column", "In the workbench"


def base(key: str) -> Recipe:
    """Draw the choice of the recipe to begin with, and return it."""
    columns = {f"column {column.id}": column for column in column_list.columns()}
    options = [*columns, *METHODS]
    if state.get(key) not in options:
        state.put(key, options[0])
    chosen = st.selectbox(
        "Recipe",
        options,
        format_func=lambda id: columns[id].title if id in columns else f"{METHODS[id].title}, default settings",
        key=key,
        help="The column or method whose parameters change; all others stay as they are there.",
        persist_state="session",
    )
    return columns[chosen].recipe if chosen in columns else Recipe(method=METHODS[chosen]())


NUMBERS = {"int", "float"}
"""Kinds of parameters that are numbers: every value of theirs can be run on this machine."""
KEEPS = "Keeps (MB)"
MEMORY = st.column_config.NumberColumn(
    format="%.1f",
    help="Memory that the result keeps beside the picture, in megabytes: its masks, and what its steps are shown from.",
)
"""How tables show what :func:`studio.compute.memory.kept_by` says."""


def parameters_of(recipe: Recipe) -> dict[str, Parameter]:
    """The parameters that have an effect in ``recipe``, by name: those shown first to a visitor come first."""
    known = {
        path: item
        for path, item in recipe.tunable().items()
        # What is behind changes no mask.
        if not isinstance(recipe.part_at(path), Background) and item.matters(dict(recipe.part_at(path)))
    }
    return dict(sorted(known.items(), key=lambda pair: ("." in pair[0], pair[1].show.advanced)))


def title(recipe: Recipe, path: str) -> str:
    """What a parameter is called where those of several parts are listed together."""
    part, parameter = recipe.part_at(path), recipe.parameter_at(path)
    return f"{part.title}: {parameter.title.lower()}" if "." in path else parameter.title


def take(recipe: Recipe, key: str) -> None:
    """Draw the menu that makes a recipe a column, or opens it in the workbench."""
    chosen = st.menu_button("Use these settings", [COLUMN, WORKBENCH], key=key, type="tertiary")
    if chosen == COLUMN:
        column_list.add(recipe)
        st.toast("It is the last column side by side.", icon=":material/add_column_right:")
    elif chosen == WORKBENCH:
        workbench.open_with(recipe)
