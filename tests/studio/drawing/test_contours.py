"""What browsers are sent to draw stays small, however much is marked."""

import json

import numpy as np
import pytest

from masking_core.prompts import Mark, SeedMap, Text
from studio.drawing.canvas import contours, overlay, writing
from studio.drawing.canvas.sheet import Sheet

SIZE = (300, 200)
MASK = np.zeros((20, 30), bool)
MASK[3:12, 5:25] = True
MASK[5:8, 9:12] = False
BYTES_A_CORNER = 60
TEXTS: list[Mark] = [Text(text="WWWW", x=10 + number % 7, y=5, size=31) for number in range(600)]
MAPS: list[Mark] = [SeedMap.from_numbers((np.indices((60, 60)).sum(axis=0) % 4 < 2).astype(np.int16) - 1)] * 300


def test_outlines_run_along_the_outermost_pixels_middles_and_holes():
    outer, hole = sorted(contours.contours(MASK, (100, 200)), key=np.ptp, reverse=True)
    assert (outer.min(axis=0), outer.max(axis=0)) == (pytest.approx([105.5, 203.5]), pytest.approx([124.5, 211.5]))
    assert hole.min(axis=0) == pytest.approx([108.5, 204.5])


def test_an_outline_of_too_many_corners_is_its_box():
    corners = sum(map(len, contours.contours(MASK)))
    assert len(contours.contours(MASK, most=corners)) == 2
    (box,) = contours.contours(MASK, (1, 2), corners - 1)
    assert {tuple(corner) for corner in box} == {(6.5, 5.5), (25.5, 5.5), (25.5, 13.5), (6.5, 13.5)}


@pytest.mark.parametrize("editing", [False, True])
@pytest.mark.parametrize("marks", [TEXTS, MAPS], ids=["texts", "seed maps"])
def test_a_drawing_of_many_marks_is_small(marks, editing, monkeypatch):
    monkeypatch.setattr(contours, "MOST", 10_000)
    figures = writing.write(marks, Sheet.over(SIZE, 600), editing=editing)["objects"]
    assert sum(len(figure["path"]) for figure in figures) <= contours.MOST
    outlines = overlay.areas(marks, SIZE)
    assert len(json.dumps([outline["path"] for outline in outlines])) < BYTES_A_CORNER * contours.MOST


def test_few_texts_keep_their_letters():
    (outline,) = overlay.areas(TEXTS[:1], SIZE)
    assert outline["path"].count("M") >= len("WWWW")
