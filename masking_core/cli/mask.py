"""``masking mask``: one picture is cut, or every frame of one."""

import argparse
import sys
from pathlib import Path
from typing import Any

from masking_core.cli import given, taken
from masking_core.errors import ParameterError, PromptError
from masking_core.export.contents import CONTENTS
from masking_core.export.files import STANDARD, write_whole
from masking_core.export.formats import FORMATS
from masking_core.export.options import ExportOptions, Writing
from masking_core.image import Image, Stack
from masking_core.image.metadata import exif_of
from masking_core.methods import METHODS
from masking_core.prompts import Prompts
from masking_core.recipe import Recipe
from masking_core.result import Result
from masking_core.sharing.links import set_by_text
from masking_core.steps.backgrounds import Background, Behind, background_named

OUTPUTS = {"out": "composed"} | {f"{id}_out": id for id in CONTENTS if id not in ("composed", "cutout")}
"""The options that name a file, and the content of :data:`masking_core.export.CONTENTS` that each takes."""


def add(commands: Any) -> None:
    """Declare the command and its options."""
    mask = commands.add_parser(
        "mask",
        help="cut one picture, or every frame of one",
        description="“-” as a file is standard input or output. Several pictures are the slices of one stack.",
    )
    mask.set_defaults(run=_mask)
    mask.add_argument("pictures", nargs="+", metavar="PICTURE")
    mask.add_argument("--frame", metavar="N", help="cut this frame alone, counted from 1")
    mask.add_argument("--range", metavar="RANGE", help=given.RANGE)
    _add_recipe(mask)
    mask.add_argument("--prompts", metavar="FILE", help="marks in JSON, see docs/prompts.md; or a list, one a frame")
    mask.add_argument("--trimap", metavar="FILE", help="a grey picture: black background, white object")
    mask.add_argument("--seeds", metavar="FILE", help="a label map or a painted seed map, see docs/prompts.md")
    mask.add_argument("--outlines", metavar="FILE", help="polygons: COCO, labelme, GeoJSON, SVG, ImageJ ROI")
    for option, content in OUTPUTS.items():
        endings = " ".join(suffix for kind in CONTENTS[content].kinds.values() for suffix in kind.suffixes)
        words = "the cut-out on its background" if option == "out" else CONTENTS[content].description
        mask.add_argument(
            "--" + option.replace("_", "-"), required=option == "out", metavar="FILE", help=f"{words} {endings}"
        )
    mask.add_argument("--format", metavar="ID", help=f"of --out, in place of its ending: {', '.join(FORMATS)}")
    mask.add_argument("--keep-metadata", action="store_true", help="hand on EXIF data, such as camera, time and place")
    given.add_declared(mask, ExportOptions)


def _add_recipe(mask: Any) -> None:
    mask.add_argument("--method", metavar="ID", help=f"one of {', '.join(METHODS)}")
    mask.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        dest="settings",
        help="a parameter of the method, or of a later step: edge.feather=3, clean.specks=50, foreground.rule=largest",
    )
    mask.add_argument("--recipe", metavar="FILE", help="a recipe in JSON, which the other options then change")
    mask.add_argument(
        "--background",
        metavar="KIND",
        help="a kind such as blurred, a colour such as white or #fff, or a picture file",
    )


def _mask(options: argparse.Namespace) -> None:
    _check_streams(options)
    pictures = given.stack(options.pictures, given.levels(options.range))
    every = given.marks(options, pictures)
    first, last = _frames(options.frame, len(pictures))
    results = _cut_all(_recipe(options), pictures, every, range(first, last), told=len(pictures) > 1)
    how = _writing(options, pictures, range(first, last))
    files = [
        file
        for option, content in OUTPUTS.items()
        if (path := getattr(options, option))
        for file in taken.files(results, CONTENTS[content], path, options.format if option == "out" else None, how)
    ]
    for path, data in files:
        write_whole(path, data)
    if words := taken.note(results, CONTENTS["composed"], options.out, how):
        print(words, file=sys.stderr)


def _check_streams(options: argparse.Namespace) -> None:
    inputs = [*options.pictures, *(getattr(options, name) for name in (*given.MARKS, "recipe"))]
    outputs = [getattr(options, name) for name in OUTPUTS]
    for paths, what in ((inputs, "read from standard input"), (outputs, "written to standard output")):
        if paths.count(STANDARD) > 1:
            raise ParameterError(f"Only one file can be {what}; “-” was given {paths.count(STANDARD)} times.")


def _frames(frame: str | None, count: int) -> tuple[int, int]:
    """The first frame that is cut, from 0, and the one after the last."""
    if frame is None:
        return 0, count
    if not frame.isdecimal() or not 1 <= int(frame) <= count:
        raise ParameterError(f"--frame must be a number from 1 to {count}; {frame!r} was given.")
    return int(frame) - 1, int(frame)


def _cut_all(recipe: Recipe, pictures: Stack, every: list[Prompts], chosen: range, *, told: bool) -> list[Result]:
    """Every chosen frame cut; those that cannot be, for want of marks, are empty, and told by their numbers.

    Raises:
        PromptError: none can be cut.
    """
    results, problems = [], []
    words: list[str] = []
    for index in chosen:
        try:
            results.append(recipe.run(pictures[index], every[index]))
        except PromptError as error:
            problems.append(error)
            results.append(Result.empty(pictures[index], recipe.background))
            notes: tuple[str, ...] = (f"it is left empty. {error}",)
        else:
            notes = (*pictures[index].notes, *results[-1].notes)
        words += [f"Frame {index + 1}: {note}" if told else note for note in notes]
    if len(problems) == len(results):
        raise problems[0]
    for line in words:
        print(line, file=sys.stderr)
    return results


def _writing(options: argparse.Namespace, pictures: Stack, chosen: range) -> Writing:
    durations = pictures.durations if pictures.durations is not None and len(chosen) > 1 else None
    exif = b""
    if options.keep_metadata and options.pictures[0] != STANDARD:
        exif = exif_of(given.read(options.pictures[0]))
    settings = given.declared(options, ExportOptions)
    return Writing(settings, pictures[chosen.start].dpi, exif, durations, pictures.loop)


def _recipe(options: argparse.Namespace) -> Recipe:
    if options.recipe:
        recipe = Recipe.from_json(given.read(options.recipe))
        if options.method and options.method != recipe.method.id:
            recipe = recipe.changed(method=METHODS.read({"id": options.method}))
    else:
        recipe = Recipe(method=METHODS.named(options.method or "kmeans")())
    for setting in options.settings:
        recipe = _set(recipe, setting)
    return recipe.changed(background=_background(options.background)) if options.background else recipe


def _set(recipe: Recipe, setting: str) -> Recipe:
    path, found, text = setting.partition("=")
    if not found:
        raise ParameterError(f"--set takes NAME=VALUE; {setting!r} was given.")
    return set_by_text(recipe, path, text)


def _background(text: str) -> Background:
    """A kind of background, a colour, or the file of a picture."""
    if not Path(text).is_file():
        return background_named(text)
    data = given.read(text)
    Image.open(data, name=Path(text).name)  # complains now, by name
    return Behind.holding(data)
