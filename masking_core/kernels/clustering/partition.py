"""A picture divided into clusters of pixels by colour.

Colours are clustered on their histogram, so that the cost hardly grows with the picture; pixels are then looked up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from masking_core.errors import ParameterError
from masking_core.kernels.clustering.colour_histogram import ColourHistogram, colour_histogram
from masking_core.kernels.clustering.kmeans import kmeans
from masking_core.kernels.clustering.spatial import BY_COLOUR, Distance
from masking_core.kernels.colour_space import ColourSpace, by_darkness, to_rgb

OUTSIDE = -1
"""The label of pixels outside the mask."""
EMPTY = "mask must hold at least one pixel; it holds none."


class SeedsError(ParameterError):
    """Seeds that cannot start their ``cluster``: inside the mask they have no pixel, or no colour, of their own."""

    def __init__(self, cluster: int, lacks: str) -> None:
        super().__init__(f"seeds must give every cluster {lacks} of its own inside the mask; {cluster} has none.")
        self.cluster = cluster


@dataclass(frozen=True, eq=False)
class Partition:
    """A picture (H, W) divided into K clusters.

    Clusters that the user marked come first, as they were numbered; the others follow from dark to light.

    Attributes:
        labels: (H, W) signed integers, 0 … K - 1; :data:`OUTSIDE` outside the mask.
        colours: (K, 3) float64, each cluster's centre as an sRGB colour, 0–255.
        places: (K, 2) float64, each cluster's centre (x, y) in pixels; None where clusters have a colour only.
        energy: what is minimised, at the start and after every iteration, in squared units of the colour space.
        converged: whether the last iteration moved no centre by more than the precision.
        path: (T + 1, K, 3) float64, the centres in the colour space at the start and after every iteration; (T + 1, K,
            5) where they have a place, x and y in pixels.
        measure: how far pixels are from centres.
    """

    labels: NDArray[np.signedinteger]
    colours: NDArray[np.float64]
    places: NDArray[np.float64] | None
    energy: tuple[float, ...]
    converged: bool
    path: NDArray[np.float64]
    measure: Distance

    @property
    def iterations(self) -> int:
        """How often the centres were moved."""
        return len(self.energy) - 1


def colour_partition(
    rgb: NDArray[np.uint8],
    clusters: int,
    *,
    space: ColourSpace = "rgb",
    mask: NDArray[np.bool_] | None = None,
    seeds: NDArray[np.integer] | None = None,
    max_iterations: int = 100,
    precision: float = 0.1,
    seed: int = 0,
) -> Partition:
    """K-means of a picture's colours, see :func:`masking_core.kernels.clustering.kmeans.kmeans`.

    Args:
        rgb: (H, W, 3) uint8 sRGB.
        clusters: how many are wanted; fewer are returned where there are fewer colours.
        space: the colour space in which distances are taken and ``precision`` is measured.
        mask: (H, W) bool, the pixels to divide; all if None.
        seeds: (H, W) integers: -1 unmarked, else the cluster 0 … S - 1 that the pixel, and every pixel of its colour,
            is tied to.
        max_iterations: after which the centres are taken as they are.
        precision: the iterations stop when no centre moves by more than this.
        seed: of the random draws.

    Raises:
        ParameterError: the mask is empty.
        SeedsError: the seeds of a cluster have no colour of their own inside the mask.
    """
    histogram = histogram_of(rgb, mask, bits=6)
    points = histogram.points(space)
    tied = tied_bins(histogram, rgb, mask, seeds)
    found = kmeans(
        points,
        histogram.counts.astype(np.float64),
        clusters,
        max_iterations=max_iterations,
        precision=precision,
        seed=seed,
        tied=tied,
    )
    order = by_darkness(found.centres, space, keep=marked_clusters(seeds))
    rank = np.argsort(order).astype(np.min_scalar_type(-clusters))
    labels = histogram.spread(rgb, rank[found.labels], rank.dtype.type(OUTSIDE))
    if seeds is not None:  # a mark on a colour that went to another object holds where it was made
        np.copyto(labels, seeds, where=seeds >= 0, casting="same_kind")
    if mask is not None:
        labels[~mask] = OUTSIDE
    return Partition(
        labels=labels,
        colours=to_rgb(found.centres[order], space),
        places=None,
        energy=found.energy,
        converged=found.converged,
        path=found.path[:, order],
        measure=BY_COLOUR,
    )


def histogram_of(rgb: NDArray[np.uint8], mask: NDArray[np.bool_] | None, bits: int) -> ColourHistogram:
    """The colours of a picture inside ``mask``, see :func:`colour_histogram`; an empty mask is a ParameterError."""
    histogram = colour_histogram(rgb, mask, bits=bits)
    if not len(histogram.keys):
        raise ParameterError(EMPTY)
    return histogram


def marked_clusters(seeds: NDArray[np.integer] | None) -> int:
    """How many clusters are marked."""
    return 0 if seeds is None else int(seeds.max()) + 1


def tied_bins(
    histogram: ColourHistogram,
    rgb: NDArray[np.uint8],
    mask: NDArray[np.bool_] | None,
    seeds: NDArray[np.integer] | None,
) -> NDArray[np.int32] | None:
    """The cluster each bin is tied to by marks inside the mask; a marked cluster without a bin is a SeedsError."""
    if seeds is None:
        return None
    inside = seeds if mask is None else np.where(mask, seeds, -1)
    tied = histogram.tied(rgb, inside, marked_clusters(seeds))
    missing = np.setdiff1d(np.arange(marked_clusters(seeds)), tied)
    if missing.size:
        raise SeedsError(int(missing[0]), "a colour")
    return tied


def tied_pixels(
    histogram: ColourHistogram,
    rgb: NDArray[np.uint8],
    mask: NDArray[np.bool_] | None,
    seeds: NDArray[np.integer] | None,
) -> NDArray[np.int32] | None:
    """The cluster each pixel (H, W) int32 is tied to, -1 if free: by its own mark, or by that of its colour."""
    tied = tied_bins(histogram, rgb, mask, seeds)
    if tied is None or seeds is None:
        return None
    out = histogram.spread(rgb, tied, np.int32(-1))
    np.copyto(out, seeds, where=seeds >= 0, casting="same_kind")
    return out
