"""What a command line gives: pictures and marks from files or standard input, and options read from declarations."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from masking_core.errors import ParameterError, PromptError
from masking_core.export.files import STANDARD
from masking_core.image import Image, Stack
from masking_core.image.levels import AUTOMATIC, Levels
from masking_core.image.limits import in_force
from masking_core.image.numbers import NumberMap
from masking_core.image.sources import bytes_of
from masking_core.parameters import Declared, parameters
from masking_core.prompts import Prompts, SeedMap
from masking_core.prompts.painted import seeds_of, trimap_of
from masking_core.shapes import read_shapes

MARKS = ("prompts", "trimap", "seeds", "outlines")
Model = TypeVar("Model", bound=Declared)

RANGE = "values shown as black to white: automatic, full, BLACK,WHITE"
"""What the option for deep pictures takes."""


def read(path: str) -> bytes:
    """The bytes of a file, or of standard input for "-", within the limits.

    Raises:
        ImageError: there is no such file, or it is too large.
    """
    return bytes_of(sys.stdin.buffer if path == STANDARD else path, named(path), in_force())


def named(path: str) -> str:
    """How a file is called in a sentence."""
    return "Standard input" if path == STANDARD else Path(path).name


def stack(paths: Sequence[str], levels: Levels) -> Stack:
    """The frames of one file, or several files as one stack.

    Raises:
        ImageError: one cannot be opened.
    """
    names = ["picture" if path == STANDARD else named(path) for path in paths]
    if len(paths) == 1:
        return Stack.open(read(paths[0]), name=names[0], levels=levels)
    pictures = (Image.open(read(path), name=name, levels=levels) for path, name in zip(paths, names, strict=True))
    return Stack.from_images(pictures)


def levels(text: str | None) -> Levels:
    """A range of values from text: automatic, full, or BLACK,WHITE.

    Raises:
        ParameterError: it is none of these.
    """
    if not text:
        return AUTOMATIC
    if "," not in text:
        return Levels.model_validate({"mode": text})
    try:
        black, white = (float(each) for each in text.split(","))
    except ValueError:
        raise ParameterError(f"--range takes automatic, full, or BLACK,WHITE; {text!r} was given.") from None
    return Levels(mode="given", black=black, white=white)


def add_declared(parser: Any, model: type[Declared]) -> None:
    """One option for each parameter of a model: a switch for yes or no, NAME VALUE otherwise."""
    for parameter in parameters(model):
        option = "--" + parameter.name.replace("_", "-")
        if parameter.kind == "bool":
            parser.add_argument(option, action="store_true", help=parameter.description)
        else:
            words = f"{parameter.description} {parameter.allowed}; default {parameter.default}"
            parser.add_argument(option, metavar="VALUE", help=words.replace("%", "%%"))


def declared(options: argparse.Namespace, model: type[Model]) -> Model:
    """The model that such options describe.

    Raises:
        ParameterError: a value is outside its declaration.
    """
    values: dict[str, Any] = {}
    for parameter in parameters(model):
        given = getattr(options, parameter.name)
        if isinstance(given, str):
            values[parameter.name] = parameter.parse(given)
        elif given:
            values[parameter.name] = True
    return model.model_validate(values)


def marks(options: argparse.Namespace, pictures: Stack) -> list[Prompts]:
    """The marks on every picture of a stack: the same on all, or one set each where the file holds as many.

    Raises:
        PromptError: more than one kind is given, it cannot be read, or it is of another size than its picture.
    """
    given = [kind for kind in MARKS if getattr(options, kind)]
    if len(given) > 1:
        kinds = " and ".join("--" + kind for kind in given)
        raise PromptError(f"Give one of --{', --'.join(MARKS)}; {kinds} were given.")
    if not given:
        return [Prompts()] * len(pictures)
    path = getattr(options, given[0])
    found = _found(given[0], read(path), path, pictures[0].size)
    if len(found) not in (1, len(pictures)):
        raise PromptError(f"{named(path)} has marks for {len(found)} pictures; there are {len(pictures)}.")
    every = [*found] * len(pictures) if len(found) == 1 else found
    return [
        _on(each, picture, given[0]) if isinstance(each, NumberMap) else each
        for each, picture in zip(every, pictures, strict=True)
    ]


def _found(kind: str, data: bytes, path: str, size: tuple[int, int]) -> Sequence[Prompts | NumberMap]:
    match kind:
        case "prompts":
            return _documents(data, path)
        case "outlines":
            return [read_shapes(data, named(path), size)]
        case _:
            return NumberMap.every(data, name=named(path))


def _documents(data: bytes, path: str) -> list[Prompts]:
    """One document of marks, or a list of one for each picture."""
    try:
        if not data.lstrip().startswith(b"["):
            return [Prompts.from_json(data)]
        return [Prompts.from_json(json.dumps(each)) for each in json.loads(data)]
    except (ValueError, RecursionError, PromptError) as error:
        raise PromptError(f"{named(path)}: {error}") from None


def _on(numbers: NumberMap, picture: Image, kind: str) -> Prompts:
    numbers.must_be(picture.size, "a trimap" if kind == "trimap" else "a seed map")
    found = trimap_of(numbers) if kind == "trimap" else seeds_of(numbers)
    return Prompts(marks=(SeedMap.from_numbers(found),))
