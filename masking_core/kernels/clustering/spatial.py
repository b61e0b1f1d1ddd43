"""K-means of pixels whose distance to a cluster counts both colour and place.

A cluster's centre is the mean colour and the mean place of its pixels. With Δc the difference in colour and Δs the
distance in pixels between a pixel and a centre, pixels are assigned by one of two squared distances:

- ``product``: (Δc² + 1) (Δs² + 1), colour difference × pixel distance. The ones, a unit of colour and a pixel, keep a
  pixel of exactly the centre's colour from being at no distance however far it lies, and likewise one at its place;
  elsewhere they do not matter. There is no weight to choose, and the unit of length plays no part. Means are not what
  minimises a sum of such products, so the energy of an iteration may rise.
- ``sum``: Δc² + (m/S)² Δs², as in SLIC (Achanta et al. 2012): the compactness m, in units of colour, is what a distance
  of S = √(pixels / clusters), the side of a cluster of average size, weighs. The energy never rises.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from masking_core.kernels.clustering.runs import Run
from masking_core.kernels.colour_space import read_only
from masking_core.progress import report

Metric = Literal["product", "sum"]

FREE, MASKED = -1, -2
"""Ties of pixels that belong to no cluster beforehand, and of pixels that are not to be divided."""


class Distance(NamedTuple):
    """The squared distance ``both`` Δc² Δs² + Δc² + ``place`` Δs² + ``floor``, and S, the unit of place, in pixels."""

    both: float
    place: float
    floor: float
    side: float


BY_COLOUR = Distance(0.0, 0.0, 0.0, 1.0)
"""Place plays no part."""


@dataclass(frozen=True, eq=False)
class Grid:
    """Every ``step``-th pixel of a picture in both directions, from pixel (``first``, ``first``) on.

    Attributes:
        colours: (3, h, w) float32, read-only.
        ties: (h, w) int8, read-only: the cluster a pixel is tied to, or :data:`FREE` or :data:`MASKED`.
    """

    colours: NDArray[np.float32]
    ties: NDArray[np.int8]
    step: int = 1
    first: int = 0

    def every(self, step: int) -> Grid:
        """A sample of the pixels, each step × step of them standing for one in the middle."""
        first = step // 2
        taken = (slice(first, None, step),) * 2
        return Grid(read_only(self.colours[:, *taken]), read_only(self.ties[taken]), step, first)

    @property
    def pixels(self) -> int:
        """How many pixels are to be divided."""
        return int(np.count_nonzero(self.ties != MASKED))

    def features(self, tie: int) -> NDArray[np.float64]:
        """(5, n) float64: colour, x and y of the pixels so tied, row by row."""
        chosen = self.ties == tie
        places = self.first + 0.5 + self.step * np.array(np.nonzero(chosen)[::-1], dtype=np.float64)
        return np.concatenate([self.colours[:, chosen], places])


def distance(metric: Metric, pixels: int, clusters: int, compactness: float) -> Distance:
    """The distance for so many pixels and clusters; ``compactness`` is m ≥ 0 of the metric ``sum``."""
    side = float(np.sqrt(pixels / clusters))
    return Distance(1.0, 1.0, 1.0, side) if metric == "product" else Distance(0.0, (compactness / side) ** 2, 0.0, side)


def seeding(
    free: NDArray[np.float64],
    measure: Distance,
    marked: NDArray[np.float64],
    clusters: int,
    random: np.random.Generator,
) -> NDArray[np.float64]:
    """Starting centres (K, 5): ``marked`` (S, 5), then some of the ``free`` pixels (5, n), drawn by squared distance.

    This is k-means++ (Arthur & Vassilvitskii 2007) by the metric at hand; K is ``clusters`` or, where there are fewer
    distinct pixels, their number.
    """
    centres = list(marked)
    nearest = np.min([_squared(free, centre, measure) for centre in centres] or [np.ones(free.shape[1])], axis=0)
    while len(centres) < clusters and nearest.any():
        chance = np.cumsum(nearest)
        drawn = free[:, np.searchsorted(chance, random.random() * chance[-1], side="right")]
        away = _squared(free, drawn, measure)
        nearest = np.minimum(nearest, away) if centres else away
        centres.append(drawn)
    return np.array(centres)


def lloyd(grid: Grid, measure: Distance, start: NDArray[np.float64], max_iterations: int, precision: float) -> Run:
    """Move centres (K, 5) to the mean of their pixels until they rest.

    They rest when none moves by more than ``precision`` in colour and by more than as many percent of S in place. A
    cluster without pixels stays where it is.
    """
    centres, labels, sums = start.copy(), np.empty(grid.ties.shape, dtype=np.int32), np.empty((len(start), 6))
    scene = (grid.colours, grid.ties, float(grid.step), grid.first + 0.5)
    energy = [_assign(*scene, centres, measure, labels, sums)]
    path = [centres]
    converged = False
    while not converged and len(energy) <= max_iterations:
        report(len(energy) / max_iterations, "Grouping pixels")
        moved = np.where(sums[:, 5:] > 0, sums[:, :5] / np.maximum(sums[:, 5:], 1.0), centres)
        step = moved - centres
        in_colour, in_place = np.linalg.norm(step[:, :3], axis=1).max(), np.linalg.norm(step[:, 3:], axis=1).max()
        converged = bool(in_colour <= precision and in_place <= precision / 100 * measure.side)
        centres = moved
        path.append(centres)
        energy.append(_assign(*scene, centres, measure, labels, sums))
    return Run(centres, labels, sums[:, 5], tuple(energy), converged, np.array(path))


def _squared(features: NDArray[np.float64], centre: NDArray[np.float64], measure: Distance) -> NDArray[np.float64]:
    """Squared distances (n,) without their floor, so that the centre itself is at 0."""
    colour = np.square(features[:3] - centre[:3, None]).sum(axis=0)
    place = np.square(features[3:] - centre[3:, None]).sum(axis=0)
    squared: NDArray[np.float64] = (measure.both * colour + measure.place) * place + colour
    return squared


@njit(cache=True, nogil=True, error_model="numpy")
def _assign(
    colours: NDArray[np.float32],
    ties: NDArray[np.int8],
    step: float,
    first: float,
    centres: NDArray[np.float64],
    measure: Distance,
    labels: NDArray[np.int32],
    sums: NDArray[np.float64],
) -> float:
    """Label the pixels, fill ``sums`` (K, 6: moments and counts), and add up the squared distances."""
    height, width = ties.shape
    xs = np.empty(width)
    for j in range(width):
        xs[j] = first + step * j
    nearest, energy = np.empty(width), np.zeros(width)
    sums[:] = 0.0
    for i in range(height):
        y, row = first + step * i, labels[i]
        c0, c1, c2 = colours[0, i], colours[1, i], colours[2, i]
        nearest[:] = np.inf
        row[:] = 0
        for k in range(centres.shape[0]):
            _claim(c0, c1, c2, xs, y, centres[k], k, measure, row, nearest)
        for j in range(width):
            if ties[i, j] != FREE:
                row[j], nearest[j] = -1, 0.0
            if ties[i, j] >= 0:
                k, at = ties[i, j], slice(j, j + 1)
                nearest[j] = np.inf
                _claim(c0[at], c1[at], c2[at], xs[at], y, centres[k], k, measure, row[at], nearest[at])
        energy += nearest
        _add_runs(c0, c1, c2, xs, y, row, sums)
    return float(energy.sum())


@njit(cache=True, nogil=True, error_model="numpy")
def _claim(
    c0: NDArray[np.float32],
    c1: NDArray[np.float32],
    c2: NDArray[np.float32],
    xs: NDArray[np.float64],
    y: float,
    centre: NDArray[np.float64],
    k: int,
    measure: Distance,
    row: NDArray[np.int32],
    nearest: NDArray[np.float64],
) -> None:
    """Give cluster ``k`` the pixels of a row it is nearer to; free of branches, for the sake of vector instructions."""
    m0, m1, m2, x = centre[0], centre[1], centre[2], centre[3]
    up = (y - centre[4]) ** 2
    both, place, floor = measure.both, measure.place, measure.floor
    for j in range(row.shape[0]):
        d0, d1, d2, dx = c0[j] - m0, c1[j] - m1, c2[j] - m2, xs[j] - x
        colour = d0 * d0 + d1 * d1 + d2 * d2
        squared = (both * colour + place) * (dx * dx + up) + colour + floor
        nearer = squared < nearest[j]
        nearest[j] = squared if nearer else nearest[j]
        row[j] = k if nearer else row[j]


@njit(cache=True, nogil=True, error_model="numpy")
def _add_runs(
    c0: NDArray[np.float32],
    c1: NDArray[np.float32],
    c2: NDArray[np.float32],
    xs: NDArray[np.float64],
    y: float,
    row: NDArray[np.int32],
    sums: NDArray[np.float64],
) -> None:
    """Add each run of equal labels in a row to its cluster's moments."""
    j = 0
    while j < row.shape[0]:
        label, begun = row[j], j
        t0, t1, t2, tx = 0.0, 0.0, 0.0, 0.0
        while j < row.shape[0] and row[j] == label:
            t0 += c0[j]
            t1 += c1[j]
            t2 += c2[j]
            tx += xs[j]
            j += 1
        if label >= 0:
            total = sums[label]
            total[0] += t0
            total[1] += t1
            total[2] += t2
            total[3] += tx
            total[4] += y * (j - begun)
            total[5] += j - begun
