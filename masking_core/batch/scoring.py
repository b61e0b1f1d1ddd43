"""Folders of masks against a folder of true masks."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from masking_core.batch import places
from masking_core.batch.find import by_stem
from masking_core.batch.item import Outcome
from masking_core.batch.places import Place
from masking_core.batch.record import Entry
from masking_core.batch.truth import open_mask, open_truth, scores
from masking_core.errors import ImageError, MaskingError, ParameterError
from masking_core.image.limits import Limits


@dataclass(frozen=True)
class Pair:
    """A mask, if there is one, and the truth that it is compared with; ``group`` is the folder it is from."""

    name: str
    group: str
    mask: Place | None
    truth: Place
    limits: Limits


def pairs(truth: str, groups: Sequence[str], limits: Limits) -> list[Pair]:
    """Every truth with the mask of the same path, but for the suffix, of every group.

    Args:
        truth: folder, ZIP or address of the true masks.
        groups: folders, ZIPs or addresses of masks; each goes by its own name.
        limits: what may be opened.

    Raises:
        ParameterError: one is not there, there is no truth, or two groups have one name.
    """
    truths = by_stem(truth, truth)
    named = _named(groups)
    if not truths:
        raise ParameterError(f"{truth} holds no true mask.")
    masks = {name: by_stem(group, group) for name, group in named.items()}
    return [
        Pair(stem, group, own.get(stem), place, limits)
        for stem, place in truths.items()
        for group, own in masks.items()
    ]


def score(pair: Pair) -> Outcome:
    """Compare one mask with its truth; a mask that is missing or cannot be read is a failure."""
    begun = time.perf_counter()
    try:
        if pair.mask is None:
            raise ImageError("not-found", f"There is no mask of {pair.name}.")
        truth = open_truth(places.read(pair.truth, pair.limits), pair.truth.name, pair.limits)
        size = truth.alpha.shape[1], truth.alpha.shape[0]
        mask = open_mask(places.read(pair.mask, pair.limits), pair.mask.name, pair.limits, size)
        return Outcome("done", seconds=time.perf_counter() - begun, scores=scores(mask, truth))
    except MaskingError as error:
        return Outcome("failed", problem=str(error))


def entry_of(pair: Pair, outcome: Outcome) -> Entry:
    """An outcome as an entry of an experiment; no time, which would be that of the comparison."""
    return {
        "picture": pair.name,
        "recipe": pair.group,
        "state": outcome.state,
        "problem": outcome.problem,
        "files": [{"what": "mask", "path": str(pair.mask)}] if pair.mask else [],
        "truth": str(pair.truth),
        "scores": dict(outcome.scores),
    }


def _named(groups: Sequence[str]) -> Mapping[str, str]:
    named = {Path(group.rstrip("/")).stem or group: group for group in groups}
    if len(named) < len(groups):
        raise ParameterError(f"Two of {', '.join(groups)} have the same name: rename one.")
    return named
