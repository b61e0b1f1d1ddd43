"""A piece of work as the query of an address (``?sample=coffee&method=kmeans&objects=4``), and back.

Keys are ``sample``, ``method``, the method's parameters by name, the later steps' as ``edge.feather``, ``background``
(a kind or #rrggbb) with ``background.radius`` and the like, ``area`` (x,y,width,height) and ``marks`` (their JSON,
deflated, in base64). What has its default is left out.
"""

import base64
import binascii
import json
import zlib
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from masking_core.errors import ParameterError, PromptError
from masking_core.methods import method_named
from masking_core.parameters import Declared, parameters
from masking_core.prompts import Prompts
from masking_core.recipe import Area, Recipe
from masking_core.samples import SAMPLES, samples
from masking_core.steps.background import Background, Behind, Blurred, Colour, Dimmed, Transparent

MOST_KEYS = 100
MOST_LETTERS = 8_000
"""Longest query that is read."""
MOST_VALUE = 100
"""Longest value of it, but for the marks."""
MOST_MARKS = 4_000
"""Longest text that marks may become: some browsers and mail programs cut addresses not much beyond."""
MOST_JSON = 500_000
"""Bytes that the marks may be when they are no longer deflated."""

STEPS = ("clean", "keep", "edge")
BACKGROUNDS: dict[str, Callable[[], Background]] = {
    "transparent": Transparent,
    "colour": Colour,
    "dimmed": Dimmed,
    "blurred": Blurred,
}


class Linked(NamedTuple):
    """What an address speaks of."""

    sample: str
    recipe: Recipe
    prompts: Prompts


def to_query(sample: str | None, recipe: Recipe, prompts: Prompts) -> dict[str, str]:
    """The query from which :func:`from_query` makes the same again.

    A picture of the user's own (``sample`` None), one behind, and marks that :func:`fit` not are left out.
    """
    query = {"sample": sample} if sample else {}
    query["method"] = recipe.method.id
    query |= _written(recipe.method, "")
    for step in STEPS:
        query |= _written(getattr(recipe, step), f"{step}.")
    if recipe.keep.picked:
        query["keep.picked"] = ",".join(map(str, recipe.keep.picked))
    if recipe.area:
        query["area"] = ",".join(str(number) for _, number in recipe.area)
    match recipe.background:
        case Transparent() | Behind():
            pass
        case Colour(colour=colour):
            query["background"] = colour
        case background:
            query |= {"background": background.kind, **_written(background, "background.")}
    if sample and prompts.marks and fit(prompts):
        query["marks"] = _packed(prompts)
    return query


def fit(prompts: Prompts) -> bool:
    """Whether marks are few enough for an address."""
    return len(_packed(prompts)) <= MOST_MARKS


def from_query(query: Mapping[str, str]) -> Linked:
    """Read an address that anybody may have written.

    Raises:
        ParameterError: a key or a value is not allowed, or they are too many or too long.
        PromptError: the marks cannot be read.
    """
    letters = sum(len(key) + len(value) for key, value in query.items())
    if len(query) > MOST_KEYS or letters > MOST_LETTERS:
        raise ParameterError(f"A link may have at most {MOST_LETTERS:,} letters; this one has {letters:,}.")
    for key, value in query.items():
        if len(value) > MOST_VALUE and key != "marks":
            raise ParameterError(f"A value of a link may have at most {MOST_VALUE} letters; {key[:40]!r} has more.")
    left = dict(query)
    sample = left.pop("sample", samples()[0])
    if sample not in SAMPLES:
        raise ParameterError(f"sample must be one of {', '.join(SAMPLES)}; {sample[:40]!r} was given.")
    prompts = _unpacked(left.pop("marks")) if "marks" in left else Prompts()
    values: dict[str, Any] = {"background": _background(left)}
    if "area" in left:
        values["area"] = _area(left.pop("area"))
    picked = left.pop("keep.picked", "")
    recipe = Recipe(method=method_named(left.pop("method", "graph_cut"))(), **values)
    for path, text in left.items():
        recipe = set_by_text(recipe, path, text)
    if picked:
        recipe = recipe.changed(keep=recipe.keep.changed(picked=_numbers("keep.picked", picked)))
    return Linked(sample, recipe, prompts)


