"""A method's plots, as plain data, drawn with Altair."""

from html import escape
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from masking_core.stage import Plot, Series

HEIGHT = 260


def show(plot: Plot) -> None:
    """Draw one plot under its title; it can be zoomed and its points be read."""
    layers = [_layer(series, plot) for series in plot.series if len(series.x)]
    if not layers:
        return
    st.markdown(f"**{plot.title}**")
    chart = alt.layer(*layers).resolve_scale(color="independent").properties(height=HEIGHT)
    st.altair_chart(chart.interactive(), width="stretch", alt=plot.title)
    if legend := _legend(plot):
        st.html(legend)


def _layer(series: Series, plot: Plot) -> Any:
    count = len(series.x)
    colours = list(series.colours) * (count if len(series.colours) == 1 else 1)
    frame = pd.DataFrame({"x": series.x, "y": series.y, "order": range(count), "name": series.name})
    whole = all(float(value).is_integer() for one in plot.series for value in one.x)
    axis = alt.Axis(tickMinStep=1, format="d") if whole else alt.Undefined
    x = alt.X("x:Q", title=plot.x, scale=_scale(plot.x_range), axis=axis)
    y = alt.Y("y:Q", title=plot.y, scale=_scale(plot.y_range, zero=series.mark == "bars"))
    tip = [alt.Tooltip("x:Q", title=plot.x, format=".4~g"), alt.Tooltip("y:Q", title=plot.y, format=".4~g")]
    if series.name:
        tip.insert(0, alt.Tooltip("name:N", title="what"))
    one = alt.value(colours[0]) if colours else alt.Undefined
    match series.mark:
        case "dots":
            frame["ink"] = colours or "#808080"
            mark = alt.Chart(frame).mark_circle(size=series.size**2, opacity=0.85 if count > 50 else 1)
            return mark.encode(x=x, y=y, color=alt.Color("ink:N", scale=None, legend=None), tooltip=tip)
        case "bars":
            half = series.size / 2
            frame["left"], frame["right"], frame["floor"] = frame.x - half * 0.94, frame.x + half * 0.94, 0
            mark = alt.Chart(frame).mark_rect(stroke="#808080", strokeWidth=0.5)
            left = alt.X("left:Q", title=plot.x, scale=_scale(plot.x_range))
            return mark.encode(x=left, x2="right:Q", y=y, y2="floor:Q", color=one, tooltip=tip)
        case _:
            mark = alt.Chart(frame).mark_line(strokeWidth=series.size)
            return mark.encode(x=x, y=y, order="order:Q", color=one, tooltip=tip)


def _scale(given: tuple[float, float] | None, *, zero: bool = False) -> Any:
    return alt.Scale(domain=list(given), nice=False) if given else alt.Scale(zero=zero)


def _legend(plot: Plot) -> str:
    """The names of coloured series with their colours, where there are several."""
    inks = {series.name: series.colours[0] for series in plot.series if series.name and len(series.colours) == 1}
    inks.pop("here", None)
    if len(inks) < 2:
        return ""
    return "<small>" + "&emsp;".join(_entry(name, ink) for name, ink in inks.items()) + "</small>"


def _entry(name: str, ink: str) -> str:
    return f'<span style="white-space: nowrap"><span style="color: {escape(ink)}">●</span> {escape(name)}</span>'
