"""A picture divided into clusters of pixels alike in colour and near one another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from masking_core.errors import ParameterError
from masking_core.kernels.clustering.partition import EMPTY, Partition, SeedsError, marked_clusters
from masking_core.kernels.clustering.runs import Iterate, Run, best_run, continued
from masking_core.kernels.clustering.spatial import FREE, MASKED, Distance, Grid, Metric, distance, lloyd, seeding
from masking_core.kernels.colour_space import ColourSpace, by_darkness, planes, read_only, to_rgb

SAMPLE = 1 << 15
"""Pixels up to which a picture is solved at once."""


def spatial_partition(
    rgb: NDArray[np.uint8],
    clusters: int,
    *,
    metric: Metric = "product",
    compactness: float = 10.0,
    space: ColourSpace = "rgb",
    mask: NDArray[np.bool_] | None = None,
    seeds: NDArray[np.integer] | None = None,
    max_iterations: int = 100,
    precision: float = 0.1,
    seed: int = 0,
) -> Partition:
    """K-means of a picture's pixels; :mod:`masking_core.kernels.clustering.spatial` says how they are compared.

    A large picture is solved on a regular sample of its pixels first and from there on all of them, to the same rule
    for stopping, so that what is returned is a rest of the iteration on all pixels.

    Args:
        rgb: (H, W, 3) uint8 sRGB.
        clusters: how many are wanted, up to 127; one that loses all its pixels stays empty.
        metric: how colour and place make one distance.
        compactness: m of the metric ``sum``, ≥ 0; not used by ``product``.
        space: the colour space in which colours differ.
        mask: (H, W) bool, the pixels to divide; all if None.
        seeds: (H, W) integers: -1 unmarked, else the cluster 0 … S - 1 that the pixel is tied to; marked pixels start
            their cluster and never leave it.
        max_iterations: on the sample and on all pixels together.
        precision: the iterations stop when no centre moves by more than this in colour, and by more than as many
            percent of S in place.
        seed: of the random draws of the seeding.

    Raises:
        ParameterError: the mask is empty.
        SeedsError: a cluster has no seed inside the mask.
    """
    picture = Grid(read_only(planes(rgb, space)), _ties(rgb.shape[:2], mask, seeds))
    pixels = picture.pixels
    if not pixels:
        raise ParameterError(EMPTY)
    measure, marked = distance(metric, pixels, clusters, compactness), _marked_centres(picture, marked_clusters(seeds))
    sample = _sample(picture, pixels)
    free, random = sample.features(FREE), np.random.default_rng(seed)

    def start() -> NDArray[np.float64]:
        return seeding(free, measure, marked, clusters, random)

    def on(grid: Grid) -> Iterate:
        return lambda centres, most: lloyd(grid, measure, centres, most, precision)

    drawn = clusters > len(marked)
    run = best_run(start, on(sample), max_iterations, drawn=drawn, doing="Grouping pixels")
    if sample is not picture:
        scale = pixels / sample.pixels
        run = replace(run, energy=tuple(scale * e for e in run.energy), converged=False)
        run = continued(run, on(picture), max_iterations)
    return _partition(run, measure, space, keep=len(marked))


def _ties(
    shape: tuple[int, ...], mask: NDArray[np.bool_] | None, seeds: NDArray[np.integer] | None
) -> NDArray[np.int8]:
    ties = np.full(shape, FREE, dtype=np.int8) if seeds is None else seeds.astype(np.int8)
    if mask is not None:
        ties[~mask] = MASKED
    return read_only(ties)


def _marked_centres(picture: Grid, clusters: int) -> NDArray[np.float64]:
    """Mean colour and place (S, 5) of the marked pixels of each marked cluster."""
    centres = []
    for cluster in range(clusters):
        own = picture.features(cluster)
        if not own.size:
            raise SeedsError(cluster, "a pixel")
        centres.append(own.mean(axis=1))
    return np.array(centres).reshape(-1, 5)


def _sample(picture: Grid, pixels: int) -> Grid:
    step = int(np.ceil(np.sqrt(pixels / SAMPLE)))
    sample = picture.every(step)
    # A mask of fine stripes may fall between the sampled pixels; then they tell nothing of the picture.
    return sample if step > 1 and 2 * sample.pixels * step**2 > pixels else picture


def _partition(run: Run, measure: Distance, space: ColourSpace, keep: int) -> Partition:
    order = by_darkness(run.centres, space, keep)
    rank = np.append(np.argsort(order), -1).astype(np.int32)
    for row in run.labels:
        row[:] = rank[row]
    return Partition(
        labels=run.labels,
        colours=to_rgb(run.centres[order, :3], space),
        places=run.centres[order, 3:],
        energy=run.energy,
        converged=run.converged,
        path=run.path[:, order],
        measure=measure,
    )
