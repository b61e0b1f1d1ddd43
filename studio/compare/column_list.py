"""The columns of a comparison: recipes as plain data, added, changed, copied, removed, and one pinned as reference."""

from typing import Any

import streamlit as st

from masking_core import Clean, GraphCut, KMeans, Recipe, Watershed
from masking_core.methods import METHODS
from masking_core.parameters import Declared
from masking_core.sharing import comparison_report
from masking_core.steps.foreground import Foreground
from studio import controls, state
from studio.compare import workbench
from studio.recipe import edges

MOST = 12
LETTERS = "ABCDEFGHIJKL"
WORKBENCH = "From the workbench"


class Column:
    """One column: its number, for ever, its letter, its recipe."""

    def __init__(self, letter: str, plain: dict[str, Any]) -> None:
        self.letter, self.id = letter, plain["id"]
        self._plain = plain

    @property
    def recipe(self) -> Recipe:
        """The recipe as it is now."""
        return Recipe.from_json(self._plain["recipe"])

    @property
    def title(self) -> str:
        """Letter and method."""
        return f"{self.letter} · {self.recipe.method.title}"

    @property
    def prefix(self) -> str:
        """What the keys of its widgets begin with."""
        return f"compare.{self.id}"

    def edit(self) -> None:
        """Draw the widgets of the recipe, and take what they say."""
        recipe = self.recipe
        chosen = st.selectbox(
            "Method",
            list(METHODS),
            format_func=lambda id: METHODS[id].title,
            key=f"{self.prefix}.method",
            persist_state="session",
        )
        method = controls.edit(METHODS[chosen], f"{self.prefix}.{chosen}")
        foreground = controls.edit(Foreground, f"{self.prefix}.foreground", picked=recipe.foreground.picked)
        edge = edges.edit(f"{self.prefix}.edge")
        with controls.folded("Clean-up", f"{self.prefix}.clean") as unfolded:
            clean = (controls.edit if unfolded else controls.read)(Clean, f"{self.prefix}.clean")
        self._plain["recipe"] = recipe.changed(method=method, foreground=foreground, edge=edge, clean=clean).to_json()

    def load(self) -> None:
        """Make its widgets show its recipe; before they are drawn."""
        recipe = self.recipe
        id = recipe.method.id
        state.put(f"{self.prefix}.method", id)
        controls.load(recipe.method, f"{self.prefix}.{id}")
        controls.load(recipe.foreground, f"{self.prefix}.foreground")
        edges.load(recipe.edge, f"{self.prefix}.edge")
        controls.load(recipe.clean, f"{self.prefix}.clean")


def columns() -> list[Column]:
    """All columns, in order; at first the workbench's recipe and two other methods."""
    return [Column(letter, plain) for letter, plain in zip(LETTERS, _listed(), strict=False)]


def reference() -> Column:
    """The column that the others are compared with: the pinned one, else the first."""
    every = columns()
    pinned = state.setdefault("compare.reference", 0)
    return next((column for column in every if column.id == pinned), every[0])


def pin(id: int) -> None:
    """Compare the others with this column."""
    state.put("compare.reference", id)


def add(recipe: Recipe, after: int | None = None) -> None:
    """Add a column at the end, or after the one of that number."""
    listed = _listed()
    if len(listed) == MOST:
        return
    place = next((index + 1 for index, plain in enumerate(listed) if plain["id"] == after), len(listed))
    _insert(listed, place, recipe)


def add_named(choice: str | None) -> None:
    """Add what the menu offers: a method by its id, or the workbench's recipe."""
    if choice:
        add(workbench.current() if choice == WORKBENCH else Recipe(method=METHODS[choice]()))


def remove(id: int) -> None:
    """Take a column away; the last one stays."""
    if rest := [plain for plain in _listed() if plain["id"] != id]:
        state.put("compare.columns", rest)


def summary(recipe: Recipe) -> str:
    """What is set in a recipe other than usual, in one line."""
    words = [f"{title.lower()} {text}" for title, text in comparison_report.settings(recipe).items()]
    parts: tuple[Declared, ...] = recipe.foreground, recipe.clean, recipe.edge
    words += [f"own settings for {part.title.lower()}" for part in parts if part != type(part)()]
    return ", ".join([*words, *(["masking area"] if recipe.area else [])]) or "default settings"


def _listed() -> list[dict[str, Any]]:
    if state.get("compare.columns") is None:
        state.put("compare.columns", [])
        bench = workbench.current()
        others = [Recipe(method=method) for method in (GraphCut(), KMeans(), Watershed())]
        for recipe in [bench, *(item for item in others if type(item.method) is not type(bench.method))][:3]:
            add(recipe)
    listed: list[dict[str, Any]] = state.setdefault("compare.columns")
    return listed


def _insert(listed: list[dict[str, Any]], place: int, recipe: Recipe) -> None:
    id = state.setdefault("compare.last", 0) + 1
    state.put("compare.last", id)
    plain = {"id": id, "recipe": recipe.to_json()}
    listed.insert(place, plain)
    Column("", plain).load()
