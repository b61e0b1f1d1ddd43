"""The best parameters by a score: a coarse grid over their ranges, then ever smaller steps around the best."""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from masking_core.errors import MaskingError, ParameterError
from masking_core.parameters import Parameter, Value
from masking_core.progress import report
from masking_core.recipe import Recipe
from masking_core.tuning.sweep import changed, suggested

COARSE = {1: 9, 2: 5, 3: 4}
"""Values a parameter in the coarse grid, by the number of parameters; three beyond that."""
FINEST = 1 / 64
"""Smallest step of the refinement, as a share of a parameter's range."""

Values = dict[str, Value]


@dataclass(frozen=True)
class Try:
    """One recipe that was tried: its ``score`` (higher is better), or None and the ``problem``; seconds it took."""

    values: Values
    recipe: Recipe
    score: float | None
    problem: str
    seconds: float


def search(
    recipe: Recipe,
    names: Sequence[str],
    score: Callable[[Recipe], float],
    *,
    seconds: float,
    tried: Callable[[Try], object] = lambda _: None,
) -> tuple[Try, ...]:
    """Look for the values of some parameters that score highest.

    First the recipe as it is, then a coarse grid in a shuffled order that is always the same, so that a budget that
    runs out has seen all of the range; then pattern search (Hooke & Jeeves 1961) around the best, its steps halved
    whenever none of them helps.

    Args:
        recipe: where to begin; the parameters that are not named stay.
        names: which parameters, see :meth:`masking_core.Recipe.tunable`.
        score: what to make as large as possible; a :class:`MaskingError` counts as a failed try.
        seconds: no further recipe is begun after that long; the first one always is.
        tried: told of every try as it ends.

    Returns:
        Every try, in order; :func:`best` names the best of them.

    Raises:
        ParameterError: ``names`` is empty, or one of them is unknown.
        Cancelled: the listener of :mod:`masking_core.progress` no longer wants the result.
    """
    if not names:
        raise ParameterError("A search needs one parameter at least; none was given.")
    declared = {name: recipe.parameter_at(name) for name in names}
    begun = time.monotonic()
    tries: list[Try] = []
    seen: set[Recipe] = set()
    for values in _proposals(recipe, declared, tries):
        spent = time.monotonic() - begun
        if tries and spent >= seconds:
            break
        candidate = changed(recipe, values)
        if candidate in seen:
            continue
        seen.add(candidate)
        report(min(spent / max(seconds, 1e-9), 1.0), f"{len(tries) + 1} tried")
        tries.append(_attempt(candidate, values, score))
        tried(tries[-1])
    return tuple(tries)


def best(tries: Sequence[Try]) -> Try | None:
    """The try with the highest score, the earliest of equals; None if all of them failed."""
    return max((item for item in tries if item.score is not None), key=lambda item: item.score or 0.0, default=None)


def _attempt(recipe: Recipe, values: Values, score: Callable[[Recipe], float]) -> Try:
    begun = time.monotonic()
    try:
        reached, problem = score(recipe), ""
    except MaskingError as error:
        reached, problem = None, str(error)
    return Try(values, recipe, reached, problem, time.monotonic() - begun)


def _proposals(recipe: Recipe, declared: Mapping[str, Parameter], tries: Sequence[Try]) -> Iterator[Values]:
    """What to try next; looks at how the earlier ones fared."""
    start = {name: recipe.value_at(name) for name in declared}
    yield start
    count = COARSE.get(len(declared), 3)
    grid = list(product(*(suggested(parameter, count) for parameter in declared.values())))
    for index in np.random.default_rng(0).permutation(len(grid)):
        yield _with_effect(recipe, dict(zip(declared, grid[index], strict=True)), declared, start)
    step = 0.5 / (count - 1)
    while step >= FINEST and (centre := best(tries)) is not None:
        for name, parameter in declared.items():
            for beside in _beside(parameter, centre.values[name], step):
                yield _with_effect(recipe, {**centre.values, name: beside}, declared, start)
        if best(tries) is centre:
            step /= 2


def _with_effect(recipe: Recipe, values: Values, declared: Mapping[str, Parameter], start: Values) -> Values:
    """``values``, those that have no effect beside the others as they were, so that nothing is tried twice."""
    recipe = changed(recipe, values)
    return {
        name: item if declared[name].matters(dict(recipe.part_at(name))) else start[name]
        for name, item in values.items()
    }


def _beside(parameter: Parameter, current: Value, step: float) -> tuple[Value, ...]:
    """The values a step of the range away from the current one; the other choices of what is no number."""
    if parameter.kind in {"bool", "choice"}:
        return tuple(item for item in suggested(parameter) if item != current)
    if parameter.low is None or parameter.high is None or current is None:
        return ()
    low, high = parameter.low, parameter.high
    number = float(current)
    if parameter.show.log:
        factor = math.exp(step * math.log(high / max(low, high / 1e4)))
        around = (number / factor, number * factor)
    else:
        around = (number - step * (high - low), number + step * (high - low))
    return tuple(type(current)(min(max(_rounded(parameter, item, number), low), high)) for item in around)


def _rounded(parameter: Parameter, wanted: float, current: float) -> float:
    if parameter.kind == "float":
        return float(f"{wanted:.4g}")
    # A whole number moves by one at least.
    return math.ceil(wanted) if wanted > current else math.floor(wanted)
