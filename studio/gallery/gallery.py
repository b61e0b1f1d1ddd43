"""The classic table, live: every method on one picture, each a click away from the workbench."""

import time
from dataclasses import dataclass
from typing import Any, NamedTuple

import cv2
import numpy as np
import streamlit as st

from masking_core import (
    Dimmed,
    FuzzyCMeans,
    GraphCut,
    Image,
    KMeans,
    Manual,
    MaskingError,
    Method,
    Prompts,
    Recipe,
    Stack,
    Watershed,
    compose,
)
from masking_core.arrays import Picture
from masking_core.kernels import sizes
from masking_core.methods import METHODS
from masking_core.methods.clicks import Clicks
from masking_core.methods.subject.subject import Subject
from masking_core.models.files import is_ready
from masking_core.result import Found, Result
from studio import compute, pictures, state
from studio.drawing import history
from studio.drawing.board import marks_of
from studio.foreign import plain
from studio.gallery import prepared
from studio.gallery.prepared import Prepared
from studio.recipe import panel
from studio.results import views

COLUMNS = 4
ACROSS = 560
"""Width of a picture of the table, in pixels, on a screen of twice as many points."""
TICK = 0.1
"""Seconds between two looks at what the workers have done."""
BEHIND = Dimmed(amount=0.85)
INKS = {0: (86, 180, 233), 1: (255, 221, 51)}
"""Of background marks and of the object's, as red, green and blue."""

STYLE = """
<style>
.st-key-gallery [data-testid="stHorizontalBlock"]:has(> [data-testid="stColumn"]) { flex-wrap: wrap; }
.st-key-gallery [data-testid="stColumn"] { min-width: min(225px, 100%); }
.st-key-gallery [data-testid="stColumn"] [data-testid="stVerticalBlock"] { gap: .3rem; }
.st-key-gallery img { aspect-ratio: 3 / 2; object-fit: contain; background: #8882; width: 100%; }
.st-key-gallery .stButton button { min-height: 1.9rem; padding: 0 .6rem; }
.st-key-gallery [data-testid="stColumn"] [data-testid="stHorizontalBlock"] { min-height: 1.9rem; }
.st-key-gallery [data-testid="stCaptionContainer"] p { line-height: 1.35; }
</style>
"""


class Cell(NamedTuple):
    """One way to cut: which of the prepared marks it uses, and what it is good for."""

    title: str
    method: Method
    marks: str
    good_for: str


CLASSIC = (
    Cell("K-means by colour", KMeans(), "", "No marks at all: for objects with distinct colours."),
    Cell("K-means, rectangle", KMeans(objects=5), "rectangle", "Keeps the colours typical of the rectangle."),
    Cell(
        "Colour × distance",
        KMeans(objects=4, metric="product"),
        "rectangle",
        "K-means that separates areas of similar colour that lie far apart.",
    ),
    Cell("Fuzzy C-means", FuzzyCMeans(alpha="membership"), "", "Soft edges: smoke, glass, shadows."),
    Cell("Watershed", Watershed(), "strokes", "Floods from your strokes up to the edges."),
    Cell("Graph cut", GraphCut(), "strokes", "The cheapest outline between strokes: most photos."),
    Cell("Manual regions", Manual(), "outline", "You draw the outline: when you know best."),
)


def _added(method: type[Method]) -> Cell:
    marks = "strokes" if "stroke" in method.uses else "outline" if method.uses else ""
    return Cell(method.title, method(), marks, method.good_for)


_KNOWN = {type(cell.method) for cell in CLASSIC}
CELLS = (*CLASSIC, *(_added(method) for method in METHODS.values() if method not in _KNOWN))
"""The classic table, and whatever methods there are beyond it."""


def at_hand(method: Method) -> bool:
    """Whether a method can run on this machine: a trained network may not be there."""
    return not isinstance(method, Subject | Clicks) or is_ready(method.model)


def cells() -> list[Cell]:
    """Those whose method can run on this machine."""
    return [cell for cell in CELLS if at_hand(cell.method)]


@dataclass
class Running:
    """A cell on its way: its job, and the places where its picture and its words go."""

    cell: Cell
    recipe: Recipe
    prompts: Prompts
    job: compute.Job
    picture: Any
    words: Any


