"""Showing and downloading results."""

import hashlib

import cv2
import numpy as np
import streamlit as st

from masking_core import Image, Prompts, Result, export, label_map, palette
from masking_core.arrays import Alpha, Labels, Picture
from masking_core.kernels import sizes
from masking_core.result import ObjectSummary
from masking_core.steps.compose import on_checkerboard
from masking_core.uncertainty import next_place
from studio import compute, state
from studio.components.before_after import before_after
from studio.components.linked_picture import picture_beside

VIEWS = ("Result", "Before / after", "Mask", "Objects", "Uncertainty")
THUMBNAIL = 96
PLAIN = ("Result", "Mask", "Objects")
"""Views of which a part can be drawn."""
KEY = "result"
"""The widget that shows the result."""
SQUARE = 12
"""Pixels of a square of the pattern that means "transparent"."""
FINE = 92
"""Quality of a JPEG that is looked at closely."""
SCREEN = 600_000
"""Pixels of a picture that is only looked at."""


def jpeg(rgb: Picture, quality: int = 88) -> bytes:
    """A (H, W, 3) or (H, W) uint8 picture as a JPEG file, which is far quicker to make than a PNG."""
    bgr = rgb if rgb.ndim == 2 else rgb[..., ::-1]
    return bytes(cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])[1])


def cost(seconds: float, prompts: Prompts) -> str:
    """What a result took: "3 marks · 0.21 s"."""
    count = len(prompts.marks)
    return f"{count or 'no'} mark{'s' * (count != 1)} · {seconds:.2f} s"


def screen(image: Image) -> Picture:
    """(h, w, 3) uint8: a copy of a picture that is as large as it is shown, transparency on a checkerboard."""
    small = image.reduced(SCREEN)
    return small.rgb if image.alpha is None else on_checkerboard(export.pixels(small))


def chosen() -> str:
    """The view of the visitor's choice."""
    return str(state.get("view", VIEWS[0]))


def show(result: Result) -> str:
    """The result in the view of the visitor's choice, enlarged and moved with the picture beside it; a name for it."""
    place = st.container()
    view = st.segmented_control(
        "View",
        VIEWS,
        default=VIEWS[0],
        required=True,
        key="view",
        label_visibility="collapsed",
        persist_state="session",
    )
    if view == "Before / after":
        with place:
            before_after(jpeg(result.image.rgb), jpeg(on_checkerboard(result.rgba)), key="before_after", group="board")
        return ""
    shown = _uncertain(result) if view == "Uncertainty" else drawn(result, view)
    file = jpeg(shown)
    name = hashlib.blake2b(file, digest_size=8).hexdigest()
    full = round(result.image.size[0] / result.scale)
    with place:
        picture_beside(file, result.image.size, f"The result: {view}", KEY, group="board", full=full, name=name)
    return name


def drawn(
    result: Result, view: str, part: tuple[slice, slice] = (slice(None), slice(None)), square: int = SQUARE
) -> Picture:
    """Rows and columns of a result in one of the :data:`PLAIN` views, (h, w, 3) or (h, w) uint8.

    ``square`` is the size of the squares that mean "transparent".
    """
    match view:
        case "Mask":
            return result.mask[part]
        case "Objects":
            painted = palette.paint(np.ascontiguousarray(result.labels[part]))
            mixed: Picture = cv2.addWeighted(painted, 0.65, np.ascontiguousarray(result.image.rgb[part]), 0.35, 0)
            return mixed
    return on_checkerboard(np.ascontiguousarray(result.rgba[part]), square)


def heat(rgb: Picture, field: Alpha) -> Picture:
    """A picture in grey, orange where (H, W) ``field`` in [0, 1] is high."""
    grey = cv2.cvtColor(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    blended: Picture = cv2.blendLinear(np.full_like(grey, palette.RGB[2]), grey, field, 1 - field)
    return blended


def _uncertain(result: Result) -> Picture:
    """The original in grey, orange where the decision was close, with a ring where a mark would help most."""
    uncertainty = result.uncertainty
    if uncertainty is None:
        st.caption("This method has no uncertainty map. Try another one.")
        return result.image.rgb
    shown = heat(result.image.rgb, uncertainty)
    place = next_place(uncertainty)
    if place is None:
        st.caption("Nothing was a close decision.")
        return shown
    radius = max(8, round(0.02 * max(shown.shape)))
    for colour, thick in (((0, 0, 0), 6), ((255, 255, 255), 3)):
        cv2.circle(shown, place, radius, colour, thick, cv2.LINE_AA)
    st.caption("Orange: close decisions. The ring is where your next mark would help most.")
    return shown


def thumbnail(image: Image) -> bytes:
    """A small copy of a picture, transparency on a checkerboard, as a JPEG file."""
    return compute.once(("thumbnail", image.digest), lambda: _small(image))


def _small(image: Image) -> bytes:
    small = sizes.reduced(export.pixels(image), sizes.fitting(image.size, 2 * THUMBNAIL))
    return jpeg(small if image.alpha is None else on_checkerboard(small, 8))


def thumbnails(result: Result) -> dict[int, bytes]:
    """Every object on the checkerboard, over a band of its mean colour; JPEG files by object number."""
    rgb = sizes.reduced(result.image.rgb, sizes.fitting(result.image.size, 3 * THUMBNAIL))
    labels = cv2.resize(result.labels, rgb.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    boxes = label_map.boxes(labels)
    return {item.label: _thumbnail(rgb, labels, item, boxes.get(item.label)) for item in result.objects}


def _thumbnail(rgb: Picture, labels: Labels, summary: ObjectSummary, box: label_map.Box | None) -> bytes:
    tile = np.zeros((THUMBNAIL, THUMBNAIL, 4), np.uint8)
    if box is not None:  # an object of a few pixels may be lost in the small copy
        x, y, width, height = box
        factor = THUMBNAIL / max(width, height)
        size = sizes.scaled((width, height), factor)
        mask = (labels == summary.label).astype(np.uint8) * 255
        rgba = np.dstack([rgb, mask])[y : y + height, x : x + width]
        left, top = (THUMBNAIL - size[0]) // 2, (THUMBNAIL - size[1]) // 2
        tile[top : top + size[1], left : left + size[0]] = cv2.resize(rgba, size, interpolation=cv2.INTER_AREA)
    band = np.full((12, THUMBNAIL, 3), summary.colour, np.uint8)
    return jpeg(np.vstack([on_checkerboard(tile, 8), band]))
