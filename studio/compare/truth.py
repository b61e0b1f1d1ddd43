"""Where the ground truth comes from, and how well every column does against it."""

import csv
from functools import partial
from io import StringIO

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from masking_core import Image, Manual, MaskingError, Recipe, export
from studio import compute, state, uploads
from studio.compare import column_list, ground_truth, search
from studio.compare.base import KEEPS, MEMORY
from studio.compare.runs import Runs, Scene
from studio.compute.memory import kept_by
from studio.foreign import plain

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
LABEL, IGNORE = "compare.truth.label", "compare.truth.ignore"


def show(scene: Scene) -> None:
    """Where the truth comes from; once it is there, the scores of every column and the search for better ones."""
    _sources(scene)
    if problem := state.get(_problem(scene.image), ""):
        st.error(plain(problem), icon=":material/error:")
    truth = ground_truth.known(scene.image)
    if truth is None:
        st.info(
            "Say what is right, and every column is scored against it: upload a mask of the picture (white is the "
            "object), or take a column's result or the regions you drew.",
            icon=":material/check_circle:",
        )
        return
    _table(scene, truth)
    search.show(scene, truth)


def _sources(scene: Scene) -> None:
    image = scene.image
    left, right = st.columns(2, gap="medium")
    with left:
        uploads.uploader(
            "A mask picture",
            "compare.truth.upload",
            partial(_upload, image),
            type=["png", "jpg", "jpeg", "webp", "tif", "tiff", "bmp", "gif"],
            help="A mask or a label map as large as the picture. In a mask white is the object and grey a soft edge.",
        )
    with right:
        titles = {column.title: column for column in column_list.columns()}
        chosen = st.menu_button(
            "Use a result as ground truth", [*titles, DRAWN], icon=":material/check_circle:", key="compare.truth.take"
        )
        if chosen:
            _take(scene, Recipe(method=Manual()) if chosen == DRAWN else titles[chosen].recipe, chosen)
        if truth := ground_truth.known(image):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"Truth: **{plain(truth.name)}**")
                st.button(
                    "Remove ground truth",
                    key="compare.truth.forget",
                    on_click=ground_truth.forget,
                    args=(image,),
                    type="tertiary",
                )
            _reading(image)
            st.slider(
                "Tolerance of the boundary (px)",
                0.5,
                50.0,
                step=0.5,
                key="compare.tolerance",
                help="How far an outline may lie from the true one and still count as right, in pixels of the "
                f"picture. Default {ground_truth.usual_tolerance(image):g}, which is {ground_truth.TOLERANCE:.1%} "
                "of the diagonal.",
                persist_state="session",
            )


def _reading(image: Image) -> None:
    """Which label of a label map is the object, and which does not count."""
    labels, label, ignore = ground_truth.choices(image)
    if len(labels) < 3:
        return
    state.put(LABEL, label)
    state.put(IGNORE, ignore)
    objects = [None, *(each for each in labels if each > 0)]
    with st.container(horizontal=True, gap="small"):
        for title, key, options, words in (
            ("Object", LABEL, objects, lambda each: "All objects" if each is None else f"Label {each}"),
            ("Not counted", IGNORE, [None, *labels], lambda each: "Nothing" if each is None else f"Label {each}"),
        ):
            st.selectbox(title, options, format_func=words, key=key, on_change=_choose, args=(image,), width=160)


def _choose(image: Image) -> None:
    state.put(_problem(image), "")
    try:
        ground_truth.choose(image, state.get(LABEL), state.get(IGNORE))
    except MaskingError as error:
        state.put(_problem(image), str(error))


def _offer_to_invert(image: Image) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.warning("The results fit the opposite of this ground truth: is white the background in it?")
        st.button("Invert the ground truth", key="compare.truth.invert", on_click=ground_truth.invert, args=(image,))


def _table(scene: Scene, truth: ground_truth.Truth) -> None:
    columns = column_list.columns()
    table, notice = st.empty(), st.empty()
    rows, problems, spent = {}, {}, {}
    turned: list[bool] = []
    for id, outcome in Runs(scene, {column.id: column.recipe for column in columns}).finished(notice):
        if outcome.result is None:
            problems[id] = outcome.problem
            continue
        rows[id] = truth.scores(outcome.result)
        turned.append(truth.looks_inverted(outcome.result))
        spent[id] = {"Seconds": outcome.result.info["seconds"], KEEPS: kept_by(outcome.result)}
        shown = [
            {"Column": column.title, **{TITLES[name]: score for name, score in rows[column.id].items()}}
            | {"Marks": len(scene.prompts.marks), **spent[column.id]}
            | {"Settings": column_list.summary(column.recipe)}
            for column in columns
            if column.id in rows
        ]
        table.dataframe(shown, hide_index=True, column_config=_formats())
    if turned and all(turned):
        _offer_to_invert(scene.image)
    for column in columns:
        if column.id in problems:
            st.caption(f"{column.title}: {plain(problems[column.id])}")
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


def as_csv(columns: list[column_list.Column], rows: dict[int, dict[str, float]]) -> str:
    """The score table as CSV, scores to six digits."""
    table = StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["column", "settings", *TITLES])
    for column in columns:
        if scores := rows.get(column.id):
            words = [column.title, column_list.summary(column.recipe)]
            writer.writerow([*words, *(f"{scores[name]:.6g}" for name in TITLES)])
    return table.getvalue()


def _formats() -> dict[str, ColumnConfig]:
    plain = {TITLES[name]: st.column_config.NumberColumn(format="%.4f") for name in TITLES}
    return plain | {
        "SAD": st.column_config.NumberColumn(
            format="%.1f", help="Sum of absolute differences of the alphas, in pixels."
        ),
        "Seconds": st.column_config.NumberColumn(format="%.2f", help="What the result took on the preview."),
        KEEPS: MEMORY,
        "MAE": st.column_config.NumberColumn(format="%.4f", help="Mean absolute difference of the alphas."),
    }


def _upload(image: Image, _: frozenset[str]) -> None:
    state.put(_problem(image), "")
    try:
        for file in uploads.listed("compare.truth.upload"):
            ground_truth.open_file(image, file.name, file.data)
    except MaskingError as error:
        state.put(_problem(image), str(error))


def _problem(image: Image) -> str:
    """Where it is kept why a truth was not taken; another picture knows nothing of it."""
    return f"compare.truth.problem.{image.digest}"


def _take(scene: Scene, recipe: Recipe, name: str) -> None:
    state.put(_problem(scene.image), "")
    try:
        result = compute.wait(compute.submit(lambda: scene.run(recipe)), st.empty())
    except MaskingError as error:
        state.put(_problem(scene.image), str(error))
    else:
        ground_truth.keep(scene.image, name, export.png(result.mask))
