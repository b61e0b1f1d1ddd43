"""What the marks say of each object."""

import numpy as np
import pytest

from masking_core import PromptError, Prompts
from masking_core.methods.object_marks import objects_of
from masking_core.prompts import Point, Rectangle

SHAPE = 40, 60
REGION = Rectangle(x=10, y=10, width=20, height=20, object=2)


def test_what_lies_outside_an_objects_region_is_certainly_not_the_object():
    stroke = Point(x=29.5, y=20, radius=4, object=2)
    (marks,) = objects_of(Prompts(marks=(REGION, stroke)), SHAPE)
    inside = np.zeros(SHAPE, bool)
    inside[10:30, 10:30] = True
    drawn = Prompts(marks=(stroke,)).seeds(SHAPE) == 2
    assert np.array_equal(marks.region, inside)
    assert np.array_equal(marks.seeds, np.where(inside, np.where(drawn, 1, -1), 0))
    assert marks.is_stroked
    assert (drawn & ~inside).any()


def test_strokes_outside_their_own_region_are_refused_and_those_of_others_are_not():
    stroke = Point(x=50, y=20, radius=4, object=2)
    with pytest.raises(PromptError, match="strokes of object 2 lie outside its own region"):
        objects_of(Prompts(marks=(REGION, stroke)), SHAPE)
    other = stroke.model_copy(update={"object": 1})
    assert [marks.number for marks in objects_of(Prompts(marks=(REGION, other)), SHAPE)] == [1, 2]


def test_what_is_certainly_one_object_is_certainly_no_other():
    one, two = Point(x=10, y=20, radius=4), Point(x=50, y=20, radius=4, object=2)
    first, second = objects_of(Prompts(marks=(one, two)), SHAPE)
    assert (first.seeds[20, 10], first.seeds[20, 50], first.seeds[0, 0]) == (1, 0, -1)
    assert (second.seeds[20, 10], second.seeds[20, 50], second.seeds[0, 0]) == (0, 1, -1)
    assert first.region is None
