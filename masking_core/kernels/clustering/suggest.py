"""How many clusters the colours of a picture fall into: a score for every number, and the best of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from masking_core.kernels.clustering.kmeans import kmeans
from masking_core.kernels.clustering.partition import histogram_of
from masking_core.kernels.colour_space import ColourSpace
from masking_core.progress import report

_BITS = 5  # a channel; scores differ from those at 6 bits in the third digit


@dataclass(frozen=True)
class Suggestion:
    """Scores of k-means with 2, 3, … clusters, as far as there are as many colours.

    Attributes:
        clusters: the numbers tried, ascending.
        silhouette: for each, how much nearer colours are to their own centre than to the next, in [-1, 1].
        inertia: for each, sum of squared distances to the own centre.
        best: the number of the highest silhouette, the smaller of equals; 1 for a picture of one colour.
        elbow: the number from which on more clusters gain little; 1 for a picture of one colour.
    """

    clusters: tuple[int, ...]
    silhouette: tuple[float, ...]
    inertia: tuple[float, ...]
    best: int
    elbow: int


def suggest(
    rgb: NDArray[np.uint8],
    largest: int = 12,
    *,
    space: ColourSpace = "rgb",
    mask: NDArray[np.bool_] | None = None,
    seed: int = 0,
) -> Suggestion:
    """Score k-means with 2 … ``largest`` clusters on a coarse histogram of the picture's colours.

    Args:
        rgb: (H, W, 3) uint8 sRGB.
        largest: the highest number to try, 3 or more.
        space: the colour space in which distances are taken.
        mask: (H, W) bool, the pixels that count; all if None.
        seed: of the random draws.

    Raises:
        ParameterError: the mask is empty.
    """
    histogram = histogram_of(rgb, mask, bits=_BITS)
    points, weights = histogram.points(space), histogram.counts.astype(np.float64)
    numbers = range(1, min(largest, len(points)) + 1)
    silhouette, inertia = [], []
    for number in numbers:
        report(number / len(numbers), "Scoring numbers of objects")
        found = kmeans(points, weights, number, seed=seed)
        silhouette.append(simplified_silhouette(points, weights, found.centres) if number > 1 else -1.0)
        inertia.append(found.energy[-1])
    return Suggestion(
        clusters=tuple(numbers[1:]),
        silhouette=tuple(silhouette[1:]),
        inertia=tuple(inertia[1:]),
        best=numbers[int(np.argmax(silhouette))],
        elbow=numbers[elbow(np.pad(inertia, (0, largest - len(inertia))))],  # as many clusters as colours: no inertia
    )


def simplified_silhouette(
    points: NDArray[np.float64], weights: NDArray[np.float64], centres: NDArray[np.float64]
) -> float:
    """Weighted mean of (b - a) / b, with a and b the distances to the nearest and to the second nearest centre.

    It stands for the silhouette of Rousseeuw (1987), which compares all pairs of points (Hruschka et al. 2006).
    A point at both distances 0 scores 0.
    """
    distances = np.sqrt([np.square(points - centre).sum(axis=1) for centre in centres])
    a, b = np.partition(distances, 1, axis=0)[:2]
    score = np.divide(b - a, b, out=np.zeros_like(b), where=b > 0)
    return float(np.average(score, weights=weights))


def elbow(inertia: NDArray[np.float64]) -> int:
    """Index of the point of a falling curve that lies farthest below the line from its first point to its last.

    This is the knee of Satopää et al. (2011). A curve that does not fall has its elbow at the start.
    """
    line = np.linspace(inertia[0], inertia[-1], len(inertia))
    return int(np.argmax(line - inertia))
