"""A first guess as strokes: what a method found by itself becomes marks that a visitor can change."""

from typing import Any

import streamlit as st

from masking_core import Image, MaskingError, Prompts, Recipe, Result
from masking_core.arrays import Mask
from masking_core.prompts.from_mask import strokes_giving
from masking_core.prompts.marks import MAX_OBJECT
from masking_core.shapes.outlines import TOLERANCE
from masking_core.shapes.reading import outline_marks
from studio import compute
from studio.drawing import history
from studio.drawing.board import marks_of
from studio.foreign import plain


def show(image: Image, recipe: Recipe, prompts: Prompts, result: Result, slice: int) -> None:
    """Offer to draw the result as strokes where no object is marked yet and the method takes strokes."""
    marked = any(mark.object > 0 for mark in prompts.marks)
    if marked or "stroke" not in recipe.method.uses or not result.kept:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        pressed = st.button("Turn this guess into editable strokes", icon=":material/gesture:", key="proposal")
        notice = st.empty()
        notice.caption("Move, erase or add to them; undo takes them away again.")
    if pressed:
        _draw(image, recipe, prompts, result, slice, notice)


def outlines(image: Image, result: Result, slice: int) -> None:
    """Offer to draw what is kept as outlines, in the place of all other marks; for methods that take regions."""
    if not result.kept or len(result.kept) > MAX_OBJECT:
        return
    pressed = st.button(
        "Turn the result into editable outlines",
        icon=":material/polyline:",
        key="outlines",
        help="Each object that is kept becomes polygons that you can move and reshape. Undo brings your marks back.",
    )
    if not pressed:
        return
    marks = outline_marks(result.labels, result.kept, TOLERANCE).scaled(1 / result.scale)
    history.change(marks_of(image, slice), marks)
    st.rerun()


def _draw(image: Image, recipe: Recipe, prompts: Prompts, result: Result, slice: int, notice: Any) -> None:
    def together(strokes: Prompts) -> Prompts:
        return Prompts(marks=(*prompts.marks, *strokes.scaled(1 / result.scale).marks))

    def cut(strokes: Prompts) -> Mask:
        return recipe.finish(compute.segment(image, recipe, together(strokes))).alpha >= 0.5

    try:
        strokes = compute.wait(compute.submit(lambda: strokes_giving(cut(Prompts()), cut)), notice)
    except MaskingError as error:
        notice.info(plain(error), icon=":material/edit:")
        return
    history.change(marks_of(image, slice), together(strokes))
    st.rerun()
