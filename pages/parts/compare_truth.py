"""The ground truth of a picture, where it comes from, and how well every column does against it."""

import csv
from dataclasses import dataclass
from functools import cached_property
from io import StringIO

import cv2
import numpy as np
import streamlit as st

from masking_core import Image, Manual, MaskingError, ParameterError, Recipe, Result, export, metrics
from masking_core.recipe import PREVIEW_PIXELS
from pages.parts import compare_columns, compare_search, compute, state
from pages.parts.compare_runs import Runs, Scene

TOLERANCE = 0.008
"""How far outlines may lie apart and still agree, in diagonals of the picture (Perazzi et al. 2016)."""
TITLES = {
    "iou": "IoU",
    "dice": "Dice",
    "precision": "Precision",
    "recall": "Recall",
    "error_rate": "Error rate",
    "boundary_f": "Boundary F",
    "mae": "MAE",
    "sad": "SAD",
}
DRAWN = "What I drew"


@dataclass(frozen=True)
class Truth:
    """A ground truth: what it is called, its (H, W) alpha as the bytes of a grey PNG, and the tolerance in pixels."""

    name: str
    png: bytes
    tolerance: float

    @cached_property
    def _grey(self) -> np.ndarray:
        return cv2.imdecode(np.frombuffer(self.png, np.uint8), cv2.IMREAD_GRAYSCALE)

    def alpha(self, result: Result) -> np.ndarray:
        """(H, W) float32 in [0, 1], at the size of ``result``."""
        size = result.image.size
        grey = self._grey
        if grey.shape != size[::-1]:
            grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
        return grey.astype(np.float32) / np.float32(255)

    def mask(self, result: Result) -> np.ndarray:
        """(H, W) bool, at the size of ``result``."""
        return self.alpha(result) >= 0.5

    def scores(self, result: Result) -> dict[str, float]:
        """How good ``result`` is, by the names of :func:`masking_core.metrics.scores`."""
        return metrics.scores(result.alpha, self.alpha(result), self.tolerance * result.scale)


def known(image: Image) -> Truth | None:
    """The ground truth given for ``image``, if there is one."""
    plain = state.peek(_key(image))
    return Truth(plain["name"], plain["png"], _tolerance(image)) if plain else None


def read(image: Image, name: str, data: bytes) -> bytes:
    """A mask picture for ``image`` as a grey PNG: its alpha if it has any, else its brightness; the object is bright.

    Raises:
        ImageError: it is no picture.
        ParameterError: it is of another size than ``image``, or of one value only.
    """
    found = Image.open(data, name=name)
    if found.size != image.size:
        ours, theirs = (f"{size[0]:,} × {size[1]:,}" for size in (image.size, found.size))
        raise ParameterError(f"{name} is {theirs} pixels and the picture {ours}: a mask must be of the same size.")
    grey = cv2.cvtColor(found.rgb, cv2.COLOR_RGB2GRAY)
    if found.alpha is not None and found.alpha.min() < 255:
        grey = found.alpha
    values = np.unique(grey)
    if len(values) == 1:
        raise ParameterError(f"{name} is the same everywhere: the object must be white and the rest black.")
    if len(values) == 2:  # masks are often written with 0 and 1
        grey = np.where(grey == values[1], np.uint8(255), np.uint8(0))
    return export.png(grey)


def show(scene: Scene) -> None:
    """Where the truth comes from; once it is there, the scores of every column and the search for better ones."""
    _sources(scene)
    if problem := state.peek("compare.truth.problem", ""):
        st.error(problem, icon=":material/error:")
    truth = known(scene.image)
    if truth is None:
        st.info(
            "Say what is right, and every column is scored against it: upload a mask of the picture (white is the "
            "object), or take a column's result or the regions you drew.",
            icon=":material/check_circle:",
        )
        return
    _table(scene, truth)
    compare_search.show(scene, truth)


