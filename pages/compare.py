"""Methods and parameters side by side, swept, and scored against the truth."""

import streamlit as st

from masking_core import Image, Prompts
from pages.parts import compare_side, compare_sweep, compare_truth, picker, shell, slices, state
from pages.parts.compare_runs import Scene

SECTIONS = {"Side by side": compare_side.show, "Sweep": compare_sweep.show, "Ground truth": compare_truth.show}


@st.fragment
def comparison(image: Image, prompts: Prompts) -> None:
    """The chosen section; what happens in it redraws only this."""
    state.get("compare.section", next(iter(SECTIONS)))
    chosen = st.segmented_control(
        "Section",
        list(SECTIONS),
        key="compare.section",
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    SECTIONS[chosen](Scene(image, prompts))


shell.setup("Compare")
with st.sidebar:
    stack = picker.pick()
index = slices.choose(stack)
marks = slices.marks(stack, index)
with st.sidebar:
    count = len(marks.marks)
    drawn = f"{count} mark{'' if count == 1 else 's'}" if count else "No marks"
    st.caption(f"{drawn} on this picture, drawn in the workbench; every column uses the same.")
comparison(stack[index], marks)
