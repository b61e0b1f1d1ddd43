"""The objects that were found: seen, and switched on or off with one click."""

import cv2
import numpy as np
import streamlit as st

from masking_core import Recipe, Result
from masking_core.arrays import Labels
from masking_core.result import Found
from masking_core.steps import foreground as rules
from masking_core.steps.foreground import Foreground
from studio import state
from studio.results import views

COLUMNS = 8


def picked() -> tuple[int, ...]:
    """The objects picked by hand."""
    return tuple(state.setdefault("objects.picked", []))


def load(foreground: Foreground) -> None:
    """Remember the picked objects of ``foreground``; the next label map is taken as the one they were picked in."""
    state.put("objects.picked", list(foreground.picked))
    state.put("objects.reference", b"")


def follow(found: Found, recipe: Recipe) -> Recipe:
    """The recipe with a hand-picked choice carried over to the objects found now; says so when one is lost."""
    if recipe.foreground.rule != "picked":
        return recipe
    reference = state.setdefault("objects.reference", b"")
    if not reference:
        _pick(picked(), found.labels)
        return recipe
    before = cv2.imdecode(np.frombuffer(reference, np.uint8), cv2.IMREAD_UNCHANGED).astype(np.int32)
    if np.array_equal(before, found.labels):
        return recipe
    now, lost = rules.follow(before, picked(), found.labels)
    if lost:
        names = ", ".join(str(label) for label in lost)
        st.warning(f"Your pick of object {names} has no counterpart among these objects: pick again below.", icon="👆")
    _pick(now, found.labels)
    return recipe.changed(foreground=recipe.foreground.changed(picked=now))


def strip(result: Result) -> None:
    """Every object with its picture, colour and share, and a switch."""
    pictures = views.thumbnails(result)
    for start in range(0, len(result.objects), COLUMNS):
        row = result.objects[start : start + COLUMNS]
        with st.container(horizontal=True, gap="small"):
            for summary in row:
                key = f"object.{summary.label}"
                state.put(key, summary.kept)
                with st.container(width=112, gap=None):
                    st.image(pictures[summary.label], width=views.THUMBNAIL, alt=f"Object {summary.label}")
                    st.checkbox(
                        f"{summary.label} · {summary.share:.0%}",
                        key=key,
                        help=f"Object {summary.label}: mean colour #{bytes(summary.colour).hex()}, "
                        f"{summary.share:.1%} of the picture. On: it stays. Off: it becomes background.",
                        on_change=_switch,
                        args=(summary.label, result.kept, result.labels),
                    )


def _switch(label: int, kept: tuple[int, ...], labels: Labels) -> None:
    _pick(tuple(sorted(set(kept) ^ {label})), labels)
    state.put("foreground.rule", "picked")
    state.redraw()


def _pick(objects: tuple[int, ...], labels: Labels) -> None:
    state.put("objects.picked", list(objects))
    # A label map that compresses to kilobytes is how the choice is recognised after the next change.
    state.put("objects.reference", bytes(cv2.imencode(".png", labels.astype(np.uint16))[1]))
