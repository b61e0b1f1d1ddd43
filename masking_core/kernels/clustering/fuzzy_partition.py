"""A picture divided into clusters of pixels by colour, every pixel belonging to each to a degree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from masking_core.kernels.clustering.fuzzy import fuzzy_c_means, memberships
from masking_core.kernels.clustering.kmeans import kmeans
from masking_core.kernels.clustering.partition import (
    OUTSIDE,
    Partition,
    histogram_of,
    marked_clusters,
    tied_bins,
    tied_pixels,
)
from masking_core.kernels.clustering.spatial import BY_COLOUR
from masking_core.kernels.colour_space import ColourSpace, by_darkness, planes, to_rgb
from masking_core.progress import bands

COARSE, FINE, EXACT = 5, 7, 8
"""Bits a channel of the histograms: of the first iterations, and of the last ones on large and on small pictures.

At 7 bits a centre is within 0.02 grey levels of where all pixels would have it; at 8 it is there."""

SMALL = 1 << 17
"""Pixels up to which a picture is small."""
_BLOCK = 16384  # pixels weighed at a time, so that what is computed about them stays in the cache


@dataclass(frozen=True, eq=False)
class FuzzyPartition(Partition):
    """A partition by degrees; ``labels`` are the clusters of highest membership.

    Attributes:
        membership: (H, W, K) float32 in [0, 1]; they sum to 1, and are 0 outside the mask; None unless asked for.
        partition_coefficient: mean of Σ membership², from 1/K (undecided) to 1 (crisp).
        partition_entropy: mean of -Σ membership × ln membership, from 0 (crisp) to ln K (undecided).
    """

    membership: NDArray[np.float32] | None
    partition_coefficient: float
    partition_entropy: float


def fuzzy_partition(
    rgb: NDArray[np.uint8],
    clusters: int,
    *,
    fuzzifier: float = 2.0,
    space: ColourSpace = "rgb",
    mask: NDArray[np.bool_] | None = None,
    seeds: NDArray[np.integer] | None = None,
    max_iterations: int = 300,
    precision: float = 0.001,
    seed: int = 0,
    membership: bool = False,
) -> FuzzyPartition:
    """Fuzzy C-means of a picture's colours, see :func:`masking_core.kernels.clustering.fuzzy.fuzzy_c_means`.

    It starts from the centres of k-means. Most iterations run on a coarse histogram, the last ones on a fine one;
    ``iterations`` and ``energy`` cover both. Memberships are those of each pixel's own colour in the final centres.

    Args:
        rgb, clusters, space, mask, seeds, max_iterations, precision, seed: as for
            :func:`masking_core.kernels.clustering.partition.colour_partition`.
        fuzzifier: above 1; near 1 the clusters are crisp as in k-means, the larger the softer.
        membership: whether to return memberships of pixels, 4 K bytes a pixel.

    Raises:
        ParameterError: the mask is empty.
        SeedsError: the seeds of a cluster have no colour of their own inside the mask.
    """
    coarse = histogram_of(rgb, mask, bits=COARSE)
    tied = tied_bins(coarse, rgb, mask, seeds)
    centres = kmeans(coarse.points(space), coarse.counts.astype(np.float64), clusters, seed=seed, tied=tied).centres
    fine = histogram_of(rgb, mask, bits=EXACT if coarse.counts.sum() <= SMALL else FINE)
    energy: tuple[float, ...] = ()
    path: list[NDArray[np.float64]] = []
    for histogram in (coarse, fine):
        found = fuzzy_c_means(
            histogram.points(space),
            histogram.counts.astype(np.float64),
            centres,
            fuzzifier=fuzzifier,
            max_iterations=max_iterations - max(len(energy) - 1, 0),
            precision=precision,
            tied=tied_bins(histogram, rgb, mask, seeds),
        )
        centres, energy, path = found.centres, energy[:-1] + found.objective, [*path[:-1], *found.path]
    order = by_darkness(centres, space, keep=marked_clusters(seeds))
    centres = centres[order]
    labels, degrees = _weigh_pixels(rgb, centres, fuzzifier, space, tied_pixels(fine, rgb, mask, seeds), membership)
    if mask is not None:
        labels[~mask] = OUTSIDE
        degrees[~mask] = 0.0
    return FuzzyPartition(
        labels=labels,
        colours=to_rgb(centres, space),
        places=None,
        energy=energy,
        converged=found.converged,
        path=np.array(path)[:, order],
        measure=BY_COLOUR,
        membership=degrees if membership else None,
        partition_coefficient=found.partition_coefficient,
        partition_entropy=found.partition_entropy,
    )


def _weigh_pixels(
    rgb: NDArray[np.uint8],
    centres: NDArray[np.float64],
    fuzzifier: float,
    space: ColourSpace,
    tied: NDArray[np.int32] | None,
    keep: bool,
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Labels (H, W) and memberships (H, W, K), or (H, W, 0) if they are not to be kept."""
    height, width = rgb.shape[:2]
    labels = np.empty((height, width), dtype=np.int32)
    degrees = np.empty((height, width, len(centres) if keep else 0), dtype=np.float32)
    for rows in bands((height, width), "Weighing pixels", _BLOCK):
        colours = planes(rgb[rows], space).reshape(3, -1)
        ties = np.full(colours.shape[1], -1, np.int32) if tied is None else tied[rows].ravel()
        belonging, nearest = memberships(colours, ties, centres, fuzzifier)
        labels[rows] = nearest.reshape(-1, width)
        if keep:
            degrees[rows] = belonging.reshape(-1, width, len(centres))
    return labels, degrees
