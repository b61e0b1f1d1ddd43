"""The result at the resolution of what is seen, where it has been enlarged beyond the preview's pixels."""

import math

import cv2
import streamlit as st

from masking_core import Image, MaskingError, Prompts, Recipe, Result
from studio import compute, pictures
from studio.components import linked_picture
from studio.components.linked_picture import Box, Seen
from studio.components.sharp_part import sharp_part
from studio.foreign import plain
from studio.results import views

SPARE = 1.3
"""Pixels of the part for one of the window, above which it is reduced."""


def show(image: Image, recipe: Recipe, prompts: Prompts, scale: float, name: str) -> None:
    """Cut the full picture and lay what is seen of it over the preview; at the end of the page, which waits for it.

    Args:
        image: the full picture.
        recipe: how it is cut.
        prompts: the marks on it.
        scale: the width of the preview over the full picture's.
        name: that of the preview that is shown, see :func:`studio.results.views.show`.
    """
    seen = linked_picture.seen(views.KEY)
    view = views.chosen()
    if seen is None or scale == 1 or view not in views.PLAIN:
        return
    key = "closeup", image.digest, recipe.to_json(), prompts.to_json(), view, seen

    def part() -> tuple[bytes, Box]:
        full = recipe.finish(compute.segment(image, recipe, prompts, pixels=None))
        return cut(full, view, seen, scale)

    try:
        jpeg, box = compute.wait(compute.submit(lambda: compute.once(key, part), later=True), st.empty())
    except MaskingError as error:
        st.caption(f":material/info: The enlarged part is shown as a preview. {plain(error)}")
        return
    sharp_part(jpeg, box, name, key="closeup", group="board")


def cut(full: Result, view: str, seen: Seen, scale: float) -> tuple[bytes, Box]:
    """What is seen of a result, as a JPEG file, and which part of the picture that is.

    Args:
        full: the result of the full picture.
        view: how it is shown.
        seen: what is seen of it.
        scale: the width of the preview over the full picture's.
    """
    width, height = full.image.size
    square = max(1, round(views.SQUARE / scale))
    # The pattern behind what is transparent goes on from where the preview's is.
    left, top = (math.floor(side // (2 * square)) * 2 * square for side in (seen.left * width, seen.top * height))
    right, bottom = min(width, math.ceil(seen.right * width)), min(height, math.ceil(seen.bottom * height))
    drawn = views.drawn(full, view, (slice(top, bottom), slice(left, right)), square)
    reduced = SPARE * seen.across / width
    if reduced < 1:
        drawn = cv2.resize(drawn, None, fx=reduced, fy=reduced, interpolation=cv2.INTER_AREA)
    box = left / width, top / height, (right - left) / width, (bottom - top) / height
    return pictures.jpeg(drawn, views.FINE), box
