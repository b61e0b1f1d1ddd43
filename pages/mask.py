"""The workbench: one picture, from upload to download."""

import streamlit as st

from masking_core import Image, MaskingError, Method, Recipe, Result
from masking_core.clean import Clean
from masking_core.edge import Edge
from masking_core.keep import Keep
from masking_core.methods import METHODS
from pages.parts import area, backgrounds, compute, controls, insight, layers, objects, picker, results, shell, state
from pages.parts.drawing import Desk


def choose_method() -> Method:
    """The sidebar's method and its parameters."""
    state.get("method", "kmeans")
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


def choose_recipe(image: Image) -> Recipe:
    """The whole sidebar below the picture, as a recipe."""
    method = choose_method()
    background = backgrounds.choose()
    keep = controls.edit(Keep, "keep", picked=objects.picked())
    chosen_area = area.choose(image)
    with st.expander("Edge"):
        edge = controls.edit(Edge, "edge")
    with st.expander("Clean-up"):
        clean = controls.edit(Clean, "clean")
    return Recipe(method=method, area=chosen_area, keep=keep, edge=edge, clean=clean, background=background)


def caption(image: Image, result: Result) -> str:
    """Which resolution is shown, and how long it took."""
    width, height = result.image.size
    shown = f"{width:,} × {height:,} pixels, {result.info['seconds']:.2f} s"
    if result.scale == 1:
        return f"Shown at full resolution: {shown}. Downloads are the same pixels."
    full = f"{image.size[0]:,} × {image.size[1]:,}"
    return f"Preview: {shown}. Downloads are cut at the full {full} pixels."


@st.fragment
def bench(image: Image, recipe: Recipe) -> None:
    """Picture and marks, the result beside them, the objects and the downloads; a stroke redraws only this."""
    if state.must_redraw():
        st.rerun(scope="app")
    desk = Desk(image, recipe.method.uses, recipe.method.title, page="mask")
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
        desk.outline(result)
        with right:
            results.show(result)
        for note in (*image.notes, *result.notes):
            st.caption(f":material/info: {note}")
        st.caption(caption(image, result))
        objects.strip(result)
        results.downloads(image, recipe, desk.prompts)
        layers.show(image, recipe, desk.prompts, result)
        insight.show(image, recipe, result)
    desk.table()


shell.setup("Workbench")
with st.sidebar:
    picture = picker.pick()
    chosen = choose_recipe(picture)
with st.container(key="bench"):
    bench(picture, chosen)
