"""What a batch writes of each picture, and under which name."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from masking_core.errors import ParameterError
from masking_core.export.contents import CONTENTS, Kind

PLACEHOLDERS = ("folder", "stem", "name", "ext", "recipe", "what")


def kind_of(what: str, wanted: str) -> Kind:
    """The file that holds a content: of the first kind among ``wanted``, with commas between them, or the usual one."""
    kinds = CONTENTS[what].kinds
    return next((kinds[kind] for kind in wanted.split(",") if kind in kinds), next(iter(kinds.values())))


def kinds_named(text: str) -> str:
    """Ids of kinds of files, with commas between them, as they are.

    Raises:
        ParameterError: there is no such kind.
    """
    known = list(dict.fromkeys(kind for content in CONTENTS.values() for kind in content.kinds))
    if not set(text.split(",")) <= set(known):
        raise ParameterError(f"format must name some of {', '.join(known)}; {text!r} was given.")
    return text


def contents_named(text: str) -> tuple[str, ...]:
    """Ids of :data:`masking_core.export.CONTENTS` from text with commas between them.

    Raises:
        ParameterError: there is no such content, or one is named twice.
    """
    names = tuple(text.split(","))
    if len(set(names)) < len(names) or not set(names) <= set(CONTENTS):
        raise ParameterError(f"write must name some of {', '.join(CONTENTS)}, each once; {text!r} was given.")
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
    values = {
        "folder": folder,
        "stem": path.stem,
        "name": path.name,
        "recipe": recipe,
        "what": CONTENTS[what].ending,
        "ext": ext,
    }
    filled = re.sub(r"{(.*?)}", lambda found: values[found[1]], pattern)
    return str(PurePosixPath(filled.lstrip("/")))
