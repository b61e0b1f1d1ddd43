"""Methods and parameters side by side, swept, and scored against the truth."""

import streamlit as st

from masking_core import Image, Prompts
from studio import downloads, shell, state
from studio.compare import blind, side_by_side, sweep, truth
from studio.compare.runs import Scene
from studio.picture import opened, picker, ranges, slices
from studio.sharing import autosave

SECTIONS = {
    "Side by side": side_by_side.show,
    "Sweep": sweep.show,
    "Ground truth": truth.show,
    "Blind vote": blind.show,
}

# Columns wrap under one another before their pictures become too small, and keep one width.
STYLE = """
<style>
.st-key-compare-columns > [data-testid="stLayoutWrapper"] > [data-testid="stHorizontalBlock"],
.st-key-compare-columns > [data-testid="stHorizontalBlock"] {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(min(240px, 100%), 1fr)); }
.st-key-compare-strip > [data-testid="stLayoutWrapper"] > [data-testid="stHorizontalBlock"],
.st-key-compare-strip > [data-testid="stHorizontalBlock"] {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(min(150px, 100%), 1fr)); }
.st-key-compare-columns [data-testid="stColumn"], .st-key-compare-strip [data-testid="stColumn"] {
  width: auto; min-width: 0; }
</style>
"""


def comparison(image: Image, prompts: Prompts) -> None:
    """The chosen section. No fragment: the run of one goes on to its end, whatever is pressed meanwhile."""
    state.setdefault("compare.section", next(iter(SECTIONS)))
    chosen = st.segmented_control(
        "Section",
        list(SECTIONS),
        key="compare.section",
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    for name, show in SECTIONS.items():
        # A section that is left goes at once; in one place they would show through one another until the last is done.
        with st.container() if name == chosen else st.empty():
            if name == chosen:
                show(Scene(image, prompts))


shell.setup("Compare")
st.html(STYLE)
stack = opened.current()
autosave.keep()
with st.sidebar:
    picker.pick()
    ranges.edit(stack)
index = slices.choose(stack)
marks = slices.marks(stack, index)
with st.sidebar:
    count = len(marks.marks)
    st.caption(
        f"This picture has {count} mark{'s' * (count != 1)}, drawn in the workbench. All columns use the same."
        if count
        else "This picture has no marks. Draw some in the workbench; all columns will use them."
    )
comparison(stack[index], marks)
downloads.follow(st.container())
