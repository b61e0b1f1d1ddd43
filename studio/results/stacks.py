"""The results of all slices of a stack as files."""

from collections.abc import Callable
from pathlib import PurePath

import numpy as np
import streamlit as st

from masking_core import MaskingError, Prompts, Recipe, Stack, export
from masking_core.arrays import Picture
from masking_core.progress import report, within
from studio import compute, downloads


def buttons(stack: Stack, recipe: Recipe, marks: list[Prompts]) -> None:
    """The buttons that cut every slice with its own marks and hand all of them over."""
    stem = PurePath(stack.name).stem or "stack"

    def tiff() -> bytes:
        return export.stack_tiff(cut(stack, recipe, marks))

    def pngs() -> bytes:
        cuts = enumerate(cut(stack, recipe, marks), start=1)
        return export.zipped([(f"{stem}-{number:03}.png", export.png(picture)) for number, picture in cuts])

    def animated() -> bytes:
        return export.animation(cut(stack, recipe, marks), stack.durations or (), stack.loop)

    with st.container(horizontal=True, gap="small"):
        _button("All slices (TIFF)", tiff, f"{stem}-cutout.tif", "image/tiff")
        _button("All slices (ZIP of PNGs)", pngs, f"{stem}-cutout.zip", "application/zip")
        if stack.durations is not None:
            _button("Animation (PNG)", animated, f"{stem}-cutout.png", "image/apng")


def cut(stack: Stack, recipe: Recipe, marks: list[Prompts]) -> list[Picture]:
    """Every slice cut at full resolution; one that the method cannot cut for want of marks comes out empty."""
    cuts = []
    for index in range(len(stack)):
        report(index / len(stack), f"Slice {index + 1} of {len(stack)}")
        with within(index / len(stack), 1 / len(stack)):
            cuts.append(_cut(stack, recipe, marks, index))
    return cuts


def _cut(stack: Stack, recipe: Recipe, marks: list[Prompts], index: int) -> Picture:
    try:
        return recipe.finish(compute.segment(stack[index], recipe, marks[index], pixels=None)).rgba
    except MaskingError:
        width, height = stack[index].size
        return np.zeros((height, width, 4), np.uint8)


def _button(label: str, data: Callable[[], bytes], name: str, mime: str) -> None:
    downloads.button(label, data, name=name, mime=mime, icon=":material/download:", key=f"stack.{name}")
