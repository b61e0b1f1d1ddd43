"""Variants of a recipe: parameters swept over values, and the best ones searched for.

A parameter goes by its name in the method ("smoothness"), or by the part of the recipe and its name there
("edge.feather", "clean.specks", "keep.rule").
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np

from masking_core import metrics
from masking_core.arrays import Mask
from masking_core.errors import ParameterError
from masking_core.parameters import Declared, Parameter, Value, parameters
from masking_core.recipe import Recipe

PARTS = ("keep", "clean", "edge")
MOST_AXES = 2

Place = tuple[int, ...]


class Variant(NamedTuple):
    """One cell of a sweep: its ``place`` in the grid, the ``values`` there, one an axis, and the ``recipe``."""

    place: Place
    values: tuple[Value, ...]
    recipe: Recipe


def tunable(recipe: Recipe) -> dict[str, Parameter]:
    """The parameters of a recipe that can be swept, by name: its method's first, then those of the other parts."""
    own = {parameter.name: parameter for parameter in parameters(type(recipe.method))}
    others = {f"{part}.{item.name}": item for part in PARTS for item in parameters(type(_part(recipe, part)))}
    return own | others


def parameter_of(recipe: Recipe, name: str) -> Parameter:
    """The declaration of the parameter ``name`` of ``recipe``.

    Raises:
        ParameterError: there is none of that name.
    """
    known = tunable(recipe)
    if name not in known:
        raise ParameterError(f"A parameter to sweep must be one of {', '.join(known)}; {name!r} was given.")
    return known[name]


def value(recipe: Recipe, name: str) -> Value:
    """What the parameter ``name`` is in ``recipe``. Raises :class:`ParameterError` for an unknown name."""
    found: Value = getattr(part_of(recipe, name), parameter_of(recipe, name).name)
    return found


def part_of(recipe: Recipe, name: str) -> Declared:
    """The part of ``recipe`` that the parameter ``name`` belongs to: its method, ``keep``, ``clean`` or ``edge``."""
    return _part(recipe, _field(name))


def changed(recipe: Recipe, values: Mapping[str, Value]) -> Recipe:
    """``recipe`` with other values, each checked by its declaration.

    Raises:
        ParameterError: a name is unknown, or a value is outside its declaration.
    """
    for name, given in values.items():
        part = part_of(recipe, name).changed(**{parameter_of(recipe, name).name: given})
        recipe = recipe.changed(**{_field(name): part})
    return recipe


def suggested(parameter: Parameter, count: int = 5) -> tuple[Value, ...]:
    """Values worth trying: every choice, or ``count`` numbers over the declared range, ascending.

    They are evenly spaced, or by equal factors where the declaration says ``log``, rounded to two significant digits.
    """
    if parameter.kind == "bool":
        return (False, True)
    if parameter.kind == "choice":
        return parameter.choices
    if parameter.low is None or parameter.high is None:
        return (parameter.default,)
    low, high = parameter.low, parameter.high
    spaced = np.geomspace(max(low, high / 1e4), high, count) if parameter.show.log else np.linspace(low, high, count)
    number = round if parameter.kind == "int" else float
    inner = (number(float(f"{item:.2g}")) for item in spaced[1:-1])
    return tuple(sorted({number(low if low > 0 else spaced[0]), *inner, number(high)}))


def sweep(recipe: Recipe, axes: Mapping[str, Sequence[Value]]) -> tuple[Variant, ...]:
    """The grid of recipes over one or two parameters, row by row: the last axis changes first.

    Args:
        recipe: what all of them share.
        axes: the values of each parameter, in the order of the grid.

    Raises:
        ParameterError: there are no axes or more than two, an axis is empty, or a value is outside its declaration.
    """
    if not 1 <= len(axes) <= MOST_AXES or not all(axes.values()):
        counts = ", ".join(f"{len(values)} of {name}" for name, values in axes.items()) or "none"
        raise ParameterError(f"A sweep needs one or two parameters with a value at least; {counts} were given.")
    places = product(*(range(len(values)) for values in axes.values()))
    grid = zip(places, product(*axes.values()), strict=True)
    return tuple(
        Variant(place, values, changed(recipe, dict(zip(axes, values, strict=True)))) for place, values in grid
    )


def stability(masks: Mapping[Place, Mask]) -> dict[Place, float]:
    """How little each cell of a grid differs from those beside it: the mean IoU with its neighbours, in [0, 1].

    Args:
        masks: (H, W) bool of one shape, by place in the grid; places may be missing. Neighbours are one step apart
            along one axis.

    Returns:
        The cells that have a neighbour.
    """
    between: dict[Place, list[float]] = {}
    for place, neighbour in _pairs(masks):
        shared = metrics.iou(masks[place], masks[neighbour])
        between.setdefault(place, []).append(shared)
        between.setdefault(neighbour, []).append(shared)
    return {place: sum(values) / len(values) for place, values in between.items()}


def _pairs(places: Iterable[Place]) -> Iterable[tuple[Place, Place]]:
    known = set(places)
    for place in sorted(known):
        for axis in range(len(place)):
            neighbour = (*place[:axis], place[axis] + 1, *place[axis + 1 :])
            if neighbour in known:
                yield place, neighbour


def _field(name: str) -> str:
    return name.split(".", maxsplit=1)[0] if "." in name else "method"


def _part(recipe: Recipe, part: str) -> Declared:
    found: Declared = getattr(recipe, part)
    return found
