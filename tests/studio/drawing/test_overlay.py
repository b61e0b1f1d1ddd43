"""What is drawn over the canvas lies where the marks are."""

import re

import cv2
import numpy as np
import pytest

from masking_core import Area, Prompts
from masking_core.prompts import Ellipse, Mark, Pie, Polygon, Rectangle, Stroke
from studio.drawing.canvas import overlay
from studio.drawing.ink import DASHES, colour_of

SIZE = (120, 80)
MARKS: list[Mark] = [
    Rectangle(x=10, y=20, width=50, height=30, angle=20),
    Ellipse(x=30, y=10, width=60, height=40, angle=-35, object=2, operation="subtract"),
    Polygon(points=((5, 5), (100, 10), (60, 70), (20, 30)), object=3, operation="exclude"),
    Pie(x=20, y=10, width=60, height=60, start=30, sweep=200),
]


def corners(path: str) -> list[np.ndarray]:
    lines = [line for line in path.split("M") if line]
    return [np.array(re.findall(r"-?[\d.]+", line), float).reshape(-1, 2) for line in lines]


def filled(path: str) -> np.ndarray:
    """The pixels inside a path, drawn by OpenCV eight times as finely."""
    fine = np.zeros((8 * SIZE[1], 8 * SIZE[0]), np.uint8)
    cv2.fillPoly(fine, [np.rint(8 * line - 0.5).astype(np.int32) for line in corners(path)], 255)
    return cv2.resize(fine, SIZE, interpolation=cv2.INTER_AREA) > 127


@pytest.mark.parametrize("mark", MARKS, ids=lambda mark: mark.kind)
def test_an_area_is_outlined_where_it_is(mark: Mark) -> None:
    (outline,) = overlay.areas([mark], SIZE)
    expected = np.zeros(SIZE[::-1], bool)
    window, mask = mark.mask(expected.shape)
    expected[window] = mask
    found = filled(outline["path"])
    assert (found & expected).sum() / (found | expected).sum() > 0.97 - 0.04 * isinstance(mark, Pie)
    assert outline["kind"] == "area"
    assert outline["colour"] == colour_of(mark.object)
    assert outline["dashes"] == list(DASHES[mark.operation])


def test_strokes_have_no_outline() -> None:
    assert overlay.areas([Stroke(points=((1, 1), (9, 9)), width=3)], SIZE) == []


def test_the_masking_area_is_outlined_where_it_is() -> None:
    outline = overlay.masking_area(Area(x=10, y=20, width=30, height=40))
    (line,) = corners(outline["path"])
    assert {tuple(corner) for corner in line} == {(10, 20), (40, 20), (40, 60), (10, 60)}
    assert outline["kind"] == "limit"


@pytest.mark.parametrize("factor", [1, 20])
def test_contradictions_are_outlined_where_they_are_however_large_the_picture(factor: int) -> None:
    across = Stroke(points=((0, 40), (120, 40)), width=8)
    down = Stroke(points=((60, 0), (60, 80)), width=8, object=0)
    size = (SIZE[0] * factor, SIZE[1] * factor)
    agreed = Prompts(marks=(across,)).scaled(factor)
    assert overlay.clashes(agreed, size) == []
    (outline,) = overlay.clashes(Prompts(marks=(across, down)).scaled(factor), size)
    (line,) = corners(outline["path"])
    middle, extent = (line.max(axis=0) + line.min(axis=0)) / 2 / factor, np.ptp(line, axis=0) / factor
    assert middle == pytest.approx([60, 40], abs=0.6)
    assert extent == pytest.approx([7.5, 7.5], abs=1)
