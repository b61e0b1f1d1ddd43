"""A piece of work as the query of an address (``?sample=coffee&method=kmeans&objects=4``), and back.

Keys are ``sample``, ``method``, the method's parameters by name, the later steps' as ``edge.feather``, ``edge`` (its
steps in their order), ``background`` (a kind or a colour) with ``background.radius`` and the like, ``area``
(x,y,width,height) and ``marks`` (their JSON, deflated, in base64). What has its default is left out.
"""

import base64
import binascii
import json
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from masking_core.errors import ParameterError, PromptError
from masking_core.methods import METHODS
from masking_core.prompts import Prompts
from masking_core.recipe import Area, Recipe
from masking_core.samples import SAMPLES, samples
from masking_core.steps.backgrounds import Background, Transparent, background_named, is_named
from masking_core.steps.edge import Edge, EdgeStep

MOST_LETTERS = 8_000
"""Longest query that is read."""
MOST_VALUE = 100
"""Longest value of it, but for the marks."""
MOST_MARKS = 4_000
"""Longest text that marks may become: some browsers and mail programs cut addresses not much beyond."""
MOST_JSON = 500_000
"""Bytes that the marks may be when they are no longer deflated."""


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
    if recipe.edge.kinds != Edge().kinds:
        query["edge"] = ",".join(recipe.edge.kinds) or "hard"
    background = recipe.background
    if background != Transparent() and is_named(background.kind):
        query["background"] = background.kind
    query |= dict(_changes(recipe))
    if recipe.foreground.picked:
        query["foreground.picked"] = ",".join(map(str, recipe.foreground.picked))
    if recipe.area:
        query["area"] = ",".join(str(number) for _, number in recipe.area)
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
    if letters > MOST_LETTERS:
        raise ParameterError(f"A link may have at most {MOST_LETTERS:,} letters; this one has {letters:,}.")
    for key, value in query.items():
        if len(value) > MOST_VALUE and key != "marks":
            raise ParameterError(f"A value of a link may have at most {MOST_VALUE} letters; {key[:40]!r} has more.")
    left = dict(query)
    sample = left.pop("sample", samples()[0])
    if sample not in SAMPLES:
        raise ParameterError(f"sample must be one of {', '.join(SAMPLES)}; {sample[:40]!r} was given.")
    prompts = _unpacked(left.pop("marks")) if "marks" in left else Prompts()
    values: dict[str, Any] = {}
    if "background" in left:
        values["background"] = background_named(left.pop("background"))
    if "edge" in left:
        values["edge"] = Edge.named(left.pop("edge"))
    if "area" in left:
        values["area"] = _area(left.pop("area"))
    picked = left.pop("foreground.picked", left.pop("keep.picked", ""))
    recipe = Recipe(method=METHODS.named(left.pop("method", "graph_cut"))(), **values)
    for path, text in left.items():
        recipe = set_by_text(recipe, path, text)
    if picked:
        recipe = recipe.changed(foreground=recipe.foreground.changed(picked=_numbers("picked objects", picked)))
    return Linked(sample, recipe, prompts)


def set_by_text(recipe: Recipe, path: str, text: str) -> Recipe:
    """The recipe with one parameter read from text.

    Args:
        recipe: to be changed.
        path: the path of a parameter, see :meth:`Recipe.tunable`; or "edge" or "background" for a kind of these.
        text: its value.

    Raises:
        ParameterError: there is no such parameter, or the value is not allowed.
    """
    if path == "edge":
        return recipe.changed(edge=Edge.named(text))
    if path == "background":
        return recipe.changed(background=background_named(text))
    return recipe.changed_at(path, recipe.parameter_at(path).parse(text))


def _changes(recipe: Recipe) -> Iterator[tuple[str, str]]:
    """The parameters that differ from their defaults, as :meth:`Parameter.parse` reads them."""
    for path, parameter in recipe.tunable().items():
        part, value = recipe.part_at(path), recipe.value_at(path)
        missing = isinstance(part, EdgeStep) and part not in recipe.edge.steps
        unnamed = isinstance(part, Background) and not is_named(part.kind)
        if value != parameter.default and not (missing or unnamed or isinstance(part, Area)):
            yield path, _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "auto" if value is None else str(value)


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
