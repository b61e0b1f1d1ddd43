"""The recipes of a batch, from what is written on a command line."""

import json
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from masking_core.errors import ParameterError
from masking_core.export import file_name
from masking_core.methods import METHODS
from masking_core.recipe import Recipe
from masking_core.sharing.links import from_query, set_by_text


def read_recipes(texts: Sequence[str], settings: Sequence[str] = (), sweeps: Sequence[str] = ()) -> dict[str, Recipe]:
    """Recipes by name.

    Args:
        texts: method ids; files with a recipe, or with a list of them as the comparison page saves it; addresses of
            the studio.
        settings: ``name=value`` of each, set in every recipe.
        sweeps: ``name=value,value,…`` of each; every recipe becomes one for each combination.

    Raises:
        ParameterError: one cannot be read, or a value is not allowed.
        OSError: a file cannot be read.
    """
    found: dict[str, Recipe] = {}
    for text in texts:
        for name, recipe in _read(text).items():
            changed = recipe
            for setting in settings:
                changed = set_by_text(changed, *_parted(setting, "--set", "NAME=VALUE"))
            for ending, variant in _swept(changed, sweeps):
                found[_unused(name + ending, found)] = variant
    return found


def from_link(text: str) -> dict[str, Recipe]:
    """The recipe of a link of the studio, by its method. Raises :class:`ParameterError`."""
    recipe = from_query(dict(parse_qsl(urlsplit(text).query, keep_blank_values=True))).recipe
    return {recipe.method.id: recipe}


def from_file(name: str, data: bytes) -> dict[str, Recipe]:
    """The recipe in a file, or those of a list of them, by name. Raises :class:`ParameterError`."""
    listed = _list(data)
    if listed is None:
        return {Path(name).stem: Recipe.from_json(data)}
    found: dict[str, Recipe] = {}
    for each in listed:
        found[_unused(file_name(str(each["title"])), found)] = Recipe.from_json(json.dumps(each["recipe"]))
    return found


def _read(text: str) -> dict[str, Recipe]:
    if text in METHODS:
        return {text: Recipe(method=METHODS.named(text)())}
    if "?" in text and not Path(text).exists():
        return from_link(text)
    if not Path(text).exists():
        raise ParameterError(
            f"A recipe is a file, a link of the studio, or one of the methods {', '.join(METHODS)}; {text!r} was given."
        )
    return from_file(text, Path(text).read_bytes())


def _list(data: bytes) -> list[Mapping[str, Any]] | None:
    """The entries of a list of recipes; None where it is no list."""
    try:
        found = json.loads(data)
    except ValueError:
        return None
    if not isinstance(found, list):
        return None
    if not found or not all(isinstance(each, dict) and {"title", "recipe"} <= set(each) for each in found):
        raise ParameterError('A list of recipes needs a "title" and a "recipe" in each of its entries.')
    return found


def _swept(recipe: Recipe, sweeps: Sequence[str]) -> list[tuple[str, Recipe]]:
    axes = [_parted(sweep, "--sweep", "NAME=VALUE,VALUE") for sweep in sweeps]
    variants = []
    for values in product(*(text.split(",") for _, text in axes)):
        variant = recipe
        for (path, _), value in zip(axes, values, strict=True):
            variant = set_by_text(variant, path, value)
        ending = "".join(f" {path}={value}" for (path, _), value in zip(axes, values, strict=True))
        variants.append((ending, variant))
    return variants


def _parted(text: str, option: str, form: str) -> tuple[str, str]:
    path, found, value = text.partition("=")
    if not found:
        raise ParameterError(f"{option} takes {form}; {text!r} was given.")
    return path, value


def _unused(name: str, taken: Mapping[str, Recipe]) -> str:
    number, candidate = 1, name
    while candidate in taken:
        number += 1
        candidate = f"{name}-{number}"
    return candidate
