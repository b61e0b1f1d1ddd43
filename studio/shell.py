"""What every page begins with: its title, the navigation, the look."""

import streamlit as st

from studio import compute, state, uploads
from studio.components.recovery import recovery
from studio.sharing import autosave

PAGES = (
    ("app.py", "Welcome", ":material/home:"),
    ("pages/mask.py", "Workbench", ":material/content_cut:"),
    ("pages/compare.py", "Compare", ":material/compare:"),
    ("pages/batch.py", "Batch", ":material/burst_mode:"),
    ("pages/explain.py", "Explain", ":material/school:"),
)

# Columns of pictures wrap under one another before they become too small to work in.
STYLE = """
<style>
.stMainBlockContainer { padding: 2.6rem 2rem 3rem; }
/* On a small screen the header is opaque and every pixel of width counts. */
@media (max-width: 768px) { .stMainBlockContainer { padding: 4rem 1rem 3rem; } }
/* The part that scrolls takes the keyboard's focus after a click in it; a frame around all of it says nothing. */
.stMain:focus-visible::before { box-shadow: none !important; }
[data-testid="stSidebarHeader"] { height: 1.5rem; margin: 0; }
.st-key-workbench [data-testid="stHorizontalBlock"]:has(> [data-testid="stColumn"]) { flex-wrap: wrap; }
.st-key-workbench [data-testid="stColumn"] { min-width: min(360px, 100%); }
/* Streamlit's own grey of captions is too faint to be read by everybody. */
[data-testid="stCaptionContainer"] { color: inherit; opacity: .82; }
[data-testid="stCaptionContainer"] :is(p, li, strong, em) { color: inherit; }
@media (prefers-color-scheme: dark) {
  [data-testid="stBaseButton-primary"], [data-tag], [data-tag] * { color: #0b1016 !important; }
}
@media (prefers-reduced-motion: reduce) {
  *, *::before, *::after { animation-duration: .01ms !important; animation-iteration-count: 1 !important;
    transition-duration: .01ms !important; scroll-behavior: auto !important; }
}
[data-testid="stButtonGroup"] [role="radiogroup"] { flex-wrap: wrap; height: auto; }
[data-testid="stImage"] img, [data-testid="stImageContainer"] img { border-radius: 6px; }
</style>
"""


def setup(title: str) -> None:
    """Configure the page and draw the head of the sidebar; the first call of every page."""
    st.set_page_config(page_title=f"{title} · Masking studio", page_icon="✂️", layout="wide")
    state.begin_page(title)
    st.html(STYLE)
    compute.start()
    uploads.catch_up()
    autosave.begin()
    autosave.keep()
    with st.sidebar, st.container(horizontal=True, gap="small"):
        for path, label, icon in PAGES:
            st.page_link(path, label=label, icon=icon)
    with st.sidebar:
        autosave.show()
        recovery()
