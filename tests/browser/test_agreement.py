"""What is drawn, moved, scaled, turned and reshaped on the canvas is, pixel by pixel, what is marked."""

import base64
import json
import os
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from actions import after, draw, press, prompts, sent, take
from playwright.sync_api import Page
from scipy.ndimage import binary_fill_holes

from masking_core.prompts import Mark, Polygon, Stroke
from studio.drawing.ink import OUTLINE, STROKE, Ink

RECORDINGS = Path(__file__).parents[1] / "studio" / "drawing" / "drawings.json"
"""Drawings and their pixels for the tests that do without a browser; made anew when RECORD is set."""
SIDE = 512
"""Width and height of the picture that is drawn on."""


def was_there(page: Page) -> bool:
    """Whether the one figure on the canvas was put there by the page."""
    ink = Ink.read(sent(page)["objects"][0]["stroke"])
    return ink is not None and ink.serial > 0


def pixels(page: Page) -> np.ndarray:
    """The canvas' own pixels, RGBA."""
    url = page.locator('[class*="st-key-cv_"] canvas.dc-canvas.lower-canvas').evaluate("canvas => canvas.toDataURL()")
    return cv2.imdecode(np.frombuffer(base64.b64decode(url.split(",")[1]), np.uint8), cv2.IMREAD_UNCHANGED)


def seen(mark: Mark, shape: tuple[int, ...], scale: float) -> np.ndarray:
    """What a mark should look like on a canvas: what it covers, and an outline two canvas pixels wide."""
    mark = mark.placed(scale, 0, 0)
    mask = np.zeros(shape[:2], bool)
    window, inside = mark.mask(shape)
    mask[window] |= inside
    if isinstance(mark, Stroke) or mark.kind == "point":
        return mask
    points = np.array(mark.points) if isinstance(mark, Polygon) else corners(mark)
    window, line = Stroke(points=tuple(map(tuple, [*points.tolist(), points[0].tolist()])), width=2.0).mask(shape)
    mask[window] |= line
    return mask


def corners(mark: Any) -> np.ndarray:
    turns = np.array([1, 3, 5, 7]) / 8 if mark.kind == "rectangle" else np.arange(360) / 360
    reach = np.sqrt(2) if mark.kind == "rectangle" else 1
    half = np.array([mark.width, mark.height]) / 2
    angle = np.radians(mark.angle)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    round_ = np.stack([np.cos(2 * np.pi * turns), np.sin(2 * np.pi * turns)], axis=1)
    return round_ * reach * half @ turn + (mark.x, mark.y) + half


CORNER, MIDDLE, TURN = (0.4, 0.4), (0.3, 0.3), (0.3, 0.2 - 40 / 600)
CASES: dict[str, tuple[str, list[list[tuple[float, float]]], list[list[tuple[float, float]]]]] = {
    # name: tool, what is drawn, what is done with it afterwards; places are shares of the canvas
    "rectangle": ("rectangle", [[(0.2, 0.2), (0.4, 0.4)]], []),
    "rectangle to the upper left": ("rectangle", [[(0.4, 0.4), (0.45, 0.5), (0.2, 0.2)]], []),
    "rectangle moved": ("rectangle", [[(0.2, 0.2), (0.4, 0.4)]], [[MIDDLE, (0.5, 0.4)]]),
    "rectangle scaled": ("rectangle", [[(0.2, 0.2), (0.4, 0.4)]], [[CORNER, (0.6, 0.6)]]),
    "rectangle widened": ("rectangle", [[(0.2, 0.2), (0.4, 0.4)]], [[(0.4, 0.3), (0.7, 0.3)]]),
    "rectangle turned": ("rectangle", [[(0.2, 0.2), (0.4, 0.4)]], [[TURN, (0.45, 0.2)]]),
    "rectangle reshaped": ("rectangle", [[(0.2, 0.2), (0.4, 0.4)]], [[MIDDLE, MIDDLE], [CORNER, (0.6, 0.5)]]),
    "ellipse": ("ellipse", [[(0.2, 0.2), (0.4, 0.35)]], []),
    "ellipse moved": ("ellipse", [[(0.15, 0.15), (0.5, 0.45)]], [[MIDDLE, (0.6, 0.45)]]),
    "ellipse scaled": ("ellipse", [[(0.2, 0.2), (0.4, 0.4)]], [[CORNER, (0.6, 0.6)]]),
    "ellipse widened and turned": (
        "ellipse",
        [[(0.2, 0.2), (0.4, 0.4)]],
        [[(0.4, 0.3), (0.7, 0.3)], [(0.45, 0.2 - 40 / 600), (0.6, 0.2)]],
    ),
    "polygon": ("polygon", [[(0.2, 0.2)], [(0.4, 0.2)], [(0.4, 0.4)], [(0.3, 0.3)], [(0.2, 0.4)], [(0.2, 0.2)]], []),
    "polygon reshaped": (
        "polygon",
        [[(0.2, 0.2)], [(0.4, 0.2)], [(0.4, 0.4)], [(0.2, 0.4)], [(0.2, 0.2)]],
        [[MIDDLE, MIDDLE], [CORNER, (0.6, 0.5)]],
    ),
    "polygon moved and turned": (
        "polygon",
        [[(0.2, 0.2)], [(0.4, 0.2)], [(0.4, 0.4)], [(0.2, 0.4)], [(0.2, 0.2)]],
        [[MIDDLE, (0.4, 0.4)], [(0.4, 0.3 - 40 / 600), (0.55, 0.3)]],
    ),
    "lasso": ("lasso", [[(0.2, 0.2), (0.4, 0.25), (0.4, 0.4), (0.25, 0.35)]], []),
    "lasso scaled": ("lasso", [[(0.2, 0.2), (0.4, 0.2), (0.4, 0.4), (0.2, 0.4)]], [[CORNER, (0.6, 0.6)]]),
    "lasso moved and turned": (
        "lasso",
        [[(0.2, 0.2), (0.4, 0.2), (0.4, 0.4), (0.2, 0.4)]],
        [[MIDDLE, (0.4, 0.4)], [(0.4, 0.3 - 40 / 600), (0.55, 0.3)]],
    ),
    "brush": ("brush", [[(0.2, 0.2), (0.4, 0.3), (0.3, 0.5)]], []),
    "brush dab": ("brush", [[(0.3, 0.3)]], []),
    "brush moved": ("brush", [[(0.2, 0.2), (0.4, 0.2), (0.4, 0.4), (0.2, 0.4)]], [[MIDDLE, (0.5, 0.45)]]),
    "brush scaled": ("brush", [[(0.2, 0.2), (0.4, 0.2), (0.4, 0.4), (0.2, 0.4)]], [[CORNER, (0.6, 0.6)]]),
    "point": ("point", [[(0.3, 0.3)]], []),
}


