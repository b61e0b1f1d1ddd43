"""Showing and downloading results."""

from pathlib import PurePath

import cv2
import numpy as np
import streamlit as st

from masking_core import Image, Prompts, Recipe, Result, export, palette
from masking_core.method import Picture
from masking_core.result import ObjectSummary, bounding_box
from pages.parts import compute
from pages.parts.before_after import before_after

VIEWS = ("Side by side", "Before / after", "Mask", "Objects")
THUMBNAIL = 96


def jpeg(rgb: Picture, quality: int = 88) -> bytes:
    """A (H, W, 3) or (H, W) uint8 picture as a JPEG file, which is far quicker to make than a PNG."""
    bgr = rgb if rgb.ndim == 2 else rgb[..., ::-1]
    return bytes(cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])[1])


def on_checkerboard(rgba: Picture, size: int = 12) -> Picture:
    """A (H, W, 4) uint8 picture over the pattern that means "transparent"."""
    rows, columns = np.ogrid[: rgba.shape[0], : rgba.shape[1]]
    board = np.where((rows // size + columns // size) % 2, 205, 245).astype(np.uint16)[..., None]
    alpha = rgba[..., 3:].astype(np.uint16)
    return ((rgba[..., :3] * alpha + board * (255 - alpha)) // 255).astype(np.uint8)


def with_contour(rgb: Picture, result: Result) -> Picture:
    """The picture with the outline of what is kept drawn on it."""
    inside = (result.alpha >= 0.5).astype(np.uint8)
    outlines, _ = cv2.findContours(inside, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    width = max(1, round(max(rgb.shape) / 500))
    # Outlines of specks would hide the picture rather than explain the cut.
    outlines = [outline for outline in outlines if len(outline) > 12 * width]
    drawn = rgb.copy()
    cv2.drawContours(drawn, outlines, -1, (0, 0, 0), width + 2, cv2.LINE_AA)
    cv2.drawContours(drawn, outlines, -1, (255, 221, 51), width, cv2.LINE_AA)
    return drawn


def show(result: Result) -> None:
    """The result beside the original, at the same scale, or in another view of the visitor's choice."""
    view = st.segmented_control(
        "View",
        VIEWS,
        default=VIEWS[0],
        required=True,
        key="view",
        label_visibility="collapsed",
        persist_state="session",
    )
    original, shown = result.image.rgb, on_checkerboard(result.rgba)
    if view == "Before / after":
        before_after(jpeg(original), jpeg(shown), key="before_after")
        return
    if view == "Mask":
        shown = result.mask
    elif view == "Objects":
        shown = (palette.paint(result.labels) * 0.65 + original * 0.35).astype(np.uint8)
    left, right = st.columns(2)
    left.image(
        jpeg(with_contour(original, result)), width="stretch", alt="The original, with the outline of what is kept"
    )
    right.image(jpeg(shown), width="stretch", alt=f"{view}: the result")


def thumbnail(result: Result, summary: ObjectSummary) -> bytes:
    """An object on the checkerboard, over a band of its mean colour."""
    mask = result.labels == summary.label
    x, y, width, height = bounding_box(mask)
    factor = THUMBNAIL / max(width, height)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    rgba = np.dstack([result.image.rgb, mask.astype(np.uint8) * 255])[y : y + height, x : x + width]
    tile = np.zeros((THUMBNAIL, THUMBNAIL, 4), np.uint8)
    left, top = (THUMBNAIL - size[0]) // 2, (THUMBNAIL - size[1]) // 2
    tile[top : top + size[1], left : left + size[0]] = cv2.resize(rgba, size, interpolation=cv2.INTER_AREA)
    band = np.full((12, THUMBNAIL, 3), summary.colour, np.uint8)
    return jpeg(np.vstack([on_checkerboard(tile, 8), band]))


def downloads(image: Image, recipe: Recipe, prompts: Prompts) -> None:
    """The buttons that cut the full picture and hand it over; the work is done when one is pressed."""

    def full() -> Result:
        return recipe.finish(compute.segment(image, recipe, prompts, full=True))

    stem = PurePath(image.name).stem or "picture"
    files = (
        (
            "Cut-out",
            "cutout",
            lambda: export.png(full().rgba),
            "The picture with the background replaced; PNG with alpha.",
        ),
        ("Mask", "mask", lambda: export.png(full().mask), "White where the picture stays; 8-bit grey PNG."),
        ("Label map", "labels", lambda: export.labels_png(full().labels), "Pixel values are object numbers; PNG."),
    )
    with st.container(horizontal=True, gap="small"):
        for title, ending, data, explanation in files:
            st.download_button(
                title,
                data,
                file_name=f"{stem}-{ending}.png",
                mime="image/png",
                on_click="ignore",
                help=explanation,
                icon=":material/download:",
                key=f"download.{ending}",
                type="primary" if ending == "cutout" else "secondary",
            )
