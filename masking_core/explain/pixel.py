"""Why a pixel is kept or not, and what would change that."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from masking_core.errors import ParameterError, PromptError
from masking_core.image import Image
from masking_core.parameters import Parameter, Value, parameters
from masking_core.progress import report
from masking_core.prompts import Point, Prompts
from masking_core.recipe import Recipe
from masking_core.result import Found
from masking_core.why import Evidence, Why

PIXELS = 250_000
"""Pixels of the copy on which changes are tried."""
STEPS = (0.1, 0.25, 0.5, 1.0)
"""How far towards each bound a number is moved, nearest first."""
MOST_MARKS = 12
"""Marks that are left out one by one, the last drawn first."""


def why(found: Found, x: int, y: int) -> Why:
    """What the method weighed at the pixel in column ``x`` and row ``y`` of the full picture."""
    # The scale is that of the widths: only a row may lie beyond the copy.
    x, y = int(x * found.scale), min(int(y * found.scale), found.labels.shape[0] - 1)
    method = found.segmentation
    told = Why("This method does not say what it weighed.")
    if method.why is not None:
        told = method.why(x, y)
    elif method.membership is not None:
        told = Why(
            "How much the pixel belongs to each object; what is left is background.",
            tuple(
                Evidence(f"Object {number}", float(share), f"{share:.0%}", signed=False)
                for number, share in enumerate(method.membership[y, x], 1)
            ),
        )
    if found.labels[y, x] != method.labels[y, x]:
        now = f"object {found.labels[y, x]}" if found.labels[y, x] else "background"
        told = Why(f"{told.sentence} Clean-up then made it {now}.", told.evidence)
    return told


@dataclass(frozen=True)
class Change:
    """Something that was tried and turned the pixel: in words, and the recipe or the marks that do it."""

    words: str
    recipe: Recipe
    prompts: Prompts


def changes(recipe: Recipe, image: Image, prompts: Prompts, x: int, y: int) -> tuple[Change, ...]:
    """What would turn the pixel (x, y) of the full picture from kept to removed, or back: each was tried.

    Of every parameter of the method the nearest value that does, each mark whose removal does, and a new mark on the
    pixel itself; on a copy of at most :data:`PIXELS`.

    Raises:
        MaskingError: the recipe cannot be run as it is.
    """
    before = _is_kept(recipe, image, prompts, x, y)
    tries = [*_marks(recipe, prompts, x, y, before), *_parameters(recipe, prompts)]
    turned: dict[str, Change] = {}
    for number, (kind, change) in enumerate(tries):
        report(number / len(tries), "Trying what would change it")
        if kind in turned:
            continue
        with suppress(PromptError, ParameterError):  # without that mark, or with that value, nothing can be cut
            if _is_kept(change.recipe, image, change.prompts, x, y) != before:
                turned[kind] = change
    return tuple(turned.values())


def _is_kept(recipe: Recipe, image: Image, prompts: Prompts, x: int, y: int) -> bool:
    result = recipe.run(image, prompts, pixels=PIXELS)
    row = min(int(y * result.scale), result.alpha.shape[0] - 1)
    return bool(result.alpha[row, int(x * result.scale)] >= 0.5)


def _marks(recipe: Recipe, prompts: Prompts, x: int, y: int, kept: bool) -> Iterator[tuple[str, Change]]:
    if "point" in recipe.method.uses:
        mark = Point(x=x + 0.5, y=y + 0.5, object=0 if kept else 1)
        side = "background" if kept else "object 1"
        yield "point", Change(f"Mark this place as {side}", recipe, Prompts(marks=(*prompts.marks, mark)))
    count = len(prompts.marks)
    for index in range(count - 1, max(-1, count - 1 - MOST_MARKS), -1):
        rest = prompts.marks[:index] + prompts.marks[index + 1 :]
        mark_kind = prompts.marks[index].kind
        yield f"mark {index}", Change(f"Remove mark {index + 1} ({mark_kind})", recipe, Prompts(marks=rest))


def _parameters(recipe: Recipe, prompts: Prompts) -> Iterator[tuple[str, Change]]:
    values = dict(recipe.method)
    for parameter in parameters(type(recipe.method)):
        if not parameter.matters(values):
            continue
        now = values[parameter.name]
        for value in _others(parameter, now):
            words = f"{parameter.title}: {parameter.written(value)} instead of {parameter.written(now)}"
            changed = recipe.changed(method=recipe.method.changed(**{parameter.name: value}))
            yield parameter.name, Change(words, changed, prompts)


def _others(parameter: Parameter, now: Value) -> list[Value]:
    """Other values of a parameter, the nearest first."""
    if parameter.kind == "bool":
        return [not now]
    if parameter.kind == "choice":
        return [choice for choice in parameter.choices if choice != now]
    if parameter.low is None or parameter.high is None or isinstance(now, str) or now is None:
        return []
    moved = [now + step * (bound - now) for step in STEPS for bound in (parameter.low, parameter.high)]
    if parameter.kind == "int":
        return [value for value in dict.fromkeys(round(each) for each in moved) if value != now]
    return [value for value in dict.fromkeys(float(f"{each:.4g}") for each in moved) if value != now]