def set_by_text(recipe: Recipe, path: str, text: str) -> Recipe:
    """The recipe with one parameter read from text.

    Args:
        recipe: to be changed.
        path: the name of a parameter of the method, or of a later step as in ``edge.feather``.
        text: its value.

    Raises:
        ParameterError: there is no such parameter, or the value is not allowed.
    """
    step, _, name = path.rpartition(".")
    step = step or "method"
    part = getattr(recipe, step) if step in {"method", *STEPS} else None
    if not isinstance(part, Declared):
        raise ParameterError(f"A parameter is one of the steps method, {', '.join(STEPS)}; {path[:40]!r} was given.")
    return recipe.changed(**{step: _set(part, name, text)})


def _set(part: Declared, name: str, text: str) -> Declared:
    declared = {parameter.name: parameter for parameter in parameters(type(part))}
    if name not in declared:
        known = ", ".join(declared) or "none"
        raise ParameterError(f"{type(part).__name__} has no parameter {name[:40]!r}; it has {known}.")
    return part.changed(**{name: declared[name].parse(text)})


def _written(part: Declared, prefix: str) -> dict[str, str]:
    """The parameters that differ from their defaults, as :meth:`Parameter.parse` reads them."""
    values = {
        parameter.name: (getattr(part, parameter.name), parameter.default) for parameter in parameters(type(part))
    }
    return {prefix + name: _text(value) for name, (value, default) in values.items() if value != default}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "auto" if value is None else str(value)


def _background(left: dict[str, str]) -> Background:
    kind = left.pop("background", "transparent")
    if kind.startswith("#"):
        return Colour(colour=kind)
    if kind not in BACKGROUNDS:
        raise ParameterError(f"background must be #rrggbb or one of {', '.join(BACKGROUNDS)}; {kind[:40]!r} was given.")
    background: Any = BACKGROUNDS[kind]()
    for path in [path for path in left if path.startswith("background.")]:
        background = _set(background, path.removeprefix("background."), left.pop(path))
    return background  # type: ignore[no-any-return]


def _area(text: str) -> Area:
    numbers = _numbers("area", text)
    if len(numbers) != 4:
        raise ParameterError(f"area must be four whole numbers x,y,width,height; {text[:40]!r} was given.")
    return Area(**dict(zip(("x", "y", "width", "height"), numbers, strict=True)))


def _numbers(name: str, text: str) -> tuple[int, ...]:
    parts = text.split(",")
    if not all(part.isascii() and part.isdecimal() and len(part) < 10 for part in parts):
        raise ParameterError(f"{name} must be whole numbers with commas between them; {text[:40]!r} was given.")
    return tuple(map(int, parts))


def _packed(prompts: Prompts) -> str:
    plain = json.loads(prompts.to_json())["marks"]
    document = json.dumps(plain, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(zlib.compress(document.encode(), 9)).decode().rstrip("=")


def _unpacked(text: str) -> Prompts:
    if len(text) > MOST_MARKS:
        raise PromptError(f"The marks of a link may have at most {MOST_MARKS:,} letters; these have {len(text):,}.")
    inflater = zlib.decompressobj()
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        document = inflater.decompress(packed, MOST_JSON)
    except (binascii.Error, zlib.error, ValueError):
        raise PromptError("The marks of this link are damaged: perhaps only a part of the link was copied.") from None
    if not inflater.eof:
        raise PromptError("The marks of this link are damaged, or far more than a link can hold.")
    return Prompts.from_json(b'{"version": 1, "marks": ' + document + b"}")
