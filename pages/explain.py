"""How the chosen method comes to its mask, step by step, on the visitor's own picture and marks."""

import streamlit as st

from masking_core import MaskingError, Recipe, Stack
from studio import compute, shell
from studio.explain import stages
from studio.foreign import plain
from studio.picture import opened, picker, ranges, slices
from studio.recipe import objects, panel
from studio.sharing import autosave


def explain(stack: Stack, recipe: Recipe) -> None:
    """The method's stages in order, then what the rest of the recipe makes of them."""
    index = slices.choose(stack)
    image, prompts = stack[index], slices.marks(stack, index)
    notice = st.empty()
    try:
        found = compute.preview(image, recipe, prompts, notice)
        recipe, result = objects.finish(found, recipe, stack.digest, notice)
    except MaskingError as error:
        notice.info(plain(error), icon=":material/edit:")
        st.page_link("pages/mask.py", label="Mark the picture in the workbench", icon=":material/content_cut:")
        return
    for note in (*image.notes, *result.notes):
        st.caption(f":material/info: {plain(note)}")
    stages.show(result, (image.digest, recipe.to_json(), prompts.to_json()))


shell.setup("Explain")
picture = opened.current()
chosen = panel.read(picture[0])
with st.sidebar:
    picker.pick()
    ranges.edit(picture)
    panel.edit(picture[0])
st.title(f"{chosen.method.title}, step by step", anchor=False)
st.markdown(
    f"{chosen.method.good_for} Below is every step it takes on this picture, with your marks and settings: "
    "change them on the left or in the workbench, and watch."
)
autosave.keep(chosen)
explain(picture, chosen)
