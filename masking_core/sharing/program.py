"""A piece of work as a Python program of its own, and all parameters as a table."""

import re
from collections.abc import Iterator
from pathlib import PurePath
from textwrap import fill, indent
from typing import Any

from pydantic import BaseModel

import masking_core
from masking_core.image.levels import AUTOMATIC, Levels
from masking_core.methods import METHODS
from masking_core.parameters import Declared, Parameter, parameters
from masking_core.prompts import Prompts
from masking_core.prompts import prompts as marks
from masking_core.recipe import Recipe
from masking_core.samples import SAMPLES
from masking_core.steps.backgrounds import BACKGROUNDS, Background, Behind
from masking_core.steps.clean import Clean
from masking_core.steps.edge import EDGE_STEPS, EdgeStep
from masking_core.steps.foreground import Foreground
from masking_core.version import __version__

WIDTH = 100
"""Columns of the program; only texts that cannot be divided are longer."""


def _later_parts() -> Iterator[type[Declared]]:
    """What follows the method in a recipe and has parameters."""
    yield Clean
    yield Foreground
    yield from EDGE_STEPS.values()
    yield from BACKGROUNDS.values()


def python(recipe: Recipe, prompts: Prompts, picture: str, slice: int | None = None, levels: Levels = AUTOMATIC) -> str:
    """A program that cuts ``picture`` and writes the cut-out: the pixels of ``recipe.run`` at full resolution.

    It needs nothing but this library and the picture: marks, and a picture behind, are written out in it. Parameters
    are named where they differ from their defaults.

    Args:
        recipe: how it is cut.
        prompts: marks in pixels of the full picture.
        picture: the name of a sample picture, or else the path of a file.
        slice: which one of a stack, from 0; None for a file of one picture.
        levels: over which values a picture of more than eight bits is shown.

    >>> from masking_core import KMeans
    >>> print(python(Recipe(method=KMeans(objects=4)), Prompts(), "photo.jpg"))  # doctest: +ELLIPSIS
    # Made with masking-studio ...
    from pathlib import Path
    <BLANKLINE>
    from masking_core import Image, KMeans, Recipe, export
    <BLANKLINE>
    image = Image.open("photo.jpg")
    recipe = Recipe(method=KMeans(objects=4))
    result = recipe.run(image)
    Path("photo-cutout.png").write_bytes(export.png(result.rgba))
    <BLANKLINE>
    """
    opening, opener = _opening(picture, slice, levels)
    arguments = [_expression(recipe), "image"] if not prompts.marks else [_expression(recipe), "image", "prompts"]
    lines = [f"image = {opening}"]
    if prompts.marks:
        lines.append(f"prompts = {_expression(prompts)}")
    lines.append(f"recipe = {arguments[0]}")
    lines.append(f"result = recipe.run({', '.join(arguments[1:])})")
    target = f"{PurePath(picture).stem or 'picture'}-cutout.png"
    lines.append(f"Path({_quoted(target)}).write_bytes(export.png(result.rgba))")
    made = f"# Made with masking-studio {__version__}."
    return "\n".join([made, *_imports(recipe, prompts, opener, levels), "", *lines, ""])


def parameter_reference() -> str:
    """Every method and every later step with its parameters, as Markdown."""
    sections = [
        "# Parameters",
        "",
        "Every parameter as it is declared; sliders, error messages, the command line and this page read the same",
        "declaration. `python -m masking_core methods --markdown > docs/parameters.md` writes this file anew.",
    ]
    for id, method in METHODS.items():
        marks = f"Marks it uses: {', '.join(sorted(method.uses))}." if method.uses else "It uses no marks."
        needs = f" {method.needs}" if method.needs else ""
        sections += ["", f"## {method.title}: `{id}`", "", f"{method.good_for} {marks}{needs}", "", *_table(method)]
    sections += ["", "# After the method", "", "Every method's result goes through the same steps, all off at first."]
    for part in _later_parts():
        kind = f"{_family(part)}: " if _family(part) else ""
        sections += ["", f"## {kind}{part.title}", "", *_table(part)]
    return "\n".join([*sections, ""])


def _family(part: type[Declared]) -> str:
    return "Edge" if issubclass(part, EdgeStep) else "Background" if issubclass(part, Background) else ""


def _opening(picture: str, slice: int | None, levels: Levels) -> tuple[str, str]:
    """How the picture is opened, and the class or function that opens it."""
    if picture in SAMPLES:
        return f"sample({_quoted(picture)})", "sample"
    shown = "" if levels == AUTOMATIC else f", levels={_expression(levels)}"
    if slice is not None:
        return f"Stack.open({_quoted(picture)}{shown})[{slice}]", "Stack"
    return f"Image.open({_quoted(picture)}{shown})", "Image"


