"""Drawing with the mouse, with a finger and with keys: what is seen is what is marked."""

import base64
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from conftest import serve
from hands import canvas_box, draw, settled
from playwright.sync_api import Page
from scipy.ndimage import binary_fill_holes

from masking_core import Prompts
from masking_core.prompts import Mark, Polygon, Stroke
from pages.parts.ink import Ink

RECORDINGS = Path(__file__).parents[1] / "drawings.json"
"""Drawings and their pixels for the tests that do without a browser; made anew when RECORD is set."""
SIDE = 512
"""Width and height of the picture that is drawn on."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    yield from serve(Path(__file__).with_name("desk.py"), tmp_path_factory.mktemp("desk"))


@pytest.fixture
def desk(page: Page, server) -> Page:
    page.goto(server.url)
    settled(page, 1)
    return page


def take(page: Page, tool: str) -> None:
    page.locator(f".st-key-tool_{tool} button:visible").first.click()
    settled(page, 0.1)


def prompts(page: Page) -> Prompts:
    return Prompts.from_json(page.get_by_test_id("stCode").nth(0).inner_text())


def sent(page: Page) -> dict[str, Any]:
    return json.loads(page.get_by_test_id("stCode").nth(1).inner_text())


def was_there(page: Page) -> bool:
    """Whether the one figure on the canvas was put there by the page."""
    ink = Ink.read(sent(page)["objects"][0]["stroke"])
    return ink is not None and ink.serial > 0


def pixels(page: Page) -> np.ndarray:
    """The canvas' own pixels, RGBA."""
    url = page.locator('[class*="st-key-cv_"] canvas.dc-canvas.lower-canvas').evaluate("canvas => canvas.toDataURL()")
    return cv2.imdecode(np.frombuffer(base64.b64decode(url.split(",")[1]), np.uint8), cv2.IMREAD_UNCHANGED)


def at(page: Page, x: float, y: float) -> tuple[float, float]:
    box = canvas_box(page)
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def click(page: Page, *places: tuple[float, float]) -> None:
    for place in places:
        page.mouse.click(*at(page, *place))
        page.wait_for_timeout(450)
    settled(page)


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
    "brush": ("brush", [[(0.2, 0.2), (0.4, 0.3), (0.3, 0.5)]], []),
    "brush dab": ("brush", [[(0.3, 0.3)]], []),
    "brush moved": ("brush", [[(0.2, 0.2), (0.4, 0.2), (0.4, 0.4), (0.2, 0.4)]], [[MIDDLE, (0.5, 0.45)]]),
    "brush scaled": ("brush", [[(0.2, 0.2), (0.4, 0.2), (0.4, 0.4), (0.2, 0.4)]], [[CORNER, (0.6, 0.6)]]),
    "point": ("point", [[(0.3, 0.3)]], []),
}


def test_marks_are_the_canvas_own_pixels(desk: Page) -> None:
    recordings = {}
    report = []
    for name, (tool, drags, edits) in CASES.items():
        take(desk, tool)
        for drag in drags:
            draw(desk, drag)
        base = prompts(desk).model_dump(mode="json")["marks"]
        if edits:
            take(desk, "edit")
            draw(desk, [MIDDLE])
        for edit in edits:
            draw(desk, edit)
        take(desk, "brush")  # whatever was selected no longer is
        (mark,) = prompts(desk).marks
        alpha = pixels(desk)[..., 3]
        is_seed = mark.kind in {"stroke", "point"}
        drawn = alpha > 0.5 * 0.55 * 255 if is_seed else binary_fill_holes(alpha > 0.5 * 0.95 * 255)
        expected = seen(mark, drawn.shape, drawn.shape[1] / SIDE)
        overlap = (drawn & expected).sum() / (drawn | expected).sum()
        assert overlap >= (0.96 if is_seed else 0.995), f"{name}: {overlap:.4f}"
        report.append((name, round(overlap, 4)))
        recordings[name] = {
            "mark": mark.model_dump(mode="json"),
            "drawing": sent(desk),
            "base": base if was_there(desk) else [],
        }
        desk.locator(".st-key-clear button:visible").first.click()
        settled(desk)
        assert not prompts(desk).marks
    print(report)
    if os.environ.get("RECORD"):
        RECORDINGS.write_text(json.dumps(recordings))
