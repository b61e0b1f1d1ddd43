"""The marks as numbers: a table that can be edited, for exact coordinates and for those who cannot draw."""

from collections.abc import Callable
from typing import Any, get_args

import pandas as pd
import streamlit as st

from masking_core import PromptError, Prompts
from masking_core.prompts import AnyMark
from studio import state
from studio.drawing import history
from studio.drawing.history import History
from studio.foreign import plain

CLASSES: dict[str, type[AnyMark]] = {
    one.model_fields["kind"].default: one
    for one in get_args(get_args(AnyMark)[0])  # one class for each kind of mark
}
NEW = ("rectangle", "ellipse", "polygon", "stroke", "point")
"""Kinds that a row can be made of by hand."""
NUMBERS = ("x", "y", "width", "height", "angle", "radius")
COLUMNS = ("kind", "object", "operation", "name", *NUMBERS, "points")

Row = dict[str, Any]


def show(key: str, past: History, before: Callable[[], None]) -> None:
    """Draw the table of a history's marks; ``before`` is called before they change."""
    count = len(past["marks"])
    with st.expander(f"Coordinates ({count})", key=f"table.{key}", on_change="rerun") as opened:
        if not opened.open:
            return
        # A changed history is a new table: an edit belongs to the rows it was made on.
        name = f"table.{key}.{past['revision']}"
        if problem := state.get(f"{name}.problem"):
            st.error(plain(problem), icon="✏️")
        st.data_editor(
            pd.DataFrame([_row(mark) for mark in past["marks"]], columns=list(COLUMNS)),
            key=name,
            num_rows="dynamic",
            hide_index=True,
            column_config=_config(),
            on_change=_apply,
            args=(name, past, before),
        )
        st.caption("Coordinates are in pixels of the picture, from its top left corner. The last row adds a mark.")


def _config() -> dict[str, Any]:
    column = st.column_config
    return {
        "kind": column.SelectboxColumn(
            "Kind", options=list(CLASSES), default="rectangle", required=True, width="small"
        ),
        "object": column.NumberColumn(
            "Object",
            min_value=-1,
            max_value=32,
            step=1,
            default=1,
            help="0 is the background, -1 nothing",
            width="small",
        ),
        "operation": column.SelectboxColumn(
            "How", options=["add", "subtract", "intersect", "exclude"], default="add", width="small"
        ),
        "name": column.TextColumn("Name", max_chars=100),
        **{name: column.NumberColumn(name.capitalize(), format="%.2f", width="small") for name in NUMBERS},
        "points": column.TextColumn("Points", help="x,y pairs, separated by spaces: 10,20 35.5,20 30,60"),
    }


def _row(mark: Row) -> Row:
    row = {name: mark.get(name) for name in COLUMNS}
    if "points" in mark:
        row["points"] = " ".join(f"{x:g},{y:g}" for x, y in mark["points"])
    return row


def _apply(name: str, past: History, before: Callable[[], None]) -> None:
    """Take over what was typed, all of it or, with a sentence, nothing."""
    edits = state.get(name)
    try:
        marks = edited(past["marks"], edits)
        state.put(f"{name}.problem", "")
        before()
        history.change(past, marks)
    except PromptError as error:
        state.put(f"{name}.problem", str(error))


def edited(marks: list[Row], edits: dict[str, Any]) -> Prompts:
    """The marks after the edits of a table.

    Args:
        marks: as :class:`Prompts` writes them.
        edits: what ``st.data_editor`` reports: "edited_rows", "added_rows" and "deleted_rows".

    Raises:
        PromptError: a row is no mark; the sentence names the row.
    """
    changed, gone = edits["edited_rows"], set(edits["deleted_rows"])
    rows = [_mark(mark, changed.get(place, {}), place) for place, mark in enumerate(marks) if place not in gone]
    added = [_mark({}, row, len(marks) + place) for place, row in enumerate(edits["added_rows"])]
    return Prompts(marks=(*rows, *added))


def _mark(mark: Row, edit: Row, place: int) -> AnyMark:
    if mark and not edit:
        return CLASSES[mark["kind"]].model_validate(mark)
    typed = {name: value for name, value in (mark | edit).items() if value is not None}
    kind = typed.get("kind", "rectangle")
    if not mark and kind not in NEW:
        raise PromptError(f"Row {place + 1}: a {kind} cannot be made here; {', '.join(NEW)} can.")
    made = CLASSES[kind]
    needed = [field for field, info in made.model_fields.items() if info.is_required()]
    if missing := [field for field in needed if field not in typed]:
        names = " and ".join([", ".join(missing[:-1]), missing[-1]] if missing[:-1] else missing)
        raise PromptError(f"Row {place + 1}: a {kind} needs {names} as well.")
    known = {field: value for field, value in typed.items() if field in made.model_fields}
    try:
        if isinstance(known.get("points"), str):
            known["points"] = _points(known["points"])
        return made.model_validate(known)
    except PromptError as error:
        raise PromptError(f"Row {place + 1}: {error}") from None


def _points(text: str) -> list[tuple[float, float]]:
    try:
        pairs = [pair.split(",") for pair in text.split()]
        return [(float(x), float(y)) for x, y in pairs]
    except ValueError:
        raise PromptError(
            f'points must be x,y pairs separated by spaces, like "10,20 35,20"; "{text[:40]}" was given.'
        ) from None
