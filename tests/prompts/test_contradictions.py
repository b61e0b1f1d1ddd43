"""Contradicting marks are found pixel by pixel."""

import numpy as np
import pytest

from masking_core.prompts import Point, Prompts, Rectangle, SeedMap, Stroke
from masking_core.prompts.contradictions import contradictions

SHAPE = (40, 60)
ROW = {"points": ((0.0, 20.0), (60.0, 20.0)), "width": 6.0}
COLUMN = {"points": ((30.0, 0.0), (30.0, 40.0)), "width": 6.0}


def found(*marks) -> np.ndarray:
    return contradictions(Prompts(marks=marks), SHAPE)


def test_nothing_and_what_agrees_is_no_contradiction() -> None:
    assert not found().any()
    assert not found(Stroke(**ROW), Stroke(**COLUMN)).any()
    assert not found(Stroke(**ROW, object=0), Rectangle(x=0, y=0, width=60, height=40)).any()


@pytest.mark.parametrize("numbers", [(0, 1), (1, 0), (1, 2)])
def test_where_strokes_of_two_objects_cross_they_contradict(numbers) -> None:
    rows, columns = np.indices(SHAPE)
    crossing = (abs(rows + 0.5 - 20) <= 3) & (abs(columns + 0.5 - 30) <= 3)
    first, second = numbers
    np.testing.assert_array_equal(found(Stroke(**ROW, object=first), Stroke(**COLUMN, object=second)), crossing)


def test_what_is_erased_contradicts_nothing() -> None:
    crossing = (Stroke(**ROW, object=0), Stroke(**COLUMN, object=1))
    assert found(*crossing).any()
    assert not found(*crossing, Stroke(**COLUMN, object=-1, operation="subtract")).any()
    erased = (Stroke(**ROW, object=0), Stroke(**ROW, object=-1, operation="subtract"), Stroke(**COLUMN))
    assert not found(*erased).any()


def test_a_stroke_outside_the_region_of_its_own_object_contradicts_it() -> None:
    inside = np.zeros(SHAPE, bool)
    inside[10:30, 20:40] = True
    box = Rectangle(x=20, y=10, width=20, height=20)
    stroke = Stroke(**ROW)
    window, mask = stroke.mask(SHAPE)
    drawn = np.zeros(SHAPE, bool)
    drawn[window] = mask
    np.testing.assert_array_equal(found(box, stroke), drawn & ~inside)
    assert not found(box, Stroke(**ROW, object=2)).any()
    assert not found(box, Point(x=30, y=20, radius=3)).any()


def test_painted_marks_and_background_areas_count_as_strokes_do() -> None:
    numbers = np.full(SHAPE, -1)
    numbers[:, :10] = 0
    painted = SeedMap.from_numbers(numbers)
    clash = found(painted, Stroke(**ROW))
    assert clash[:, :10].any()
    assert not clash[:, 10:].any()
    clash = found(Rectangle(x=0, y=0, width=10, height=40, object=0), Stroke(**ROW))
    assert clash[20, 5]
    assert not clash[:, 10:].any()
