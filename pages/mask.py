"""The workbench: one picture, from upload to download."""

from typing import Any

import streamlit as st

from masking_core import Image, MaskingError, Result, Stack
from studio import compute, downloads, shell, state
from studio.compare import disagreement
from studio.drawing import proposal
from studio.drawing.board import MarkEditor
from studio.explain import pixel
from studio.foreign import plain
from studio.picture import opened, picker, ranges, slices
from studio.recipe import objects, panel
from studio.results import closeup, insight, layers, stacks, taking, views
from studio.results.taking import Taking
from studio.sharing import autosave, links, programs, sessions

PART = "workbench"  # what runs alone when a stroke is drawn or a slider moved
STYLE = """
<style>
.st-key-bar { min-height: 2.5rem; row-gap: .3rem; }
.st-key-bar [data-testid="stText"] { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-weight: 600; }
.st-key-name { min-width: 6rem; flex: 1; }
</style>
"""


def caption(image: Image, result: Result) -> str:
    """Which resolution is shown, and how long it took."""
    width, height = result.image.size
    shown = f"{width:,} × {height:,} pixels, {result.info['seconds']:.2f} s"
    if result.scale == 1:
        return f"Shown at full resolution: {shown}. Downloads are the same pixels."
    full = f"{image.size[0]:,} × {image.size[1]:,}"
    return f"Preview: {shown}. Downloads are cut at the full {full} pixels."


def bar(stack: Stack) -> Any:
    """Draw the picture's name and return the place beside it, for what can be done with the result."""
    st.html(STYLE)
    with st.container(key="bar", horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(key="name", width="stretch"):
            st.text(opened.title(stack))
        return st.container(key="actions", horizontal=True, width="content", gap="small")


@st.fragment(key=PART)
def workbench(stack: Stack) -> None:
    """Picture and marks, the result beside them, the objects and the downloads; a stroke redraws only this."""
    if state.must_redraw():
        st.rerun(scope="app")
    index, recipe = slices.current(stack), panel.read(stack[0])
    image, method = stack[index], recipe.method
    editor = MarkEditor(image, method.uses, method.title, page="mask", slice=index, area=recipe.area)
    views.begin(image, recipe, editor.prompts)
    autosave.keep(recipe)
    actions = bar(stack)
    slices.choose(stack)
    editor.strip()
    left, right = st.columns(2)
    saving = st.container()
    with left:
        editor.canvas()
    notice = right.empty()
    result: Result | None = None
    shown = ""
    try:
        found = compute.preview(image, recipe, editor.prompts, notice)
        recipe, result = objects.finish(found, recipe, stack.digest, notice, draft=closeup.follows())
    except MaskingError as error:
        notice.info(plain(error), icon=":material/edit:")
    else:
        with right:
            shown = views.show(found, recipe, result)
        editor.outline(result)
        with actions:
            away = Taking(image, recipe, editor.prompts)
            taking.button(away)
            taking.menu(away)
            taking.clipboard(away)
            programs.show(recipe, editor.prompts, index, len(stack))
        for note in (*image.notes, *result.notes):
            st.caption(f":material/info: {plain(note)}")
        proposal.show(image, recipe, editor.prompts, result, index)
        if "polygon" in recipe.method.uses:
            proposal.outlines(image, result, index)
        st.caption(caption(image, result))
        objects.strip(result)
        if len(stack) > 1:
            stacks.buttons(stack, recipe, [slices.marks(stack, each) for each in range(len(stack))])
        layers.show(image, recipe, editor.prompts, result)
        pixel.show(image, recipe, editor.prompts, found, index)
        disagreement.show(image, recipe, editor.prompts, index)
        insight.show(image, recipe, result)
    editor.table()
    downloads.follow(saving)
    if result is not None:
        closeup.show(image, recipe, editor.prompts, found, result, shown)


shell.setup("Workbench")
links.read()
picture = opened.current()
sessions.picture_arrived(picture)
chosen = panel.read(picture[0])
slice = slices.current(picture)
with compute.ahead(picture[slice], chosen, slices.marks(picture, slice), views.ready(chosen)):
    with st.sidebar:
        picker.pick()
        ranges.edit(picture)
        panel.edit(picture[0], PART)
        sessions.show(picture, chosen)
    with st.empty():  # one place, whether there is anything to say or not: see opened.current
        told = links.problem(chosen)
    with st.container(key="workbench"):
        workbench(picture)
if not told:  # a change of anything takes back what was told
    state.end_page()
