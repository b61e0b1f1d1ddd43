"""Where do methods disagree? Their results with the same marks as one heat map; a click on it sets a mark there."""

import streamlit as st

from masking_core import Image, Prompts, Recipe
from masking_core.arrays import Mask, Picture
from masking_core.methods import METHODS
from masking_core.prompts import Point
from masking_core.uncertainty import of_votes
from studio import pictures, state
from studio.compare import base
from studio.compare.runs import Runs, Scene
from studio.components.pointed import Place, pointed
from studio.drawing import history
from studio.drawing.board import marks_of
from studio.foreign import plain
from studio.gallery.gallery import at_hand

OBJECT, BACKGROUND = "Object", "Background"


def show(image: Image, recipe: Recipe, prompts: Prompts, slice: int) -> None:
    """The panel; nothing is computed while it is folded."""
    with st.expander("Where do methods disagree?", key="disagreement", on_change="rerun") as unfolded:
        if unfolded.open:
            _panel(image, recipe, prompts, slice)


def _panel(image: Image, recipe: Recipe, prompts: Prompts, slice: int) -> None:
    ready = [id for id, method in METHODS.items() if at_hand(method())]
    usual = [id for id in ready if id != "manual"]
    state.begin("disagreement.methods", usual)
    chosen = st.multiselect(
        "Methods",
        ready,
        format_func=lambda id: METHODS[id].title,
        key="disagreement.methods",
        help="The one on the workbench has its settings from there, the others have their default settings.",
        persist_state="session",
    )
    notice = st.empty()
    asked = {id: recipe if id == recipe.method.id else Recipe(method=METHODS[id]()) for id in chosen}
    masks: list[Mask] = []
    shown: Picture | None = None
    for id, outcome in Runs(Scene(image, prompts), asked, base.PIXELS).finished(notice):
        if outcome.result is None:
            st.caption(f"{METHODS[id].title}: {plain(outcome.problem)}")
            continue
        masks.append(outcome.result.alpha >= 0.5)
        shown = outcome.result.image.rgb
    if len(masks) < 2 or shown is None:
        st.caption("Choose two methods at least that can cut with these marks.")
        return
    apart = of_votes(masks)
    left, right = st.columns([3, 2], gap="large")
    with right:
        st.markdown(
            f"**{float((apart > 0).mean()):.1%}** of the picture is decided differently by {len(masks)} methods."
        )
        st.caption("Orange: they disagree, most where it is strongest. A mark there helps most; click to set one.")
        state.begin("disagreement.mark", OBJECT)
        kind = st.segmented_control(
            "A click marks", [OBJECT, BACKGROUND], key="disagreement.mark", required=True, persist_state="session"
        )
    with left:
        place = pointed(
            pictures.jpeg(pictures.heat(shown, apart)), None, "Where the methods disagree", "disagreement.picture"
        )
    if place is not None:
        _mark(image, prompts, place, 1 if kind == OBJECT else 0, slice)


def _mark(image: Image, prompts: Prompts, place: Place, number: int, slice: int) -> None:
    width, height = image.size
    point = Point(x=place[0] * width, y=place[1] * height, radius=max(1.0, max(width, height) / 200), object=number)
    if history.change(marks_of(image, slice), Prompts(marks=(*prompts.marks, point))):
        st.rerun()
