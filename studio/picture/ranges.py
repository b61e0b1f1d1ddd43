"""Over which values a picture of more than eight bits is shown and cut."""

from typing import Any

import streamlit as st

from masking_core import ImageError, Stack
from masking_core.image.levels import AUTOMATIC, Levels
from masking_core.parameters import parameters
from studio import compute, state
from studio.drawing import history
from studio.drawing.board import marks_of

MODE, BLACK, WHITE = "range.mode", "range.black", "range.white"


def chosen(picture: dict[str, Any]) -> Levels:
    """The range of the open picture, as :func:`state.picture` describes it."""
    levels = picture.get("levels")
    return Levels.model_validate(levels) if levels else AUTOMATIC


def edit(stack: Stack) -> None:
    """Draw the choice for a picture of more than eight bits; nothing for any other."""
    span = stack[0].span
    if span is None:
        return
    declared = {parameter.name: parameter for parameter in parameters(Levels)}
    levels = chosen(state.picture())
    state.put(MODE, levels.mode)
    with st.container(gap="small", key="range"):
        st.segmented_control(
            declared["mode"].title,
            declared["mode"].choices,
            format_func=lambda mode: declared["mode"].show.labels[mode],
            key=MODE,
            required=True,
            help=declared["mode"].description,
            on_change=_change,
            args=(stack,),
        )
        if levels.mode == "given":
            state.put(BLACK, float(levels.black))
            state.put(WHITE, float(levels.white))
            with st.container(horizontal=True, gap="small"):
                for name, key in (("black", BLACK), ("white", WHITE)):
                    words = declared[name]
                    st.number_input(
                        words.title, key=key, help=words.description, step=1.0, on_change=_change, args=(stack,)
                    )
        else:
            st.caption(f"{span[0]:,.6g} is shown black, {span[1]:,.6g} white.")


def _change(stack: Stack) -> None:
    mode = state.get(MODE) or "automatic"
    black, white = stack[0].span or (0.0, 1.0)
    given = {"black": float(state.get(BLACK, black)), "white": float(state.get(WHITE, white))}
    if chosen(state.picture()).mode != "given":
        given = {"black": float(black), "white": float(white)}
    levels = Levels.model_validate({"mode": mode, **(given if mode == "given" else {})})
    files = state.picture()["files"]
    try:
        shown = compute.open_stack(files, levels)
    except ImageError as error:
        state.put("upload.problem", str(error))
        return
    for index, image in enumerate(shown):  # another range makes other pixels, which have marks of their own
        history.change(marks_of(image, index), history.prompts(marks_of(stack[index], index)))
    state.put("picture", {"files": files, "levels": levels.model_dump()})
    for entry in state.get("pictures", []):
        if entry["files"] == files:
            entry.update(levels=levels.model_dump(), digest=shown.digest)
