"""The open picture cut out at once, with nothing marked: seen, taken away, or improved in the workbench."""

import streamlit as st

from masking_core import MaskingError, Prompts, Result, Stack
from masking_core.steps.compose import on_checkerboard
from studio import compute, downloads, pictures, state
from studio.drawing.board import marks_of
from studio.foreign import plain
from studio.picture import opened
from studio.recipe import first, panel
from studio.results import taking
from studio.results.taking import Taking

STYLE = """
<style>
.st-key-first img { width: 100%; max-height: 54vh; object-fit: contain; background: #8882; }
.st-key-first-name [data-testid="stText"] {
  overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-weight: 600; }
.st-key-first-name { min-width: 6rem; }
</style>
"""


def show(stack: Stack) -> Result | None:
    """Draw the cut-out and what can be done with it, and return it; None where the method cannot cut by itself."""
    st.html(STYLE)
    recipe, image = first.recipe(), stack[0]
    with st.container(key="first", gap="small"):
        with st.container(key="first-name"):
            st.text(opened.title(stack))
        _actions(Taking(image, recipe, Prompts()), stack)
        picture, notice = st.empty(), st.empty()
        picture.image(pictures.jpeg(pictures.screen(image)), width="stretch", alt="The picture, not yet cut out")
        try:
            result = compute.finish(compute.preview(image, recipe, Prompts(), notice), recipe, notice)
        except MaskingError as error:
            notice.info(plain(error), icon=":material/edit:")
            return None
        picture.image(pictures.jpeg(on_checkerboard(result.rgba)), width="stretch", alt="The picture, cut out")
    return result


@st.fragment
def _actions(away: Taking, stack: Stack) -> None:
    """What can be done with the cut-out; a download draws only this anew."""
    with st.container(key="actions", gap="small"):
        with st.container(horizontal=True, gap="small"):
            taking.button(away)
            if st.button("Improve it", icon=":material/edit:", key="improve"):
                _improve(stack)
            taking.clipboard(away)
        if not state.whole_page():  # else it is followed at the end of the page
            downloads.follow(st.container())


def _improve(stack: Stack) -> None:
    """Go to the workbench; a picture that has marks is found there as it was left."""
    if not marks_of(stack[0])["marks"]:
        background = state.get("background", "transparent")
        panel.load(first.recipe())
        state.put("background", background)
    st.switch_page("pages/mask.py")
