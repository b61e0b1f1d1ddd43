"""The slices of a stack: which one is on the bench, which are marked, and marks that travel between them."""

import streamlit as st

from masking_core import Prompts, Stack
from masking_core.prompts.interpolation import interpolate
from studio import pictures, state
from studio.drawing import history
from studio.drawing.board import marks_of

SHOWN = 9
WIDTH = 110
"""Of a slice in the filmstrip, in pixels of the page."""


def current(stack: Stack) -> int:
    """The slice on the bench."""
    chosen: int = state.get(_key(stack), 0)
    return min(chosen, len(stack) - 1)


def choose(stack: Stack) -> int:
    """Draw the filmstrip of a stack and return the slice on the bench; nothing is drawn for a single picture."""
    if len(stack) == 1:
        return 0
    key, chosen = _key(stack), current(stack)
    first = max(0, min(chosen - SHOWN // 2, len(stack) - SHOWN))
    with st.container(key="film", horizontal=True, gap="small"):
        for index in range(first, min(first + SHOWN, len(stack))):
            with st.container(width=WIDTH, gap=None):
                st.image(pictures.thumbnail(stack[index]), width="stretch", alt=f"Slice {index + 1}")
                st.button(
                    f"{index + 1}{' ●' if marks(stack, index).marks else ''}",
                    key=f"film.{index}",
                    type="primary" if index == chosen else "secondary",
                    width="stretch",
                    help="● has marks of its own.",
                    on_click=state.put,
                    args=(key, index),
                )
    if len(stack) > SHOWN:
        state.begin(key, chosen)
        st.select_slider(
            "Slice", range(len(stack)), format_func=lambda index: f"{index + 1:,}", key=key, persist_state="session"
        )
    _travel(stack, chosen)
    return chosen


def marks(stack: Stack, index: int) -> Prompts:
    """The marks on one slice."""
    return history.prompts(marks_of(stack[index], index))


def _key(stack: Stack) -> str:
    return f"slice.{stack.digest}"


def _travel(stack: Stack, here: int) -> None:
    marked = [index for index in range(len(stack)) if marks(stack, index).marks]
    before = max((index for index in marked if index < here), default=None)
    after = min((index for index in marked if index > here), default=None)
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Copy marks to the next slice",
            on_click=_copy,
            args=(stack, here, (here + 1,)),
            disabled=here not in marked or here + 1 == len(stack),
            key="film.next",
        )
        st.button(
            "Copy marks to all slices",
            on_click=_copy,
            args=(stack, here, tuple(index for index in range(len(stack)) if index != here)),
            disabled=here not in marked,
            key="film.all",
        )
        st.button(
            "Interpolate from neighbours",
            on_click=_interpolate,
            args=(stack, before, after, here),
            disabled=before is None or after is None,
            help="Regions on this slice, half way between the nearest marked slices before and after it.",
            key="film.between",
        )


def _copy(stack: Stack, source: int, targets: tuple[int, ...]) -> None:
    for target in targets:
        history.change(marks_of(stack[target], target), marks(stack, source))


def _interpolate(stack: Stack, before: int, after: int, here: int) -> None:
    fraction = (here - before) / (after - before)
    between = interpolate(marks(stack, before), marks(stack, after), fraction)
    history.change(marks_of(stack[here], here), between)
