"""Showing and downloading results."""

import hashlib
from collections.abc import Callable

import cv2
import numpy as np
import streamlit as st

from masking_core import Image, Prompts, Recipe, Result, palette
from masking_core.arrays import Picture
from masking_core.progress import report
from masking_core.result import Found
from masking_core.steps.compose import compose, on_checkerboard
from masking_core.uncertainty import next_place
from studio import compute, pictures, state
from studio.components.before_after import address, before_after
from studio.components.linked_picture import picture_beside
from studio.compute.memory import kept_by
from studio.early import line

VIEWS = ("Result", "Before / after", "Alpha", "Trimap", "Clean colours", "Objects", "Uncertainty")
PLAIN = ("Result", "Alpha", "Trimap", "Clean colours", "Objects")
"""Views of which a part can be drawn."""
QUICK = ("Result", "Alpha", "Objects")
"""Views that can be drawn of a draft."""
NO_TRIMAP = "This edge leaves nothing open: black is removed, white is kept. Hair and fur, and Automatic where the \
edge is soft, show in orange where they look for an edge of their own."
KEY = "result"
"""The widget that shows the result."""
SQUARE = 12
"""Pixels of a square of the pattern that means "transparent"."""
FINE = 92
"""Quality of a JPEG that is looked at closely."""
SENDING = "Sending the result"


def cost(result: Result, prompts: Prompts) -> str:
    """What a result took: "3 marks · 0.21 s · keeps 12 MB"."""
    count = len(prompts.marks)
    return f"{count or 'no'} mark{'s' * (count != 1)} · {spent(result)}"


def spent(result: Result) -> str:
    """The same without the marks, where all results have the same ones."""
    return f"{result.info['seconds']:.2f} s · keeps {kept_by(result):,.0f} MB"


def chosen() -> str:
    """The view of the visitor's choice."""
    return str(state.get("view", VIEWS[0]))


def ready(recipe: Recipe) -> Callable[[Found], None]:
    """Work for a worker thread: what :func:`show` will draw of what was found, unless it depends on picked objects."""
    view = chosen()

    def make(found: Found) -> None:
        if view in QUICK and recipe.foreground.rule != "picked":
            file = _file(found, recipe, compute.drafted(found, recipe), view)
            report(1, SENDING)  # nobody may want it any more
            _send(file, found.image.size)

    return make


def begin(image: Image, recipe: Recipe, prompts: Prompts) -> None:
    """Begin a preview, and hold the page back a moment: a browser that draws the page shows no picture meanwhile."""
    compute.begin(image, recipe, prompts, ready(recipe))
    compute.pause()
    line().let_through()


def _send(file: bytes, size: tuple[int, int]) -> str:
    """Send a result's picture ahead of the page; a name for it."""
    name = hashlib.blake2b(file, digest_size=8).hexdigest()
    line().send(name, size, address(file))
    return name


def show(found: Found, recipe: Recipe, result: Result) -> str:
    """The result in the view of the visitor's choice, enlarged and moved with the picture beside it; a name for it."""
    place = st.container()
    view = st.segmented_control(
        "View",
        VIEWS,
        default=VIEWS[0],
        required=True,
        key="view",
        label_visibility="collapsed",
        persist_state="session",
    )
    if view == "Before / after":
        with place:
            before_after(
                pictures.jpeg(result.image.rgb),
                pictures.jpeg(on_checkerboard(result.rgba)),
                key="before_after",
                group="board",
            )
        return ""
    if view == "Trimap" and result.trimap is None:
        st.caption(NO_TRIMAP)
    file = pictures.jpeg(_uncertain(result)) if view == "Uncertainty" else _file(found, recipe, result, view)
    name = _send(file, result.image.size)
    full = round(result.image.size[0] / result.scale)
    with place:
        picture_beside(
            file, result.image.size, f"The result: {view}", KEY, group="board", full=full, name=name, early=line()
        )
    return name


def _file(found: Found, recipe: Recipe, result: Result, view: str) -> bytes:
    """A result, or a draft of it, in one of the :data:`PLAIN` views as a JPEG file."""
    seen = recipe.changed(edge=result.edge)
    key = "shown", found.image.digest, found.prompts.to_json(), seen.to_json(), view
    return compute.once(key, lambda: pictures.jpeg(_shown(result, view)))


def _shown(result: Result, view: str) -> Picture:
    if view != "Result":
        return drawn(result, view)
    # The object's own colours follow, see closeup.
    return on_checkerboard(compose(result.image, result.alpha, result.background.scaled(result.scale)), SQUARE)


def drawn(
    result: Result, view: str, part: tuple[slice, slice] = (slice(None), slice(None)), square: int = SQUARE
) -> Picture:
    """Rows and columns of a result in one of the :data:`PLAIN` views, (h, w, 3) or (h, w) uint8.

    ``square`` is the size of the squares that mean "transparent".
    """
    match view:
        case "Alpha":
            return result.mask[part]
        case "Trimap":
            certain = (
                result.trimap
                if result.trimap is not None
                else np.where(result.alpha >= 0.5, np.uint8(255), np.uint8(0))
            )
            return palette.paint_trimap(np.ascontiguousarray(certain[part]))
        case "Clean colours":
            opaque = np.where(result.alpha[part] > 0, np.uint8(255), np.uint8(0))
            return on_checkerboard(np.dstack([result.colours[part], opaque]), square)
        case "Objects":
            painted = palette.paint(np.ascontiguousarray(result.labels[part]))
            mixed: Picture = cv2.addWeighted(painted, 0.65, np.ascontiguousarray(result.image.rgb[part]), 0.35, 0)
            return mixed
    return on_checkerboard(np.ascontiguousarray(result.rgba[part]), square)


def _uncertain(result: Result) -> Picture:
    """The original in grey, orange where the decision was close, with a ring where a mark would help most."""
    uncertainty = result.uncertainty
    if uncertainty is None:
        st.caption("This method has no uncertainty map. Try another one.")
        return result.image.rgb
    shown = pictures.heat(result.image.rgb, uncertainty)
    place = next_place(uncertainty)
    if place is None:
        st.caption("Nothing was a close decision.")
        return shown
    radius = max(8, round(0.02 * max(shown.shape)))
    for colour, thick in (((0, 0, 0), 6), ((255, 255, 255), 3)):
        cv2.circle(shown, place, radius, colour, thick, cv2.LINE_AA)
    st.caption("Orange: close decisions. The ring is where your next mark would help most.")
    return shown
