"""The front door: a picture in, its cut-out at once, and then every method on it, live."""

import streamlit as st

from studio import downloads, server, shell
from studio.components.arrivals import arrivals
from studio.gallery import first_cut, gallery
from studio.picture import opened, picker
from studio.sharing import autosave

MORE = (
    ("pages/mask.py", "Open the workbench", ":material/content_cut:"),
    ("pages/compare.py", "Compare methods and settings side by side", ":material/compare:"),
    ("pages/explain.py", "See how a method arrives at its mask, step by step", ":material/school:"),
)

STYLE = """
<style>
.st-key-welcome h1 { font-size: 2.1rem; padding-top: 0; }
.st-key-welcome [data-testid="stFileUploaderDropzone"] {
  min-height: 9rem; flex-direction: column; align-items: center; justify-content: center; border: 2px dashed; }
.st-key-welcome [data-testid="stFileUploaderDropzone"] > * { max-width: 100%; }
@media (max-width: 768px) { .st-key-welcome [data-testid="stFileUploaderDropzone"] { min-height: 6.5rem; } }
</style>
"""


def welcome() -> None:
    """The first page."""
    shell.setup("Welcome")
    st.html(STYLE)
    picture = opened.current()
    autosave.keep()
    with st.sidebar:
        picker.revisit()
    with st.container(key="welcome"):
        left, right = st.columns([2, 3], gap="large")
    with left:
        st.title("Cut it out, and see why", anchor=False)
        picker.upload("Drop a picture here: its object is cut out at once")
        arrivals()
        picker.sample("or try a sample")
        st.caption("You can also paste a picture (Ctrl+V). It never leaves the machine that runs this app.")
    with right:
        guess = first_cut.show(picture)
        saving = st.container()
    st.subheader(f"{len(gallery.cells())} methods on this picture", anchor=False)
    table = st.container()
    with st.container(horizontal=True, gap="large"):
        for page, label, icon in MORE:
            st.page_link(page, label=label, icon=icon, width="content")
    with table:
        gallery.show(picture, guess)
    downloads.follow(saving)


if __name__ == "__main__":  # a visitor's run of the first page
    welcome()
else:  # the web server, which imports this file once
    app = st.App(
        __file__,
        lifespan=server.lifespan,
        middleware=server.MIDDLEWARE,
        routes=server.ROUTES,
        on_script_error=server.explain_fault,
    )
