"""A declared parameter becomes its widget; bounds, unit and help come from the declaration alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import log10
from typing import Any, TypeVar

import streamlit as st

from masking_core.parameters import Declared, Parameter, number_text, parameters
from studio import state

Model = TypeVar("Model", bound=Declared)


def key(prefix: str, name: str) -> str:
    """The key under which a parameter's value is remembered."""
    return f"{prefix}.{name}"


def read(model: type[Model], prefix: str, **fixed: Any) -> Model:
    """The model that the widgets describe, drawn or not yet; ``fixed`` parameters have none."""
    values = dict(fixed)
    for parameter in parameters(model):
        if parameter.name not in fixed and parameter.matters(values):
            automatic = parameter.optional and state.get(_automatic(prefix, parameter), parameter.default is None)
            values[parameter.name] = None if automatic else state.get(key(prefix, parameter.name), _start(parameter))
    return model(**values)


def edit(model: type[Model], prefix: str, part: str = "", **fixed: Any) -> Model:
    """Draw the widgets of a model's parameters.

    Args:
        model: whose parameters.
        prefix: of the widgets' keys.
        part: the part of the page that alone runs when a parameter is changed on which no other one depends; empty for
            the whole page.
        fixed: parameters that get no widget.

    Returns:
        The model that they describe.
    """
    described = read(model, prefix, **fixed)
    drawn = [item for item in parameters(model) if item.name not in fixed and item.matters(dict(described))]
    # In a place of their own: however many there are, what follows stays where it was, and unfolded if it was.
    with st.container():
        for parameter in (item for item in drawn if not item.show.advanced):
            _edit(parameter, prefix, _alone(parameter, drawn, part))
    advanced = [item for item in drawn if item.show.advanced]
    if advanced:
        with folded("More parameters", f"{prefix}.more") as unfolded:
            if unfolded:
                for parameter in advanced:
                    _edit(parameter, prefix, _alone(parameter, drawn, part))
    return described


@contextmanager
def folded(label: str, key: str) -> Iterator[bool]:
    """A part of the page that a visitor unfolds; whether it is unfolded: what nobody sees need not be drawn."""
    with st.expander(label, key=key, on_change="rerun") as part:
        yield bool(part.open)


def load(model: Declared, prefix: str) -> None:
    """Make the widgets of ``model`` show its values; before they are drawn."""
    for parameter in parameters(type(model)):
        value = getattr(model, parameter.name)
        if parameter.optional:
            state.put(_automatic(prefix, parameter), value is None)
        if value is not None:
            state.put(key(prefix, parameter.name), value)


def switch(label: str, key: str, help: str) -> bool:
    """Draw a switch and return whether it is on; its help stands beside it: inside its label a tap would flip it."""
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="small"):
        on: bool = st.toggle(label, key=key, width="content", persist_state="session")
        st.markdown("", help=help, width="content")
    return on


def _automatic(prefix: str, parameter: Parameter) -> str:
    return key(prefix, parameter.name) + ".automatic"


def _start(parameter: Parameter) -> Any:
    return parameter.low if parameter.default is None else parameter.default


def _alone(parameter: Parameter, drawn: list[Parameter], part: str) -> str:
    decides = any(other.show.when and other.show.when[0] == parameter.name for other in drawn)
    return "" if decides or parameter.kind == "choice" else part


def _edit(parameter: Parameter, prefix: str, part: str) -> None:
    if parameter.optional:
        state.begin(_automatic(prefix, parameter), parameter.default is None)
        if switch(f"{parameter.title}: automatic", _automatic(prefix, parameter), parameter.description):
            return
    _widget(parameter, key(prefix, parameter.name), part)


def _widget(parameter: Parameter, name: str, part: str) -> None:
    current = state.begin(name, _start(parameter))
    unit = f" ({parameter.show.unit})" if parameter.show.unit else ""
    label, help = parameter.title + unit, _help(parameter)
    if parameter.kind == "bool":
        switch(label, name, help)
        return
    common: dict[str, Any] = {"label": label, "key": name, "help": help, "persist_state": "session"}
    if part:
        common |= {"on_change": state.run_only, "args": (part,)}
    if parameter.kind == "choice":
        st.selectbox(options=parameter.choices, format_func=parameter.label, **common)
    elif parameter.kind == "colour":
        st.color_picker(**common)
    elif parameter.show.log:
        st.select_slider(options=_decades(parameter, current), format_func=number_text, **common)
    else:
        number = int if parameter.kind == "int" else float
        st.slider(
            min_value=number(parameter.low or 0),
            max_value=number(parameter.high or 0),
            step=number(parameter.step),
            format=_format(parameter),
            **common,
        )


def _format(parameter: Parameter) -> str:
    """As many decimals as the lowest, the first value and the steps have: what is shown is what is set."""
    if parameter.kind == "int":
        return "%d"
    values = parameter.low or 0, _start(parameter), float(f"{parameter.step:.1g}")
    texts = [f"{value:.6f}".rstrip("0") for value in values]
    return f"%.{max(len(text.partition('.')[2]) for text in texts)}f"


def _help(parameter: Parameter) -> str:
    default = parameter.written(parameter.default)
    match parameter.kind:
        case "bool":
            return parameter.description
        case "choice" | "colour":
            return f"{parameter.description} Default: {default}."
    return f"{parameter.description} {parameter.allowed.capitalize()}; default {default}."


def _decades(parameter: Parameter, current: Any) -> list[Any]:
    # 1-2-5 steps over the declared range; a value that came from elsewhere keeps its place among them.
    low, high = parameter.low or 0, parameter.high or 0
    number = int if parameter.kind == "int" else float
    first = low if low > 0 else min(1.0, high)
    steps = [m * 10.0**e for e in range(int(log10(first)) - 1, int(log10(high)) + 1) for m in (1, 2, 5)]
    values = {number(f"{step:g}") if number is float else round(step) for step in steps if first <= step <= high}
    return sorted(values | {number(low), number(high), current})
