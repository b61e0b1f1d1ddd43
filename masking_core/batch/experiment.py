"""What a batch with truths says about its recipes: how good, how fast, and whether a difference is more than chance."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from masking_core.batch.record import Entry

ROUNDS = 10_000
"""Resamples of the bootstrap."""
LEVEL = 0.95
MEASURES = ("iou", "boundary_f")

Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Spread:
    """The middle over pictures and how far they are from it: mean and standard deviation, or median and half the
    distance of the quartiles.
    """

    mean: float
    deviation: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Of one value or more; one value does not deviate."""
        return cls(float(np.mean(values)), float(np.std(values, ddof=1)) if len(values) > 1 else 0.0)

    @classmethod
    def of_times(cls, values: Sequence[float]) -> "Spread":
        """By the median, which the first picture of a worker, slow because kernels are loaded, does not move."""
        low, middle, high = np.quantile(values, [0.25, 0.5, 0.75]).tolist()
        return cls(middle, (high - low) / 2)


@dataclass(frozen=True)
class Difference:
    """How much better one is than another on the same pictures.

    Attributes:
        mean: of the differences.
        low, high: ends of the 95 % interval.
        p: how often chance alone would give so large a mean, in either direction; at least one over the resamples.
    """

    mean: float
    low: float
    high: float
    p: float


@dataclass(frozen=True)
class Row:
    """One recipe of an experiment.

    Attributes:
        recipe: its name.
        pictures: how many have a truth.
        failed: how many of them have no result; they count as scores of 0.
        scores: of each of :data:`MEASURES`.
        seconds: of the pictures that have a result, by their median; None where no time was taken.
        behind: IoU of the best recipe over this one's; None for the best.
        on_front: whether no other recipe is both at least as good and at least as fast.
    """

    recipe: str
    pictures: int
    failed: int
    scores: Mapping[str, Spread]
    seconds: Spread | None
    behind: Difference | None
    on_front: bool


def rows(entries: Iterable[Entry]) -> list[Row]:
    """The recipes of an experiment, the highest mean IoU first; only pictures with a truth count."""
    by_recipe = _by_recipe(entries)
    names = list(dict.fromkeys(name for own in by_recipe.values() for name in own))
    iou = {recipe: scores_of(own, names, "iou") for recipe, own in by_recipe.items()}
    ranked = sorted(by_recipe, key=lambda recipe: -float(iou[recipe].mean()))
    seconds = {recipe: _seconds(by_recipe[recipe]) for recipe in ranked}
    front = pareto({recipe: (float(iou[recipe].mean()), _mean(seconds[recipe])) for recipe in ranked})
    return [
        Row(
            recipe=recipe,
            pictures=len(names),
            failed=sum(not by_recipe[recipe].get(name, {}).get("scores") for name in names),
            scores={each: Spread.of(scores_of(by_recipe[recipe], names, each).tolist()) for each in MEASURES},
            seconds=seconds[recipe],
            behind=None if recipe == ranked[0] else paired_bootstrap(iou[ranked[0]], iou[recipe]),
            on_front=recipe in front,
        )
        for recipe in ranked
    ]


def paired_bootstrap(better: Scores, other: Scores, *, rounds: int = ROUNDS, seed: int = 0) -> Difference:
    """Resample pictures to see how sure the mean difference is (Efron & Tibshirani 1993, percentile interval).

    Args:
        better, other: (N,) float64, the scores of the same pictures.
        rounds: resamples.
        seed: of the random draws.
    """
    apart = better - other
    random = np.random.default_rng(seed)
    means = np.concatenate(
        [apart[random.integers(0, len(apart), (part, len(apart)))].mean(axis=1) for part in _parts(rounds, len(apart))]
    )
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]).tolist()
    p = 2 * min(float((means <= 0).mean()), float((means >= 0).mean()))
    return Difference(float(apart.mean()), low, high, min(1.0, max(p, 1 / rounds)))


def pareto(points: Mapping[str, tuple[float, float]]) -> set[str]:
    """The names of the points (quality, seconds) that no other point beats: as good and as fast, and better in one."""
    return {
        name
        for name, (quality, seconds) in points.items()
        if not any(
            other >= quality and time <= seconds and (other > quality or time < seconds)
            for other, time in points.values()
        )
    }


def worst(entries: Iterable[Entry], count: int) -> list[Entry]:
    """The ``count`` entries of the lowest IoU, a failure before all others."""
    with_truth = [entry for entry in entries if entry.get("truth")]
    return sorted(with_truth, key=lambda entry: entry["scores"].get("iou", -1.0))[:count]


def scores_of(own: Mapping[str, Entry], names: Sequence[str], measure: str) -> Scores:
    """(N,) float64: a measure of one recipe's entries, by picture; 0 where there is no result."""
    return np.array([own.get(name, {}).get("scores", {}).get(measure, 0.0) for name in names], np.float64)


def _by_recipe(entries: Iterable[Entry]) -> dict[str, dict[str, Entry]]:
    found: dict[str, dict[str, Entry]] = {}
    for entry in entries:
        if entry.get("truth"):
            found.setdefault(entry["recipe"], {})[entry["picture"]] = entry
    return found


def _seconds(own: Mapping[str, Entry]) -> Spread | None:
    taken = [entry["seconds"] for entry in own.values() if entry["scores"] and entry.get("seconds")]
    return Spread.of_times(taken) if taken else None


def _mean(seconds: Spread | None) -> float:
    return 0.0 if seconds is None else seconds.mean


def _parts(rounds: int, width: int) -> list[int]:
    """The rounds in parts of no more than about a million draws."""
    most = max(1, 1_000_000 // width)
    return [min(most, rounds - begun) for begun in range(0, rounds, most)]
