"""The front door."""

import streamlit as st

from masking_core import Dimmed, GraphCut, Prompts, Recipe
from masking_core.samples import sample, samples
from pages.parts import compute, results, shell
from pages.parts.before_after import before_after

shell.setup("Welcome")
st.title("Cut it out, and see why")
st.markdown(
    "Upload a picture, choose a method, move a slider: the object is cut out and the background replaced while you "
    "watch. Everything runs on this machine; nothing is sent anywhere."
)
if st.button("Open the workbench", type="primary", icon=":material/content_cut:"):
    st.switch_page("pages/mask.py")
notice = st.empty()
recipe = Recipe(method=GraphCut(), background=Dimmed(amount=0.9))
shown = recipe.finish(compute.preview(sample(samples()[0]), recipe, Prompts(), notice))
before_after(results.jpeg(shown.image.rgb), results.jpeg(results.on_checkerboard(shown.rgba)), key="welcome")