MOST = 0.003
"""The share of a mark's pixels in which the canvas may differ; two pixels of a dab, which has a hundred."""
HALF = (1 / 3, 2 / 3)
"""A pixel of which so much is covered may go either way: where a straight edge runs through the middles of pixels, a
whole line of them does, and what was moved the canvas paints from a copy, a fraction of a pixel beside it."""


def test_marks_are_the_canvas_own_pixels(editor: Page) -> None:
    recordings = {}
    differing = {}
    for name, (tool, drags, edits) in CASES.items():
        take(editor, tool)
        for drag in drags[:-1]:  # a polygon is sent when it is closed
            draw(editor, drag, wait=False)
        after(editor, lambda drag=drags[-1]: draw(editor, drag, wait=False))
        base = prompts(editor).model_dump(mode="json")["marks"]
        if edits:
            take(editor, "edit")
            draw(editor, [MIDDLE], wait=False)
            for edit in edits[:-1]:
                draw(editor, edit, wait=False)
            after(editor, lambda edit=edits[-1]: draw(editor, edit, wait=False))
            take(editor, "brush")  # whatever was selected no longer is
        (mark,) = prompts(editor).marks
        shown = pixels(editor)
        # Areas that are not just being drawn are left to the overlay: the canvas itself does not show them.
        if shown.any():
            differing[name] = differs(mark, shown)
        recordings[name] = {
            "mark": mark.model_dump(mode="json"),
            "drawing": sent(editor),
            "base": base if was_there(editor) else [],
        }
        after(editor, lambda: press(editor, "clear"))
        assert not prompts(editor).marks
    print(differing)
    assert {"rectangle", "polygon", "brush", "brush moved", "point"} <= set(differing)
    for name, (count, whole) in differing.items():
        assert count <= max(2, MOST * whole), f"{name}: {count} of {whole} pixels"
    if os.environ.get("RECORD"):
        RECORDINGS.write_text(json.dumps(recordings))


def differs(mark: Mark, rgba: np.ndarray) -> tuple[int, int]:
    """In how many pixels a mark and what the canvas shows differ, an area filled in; and how many either has."""
    is_seed = mark.kind in {"stroke", "point"}
    covered = rgba[..., 3] / (255 * (STROKE if is_seed else OUTLINE))
    drawn = covered > 0.5 if is_seed else binary_fill_holes(covered > 0.5)
    expected = seen(mark, drawn.shape, drawn.shape[1] / SIDE)
    clear = (covered <= HALF[0]) | (covered >= HALF[1])
    return int(((drawn != expected) & clear).sum()), int((drawn | expected).sum())
