"""Variants of a recipe: parameters swept over values, and the best ones searched for.

A parameter goes by its path in the recipe: "smoothness", "edge.feather", "clean.specks" (:meth:`Recipe.tunable`).
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np

from masking_core import metrics
from masking_core.arrays import Mask
from masking_core.errors import ParameterError
from masking_core.parameters import Parameter, Value
from masking_core.recipe import Recipe

MOST_AXES = 2

Place = tuple[int, ...]


class Variant(NamedTuple):
    """One cell of a sweep: its ``place`` in the grid, the ``values`` there, one an axis, and the ``recipe``."""

    place: Place
    values: tuple[Value, ...]
    recipe: Recipe


def changed(recipe: Recipe, values: Mapping[str, Value]) -> Recipe:
    """``recipe`` with other values, each checked by its declaration.

    Raises:
        ParameterError: a name is unknown, or a value is outside its declaration.
    """
    for path, given in values.items():
        recipe = recipe.changed_at(path, given)
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
    return tuple(sorted({number(spaced[0]), *inner, number(high)}))


def sweep(recipe: Recipe, axes: Mapping[str, Sequence[Value]]) -> tuple[Variant, ...]:
    """The grid of recipes over one or two parameters, row by row: the last axis changes first.

    Args:
        recipe: what all of them share.
        axes: the values of each parameter, in the order of the grid.

    Raises:
        ParameterError: there are no axes or more than two, an axis is empty, or a value is outside its declaration.

    >>> from masking_core import KMeans
    >>> cells = sweep(Recipe(method=KMeans()), {"objects": [2, 3], "edge.feather": [0.0, 2.0]})
    >>> [cell.values for cell in cells]
    [(2, 0.0), (2, 2.0), (3, 0.0), (3, 2.0)]
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
