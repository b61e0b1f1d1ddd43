"""The comparison as files: a contact sheet, a report, the recipes."""

from pathlib import PurePath

import streamlit as st

from masking_core import MaskingError, metrics
from masking_core.sharing import comparison_report
from masking_core.sharing.comparison_report import Entry
from studio import downloads
from studio.compare import blind, column_list, pictures
from studio.compare.base import KEEPS
from studio.compare.column_list import Column
from studio.compare.ground_truth import Truth
from studio.compare.runs import Scene, pieces
from studio.compute.memory import kept_by


def buttons(scene: Scene, columns: list[Column], truth: Truth | None) -> None:
    """The buttons; the files are made when one is pressed."""
    stem = PurePath(scene.image.name).stem or "picture"
    reference = column_list.reference()

    def entries() -> list[Entry]:
        return [_entry(scene, column, reference, truth) for column in columns]

    note = f"Compared with {reference.title}, on the preview." if reference else ""
    note = f"{note} {blind.summary()}".strip()
    with st.container(horizontal=True, gap="small"):
        for title, ending, mime, data in (
            (
                "Contact sheet",
                "comparison.png",
                "image/png",
                lambda: comparison_report.contact_sheet(scene.image, entries()),
            ),
            (
                "Report (HTML)",
                "comparison.html",
                "text/html",
                lambda: comparison_report.html_report(scene.image, entries(), note=note),
            ),
            (
                "Recipes (JSON)",
                "recipes.json",
                "application/json",
                lambda: comparison_report.recipes_json(_bare(columns)),
            ),
        ):
            downloads.button(
                title,
                data,
                name=f"{stem}-{ending}",
                mime=mime,
                icon=":material/download:",
                key=f"compare.download.{ending}",
            )


def _bare(columns: list[Column]) -> list[Entry]:
    return [Entry(column.title, column.recipe) for column in columns]


def _entry(scene: Scene, column: Column, reference: Column | None, truth: Truth | None) -> Entry:
    try:
        result = scene.run(column.recipe)
    except MaskingError as error:
        return Entry(column.title, column.recipe, problem=str(error))
    here = pictures.foreground(result)
    figures = {
        "Marks": len(scene.prompts.marks),
        "Seconds": result.info["seconds"],
        KEEPS: kept_by(result),
        "Foreground": float(here.mean()),
        "Pieces": pieces(here),
    }
    if truth:
        figures |= {f"{name} (truth)": score for name, score in truth.scores(result).items()}
    if reference and reference.id != column.id:
        try:
            there = pictures.foreground(scene.run(reference.recipe))
            figures["IoU with the reference"] = metrics.iou(here, there)
        except MaskingError:
            return Entry(column.title, column.recipe, result, figures=figures)
    return Entry(column.title, column.recipe, result, figures=figures)
