"""What a batch writes of each picture, and under which name."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from masking_core import export
from masking_core.errors import ParameterError
from masking_core.export.formats import FORMATS, Format
from masking_core.export.options import PLAIN
from masking_core.result import Result

PLACEHOLDERS = ("folder", "stem", "name", "ext", "recipe", "what")


@dataclass(frozen=True)
class Kind:
    """A kind of result: its ``title``, and the bytes of it in a file of one of :data:`masking_core.export.FORMATS`.

    ``formats`` are those it can be written in; where another is asked for, the first.
    """

    title: str
    data: Callable[[Result, Format], bytes]
    formats: tuple[str, ...]

    def format(self, wanted: str) -> Format:
        """The format in which it is written where ``wanted`` is asked for."""
        return FORMATS[wanted if wanted in self.formats else self.formats[0]]


def _mask(result: Result, form: Format) -> bytes:
    return form.write([result.mask], PLAIN)


def _labels(result: Result, form: Format) -> bytes:  # noqa: ARG001
    return export.labels_png(result.labels)


KINDS: Mapping[str, Kind] = {
    "cutout": Kind("Cut-out", export.cutout_file, tuple(FORMATS)),
    "mask": Kind("Mask", _mask, tuple(id for id, form in FORMATS.items() if form.lossless and not form.layered)),
    "labels": Kind("Label map", _labels, ("png",)),
    "layers": Kind("Layers", export.cutout_file, tuple(id for id, form in FORMATS.items() if form.layered)),
}
"""What can be written, by its name on the command line."""


def kinds_named(text: str) -> tuple[str, ...]:
    """Names of :data:`KINDS` from text with commas between them.

    Raises:
        ParameterError: there is no such kind, or one is named twice.
    """
    names = tuple(text.split(","))
    if len(set(names)) < len(names) or not set(names) <= set(KINDS):
        raise ParameterError(f"write must name some of {', '.join(KINDS)}, each once; {text!r} was given.")
    return names


def usual_pattern(recipes: Sequence[str], kinds: Sequence[str]) -> str:
    """The pattern under which no two results of one picture have the same name."""
    return "{recipe}/" * (len(recipes) > 1) + "{folder}/{stem}" + "-{what}" * (len(kinds) > 1) + ".{ext}"


def check_pattern(pattern: str) -> None:
    """Refuse a pattern with an unknown placeholder, or one that leads out of the output folder.

    Raises:
        ParameterError: see above.
    """
    unknown = set(re.findall(r"{(.*?)}", pattern)) - set(PLACEHOLDERS)
    if unknown or pattern.startswith("/") or ".." in PurePosixPath(pattern).parts or not pattern.strip("/"):
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise ParameterError(f"pattern must be a path below the output folder made of {known}; {pattern!r} was given.")


def named(pattern: str, relative: str, recipe: str, what: str, ext: str) -> str:
    """The path below the output folder of one result of the picture at ``relative`` path."""
    path = PurePosixPath(relative)
    folder = "" if str(path.parent) == "." else str(path.parent)
    values = {"folder": folder, "stem": path.stem, "name": path.name, "recipe": recipe, "what": what, "ext": ext}
    filled = re.sub(r"{(.*?)}", lambda found: values[found[1]], pattern)
    return str(PurePosixPath(filled.lstrip("/")))
