"""The stages of a result, one below the other; only what is looked at is drawn."""

from collections.abc import Hashable

import numpy as np
import streamlit as st

from masking_core import Result
from masking_core.explain import edge_stages
from masking_core.stage import Plot, Stage
from masking_core.steps.compose import on_checkerboard
from studio import compute, pictures, state
from studio.components import altair_plots

STYLE = """
<style>
.st-key-explain [data-testid="stHorizontalBlock"]:has(> [data-testid="stColumn"]) { flex-wrap: wrap; gap: 1rem 2rem; }
.st-key-explain [data-testid="stColumn"] { min-width: min(340px, 100%); }
.st-key-explain .katex-display { overflow: visible !important; }
.st-key-explain .katex-display > .katex { white-space: normal; } /* what is too long goes on below */
.st-key-explain .katex { font-size: 1.1em; }
</style>
"""

SHARP = 500
"""Pixels across below which a picture is shown enlarged."""


def show(result: Result, source: tuple[Hashable, ...]) -> None:
    """Draw all stages, and what is kept in the end.

    Args:
        result: with its stages.
        source: what the result was made from, so that a frame is drawn once.
    """
    st.html(STYLE)
    with st.container(key="explain"):
        stages = (*result.stages, *edge_stages.stages(result))
        for number, stage in enumerate(stages, 1):
            _stage(number, stage, (*source, number))
        _end(len(stages) + 1, result)


@st.fragment
def _stage(number: int, stage: Stage, source: tuple[Hashable, ...]) -> None:
    """One stage; its slider redraws nothing else."""
    with st.container(border=True):
        left, right = st.columns([3, 2], gap="large")
        with right:
            _words(number, stage.title, stage.text, stage.formula)
            frame = _frame(number, stage)
            plots = _plots(source, frame, stage)
            for plot in plots[:1]:
                altair_plots.show(plot)
        with left:
            st.image(_picture(source, frame, stage), width="stretch", alt=f"{stage.title}: {_name(stage, frame)}")
        for plot in plots[1:]:
            with left:
                altair_plots.show(plot)


def _words(number: int, title: str, text: str, formula: str) -> None:
    st.subheader(f"{number}. {title}", anchor=False)
    st.markdown(text)
    if formula:
        st.latex(formula)


def _frame(number: int, stage: Stage) -> int:
    if stage.frames == 1:
        return 0
    # Another method or picture has other frames; a place that was chosen stays as long as there is one.
    key = f"explain.{number}.{stage.title}"
    if state.begin(key, _first(stage)) >= stage.frames:
        state.put(key, stage.frames - 1)
    return int(
        st.select_slider(
            "Step",
            range(stage.frames),
            format_func=lambda frame: _name(stage, frame),
            key=key,
            label_visibility="collapsed",
        )
    )


def _first(stage: Stage) -> int:
    """Half way: a slider at its start would show what is least telling."""
    return stage.frames // 2


def _name(stage: Stage, frame: int) -> str:
    return stage.names[frame] if stage.names else f"{frame + 1} of {stage.frames}"


def _picture(source: tuple[Hashable, ...], frame: int, stage: Stage) -> bytes:
    return compute.once(("stage", *source, frame), lambda: _drawn(frame, stage))


def _drawn(frame: int, stage: Stage) -> bytes:
    drawn = stage.render(frame)
    if drawn.shape[1] < SHARP:  # what was computed on a small copy is shown as the pixels that it is
        factor = -(-SHARP // drawn.shape[1])
        drawn = np.repeat(np.repeat(drawn, factor, axis=0), factor, axis=1)
    return pictures.jpeg(drawn)


def _plots(source: tuple[Hashable, ...], frame: int, stage: Stage) -> tuple[Plot, ...]:
    return compute.once(("plots", *source, frame), lambda: stage.plots(frame))


def _end(number: int, result: Result) -> None:
    with st.container(border=True):
        left, right = st.columns([3, 2], gap="large")
        left.image(pictures.jpeg(on_checkerboard(result.rgba)), width="stretch", alt="The result")
        with right:
            kept = ", ".join(f"object {label}" for label in result.kept) or "nothing"
            _words(
                number,
                "What is kept",
                f"**{kept.capitalize()}**, {float(result.alpha.mean()):.0%} of the picture. Which objects stay, their "
                "edge and what is behind them is chosen on the left.",
                "",
            )
            st.page_link("pages/mask.py", label="Go on in the workbench", icon=":material/content_cut:")
