"""The search for the parameters that come nearest to the ground truth: runs on while the visitor does other things."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import streamlit as st

from masking_core import MaskingError, Recipe
from masking_core.errors import Cancelled
from masking_core.progress import listening
from masking_core.tuning.search import Try, best, search
from studio import compute, state
from studio.compare import base
from studio.compare.ground_truth import Truth
from studio.compare.runs import Scene

KEPT = 50
"""Searches that are remembered, of all visitors."""
SHOWN = 200
FORMATS = {
    "IoU": st.column_config.NumberColumn(format="%.4f"),
    "Seconds": st.column_config.NumberColumn(format="%.2f"),
}


@dataclass
class Search:
    """A search under way or over: its background job, and what was tried so far."""

    job: compute.Job = field(default_factory=compute.Job)
    tries: list[Try] = field(default_factory=list)

    @property
    def over(self) -> bool:
        """Whether it has ended, in whichever way."""
        return self.job.future.done()

    def start(self, scene: Scene, truth: Truth, recipe: Recipe, names: list[str], seconds: float) -> None:
        """Begin on a thread of its own, which waits its turn for every try like any other work."""

        def score(candidate: Recipe) -> float:
            job = compute.submit(lambda: scene.run(candidate, base.PIXELS))
            return truth.scores(job.future.result())["iou"]

        def work() -> tuple[Try, ...]:
            with listening(self.job.hear):
                return search(recipe, names, score, seconds=seconds, tried=self.tries.append)

        thread = ThreadPoolExecutor(1, "search")
        self.job.future = thread.submit(work)
        thread.shutdown(wait=False)


@st.cache_resource(show_spinner=False)
def _searches() -> compute.Store:
    return compute.Store(KEPT)


def show(scene: Scene, truth: Truth) -> None:
    """The choices, the button, and what was tried."""
    st.markdown("#### Best parameters")
    st.caption(
        "Tries many values and comes ever closer to the best IoU with the truth. Runs on copies of at most "
        f"{base.PIXELS / 1e6:g} megapixels; you can do something else meanwhile."
    )
    left, middle, right = st.columns([2, 3, 2], gap="medium", vertical_alignment="bottom")
    with left:
        recipe = base.base("compare.search.base")
    known = base.parameters_of(recipe)
    # Every method remembers which of its parameters were searched.
    key = f"compare.search.names.{recipe.method.title}"
    usual = [name for name, item in known.items() if "." not in name and not item.show.advanced][:2]
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
    running = _searches().get(state.get("compare.search.id", ""))
    if running is not None:
        if not running.over:
            button.button("Stop", icon=":material/stop:", key="compare.search.stop", on_click=_stop, args=(running,))
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
    found = Search()
    id = uuid4().hex
    _searches().put(id, found, 1)
    state.put("compare.search.id", id)
    found.start(scene, truth, recipe, names, seconds)


def _stop(running: Search) -> None:
    running.job.unwanted = True


def _watch(running: Search, known: dict[str, str]) -> None:
    """Show how far it is until it is over, or until the visitor does something else."""
    place, notice = st.empty(), st.empty()
    shown = -1
    while not running.over:
        if len(running.tries) != shown:
            shown = len(running.tries)
            place.dataframe(_table(running.tries, known), hide_index=True, column_config=FORMATS)
        notice.progress(running.job.fraction, f"Searching … {running.job.doing}")
        _wait(running)
    notice.empty()
    try:
        running.job.future.result()
    except Cancelled:
        st.caption("Stopped; this is what was tried until then.")
    except MaskingError as error:
        st.error(str(error), icon=":material/error:")
    place.dataframe(_table(running.tries, known), hide_index=True, column_config=FORMATS)
    found = best(running.tries)
    if found is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"Best of {len(running.tries)}: IoU **{found.score:.4f}**, began with {_first(running)}.")
            base.take(found.recipe, "compare.search.take")


def _first(running: Search) -> str:
    first = running.tries[0].score
    return "no result" if first is None else f"{first:.4f}"


def _wait(running: Search) -> None:
    try:
        running.job.future.exception(timeout=0.2)
    except TimeoutError:
        return


def _table(tries: list[Try], known: dict[str, str]) -> list[dict[str, Any]]:
    """Every try, the best first."""
    ordered = sorted(tries[:SHOWN], key=lambda item: -1.0 if item.score is None else item.score, reverse=True)
    return [
        {"IoU": item.score}
        | {known[name]: value for name, value in item.values.items() if name in known}
        | {"Seconds": item.seconds}
        | ({"Problem": item.problem} if item.problem else {})
        for item in ordered
    ]
