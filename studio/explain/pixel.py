"""Why this pixel? A click on the result says what the method weighed there, and what would change it."""

from html import escape

import streamlit as st

from masking_core import Image, MaskingError, Prompts, Recipe
from masking_core.explain import pixel
from masking_core.explain.pixel import Change
from masking_core.result import Found
from masking_core.steps.compose import on_checkerboard
from masking_core.why import Evidence, Why
from studio import compute, pictures, state
from studio.components.pointed import Place, pointed
from studio.drawing import history
from studio.drawing.board import marks_of
from studio.foreign import plain
from studio.recipe import panel

STYLE = """
<style>
.why { display: grid; grid-template-columns: minmax(8rem, auto) minmax(6rem, 1fr) auto; gap: .35rem .8rem;
  align-items: center; font-size: .9rem; }
.why i { position: relative; height: .8rem; border-radius: 3px; background: #8883; overflow: hidden; }
.why b { position: absolute; top: 0; bottom: 0; }
.why .for { background: #009e73; } .why .against { background: #d55e00; } .why .length { background: #0072b2; }
</style>
"""


def show(image: Image, recipe: Recipe, prompts: Prompts, found: Found, slice: int) -> None:
    """The panel; nothing is computed while it is folded."""
    with st.expander("Why this pixel?", key="why", on_change="rerun") as unfolded:
        if not unfolded.open:
            return
        result = compute.finish(found, recipe, st.empty())
        place: Place | None = state.get("why.place")
        left, right = st.columns([3, 2], gap="large")
        with left:
            shown = pictures.jpeg(on_checkerboard(result.rgba))
            place = pointed(shown, place, "The result: click a pixel to ask about it", key="why.picture") or place
        state.put("why.place", place)
        with right:
            if place is None:
                st.caption("Click a pixel of the result: here you will see what the method weighed there.")
                return
            x, y = int(place[0] * image.size[0]), int(place[1] * image.size[1])
            kept = float(result.alpha[int(place[1] * result.alpha.shape[0]), int(place[0] * result.alpha.shape[1])])
            st.markdown(f"**Pixel ({x:,}, {y:,})**: {'kept' if kept >= 0.5 else 'removed'}, opacity {kept:.0%}")
            _told(pixel.why(found, x, y))
            _changes(image, recipe, prompts, x, y, slice)


def _told(told: Why) -> None:
    st.markdown(told.sentence)
    if told.evidence:
        st.html(STYLE + '<div class="why">' + "".join(map(_bar, told.evidence)) + "</div>")
    if any(each.signed for each in told.evidence):
        st.caption("To the right and green: for the object. To the left and orange: for the background.")


def _bar(each: Evidence) -> str:
    share = 100 * min(abs(each.weight), 1.0)
    if not each.signed:
        look = f'class="length" style="left:0;width:{share:.0f}%"'
    elif each.weight >= 0:
        look = f'class="for" style="left:50%;width:{share / 2:.0f}%"'
    else:
        look = f'class="against" style="right:50%;width:{share / 2:.0f}%"'
    return f"<span>{escape(each.name)}</span><i><b {look}></b></i><span>{escape(each.figure)}</span>"


def _changes(image: Image, recipe: Recipe, prompts: Prompts, x: int, y: int, slice: int) -> None:
    """What would turn the pixel, each a press away; tried when somebody asks."""
    asked = (image.digest, recipe.to_json(), prompts.to_json(), x, y)
    if st.button("What would change it?", icon=":material/swap_horiz:", key="why.ask"):
        state.put("why.asked", asked)
    if state.get("why.asked") != asked:
        return
    notice = st.empty()
    try:
        found: tuple[Change, ...] = compute.shown(
            ("why", asked), lambda: pixel.changes(recipe, image, prompts, x, y), notice
        )
    except MaskingError as error:
        notice.info(plain(error), icon=":material/edit:")
        return
    if not found:
        st.caption("No single parameter or mark changes it.")
    for number, change in enumerate(found):
        st.button(change.words, key=f"why.change.{number}", on_click=_do, args=(image, slice, recipe, change))


def _do(image: Image, slice: int, before: Recipe, change: Change) -> None:
    history.change(marks_of(image, slice), change.prompts)
    if change.recipe != before:
        panel.load(change.recipe)
        state.redraw()
