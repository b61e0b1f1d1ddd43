"""Marks typed as numbers become marks, or one sentence that names the row."""

from typing import Any

import pytest

from masking_core import PromptError, Prompts
from masking_core.prompts import Ellipse, Pie, Polygon, Rectangle, Stroke
from studio.drawing.table import edited

MARKS = Prompts(
    marks=(
        Rectangle(x=10.0, y=20.0, width=30.0, height=40.0, name="box"),
        Polygon(points=((0.0, 0.0), (10.0, 0.0), (5.0, 8.0)), rule="nonzero", object=2),
        Pie(x=0.0, y=0.0, width=10.0, height=10.0, start=30.0, sweep=120.0),
    )
).model_dump(mode="json")["marks"]


def edit(
    changed: dict[int, Any] | None = None, added: list[Any] | None = None, deleted: list[int] | None = None
) -> Any:
    return edited(MARKS, {"edited_rows": changed or {}, "added_rows": added or [], "deleted_rows": deleted or []}).marks


def test_no_edit_changes_nothing() -> None:
    assert edit() == Prompts.model_validate({"marks": MARKS}).marks


def test_a_number_a_name_and_an_object_are_changed() -> None:
    box, *_ = edit({0: {"x": 12, "name": "lid", "object": 3, "operation": "subtract"}})
    assert box == Rectangle(x=12.0, y=20.0, width=30.0, height=40.0, name="lid", object=3, operation="subtract")


def test_an_empty_cell_is_the_default() -> None:
    assert edit({0: {"name": None, "angle": None}})[0] == Rectangle(x=10.0, y=20.0, width=30.0, height=40.0)


def test_points_are_typed_as_pairs() -> None:
    polygon = edit({1: {"points": "0,0 20.5,0  5,8 1,1"}})[1]
    assert polygon.points == ((0, 0), (20.5, 0), (5, 8), (1, 1))
    assert polygon.rule == "nonzero"


def test_a_box_becomes_another_kind_of_box() -> None:
    assert edit({0: {"kind": "ellipse"}})[0] == Ellipse(x=10.0, y=20.0, width=30.0, height=40.0, name="box")


def test_rows_are_deleted_and_added() -> None:
    marks = edit(added=[{"kind": "stroke", "points": "1,2 3,4", "width": 5}], deleted=[0, 2])
    assert [mark.kind for mark in marks] == ["polygon", "stroke"]
    assert marks[1] == Stroke(points=((1.0, 2.0), (3.0, 4.0)), width=5.0)


def test_what_cannot_be_typed_is_kept() -> None:
    assert edit({2: {"name": "slice"}})[2] == Pie(
        x=0.0, y=0.0, width=10.0, height=10.0, start=30.0, sweep=120.0, name="slice"
    )


@pytest.mark.parametrize(
    ("changed", "added", "words"),
    [
        ({0: {"width": -1}}, [], "Row 1"),
        ({0: {"width": None}}, [], "Row 1: a rectangle needs width"),
        ({0: {"object": 99}}, [], "Row 1"),
        ({1: {"points": "0,0 1"}}, [], "Row 2"),
        ({1: {"points": "0,0 1,1"}}, [], "Row 2"),
        ({1: {"points": "a,b c,d e,f"}}, [], "Row 2"),
        ({}, [{"kind": "rectangle"}], "Row 4: a rectangle needs x, y, width and height"),
        ({}, [{"kind": "seeds"}], "Row 4"),
        ({}, [{}], "Row 4"),
    ],
)
def test_a_row_that_is_no_mark_is_one_sentence(changed: dict[int, Any], added: list[Any], words: str) -> None:
    with pytest.raises(PromptError) as caught:
        edit(changed, added)
    assert str(caught.value).startswith(words)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)
