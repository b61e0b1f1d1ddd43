"""A sweep: one or two parameters over several values, as a strip or a grid of pictures with their charts."""

import math
from typing import Any

import streamlit as st

from masking_core import MaskingError, Recipe
from masking_core.parameters import Parameter, Value, number_text
from masking_core.tuning.sweep import Variant, suggested, sweep
from studio import state
from studio.compare import base, ground_truth, pictures, sweep_charts
from studio.compare.runs import Outcome, Runs, Scene
from studio.foreign import plain
from studio.results import views

MOST = 64
NONE = "none"


def show(scene: Scene) -> None:
    """The choices, the cells as they finish, and the charts."""
    try:
        recipe, axes = _choices()
        cells = sweep(recipe, axes)
    except MaskingError as error:
        st.info(plain(error), icon=":material/tune:")
        return
    if len(cells) > MOST:
        st.info(f"These are {len(cells)} cells; choose values for {MOST} at most.", icon=":material/tune:")
        return
    asked, slot = _asked(scene, cells)
    runs = Runs(scene, asked, base.PIXELS)
    truth = ground_truth.known(scene.image)
    notice = st.empty()
    places = _grid(recipe, axes, cells)
    charts = st.container()
    outcomes: dict[Any, Outcome] = {}
    for place, outcome in runs.finished(notice):
        outcomes[place] = outcome
        state.setdefault("compare.sweep.done", {})[place] = True
        _fill(places[place], place, asked[place], outcome, truth)
    with charts:
        sweep_charts.draw(recipe, axes, cells, outcomes, truth)
    if len(asked) < len(cells):
        notice.info("Stopped. What was finished is here: go on whenever you like.", icon=":material/pause:")
    else:
        slot.empty()


def _choices() -> tuple[Recipe, dict[str, list[Value]]]:
    columns = st.columns([1, 1, 1], gap="medium")
    with columns[0]:
        recipe = base.base("compare.sweep.base")
    known = base.parameters_of(recipe)
    # Numbers first: among them a sweep shows most, and every value of theirs can be run on this machine.
    names = sorted(known, key=lambda name: known[name].kind not in base.NUMBERS)
    axes: dict[str, list[Value]] = {}
    for number, column in enumerate(columns[1:]):
        options = names if number == 0 else [NONE, *(name for name in names if name not in axes)]
        key = f"compare.sweep.axis{number}"
        if state.get(key) not in options:
            state.put(key, options[0])
        with column:
            name = st.selectbox(
                ("Parameter", "Second parameter")[number],
                options,
                format_func=lambda name: name if name == NONE else base.title(recipe, name),
                key=key,
                persist_state="session",
            )
            if name != NONE:
                second = state.get("compare.sweep.axis1", NONE) not in {NONE, *axes, name}
                axes[name] = _values(recipe, name, known[name], 4 if number or second else 5)
    return recipe, axes


def _values(recipe: Recipe, name: str, parameter: Parameter, count: int) -> list[Value]:
    options = [_plain(item) for item in suggested(parameter, count)]
    numbers = parameter.kind in base.NUMBERS
    # Other methods, parameters and counts have other suggestions: each remembers its own choice.
    id = recipe.method.id
    chosen = st.multiselect(
        "Values" + (f" ({parameter.show.unit})" if parameter.show.unit else ""),
        options,
        default=options,
        format_func=lambda text: text if numbers else parameter.written(parameter.parse(text)),
        accept_new_options=numbers,
        key=f"compare.sweep.{id}.{name}.{count}",
        help=f"{parameter.description} {parameter.allowed[:1].upper() + parameter.allowed[1:]}."
        + (" Type a number to add it." if numbers else ""),
        persist_state="session",
    )
    values = {parameter.parse(text.strip()) for text in chosen}
    return sorted(values, key=_order) if numbers else list(dict.fromkeys(parameter.parse(text) for text in chosen))


def _order(value: Value) -> float:
    return -math.inf if value is None else float(value)


def _plain(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return number_text(value).replace(",", "") if isinstance(value, int | float) else str(value)


def _asked(scene: Scene, cells: tuple[Variant, ...]) -> tuple[dict[Any, Recipe], Any]:
    """The cells to run: all, or those that were finished when this sweep was stopped; and the place of the button."""
    name = _name(scene, cells)
    if state.get("compare.sweep.name") != name:
        state.put("compare.sweep.name", name)
        state.put("compare.sweep.done", {})
        state.put("compare.sweep.stopped", False)
    stopped = state.get("compare.sweep.stopped")
    with st.container(horizontal=True, vertical_alignment="center"):
        slot = st.empty()
        slot.button(
            "Go on" if stopped else "Stop",
            icon=":material/play_arrow:" if stopped else ":material/stop:",
            key="compare.sweep.stop",
            on_click=state.put,
            args=("compare.sweep.stopped", not stopped),
        )
        st.caption(
            f"{len(cells)} cells, each at reduced size (at most {base.PIXELS / 1e6:g} megapixels), as a preview."
        )
    done = state.setdefault("compare.sweep.done", {})
    return {cell.place: cell.recipe for cell in cells if not stopped or cell.place in done}, slot


def _name(scene: Scene, cells: tuple[Variant, ...]) -> str:
    """What tells this sweep from every other one."""
    return str(hash((scene.image, scene.prompts, cells)))


def _grid(recipe: Recipe, axes: dict[str, list[Value]], cells: tuple[Variant, ...]) -> dict[Any, Any]:
    """A place for every cell, below its values."""
    strip = len(axes) == 1
    width = len(cells) if strip else len(list(axes.values())[-1])
    places = {}
    with st.container(key="compare-strip" if strip else "compare-grid"):
        for start in range(0, len(cells), width):
            for column, cell in zip(st.columns(width, gap="small"), cells[start : start + width], strict=False):
                with column:
                    named = zip(axes, cell.values, strict=True)
                    words = (f"{recipe.parameter_at(name).title} **{_written(recipe, name, x)}**" for name, x in named)
                    st.caption(" · ".join(words))
                    places[cell.place] = st.container(gap=None)
    return places


def _written(recipe: Recipe, name: str, value: Value) -> str:
    return recipe.parameter_at(name).written(value)


def _fill(
    place: Any, number: tuple[int, ...], recipe: Recipe, outcome: Outcome, truth: ground_truth.Truth | None
) -> None:
    """Draw what became of a cell, and what can be done with it."""
    with place:
        if outcome.result is None:
            st.caption(f":material/error: {plain(outcome.problem)}")
            return
        name = "-".join(map(str, number))
        alt_text = f"Cell {'.'.join(str(index + 1) for index in number)}"
        pictures.draw(outcome.result, pictures.RESULT, None, f"compare.sweep.picture.{name}", alt_text)
        score = f" · **IoU {truth.scores(outcome.result)['iou']:.3f}**" if truth else ""
        st.caption(f"{views.spent(outcome.result)}{score}")
        base.take(recipe, f"compare.sweep.{name}")
