"""The front door: every method on one picture, live."""

import streamlit as st

from studio import shell
from studio.gallery import gallery
from studio.picture import picker

MORE = (
    ("pages/compare.py", "Compare methods and settings side by side", ":material/compare:"),
    ("pages/explain.py", "See how a method comes to its mask, step by step", ":material/school:"),
)

shell.setup("Welcome")
opened = picker.current()
with st.sidebar:
    picker.pick()
with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
    with st.container(width=760, gap=None):
        st.title("Cut it out, and see why", anchor=False)
        st.markdown(
            f"{len(gallery.CELLS)} ways to take an object out of its background, live on one picture. Open the one "
            "that suits and go on from there; everything runs on this machine, nothing is sent anywhere."
        )
    if st.button("Open the workbench", type="primary", icon=":material/content_cut:"):
        st.switch_page("pages/mask.py")
table = st.container()
with st.container(horizontal=True, gap="large"):
    for page, label, icon in MORE:
        st.page_link(page, label=label, icon=icon, width="content")
with table:
    gallery.show(opened)