def _imports(recipe: Recipe, prompts: Prompts, opener: str, levels: Levels) -> Iterator[str]:
    if isinstance(recipe.background, Behind):
        yield "from base64 import b64decode"
    yield "from pathlib import Path"
    yield ""
    values = [*_models(recipe), *(_models(prompts) if prompts.marks else ())]
    values += [levels] if levels != AUTOMATIC and opener != "sample" else []
    names = {type(value).__name__: type(value).__module__ for value in values}
    for public in (marks, masking_core):
        names |= {name: public.__name__ for name in names if name in public.__all__}
    names |= {"export": "masking_core", opener: "masking_core.samples" if opener == "sample" else "masking_core"}
    for module in sorted(set(names.values())):
        own = sorted(name for name in names if names[name] == module)
        line = f"from {module} import {', '.join(own)}"
        yield line if len(line) <= WIDTH else _block(f"from {module} import (", own, ")")


def _models(model: BaseModel) -> Iterator[BaseModel]:
    """The model and all that is in it and will be written."""
    yield model
    for _, value in _written(model):
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, BaseModel):
                yield from _models(item)


def _written(model: BaseModel) -> Iterator[tuple[str, Any]]:
    """The fields that differ from their defaults."""
    for name, info in type(model).model_fields.items():
        value = getattr(model, name)
        if info.is_required() or value != info.get_default(call_default_factory=True):
            yield name, value


def _expression(value: Any) -> str:
    """A value as Python that makes it again, broken into lines where it is long."""
    if isinstance(value, Behind):
        return f"Behind.holding(b64decode({_text(_base64(value))}))"
    if isinstance(value, BaseModel):
        items = [f"{name}={_expression(item)}" for name, item in _written(value)]
        return _call(type(value).__name__, items)
    if isinstance(value, tuple) and any(isinstance(item, tuple | BaseModel) for item in value):
        return _sequence(value)
    return _text(value) if isinstance(value, str) else repr(value)


def _base64(background: Behind) -> str:
    encoded: str = background.model_dump(mode="json")["data"]
    return encoded


def _call(name: str, items: list[str]) -> str:
    line = f"{name}({', '.join(items)})"
    if len(line) <= WIDTH // 2 or (len(line) <= WIDTH - 20 and "\n" not in line and line.count("(") <= 4):
        return line
    return _block(f"{name}(", items, ")")


def _sequence(items: tuple[Any, ...]) -> str:
    written = [_expression(item) for item in items]
    line = f"[{', '.join(written)}]"
    if len(line) <= WIDTH // 2:
        return line
    if all(isinstance(item, tuple) for item in items):  # points: as many to a line as fit
        # A space inside a point must not be where its line ends.
        inner = fill(", ".join(point.replace(" ", "\0") for point in written), WIDTH - 20).replace("\0", " ")
        return _block("[", [inner], "]")
    return _block("[", written, "]")


def _block(begin: str, items: list[str], end: str) -> str:
    """Items one below the other."""
    return "\n".join([begin, *(indent(item + ",", "    ") for item in items), end])


def _text(text: str) -> str:
    """A string literal; a long one, which is base64 here, as several side by side."""
    if len(text) <= WIDTH:
        return _quoted(text)
    parts = [_quoted(text[start : start + WIDTH - 20]) for start in range(0, len(text), WIDTH - 20)]
    return "(\n" + indent("\n".join(parts), "    ") + "\n)"


def _quoted(text: str) -> str:
    literal = repr(text)
    return literal if '"' in literal else f'"{literal[1:-1]}"'


def _table(model: type[Declared]) -> Iterator[str]:
    yield "| parameter | default | allowed | what it does |"
    yield "|---|---|---|---|"
    for parameter in parameters(model):
        cells = f"`{parameter.name}`", _default(parameter), parameter.accepted, _meaning(parameter)
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _default(parameter: Parameter) -> str:
    if parameter.default is None:
        return "automatic"
    shown = str(parameter.default).lower() if parameter.kind == "bool" else parameter.default
    return f"`{shown:g}`" if isinstance(shown, float) else f"`{shown}`"


def _meaning(parameter: Parameter) -> str:
    when = parameter.show.when
    only = f" Only with {when[0]} {' or '.join(map(str, when[1]))}." if when else ""
    return re.sub(r"\s+", " ", parameter.description) + only
