"""The result as it is downloaded, laid over the preview as soon as it is there.

The preview is drawn at once, with a quick edge and the picture's own colours. What takes longer follows: the edge that
the recipe asks for, the object's own colours along it, and, where more is seen of the picture than the preview has
pixels, the cut of the full picture.
"""

import math

import cv2
import streamlit as st

from masking_core import Image, MaskingError, Prompts, Recipe, Result
from masking_core.result import Found
from studio import compute, pictures
from studio.components import linked_picture
from studio.components.linked_picture import Box, Seen
from studio.components.sharp_part import sharp_part
from studio.foreign import plain
from studio.results import views

SPARE = 1.3
"""Pixels of the part for one of the window, above which it is reduced."""
WHOLE: Box = (0.0, 0.0, 1.0, 1.0)


def follows() -> bool:
    """Whether :func:`show` will lay the finished result over a draft of it, in the view of the visitor's choice."""
    return views.chosen() in views.QUICK


def show(image: Image, recipe: Recipe, prompts: Prompts, found: Found, preview: Result, name: str) -> None:
    """Lay what is seen of the result over the preview; at the end of the page, which waits for it.

    Args:
        image: the full picture.
        recipe: how it is cut.
        prompts: the marks on it.
        found: what the method found for the preview.
        preview: the result that is shown, or a draft of it.
        name: that of what is shown of it, see :func:`studio.results.views.show`.
    """
    seen = linked_picture.seen(views.KEY) if preview.scale < 1 else None
    view = views.chosen()
    drawn_already = view not in {"Result", "Alpha"} or (view == "Alpha" and preview.edge == recipe.edge)
    if view not in views.PLAIN or (seen is None and drawn_already):
        return

    def part() -> tuple[bytes, Box]:
        if seen is None:
            return pictures.jpeg(views.drawn(compute.finished(found, recipe), view)), WHOLE
        full = recipe.finish(compute.segment(image, recipe, prompts, pixels=None))
        return cut(full, view, seen, preview.scale)

    key = "closeup", image.digest, recipe.to_json(), prompts.to_json(), view, seen
    try:
        jpeg, box = compute.shown(key, part, st.empty(), later=True)
    except MaskingError as error:
        st.caption(f":material/info: This is a preview. {plain(error)}")
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
