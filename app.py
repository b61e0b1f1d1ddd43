"""The front door: every method on one picture, live."""

import streamlit as st

from pages.parts import gallery, picker, shell

shell.setup("Welcome")
with st.sidebar:
    opened = picker.pick()
with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
    with st.container(width=760, gap=None):
        st.title("Cut it out, and see why", anchor=False)
        st.markdown(
            "Seven ways to take an object out of its background, live on one picture. Open the one that suits and go "
            "on from there; everything runs on this machine, nothing is sent anywhere."
        )
    if st.button("Open the workbench", type="primary", icon=":material/content_cut:"):
        st.switch_page("pages/mask.py")
gallery.show(opened)
