"""Which results of a batch a person should look at."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import cv2
import numpy as np

from masking_core import label_map
from masking_core.result import Result

UNCERTAIN = 0.5
"""A pixel is uncertain from this uncertainty on."""
MUCH = 0.1
"""A result is very uncertain where more than this share of its pixels is."""
BORDER_SHARE = 0.01
"""A foreground touches the border where it covers more than this share of the border's pixels."""
FAR = 5.0
"""Modified z-score from which a figure is an outlier (Iglewicz & Hoaglin 1993, who take 3.5; here one of four figures
is enough, and few pictures should be flagged that are in order)."""
FEWEST = 8
"""Pictures from which on the others are enough to be unlike."""

FLAGS: Mapping[str, str] = {
    "empty": "Nothing is left of the picture.",
    "full": "Nothing was removed from the picture.",
    "border": "The object touches the border of the picture.",
    "uncertain": "Many pixels were decided by a small margin.",
    "unlike": "Size, place or number of pieces is unlike those of the other pictures.",
}
"""What can be noticed, and what it means."""


@dataclass(frozen=True)
class Figures:
    """What is measured of a result; every share is in [0, 1].

    Attributes:
        share: of the picture that is foreground.
        border: share of the picture's border that is foreground.
        uncertain: share of the pixels whose uncertainty is 0.5 or more; None where the method cannot tell.
        pieces: connected pieces of the foreground.
        x, y: the middle of the foreground, in widths and heights of the picture.
    """

    share: float
    border: float
    uncertain: float | None
    pieces: int
    x: float
    y: float


def figures(result: Result) -> Figures:
    """Measure a result."""
    inside = result.alpha >= 0.5
    border = label_map.frame_sizes(inside.astype(np.int32))
    uncertainty = result.uncertainty
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    middle = (
        (float(columns.mean() + 0.5) / inside.shape[1], float(rows.mean() + 0.5) / inside.shape[0])
        if len(rows)
        else (0.5, 0.5)
    )
    return Figures(
        share=float(inside.mean()),
        border=float(border[1:].sum() / border.sum()),
        uncertain=None if uncertainty is None else float((uncertainty >= UNCERTAIN).mean()),
        pieces=int(cv2.connectedComponents(inside.view(np.uint8), connectivity=4)[0]) - 1,
        x=middle[0],
        y=middle[1],
    )


def flags(measured: Sequence[Figures]) -> list[tuple[str, ...]]:
    """The flags of each result among all results of one recipe, in the order of :data:`FLAGS`."""
    unlike = _outliers(measured)
    return [
        tuple(
            name
            for name, raised in (
                ("empty", each.share == 0),
                ("full", each.share == 1),
                ("border", each.border > BORDER_SHARE and each.share < 1),
                ("uncertain", each.uncertain is not None and each.uncertain > MUCH),
                ("unlike", bool(odd)),
            )
            if raised
        )
        for each, odd in zip(measured, unlike, strict=True)
    ]


def _outliers(measured: Sequence[Figures]) -> np.ndarray:
    if len(measured) < FEWEST:
        return np.zeros(len(measured), bool)
    columns = [(each.share, each.x, each.y, np.log2(1 + each.pieces)) for each in measured]
    values = np.array(columns)
    apart = np.abs(values - np.median(values, axis=0))
    usual = np.median(apart, axis=0)
    # Where most pictures agree to the last digit, the mean deviation takes the median's place (same source).
    spread = np.where(usual > 0, usual / 0.6745, 1.2533 * apart.mean(axis=0))
    score = np.divide(apart, spread, out=np.zeros_like(apart), where=spread > 0)
    odd: np.ndarray = (score > FAR).any(axis=1)
    return odd


def as_columns(measured: Figures) -> dict[str, float | int | None]:
    """The figures by name, for a table."""
    return asdict(measured)
