"""The workbench: one picture, from upload to download."""

import streamlit as st

from masking_core import Image, MaskingError, Method, Prompts, Recipe, Result
from masking_core.clean import Clean
from masking_core.edge import Edge
from masking_core.keep import Keep
from masking_core.methods import METHODS
from pages.parts import backgrounds, compute, controls, objects, picker, results, shell


def choose_method() -> Method:
    """The sidebar's method and its parameters."""
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


def choose_recipe() -> Recipe:
    """The whole sidebar below the picture, as a recipe."""
    method = choose_method()
    background = backgrounds.choose()
    keep = controls.edit(Keep, "keep", picked=objects.picked())
    with st.expander("Edge"):
        edge = controls.edit(Edge, "edge")
    with st.expander("Clean-up"):
        clean = controls.edit(Clean, "clean")
    return Recipe(method=method, keep=keep, edge=edge, clean=clean, background=background)


def caption(image: Image, result: Result) -> str:
    """Which resolution is shown, and how long it took."""
    width, height = result.image.size
    shown = f"{width:,} × {height:,} pixels, {result.info['seconds']:.2f} s"
    if result.scale == 1:
        return f"Shown at full resolution: {shown}. Downloads are the same pixels."
    full = f"{image.size[0]:,} × {image.size[1]:,}"
    return f"Preview: {shown}. Downloads are cut at the full {full} pixels."


def bench(image: Image, recipe: Recipe, prompts: Prompts) -> None:
    """The result, its objects and the downloads."""
    notice = st.empty()
    try:
        found = compute.preview(image, recipe, prompts, notice)
        recipe = objects.follow(found, recipe)
        result = recipe.finish(found)
    except MaskingError as error:
        notice.empty()
        st.info(str(error), icon="✏️")
        st.image(results.jpeg(image.reduced(compute.PREVIEW_PIXELS).rgb), width="stretch")
        return
    results.show(result)
    for note in (*image.notes, *result.notes):
        st.caption(f"ℹ️ {note}")
    st.caption(caption(image, result))
    objects.strip(result)
    results.downloads(image, recipe, prompts)


shell.setup("Workbench")
with st.sidebar:
    picture = picker.pick()
    chosen = choose_recipe()
with st.container(key="bench"):
    bench(picture, chosen, Prompts())