def _sources(scene: Scene) -> None:
    image = scene.image
    left, right = st.columns(2, gap="medium")
    left.file_uploader(
        "A mask picture",
        type=["png", "jpg", "jpeg", "webp", "tif", "tiff", "bmp", "gif"],
        key="compare.truth.upload",
        on_change=_upload,
        args=(image,),
        help="Of the same size as the picture. White is the object; grey is a soft edge.",
    )
    with right:
        titles = {column.title: column for column in compare_columns.columns()}
        chosen = st.menu_button(
            "Take a result as truth", [*titles, DRAWN], icon=":material/check_circle:", key="compare.truth.take"
        )
        if chosen:
            _take(scene, Recipe(method=Manual()) if chosen == DRAWN else titles[chosen].recipe, chosen)
        if truth := known(image):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"Truth: **{truth.name}**")
                st.button("Forget it", key="compare.truth.forget", on_click=_forget, args=(image,), type="tertiary")
            st.slider(
                "Tolerance of the boundary (px)",
                0.5,
                50.0,
                step=0.5,
                key="compare.tolerance",
                help="How far an outline may lie from the true one and still count as right, in pixels of the "
                f"picture; usual: {_usual(image):g}, that is {TOLERANCE:.1%} of the diagonal.",
                persist_state="session",
            )


def _table(scene: Scene, truth: Truth) -> None:
    columns = compare_columns.columns()
    table, notice = st.empty(), st.empty()
    rows, problems = {}, {}
    for id, outcome in Runs(scene, {column.id: column.recipe for column in columns}).finished(notice):
        if outcome.result is None:
            problems[id] = outcome.problem
            continue
        rows[id] = truth.scores(outcome.result)
        shown = [
            {"Column": column.title, **{TITLES[name]: score for name, score in rows[column.id].items()}}
            | {"Settings": compare_columns.summary(column.recipe)}
            for column in columns
            if column.id in rows
        ]
        table.dataframe(shown, hide_index=True, column_config=_formats())
    for column in columns:
        if column.id in problems:
            st.caption(f"{column.title}: {problems[column.id]}")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Scores (CSV)",
            lambda: as_csv(columns, rows),
            file_name="scores.csv",
            mime="text/csv",
            on_click="ignore",
            icon=":material/download:",
            key="compare.truth.csv",
        )
        st.caption(
            'Measured on the preview. Click a heading to sort. "Errors" above the columns side by side shows where.'
        )


def as_csv(columns: list[compare_columns.Column], rows: dict[int, dict[str, float]]) -> str:
    """The score table as CSV, scores to six digits."""
    file = StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["column", "settings", *TITLES])
    for column in columns:
        if scores := rows.get(column.id):
            words = [column.title, compare_columns.summary(column.recipe)]
            writer.writerow([*words, *(f"{scores[name]:.6g}" for name in TITLES)])
    return file.getvalue()


def _formats() -> dict[str, object]:
    plain = {TITLES[name]: st.column_config.NumberColumn(format="%.4f") for name in TITLES}
    return plain | {
        "SAD": st.column_config.NumberColumn(
            format="%.1f", help="Sum of absolute differences of the alphas, in pixels."
        ),
        "MAE": st.column_config.NumberColumn(format="%.4f", help="Mean absolute difference of the alphas."),
    }


def _upload(image: Image) -> None:
    file = state.peek("compare.truth.upload")
    state.put("compare.truth.problem", "")
    if file is None:
        return
    try:
        state.put(_key(image), {"name": file.name, "png": read(image, file.name, file.getvalue())})
    except MaskingError as error:
        state.put("compare.truth.problem", str(error))


def _take(scene: Scene, recipe: Recipe, name: str) -> None:
    state.put("compare.truth.problem", "")
    try:
        result = compute.wait(compute.submit(lambda: scene.run(recipe, PREVIEW_PIXELS)), st.empty())
    except MaskingError as error:
        state.put("compare.truth.problem", str(error))
    else:
        state.put(_key(scene.image), {"name": name, "png": export.png(result.mask)})


def _forget(image: Image) -> None:
    state.put(_key(image), None)


def _key(image: Image) -> str:
    return f"truth.{image.digest}"


def _usual(image: Image) -> float:
    return min(max(round(2 * TOLERANCE * float(np.hypot(*image.size))) / 2, 0.5), 50.0)


def _tolerance(image: Image) -> float:
    return float(state.get("compare.tolerance", _usual(image)))
