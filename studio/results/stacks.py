"""The results of all slices of a stack as files."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

import streamlit as st

from masking_core import PromptError, Prompts, Recipe, Result, Stack, export
from masking_core.export import FORMATS, Format, Writing
from masking_core.progress import report, within
from studio import compute, downloads

UNCUT = "stack.uncut"


def buttons(stack: Stack, recipe: Recipe, marks: list[Prompts]) -> None:
    """The buttons that cut every slice with its own marks and hand all of them over."""
    stem = PurePath(stack.name).stem or "stack"
    how = Writing(dpi=stack[0].dpi, durations=stack.durations, loop=stack.loop)
    held = compute.current().held

    def every() -> Cuts:
        held[UNCUT] = ""
        cuts = cut(stack, recipe, marks)
        held[UNCUT] = cuts.told
        return cuts

    def pngs() -> bytes:
        cuts = every()
        files = [(f"{stem}-{number:03}.png", export.png(each.rgba, how)) for number, each in cuts.found.items()]
        return export.zipped(files + ([("not-cut.txt", cuts.told.encode())] if cuts.told else []))

    def together(form: Format) -> Callable[[], bytes]:
        return lambda: form.write([each.rgba for each in every().whole(stack, recipe)], how)

    with st.container(horizontal=True, gap="small"):
        _button("All slices (TIFF)", together(FORMATS["tiff"]), f"{stem}-cutout.tif", "image/tiff")
        _button("All slices (ZIP of PNGs)", pngs, f"{stem}-cutout.zip", "application/zip")
        for form in FORMATS.values():
            if form.several == "frames" and stack.durations is not None:
                _button(f"Animation ({form.title})", together(form), f"{stem}-cutout{form.suffix}", form.mime)
    if words := held.get(UNCUT) or _unmarked(recipe, marks):
        st.caption(f":material/info: {words}")


@dataclass(frozen=True)
class Cuts:
    """The results of the slices that could be cut, by their numbers from 1, and why others could not."""

    found: dict[int, Result]
    problems: dict[int, PromptError]

    @property
    def told(self) -> str:
        """A sentence on the slices that could not be cut; nothing if all could."""
        return (
            f"{_named(list(self.problems))} left empty. {next(iter(self.problems.values()))}" if self.problems else ""
        )

    def whole(self, stack: Stack, recipe: Recipe) -> list[Result]:
        """A result for every slice, an empty one where there is none."""
        return [
            self.found.get(number) or Result.empty(image, recipe.background) for number, image in enumerate(stack, 1)
        ]


def cut(stack: Stack, recipe: Recipe, marks: list[Prompts]) -> Cuts:
    """Every slice cut at full resolution.

    Raises:
        PromptError: the method can cut none of them.
    """
    cuts = Cuts({}, {})
    for index in range(len(stack)):
        report(index / len(stack), f"Slice {index + 1} of {len(stack)}")
        try:
            with within(index / len(stack), 1 / len(stack)):
                found = compute.segment(stack[index], recipe, marks[index], pixels=None)
                cuts.found[index + 1] = recipe.finish(found)
        except PromptError as error:
            cuts.problems[index + 1] = error
    if not cuts.found:
        raise cuts.problems[1]
    return cuts


def _unmarked(recipe: Recipe, marks: list[Prompts]) -> str:
    """A sentence on slices that the method will not be able to cut, being without marks."""
    bare = [number for number, each in enumerate(marks, 1) if not each.marks]
    return f"{_named(bare)} without marks and will be empty." if recipe.method.needs and bare else ""


def _named(numbers: list[int]) -> str:
    listed = ", ".join(map(str, numbers))
    return f"Slice {listed} is" if len(numbers) == 1 else f"Slices {listed} are"


def _button(label: str, data: Callable[[], bytes], name: str, mime: str) -> None:
    downloads.button(label, data, name=name, mime=mime, icon=":material/download:", key=f"stack.{name}")
