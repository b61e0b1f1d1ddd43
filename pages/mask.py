"""The workbench: one picture, from upload to download."""

import streamlit as st

from masking_core import Image, MaskingError, Recipe, Result, Stack
from pages.parts import (
    compute,
    insight,
    layers,
    links,
    objects,
    picker,
    proposal,
    recipes,
    results,
    sessions,
    share,
    shell,
    slices,
    stacks,
    state,
)
from pages.parts.drawing import Desk


def caption(image: Image, result: Result) -> str:
    """Which resolution is shown, and how long it took."""
    width, height = result.image.size
    shown = f"{width:,} × {height:,} pixels, {result.info['seconds']:.2f} s"
    if result.scale == 1:
        return f"Shown at full resolution: {shown}. Downloads are the same pixels."
    full = f"{image.size[0]:,} × {image.size[1]:,}"
    return f"Preview: {shown}. Downloads are cut at the full {full} pixels."


@st.fragment
def bench(stack: Stack, recipe: Recipe) -> None:
    """Picture and marks, the result beside them, the objects and the downloads; a stroke redraws only this."""
    if state.must_redraw():
        st.rerun(scope="app")
    index = slices.choose(stack)
    image = stack[index]
    desk = Desk(image, recipe.method.uses, recipe.method.title, page="mask", slice=index)
    desk.strip()
    left, right = st.columns(2)
    with left:
        desk.canvas()
    notice = right.empty()
    try:
        found = compute.preview(image, recipe, desk.prompts, notice)
        recipe = objects.follow(found, recipe)
        result = recipe.finish(found)
    except MaskingError as error:
        notice.info(str(error), icon=":material/edit:")
    else:
        with right:
            results.show(result)
        desk.outline(result)
        for note in (*image.notes, *result.notes):
            st.caption(f":material/info: {note}")
        proposal.show(image, recipe, desk.prompts, result, index)
        st.caption(caption(image, result))
        objects.strip(result)
        with st.container(horizontal=True, gap="small"):
            results.downloads(image, recipe, desk.prompts)
            share.show(recipe, desk.prompts, index)
        if len(stack) > 1:
            stacks.downloads(stack, recipe)
        layers.show(image, recipe, desk.prompts, result)
        insight.show(image, recipe, result)
    desk.table()


shell.setup("Workbench")
links.read()
opened = picker.current()
sessions.picture_arrived(opened)
chosen = recipes.read(opened[0])
slice = slices.current(opened)
with compute.ahead(opened[slice], chosen, slices.marks(opened, slice)):
    with st.sidebar:
        picker.pick()
        recipes.edit(opened[0])
        sessions.show(opened, chosen)
    links.problem()
    with st.container(key="bench"):
        bench(opened, chosen)
