"""The workbench: one picture, from upload to download."""

import streamlit as st

from masking_core import Image, MaskingError, Recipe, Result, Stack
from studio import compute, shell, state
from studio.drawing import proposal
from studio.drawing.board import MarkEditor
from studio.picture import picker, slices
from studio.recipe import objects, panel
from studio.results import insight, layers, stacks, views
from studio.sharing import links, programs, sessions


def caption(image: Image, result: Result) -> str:
    """Which resolution is shown, and how long it took."""
    width, height = result.image.size
    shown = f"{width:,} × {height:,} pixels, {result.info['seconds']:.2f} s"
    if result.scale == 1:
        return f"Shown at full resolution: {shown}. Downloads are the same pixels."
    full = f"{image.size[0]:,} × {image.size[1]:,}"
    return f"Preview: {shown}. Downloads are cut at the full {full} pixels."


@st.fragment
def workbench(stack: Stack, recipe: Recipe) -> None:
    """Picture and marks, the result beside them, the objects and the downloads; a stroke redraws only this."""
    if state.must_redraw():
        st.rerun(scope="app")
    index = slices.choose(stack)
    image = stack[index]
    method = recipe.method
    editor = MarkEditor(image, method.uses, method.title, page="mask", slice=index, area=recipe.area)
    editor.strip()
    left, right = st.columns(2)
    with left:
        editor.canvas()
    notice = right.empty()
    try:
        found = compute.preview(image, recipe, editor.prompts, notice)
        recipe = objects.follow(found, recipe)
        result = recipe.finish(found)
    except MaskingError as error:
        notice.info(str(error), icon=":material/edit:")
    else:
        with right:
            views.show(result)
        editor.outline(result)
        for note in (*image.notes, *result.notes):
            st.caption(f":material/info: {note}")
        proposal.show(image, recipe, editor.prompts, result, index)
        st.caption(caption(image, result))
        objects.strip(result)
        with st.container(horizontal=True, gap="small"):
            views.downloads(image, recipe, editor.prompts)
            programs.show(recipe, editor.prompts, index)
        if len(stack) > 1:
            stacks.downloads(stack, recipe)
        layers.show(image, recipe, editor.prompts, result)
        insight.show(image, recipe, result)
    editor.table()


shell.setup("Workbench")
links.read()
opened = picker.current()
sessions.picture_arrived(opened)
chosen = panel.read(opened[0])
slice = slices.current(opened)
with compute.ahead(opened[slice], chosen, slices.marks(opened, slice)):
    with st.sidebar:
        picker.pick()
        panel.edit(opened[0])
        sessions.show(opened, chosen)
    links.problem()
    with st.container(key="workbench"):
        workbench(opened, chosen)
