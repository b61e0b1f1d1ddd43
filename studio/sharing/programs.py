"""Handing a piece of work on: as a link, or as a Python program."""

import streamlit as st

from masking_core import Behind, Prompts, Recipe
from masking_core.sharing.links import fit
from masking_core.sharing.program import python
from studio import state
from studio.picture import ranges
from studio.sharing import links

LONG = 300
"""Letters of a link that is shown in a box of its own height."""
READABLE = 20_000
"""Letters of a program that is shown; a longer one is only downloaded."""


def show(recipe: Recipe, prompts: Prompts, slice: int, frames: int) -> None:
    """Draw the button; nothing is made while it is folded away."""
    with st.popover("Share", icon=":material/share:", on_change="rerun", key="share") as opened:
        if not opened.open:
            return
        link, program = st.tabs(["Copy link", "Copy as Python"])
        with link:
            _link(recipe, prompts)
        with program:
            _program(recipe, prompts, slice, frames)


def _link(recipe: Recipe, prompts: Prompts) -> None:
    address = links.address(recipe, prompts)
    st.code(address, language=None, wrap_lines=True, height="content" if len(address) < LONG else 130)
    left_out = []
    if "files" in state.picture():
        left_out.append("your picture and its marks (they stay on this machine; the link opens a sample)")
    elif not fit(prompts):
        left_out.append("your marks, which are too many (save a session instead)")
    if isinstance(recipe.background, Behind):
        left_out.append("the picture behind")
    st.caption(
        f"The settings are in the link, but not {' nor '.join(left_out)}."
        if left_out
        else "Whoever opens it sees this picture with your marks and settings."
    )


def _program(recipe: Recipe, prompts: Prompts, slice: int, frames: int) -> None:
    name, number = _picture(slice, frames)
    program = python(recipe, prompts, name, number, ranges.chosen(state.picture()))
    if len(program) <= READABLE:
        st.code(program, height="content" if program.count("\n") < 14 else 320)
    st.download_button(
        "Download the program",
        program,
        file_name="cutout.py",
        mime="text/x-python",
        on_click="ignore",
        icon=":material/download:",
        key="share.program",
    )
    st.caption("Put it in the same folder as your picture and run it; it writes the same cut-out at full resolution.")


def _picture(slice: int, frames: int) -> tuple[str, int | None]:
    """The sample's name or the file's, and which of the file's pictures it is; None of a file that has but one."""
    chosen = state.picture()
    if "sample" in chosen:
        return chosen["sample"], None
    names = [file["name"] for file in chosen["files"]]
    return (names[0], slice if frames > 1 else None) if len(names) == 1 else (names[slice], None)
