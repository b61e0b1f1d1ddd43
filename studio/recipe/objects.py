"""The objects that were found: seen, and kept or left out with one press."""

from typing import Any

import cv2
import numpy as np
import streamlit as st

from masking_core import Recipe, Result
from masking_core.arrays import Labels
from masking_core.result import Found
from masking_core.steps import foreground as rules
from masking_core.steps.foreground import Foreground
from studio import compute, pictures, state

COLUMNS = 8
STYLE = """
<style>
.st-key-objects .stButton button { min-height: 1.9rem; padding: 0 .4rem; justify-content: flex-start; }
</style>
"""


def picked() -> tuple[int, ...]:
    """The objects picked by hand; none while another rule says what is kept."""
    return tuple(_choice()["picked"]) if state.get("foreground.rule") == "picked" else ()


def load(foreground: Foreground) -> None:
    """Remember the picked objects of ``foreground``; the next label map is taken as the one they were picked in."""
    _remember("", foreground.picked, foreground.picked)


def finish(found: Found, recipe: Recipe, picture: str, notice: Any, *, draft: bool = False) -> tuple[Recipe, Result]:
    """The result, and the recipe with a hand-picked choice carried over to the objects that were found now.

    Until somebody picks, the choice is what the rule keeps; so picking begins with what is kept already.

    Args:
        found: what the method found.
        recipe: the recipe as the widgets describe it.
        picture: the digest of the open picture; picks made on another one are not carried over.
        notice: shows how far it is, see :func:`studio.compute.wait`.
        draft: whether a draft of the edge is enough, see :func:`studio.compute.finish`.
    """
    if recipe.foreground.rule == "picked":
        recipe = recipe.changed(foreground=recipe.foreground.changed(picked=_followed(found, recipe, picture)))
        return recipe, compute.finish(found, recipe, notice, draft=draft)
    result = compute.finish(found, recipe, notice, draft=draft)
    _remember(picture, result.kept, ())
    return recipe, result


def strip(result: Result) -> None:
    """Every object with its picture, colour and share; pressing one keeps it or leaves it out."""
    st.html(STYLE)
    st.caption("**Objects.** Press one to keep it or to leave it out; the band is its mean colour.")
    thumbnails = pictures.thumbnails(result)
    with st.container(key="objects", gap="small"):
        for start in range(0, len(result.objects), COLUMNS):
            with st.container(horizontal=True, gap="small"):
                for summary in result.objects[start : start + COLUMNS]:
                    with st.container(width=112, gap=None):
                        about = f"mean colour #{bytes(summary.colour).hex()}, {summary.share:.1%} of the picture"
                        name = f"Object {summary.label}: {about}"
                        st.image(thumbnails[summary.label], width=pictures.THUMBNAIL, alt=name)
                        # A button, not a switch: it holds no value that a late message of the browser could bring back.
                        st.button(
                            f"{summary.label} · {summary.share:.0%}",
                            key=f"object.{summary.label}",
                            icon=f":material/{'check_box' if summary.kept else 'check_box_outline_blank'}:",
                            width="stretch",
                            on_click=_switch,
                            args=(summary.label, result.labels),
                        )


def _switch(label: int, labels: Labels) -> None:
    choice = _choice()
    now = tuple(sorted(set(choice["picked"]) ^ {label}))
    made = (set(choice["made"]) | {label}) & set(now)
    _remember(choice["picture"], now, made, choice["reference"] or _written(labels))
    state.put("foreground.rule", "picked")
    state.redraw()


def _followed(found: Found, recipe: Recipe, picture: str) -> tuple[int, ...]:
    choice = _choice()
    if choice["picture"] not in {"", picture}:
        automatic = recipe.changed(foreground=Foreground()).finish(found).kept
        _remember(picture, automatic, (), _written(found.labels))
        return automatic
    if not choice["reference"]:
        _remember(picture, choice["picked"], choice["made"], _written(found.labels))
        return tuple(choice["picked"])
    before = cv2.imdecode(np.frombuffer(choice["reference"], np.uint8), cv2.IMREAD_UNCHANGED).astype(np.int32)
    if np.array_equal(before, found.labels):
        return tuple(choice["picked"])
    now, _ = rules.follow(before, tuple(choice["picked"]), found.labels)
    made, lost = rules.follow(before, tuple(choice["made"]), found.labels)
    if lost:
        names = " and ".join(f"Object {label}" for label in lost)
        one = len(lost) == 1
        st.warning(f"{names}, which you picked, no longer exist{'s' * one}. Please pick again.", icon="👆")
    _remember(picture, now, made, _written(found.labels))
    return now


def _choice() -> dict[str, Any]:
    """What is kept: ``picked``, of these the ``made`` by hand, on which ``picture``, in which label map."""
    blank: dict[str, Any] = {"picture": "", "picked": [], "made": [], "reference": b""}
    choice: dict[str, Any] = state.setdefault("objects", blank)
    return choice


def _remember(picture: str, picked: Any, made: Any, reference: bytes = b"") -> None:
    state.put("objects", {"picture": picture, "picked": list(picked), "made": list(made), "reference": reference})


def _written(labels: Labels) -> bytes:
    """A label map as a PNG of kilobytes, by which the objects are recognised after the next change."""
    return bytes(cv2.imencode(".png", labels.astype(np.uint16))[1])
