"""``masking mask``: one picture is cut."""

import argparse
import sys
from pathlib import Path
from typing import Any

from masking_core import Image, Prompts, Recipe, export
from masking_core.errors import ParameterError, PromptError
from masking_core.methods import METHODS
from masking_core.sharing.links import set_by_text
from masking_core.steps.backgrounds import Background, Behind, background_named


def add(commands: Any) -> None:
    """Declare the command and its options."""
    mask = commands.add_parser("mask", help="cut one picture")
    mask.set_defaults(run=_mask)
    mask.add_argument("picture", type=Path, metavar="PICTURE")
    mask.add_argument("--method", metavar="ID", help=f"one of {', '.join(METHODS)}")
    mask.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        dest="settings",
        help="a parameter of the method, or of a later step: edge.feather=3, clean.specks=50, foreground.rule=largest",
    )
    mask.add_argument(
        "--recipe", type=Path, metavar="FILE", help="a recipe in JSON, which the other options then change"
    )
    mask.add_argument("--prompts", type=Path, metavar="FILE", help="marks in JSON, see docs/prompts.md")
    mask.add_argument("--trimap", type=Path, metavar="FILE", help="a grey picture: black background, white object")
    mask.add_argument("--seeds", type=Path, metavar="FILE", help="a painted seed map, see docs/prompts.md")
    mask.add_argument(
        "--background",
        metavar="KIND",
        help="a kind such as blurred, a colour such as white or #fff, or a picture file",
    )
    mask.add_argument("--out", type=Path, required=True, metavar="FILE", help="the cut-out, PNG with alpha")
    mask.add_argument("--mask-out", type=Path, metavar="FILE", help="the alpha as a grey PNG")
    mask.add_argument("--labels-out", type=Path, metavar="FILE", help="the object numbers as a PNG")


def _mask(options: argparse.Namespace) -> None:
    recipe, prompts = _recipe(options), _prompts(options)
    result = recipe.run(Image.open(options.picture), prompts)
    options.out.write_bytes(export.png(result.rgba))
    if options.mask_out:
        options.mask_out.write_bytes(export.png(result.mask))
    if options.labels_out:
        options.labels_out.write_bytes(export.labels_png(result.labels))
    for note in result.notes:
        print(note, file=sys.stderr)


def _recipe(options: argparse.Namespace) -> Recipe:
    if options.recipe:
        recipe = Recipe.from_json(options.recipe.read_bytes())
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
    return Behind.holding(Path(text).read_bytes()) if Path(text).is_file() else background_named(text)


def _prompts(options: argparse.Namespace) -> Prompts:
    given = [name for name in ("prompts", "trimap", "seeds") if getattr(options, name)]
    if len(given) > 1:
        raise PromptError(
            f"Give one of --prompts, --trimap and --seeds; {' and '.join('--' + name for name in given)} were given."
        )
    if options.prompts:
        return Prompts.from_json(options.prompts.read_bytes())
    if options.trimap:
        return Prompts.from_trimap(Image.open(options.trimap).rgb[..., 0])
    return Prompts.from_seeds(options.seeds) if options.seeds else Prompts()
