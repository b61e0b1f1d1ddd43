"""``masking compare``: several recipes on one picture, side by side."""

import argparse
import os
import sys
import time
from pathlib import Path
from typing import Any

from masking_core.batch import places
from masking_core.batch.marks import FILES, Marks, MarksFile, read_marks
from masking_core.batch.places import Place
from masking_core.batch.recipes import read_recipes
from masking_core.batch.truth import open_truth, scores
from masking_core.cli import given
from masking_core.errors import MaskingError, ParameterError
from masking_core.image import Image, Limits
from masking_core.prompts import Prompts
from masking_core.recipe import Recipe
from masking_core.sharing.comparison_report import Entry, contact_sheet, html_report


def add(commands: Any) -> None:
    """Declare the command and its options."""
    found = commands.add_parser("compare", help="several recipes on one picture, side by side")
    found.set_defaults(run=_compare)
    found.add_argument("picture", type=Path, metavar="PICTURE")
    found.add_argument("recipes", nargs="+", metavar="RECIPE", help="methods, recipes in JSON, lists of them, links")
    found.add_argument("--out", type=Path, required=True, metavar="FILE", help="a contact sheet .png or a report .html")
    found.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", dest="settings")
    found.add_argument("--sweep", action="append", default=[], metavar="NAME=VALUE,VALUE", dest="sweeps")
    found.add_argument("--marks", default="none", help="none, subject, strokes or box:10,10,90,90 (%%)")
    for kind in FILES:
        found.add_argument(f"--{kind}", metavar="FILE", help=f"a file of {kind}")
    found.add_argument("--range", metavar="RANGE", help=given.RANGE)
    found.add_argument("--truth", type=Path, metavar="FILE", help="the true mask; results are scored")


def _compare(options: argparse.Namespace) -> int:
    if options.out.suffix not in {".png", ".html"}:
        raise ParameterError(f"A comparison is a file that ends in .png or .html; {options.out.name} was given.")
    limits = Limits.from_environment()
    recipes = read_recipes(options.recipes, options.settings, options.sweeps)
    image = Image.open(options.picture, limits=limits, levels=given.levels(options.range))
    for note in image.notes:
        print(note, file=sys.stderr)
    marks = _marks(options)
    prompts = marks.prompts(marks.read(limits), image, limits)
    truth = None if options.truth is None else options.truth.read_bytes()
    entries = [_entry(name, recipe, image, prompts, truth, limits) for name, recipe in recipes.items()]
    made = contact_sheet(image, entries) if options.out.suffix == ".png" else html_report(image, entries).encode()
    places.write(os.path.abspath(options.out), made)
    return int(any(entry.problem for entry in entries))


def _marks(options: argparse.Namespace) -> Marks:
    given = [(kind, path) for kind in FILES if (path := getattr(options, kind))]
    if len(given) > 1:
        raise ParameterError(f"Give one file of marks; {' and '.join('--' + kind for kind, _ in given)} were given.")
    return MarksFile(given[0][0], Place(os.path.abspath(given[0][1]))) if given else read_marks(options.marks)


def _entry(name: str, recipe: Recipe, image: Image, prompts: Prompts, truth: bytes | None, limits: Limits) -> Entry:
    begun = time.perf_counter()
    try:
        result = recipe.run(image, prompts)
        figures = {"seconds": time.perf_counter() - begun}
        if truth is not None:
            against = scores(result.alpha, open_truth(truth, "the true mask", limits, image.size))
            figures |= {"IoU": against["iou"], "boundary F": against["boundary_f"]}
    except MaskingError as error:
        return Entry(name, recipe, problem=str(error))
    return Entry(name, recipe, result, figures=figures)
