"""A first guess as strokes: what a method found by itself becomes marks that a visitor can change."""

import streamlit as st

from masking_core import Image, Prompts, Recipe, Result
from masking_core.prompts.from_mask import strokes_of
from studio.drawing import history
from studio.drawing.board import marks_of


def show(image: Image, recipe: Recipe, prompts: Prompts, result: Result, slice: int) -> None:
    """Offer to draw the result as strokes where no object is marked yet and the method takes strokes."""
    marked = any(mark.object > 0 for mark in prompts.marks)
    if marked or "stroke" not in recipe.method.uses or not result.kept:
        return
    st.button(
        "Draw this guess as strokes",
        icon=":material/gesture:",
        help="Strokes for the object and the background appear on the picture: move, erase or add to them. "
        "Undo takes them away again.",
        key="proposal",
        on_click=_draw,
        args=(image, prompts, result, slice),
    )


def _draw(image: Image, prompts: Prompts, result: Result, slice: int) -> None:
    strokes = strokes_of(result.alpha >= 0.5).scaled(1 / result.scale)
    history.change(marks_of(image, slice), Prompts(marks=(*prompts.marks, *strokes.marks)))
