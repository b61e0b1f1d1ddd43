"""The charts of a sweep."""

from typing import Any, Literal

import altair as alt
import streamlit as st

from masking_core import Recipe
from masking_core.parameters import Value
from masking_core.tuning.sweep import Variant, stability
from studio.compare import base, ground_truth, pictures
from studio.compare.runs import Outcome
from studio.compute.memory import kept_by

COSTS = {"seconds": "Seconds", "memory": base.KEEPS}


def draw(
    recipe: Recipe,
    axes: dict[str, list[Value]],
    cells: tuple[Variant, ...],
    outcomes: dict[Any, Outcome],
    truth: ground_truth.Truth | None,
) -> None:
    """How score, or stability where there is no truth, and cost go with the values; nothing for a single cell."""
    results = {place: outcome.result for place, outcome in outcomes.items() if outcome.result is not None}
    if len(results) < 2:
        return
    if truth:
        measured = {place: truth.scores(result)["iou"] for place, result in results.items()}
        title, meaning = "IoU with the truth", "The higher, the better."
    else:
        measured = stability({place: pictures.foreground(result) for place, result in results.items()})
        title, meaning = (
            "Stability",
            "IoU with the neighbouring cells. High means the result barely changes with this value.",
        )
    parameters = [recipe.parameter_at(name) for name in axes]
    number = parameters[0].kind in base.NUMBERS
    rows = [
        {
            "x": cell.values[0] if number else parameters[0].written(cell.values[0]),
            "group": parameters[-1].written(cell.values[-1]),
            "y": measured.get(cell.place),
            "seconds": result.info["seconds"],
            "memory": kept_by(result),
        }
        for cell in cells
        if (result := results.get(cell.place)) is not None
    ]
    quality, *costs = st.columns(3, gap="medium")
    quality.altair_chart(_chart(rows, "y", title, recipe, list(axes)), alt=f"{title} over the values")
    quality.caption(meaning)
    for place, (field, cost) in zip(costs, COSTS.items(), strict=True):
        place.altair_chart(_chart(rows, field, cost, recipe, list(axes)), alt=f"{cost} over the values")


def _chart(rows: list[dict[str, Any]], field: str, title: str, recipe: Recipe, names: list[str]) -> alt.Chart:
    parameters = [recipe.parameter_at(name) for name in names]
    titles = [base.title(recipe, name) for name in names]
    first = parameters[0]
    if first.kind in base.NUMBERS:
        scale = alt.Scale(type="log" if first.show.log else "linear", nice=False, zero=False)
        x = alt.X(field="x", type="quantitative", scale=scale, title=titles[0])
    else:
        x = alt.X(field="x", type="nominal", sort=None, title=titles[0])
    y = alt.Y(field=field, type="quantitative", scale=alt.Scale(zero=field in COSTS), title=title)
    told: list[tuple[str, str, Literal["nominal", "quantitative"]]] = [
        ("x", titles[0], "nominal"),
        ("group", titles[-1], "nominal"),
        (field, title, "quantitative"),
    ]
    encoding = {"x": x, "y": y, "tooltip": [alt.Tooltip(field=f, title=t, type=k) for f, t, k in told]}
    if len(names) > 1:
        encoding["color"] = alt.Color(
            field="group", type="nominal", sort=None, title=titles[1], legend=alt.Legend(orient="bottom")
        )
    chart: alt.Chart = alt.Chart(alt.Data(values=rows), height=220).mark_line(point=True).encode(**encoding)
    return chart