def show(stack: Stack, guess: Result | None) -> None:
    """Draw the table; its pictures appear as they are ready, and the page answers meanwhile.

    ``guess`` is what was cut out of the picture with nothing marked: its box, strokes and outline are what the methods
    begin with where no marks were prepared.
    """
    st.html(STYLE)
    image = stack[0]
    marks = prepared.marks(image, guess)
    with st.container(key="gallery"):
        places = [place for start in range(0, len(cells()) + 1, COLUMNS) for place in st.columns(COLUMNS, gap="medium")]
        waiting = pictures.jpeg(_faded(image))
        with places[0]:
            _original(image)
        running = [_begin(stack, cell, marks, place, waiting) for cell, place in zip(cells(), places[1:], strict=False)]
    _follow(running)


def _original(image: Image) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**Original**")
    st.image(pictures.jpeg(_small(image.rgb)), width="stretch", alt="The original picture")
    st.caption("As it was opened.")


def _begin(stack: Stack, cell: Cell, marks: Prepared, place: Any, waiting: bytes) -> Running:
    recipe = Recipe(method=cell.method, background=BEHIND)
    prompts = getattr(marks, cell.marks) if cell.marks else Prompts()
    with place:
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(f"**{cell.title}**", width="content")
            if st.button("Open", key=f"gallery.{cell.title}", help=f"Go on with {cell.title} in the workbench"):
                _open(stack, recipe, prompts)
        picture, words = st.empty(), st.empty()
        picture.image(waiting, width="stretch", alt="Not cut yet")
        words.caption(cell.good_for)
    image = stack[0]
    return Running(
        cell, recipe, prompts, compute.submit(lambda: compute.segment(image, recipe, prompts)), picture, words
    )


def _open(stack: Stack, recipe: Recipe, prompts: Prompts) -> None:
    background = state.get("background", "transparent")
    panel.load(recipe)
    state.put("background", background)
    _mark(stack[0], prompts)
    state.put(f"slice.{stack.digest}", 0)
    st.switch_page("pages/mask.py")


def _mark(image: Image, prompts: Prompts) -> None:
    """Put a method's marks on the picture, unless the visitor drew some there."""
    past, key = marks_of(image), f"gallery.marks.{image.digest}"
    if past["marks"] and past["revision"] != state.get(key):
        return
    history.change(past, prompts)
    state.put(key, past["revision"])


def _follow(running: list[Running]) -> None:
    """Show what is ready until all is; a click of the visitor's ends this script at one of the calls below."""
    left = list(running)
    try:
        while left:
            for run in [run for run in left if run.job.done]:
                left.remove(run)
                _show(run)
            for run in left:
                run.words.caption(f":gray[{run.job.doing} …]")
            if left:
                state.give_way()
                time.sleep(TICK)
    finally:
        for run in running:
            run.job.cancel()


def _show(run: Running) -> None:
    try:
        found: Found = run.job.future.result()
        result = run.recipe.finish(found)
    except MaskingError as error:
        run.words.caption(f":material/edit: {plain(error)}")
        return
    shown = _small(compose(result.image, result.alpha, BEHIND)[..., :3])
    _draw_marks(shown, run.prompts.scaled(shown.shape[1] / result.image.size[0] * result.scale))
    run.picture.image(pictures.jpeg(shown), width="stretch", alt=f"Cut by {run.cell.title}")
    run.words.caption(f"{run.cell.good_for} **{views.cost(result.info['seconds'], run.prompts)}**")


def _faded(image: Image) -> Picture:
    small = Image.from_array(_small(image.rgb))
    return compose(small, np.zeros(small.rgb.shape[:2], np.float32), BEHIND)[..., :3]


def _small(rgb: Picture) -> Picture:
    return sizes.reduced(rgb, min(1.0, ACROSS / rgb.shape[1]))


def _draw_marks(rgb: Picture, prompts: Prompts) -> None:
    """Draw the outline of every mark on a picture of the same size."""
    for mark in prompts.marks:
        window, mask = mark.mask(rgb.shape)
        framed = np.pad(mask.astype(np.uint8), 1)
        rim = (framed - cv2.erode(framed, np.ones((5, 5), np.uint8)))[1:-1, 1:-1].astype(bool)
        rgb[window][rim] = INKS[min(mark.object, 1)]
