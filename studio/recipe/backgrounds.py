"""The sidebar's choice of what goes behind the cut-out."""

import numpy as np
import streamlit as st

from masking_core import Image, ImageError, Transparent
from masking_core.kernels.linear_light import to_linear
from masking_core.steps.backgrounds import BACKGROUNDS, Background, Behind
from masking_core.steps.backgrounds.suggestions import common_colours
from studio import compute, controls, state, uploads
from studio.foreign import plain

KEY = "background"
LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)
EVEN = 0.179
"""The luminance to which black and white have the same contrast."""


def read() -> Background:
    """The background that the widgets describe."""
    kind = state.get(KEY, Transparent().kind)
    if kind != "picture":
        return controls.read(BACKGROUNDS[kind], _prefix(kind))
    data = state.get("background.data", b"")
    return controls.read(Behind, _prefix(kind), data=Behind.holding(data).data) if data else Transparent()


def edit(image: Image, part: str = "") -> None:
    """Draw the widgets, with colours suggested from the picture; ``part`` see :func:`studio.controls.edit`."""
    state.begin(KEY, Transparent().kind)
    kind = st.selectbox(
        "Background",
        list(BACKGROUNDS),
        format_func=lambda kind: BACKGROUNDS[kind].title,
        key=KEY,
        persist_state="session",
    )
    if kind == "picture":
        _picture()
    fixed = {"data": b""} if kind == "picture" else {}
    if kind == "colour":
        _suggest(image)
    controls.edit(BACKGROUNDS[kind], _prefix(kind), part, **fixed)


def load(background: Background) -> None:
    """Make the widgets show ``background``; before they are drawn."""
    state.put(KEY, background.kind)
    controls.load(background, _prefix(background.kind))
    if isinstance(background, Behind):
        state.put("background.data", background.data)


def _suggest(image: Image) -> None:
    """Buttons in the picture's own colours."""
    suggested = compute.once(("colours", image.digest), lambda: common_colours(image))
    rules = (
        f".st-key-suggested_{place} button {{ background: {colour}; color: {_legible(colour)}; min-height: 1.8rem; }}"
        for place, colour in enumerate(suggested)
    )
    st.html(f"<style>{''.join(rules)}</style>")
    chosen = controls.key(_prefix("colour"), "colour")
    st.caption("Colours of the picture:")
    with st.container(horizontal=True, gap="small"):
        for place, colour in enumerate(suggested):
            st.button(colour, key=f"suggested_{place}", on_click=state.put, args=(chosen, colour))


def _legible(colour: str) -> str:
    """Black or white, whichever is told better from a colour (WCAG 2 relative luminance)."""
    luminance = float(to_linear(np.array([list(bytes.fromhex(colour[1:]))], np.uint8))[0] @ LUMINANCE)
    return "#000" if luminance > EVEN else "#fff"


def _prefix(kind: str) -> str:
    return f"background.{kind}"


def _picture() -> None:
    uploads.uploader("Picture behind", "background.upload", _take, type=uploads.TYPES)
    problem = state.get("background.problem", "")
    if problem and state.get("background.upload") is not None:
        st.error(plain(problem), icon=":material/error:")
    if not state.setdefault("background.data", b""):
        st.caption("Until a picture is chosen the background stays transparent.")


def _take(_: frozenset[str]) -> None:
    state.put("background.problem", "")
    try:
        files = uploads.listed("background.upload")
        for file in files:
            compute.open_stack([{"name": file.name, "data": file.data}])
        state.put("background.data", files[-1].data if files else b"")
    except ImageError as error:
        state.put("background.problem", str(error))
