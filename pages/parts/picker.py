"""Which picture is on the bench: a sample or the visitor's own."""

import streamlit as st
from masking_core.samples import SAMPLES, sample

from masking_core import Image, ImageError
from pages.parts import compute, state

TYPES = ["png", "apng", "jpg", "jpeg", "webp", "tif", "tiff", "bmp", "gif", "avif", "heic", "heif"]


def pick() -> Image:
    """Draw the picker and return the open picture; a bad file is explained and the last good one kept."""
    uploaded = st.file_uploader("Your picture", type=TYPES, key="upload", on_change=_take_upload)
    if problem := state.get("upload.problem", ""):
        st.error(problem, icon="🚫")
    names = list(SAMPLES)
    current = state.picture().get("sample")
    st.pills(
        "or a sample",
        names,
        format_func=lambda name: SAMPLES[name].title,
        default=current if uploaded is None else None,
        key="sample",
        on_change=_take_sample,
    )
    return current_picture()


def current_picture() -> Image:
    """The open picture."""
    chosen = state.picture()
    if "sample" in chosen:
        return sample(chosen["sample"])
    return compute.open_picture(chosen["data"], chosen["name"])


def _take_upload() -> None:
    file = state.get("upload")
    state.put("upload.problem", "")
    if file is None:
        return
    data = file.getvalue()
    try:
        image = compute.open_picture(data, file.name)
    except ImageError as error:
        state.put("upload.problem", str(error))
        return
    state.put("picture", {"name": image.name, "data": data})
    state.put("sample", None)


def _take_sample() -> None:
    if chosen := state.get("sample"):
        state.put("picture", {"sample": chosen})
        state.put("upload.problem", "")
