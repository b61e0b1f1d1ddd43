"""The search for the parameters that come nearest to the ground truth: runs on while the visitor does other things."""

import time
from dataclasses import dataclass
from typing import Any

import streamlit as st

from masking_core import MaskingError, Recipe
from masking_core.errors import Cancelled
from masking_core.progress import within
from masking_core.tuning.search import Try, best, search
from studio import compute, state
from studio.compare import base
from studio.compare.ground_truth import Truth
from studio.compare.runs import Scene
from studio.compute.memory import kept_by
from studio.foreign import plain
from studio.settings import settings

SHOWN = 200
FORMATS = {
    "IoU": st.column_config.NumberColumn(format="%.4f"),
    "Seconds": st.column_config.NumberColumn(format="%.2f"),
    base.KEEPS: base.MEMORY,
}


@dataclass
class Search:
    """A search under way or over: its background job, what was tried so far, and the megabytes each result keeps."""

    job: compute.Job
    tries: list[Try]
    memory: dict[Recipe, float]

    @property
    def over(self) -> bool:
        """Whether it has ended, in whichever way."""
        return self.job.done

    @classmethod
    def started(cls, scene: Scene, truth: Truth, recipe: Recipe, names: list[str], seconds: float) -> "Search":
        """Begin a search, which goes on whatever the visitor does."""
        tries: list[Try] = []
        memory: dict[Recipe, float] = {}

        def work() -> tuple[Try, ...]:
            begun = time.monotonic()

            def score(candidate: Recipe) -> float:
                with within(min((time.monotonic() - begun) / seconds, 1.0), 0.0):
                    result = scene.run(candidate, base.PIXELS)
                    memory[candidate] = kept_by(result)
                    return truth.scores(result)["iou"]

            return search(recipe, names, score, seconds=seconds, tried=tries.append)

        return cls(compute.submit(work, later=True, seconds=seconds + settings().time_limit), tries, memory)


def show(scene: Scene, truth: Truth) -> None:
    """The choices, the button, and what was tried."""
    st.markdown("#### Best parameters")
    st.caption(
        "Searches for the settings with the highest IoU. Runs on copies of at most "
        f"{base.PIXELS / 1e6:g} megapixels; you can do something else meanwhile."
    )
    left, middle, right = st.columns([2, 3, 2], gap="medium", vertical_alignment="bottom")
    with left:
        recipe = base.base("compare.search.base")
    known = base.parameters_of(recipe)
    # Every method remembers which of its parameters were searched.
    key = f"compare.search.names.{recipe.method.title}"
    own = [name for name, item in known.items() if "." not in name and not item.show.advanced]
    usual = sorted(own, key=lambda name: known[name].kind not in base.NUMBERS)[:2]
    state.put(key, [name for name in state.get(key, usual) if name in known])
    with middle:
        names = st.multiselect(
            "Parameters",
            list(known),
            format_func=lambda name: base.title(recipe, name),
            key=key,
            persist_state="session",
        )
    with right:
        seconds = st.slider("Seconds", 5, 120, 20, step=5, key="compare.search.seconds", persist_state="session")
    button = st.empty()
    running: Search | None = compute.current().held.get("search")
    if running is not None:
        if not running.over:
            button.button("Stop", icon=":material/stop:", key="compare.search.stop", on_click=running.job.cancel)
        _watch(running, {name: base.title(recipe, name) for name in known})
    button.button(
        "Search",
        icon=":material/search:",
        key="compare.search.go",
        type="primary",
        disabled=not names,
        on_click=_begin,
        args=(scene, truth, recipe, names, seconds),
    )


def _begin(scene: Scene, truth: Truth, recipe: Recipe, names: list[str], seconds: float) -> None:
    held = compute.current().held
    if before := held.get("search"):
        before.job.cancel()
    held["search"] = Search.started(scene, truth, recipe, names, seconds)


def _watch(running: Search, known: dict[str, str]) -> None:
    """Show how far it is until it is over, or until the visitor does something else."""
    place, notice = st.empty(), st.empty()
    shown = -1
    while not running.over:
        if len(running.tries) != shown:
            shown = len(running.tries)
            place.dataframe(_table(running, known), hide_index=True, column_config=FORMATS)
        notice.progress(running.job.fraction, _words(running))
        _wait(running)
    notice.empty()
    try:
        running.job.future.result()
    except Cancelled:
        st.caption("Stopped; this is what was tried until then.")
    except MaskingError as error:
        st.error(plain(error), icon=":material/error:")
    place.dataframe(_table(running, known), hide_index=True, column_config=FORMATS)
    found = best(running.tries)
    if found is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"Best of {len(running.tries)}: IoU **{found.score:.4f}**, began with {_first(running)}.")
            base.take(found.recipe, "compare.search.take")


def _words(running: Search) -> str:
    count = len(running.tries)
    return f"Searching: {count:,} tried …" if count else compute.waiting_words(running.job)


def _first(running: Search) -> str:
    first = running.tries[0].score
    return "no result" if first is None else f"{first:.4f}"


def _wait(running: Search) -> None:
    try:
        running.job.future.exception(timeout=0.2)
    except TimeoutError:
        return


def _table(running: Search, known: dict[str, str]) -> list[dict[str, Any]]:
    """Every try, the best first."""
    ordered = sorted(running.tries[:SHOWN], key=lambda item: -1.0 if item.score is None else item.score, reverse=True)
    return [
        {"IoU": item.score}
        | {known[name]: value for name, value in item.values.items() if name in known}
        | {"Seconds": item.seconds, base.KEEPS: running.memory.get(item.recipe)}
        | ({"Problem": item.problem} if item.problem else {})
        for item in ordered
    ]
