"""An empty cut-out says why, and the reason is the true one."""

from typing import NamedTuple

import numpy as np
import pytest

from masking_core import Image, Prompts
from masking_core.prompts import Rectangle, Stroke
from masking_core.steps.emptiness import why_empty

SHAPE = (20, 30)
NOTHING, EVERYTHING = np.zeros(SHAPE, np.int32), np.ones(SHAPE, np.int32)
OBJECT = np.where(np.arange(30) < 10, EVERYTHING, 0)
LEFT, RIGHT = (Rectangle(x=x, y=0, width=10, height=20) for x in (0, 20))


def picture(*, hidden: bool = False) -> Image:
    """Grey; or see-through in its left half, where all that is drawn or found lies."""
    opacity = np.full(SHAPE, 255, np.uint8)
    opacity[:, :15] = 0
    return Image.from_array(np.full((*SHAPE, 3), 90, np.uint8), opacity if hidden else None)


def stroke(number: int, width: float) -> Stroke:
    return Stroke(points=((5, 10), (25, 10)), width=width, object=number)


class Case(NamedTuple):
    image: Image
    marks: tuple
    labels: np.ndarray
    kept: tuple[int, ...]
    reason: str


CASES = {
    "all is background": Case(picture(), (stroke(0, 90),), NOTHING, (), "the whole picture is marked as background."),
    "some is background": Case(picture(), (stroke(0, 3),), NOTHING, (), "no object was found."),
    "drawn where nothing is": Case(picture(hidden=True), (LEFT,), NOTHING, (), "the picture is transparent where you"),
    "drawn where something is": Case(picture(), (LEFT,), NOTHING, (), "no object was found."),
    "drawn in the visible part": Case(picture(hidden=True), (RIGHT,), NOTHING, (), "no object was found."),
    "no region on a transparent picture": Case(picture(hidden=True), (stroke(1, 3),), NOTHING, (), "no object was"),
    "taken away again": Case(
        picture(), (LEFT, LEFT.model_copy(update={"operation": "subtract"})), NOTHING, (), "the regions take away all"
    ),
    "no mark": Case(picture(), (), NOTHING, (), "no object was found."),
    "none kept": Case(picture(), (), OBJECT, (), "none of the objects that were found is kept."),
    "found where nothing is": Case(picture(hidden=True), (), OBJECT, (1,), "the picture is transparent where the obj"),
    "found where something is": Case(picture(hidden=True), (), EVERYTHING, (1,), "the settings of the edge remove all"),
    "shrunk": Case(picture(), (stroke(0, 90),), OBJECT, (1,), "the settings of the edge remove all of the object."),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_reason_is_the_true_one(case):
    alpha = np.zeros(SHAPE, np.float32)
    (sentence,) = why_empty(case.image, Prompts(marks=case.marks), case.labels, case.kept, alpha)
    assert sentence.startswith(f"The cut-out is empty: {case.reason}")


def test_what_can_be_seen_needs_no_reason():
    alpha = np.zeros(SHAPE, np.float32)
    alpha[3, 4] = 1 / 255
    assert why_empty(picture(), Prompts(), NOTHING, (), alpha) == ()
