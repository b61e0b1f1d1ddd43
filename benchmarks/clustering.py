"""Clustering against scikit-learn and scikit-fuzzy: time, agreement and memory at 1, 4 and 12 megapixels.

Times are of one call in a warm process, the best of a few where a call is short; ratios are between calls in the same
process. scikit-fuzzy is no dependency: `pip install scikit-fuzzy` to have it beside.
"""

import tracemalloc
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage import data

from benchmarks.timing import fastest
from masking_core.kernels.clustering.colour_histogram import colour_histogram
from masking_core.kernels.clustering.fuzzy import memberships
from masking_core.kernels.clustering.fuzzy_partition import fuzzy_partition
from masking_core.kernels.clustering.kmeans import kmeans, lloyd, seeding
from masking_core.kernels.clustering.partition import colour_partition
from masking_core.kernels.clustering.spatial_partition import spatial_partition
from masking_core.kernels.clustering.suggest import suggest

MEGAPIXELS = (1, 4, 12)
CLUSTERS = 3
PRECISION = 0.1
"""Colour units by which centres still move when k-means stops."""


def rows() -> list[dict[str, Any]]:
    """All of the comparisons."""
    return [*kmeans_rows(), *fuzzy_rows(), *spatial_rows(), *suggestion_rows(), *memory_rows()]


def photograph(megapixels: float) -> NDArray[np.uint8]:
    """The sample photo of an astronaut at so many megapixels, with noise as of a camera: (H, W, 3) uint8."""
    side = round(1000 * megapixels**0.5)
    large = cv2.resize(data.astronaut(), (side, side), interpolation=cv2.INTER_CUBIC)
    noise = np.random.default_rng(0).normal(0.5, 2, large.shape).astype(np.float32)
    return np.clip(large + noise, 0, 255).astype(np.uint8)


def kmeans_rows() -> list[dict[str, Any]]:
    """K-means from the same centres to the same rule, and with the seeding and its trials on our side alone.

    scikit-learn stops when the squared moves of all centres sum up to a bound, we when none moves by more than the
    precision; ours is set so that it implies theirs.
    """
    from sklearn.cluster import KMeans

    found = []
    for megapixels in MEGAPIXELS:
        rgb = photograph(megapixels)
        pixels = rgb.reshape(-1, 3).astype(np.float32)
        start = _start(rgb)
        peer = KMeans(CLUSTERS, init=start, n_init=1, max_iter=300, tol=PRECISION**2 / float(pixels.var(axis=0).mean()))
        peer_seconds, _ = fastest(lambda peer=peer, pixels=pixels: peer.fit(pixels), repeats=1)
        for name, work in (
            ("k-means, same start", lambda rgb=rgb, start=start: _from(rgb, start)),
            ("k-means, seeded", lambda rgb=rgb: colour_partition(rgb, CLUSTERS, precision=PRECISION / CLUSTERS**0.5)),
        ):
            seconds, (centres, iterations) = fastest(lambda work=work: _centres(work()))
            found.append(
                {
                    "what": name,
                    "megapixels": megapixels,
                    "seconds": round(seconds, 3),
                    "iterations": iterations,
                    "peer": "scikit-learn",
                    "peer_seconds": round(peer_seconds, 3),
                    "peer_iterations": peer.n_iter_,
                    "times_faster": round(peer_seconds / seconds, 1),
                    "inertia_ratio": round(_inertia(pixels, centres) / _inertia(pixels, peer.cluster_centers_), 6),
                }
            )
    return found


def fuzzy_rows() -> list[dict[str, Any]]:
    """Fuzzy C-means with memberships of pixels; at 1 megapixel beside scikit-fuzzy, from its random start and ours."""
    found = []
    for megapixels in MEGAPIXELS:
        rgb = photograph(megapixels)
        seconds, ours = fastest(lambda rgb=rgb: fuzzy_partition(rgb, CLUSTERS, membership=True))
        row = {
            "what": "fuzzy C-means",
            "megapixels": megapixels,
            "seconds": round(seconds, 3),
            "iterations": ours.iterations,
        }
        peers = _scikit_fuzzy(rgb, ours.colours, seconds) if megapixels == 1 and find_spec("skfuzzy") else [{}]
        found += [row | peer for peer in peers]
    return found


def _scikit_fuzzy(rgb: NDArray[np.uint8], centres: NDArray[np.float64], seconds: float) -> list[dict[str, Any]]:
    from skfuzzy import cmeans

    pixels = rgb.reshape(-1, 3).T.astype(np.float64)
    coarse = colour_histogram(rgb, bits=5)
    start = kmeans(coarse.rgb, coarse.counts.astype(float), CLUSTERS).centres
    ours, _ = memberships(pixels, np.full(pixels.shape[1], -1, dtype=np.int32), start, 2.0)
    found = []
    for name, begin in (("its random start", None), ("our start", ours.T)):
        peer_seconds, peer = fastest(
            lambda begin=begin: cmeans(pixels, CLUSTERS, 2.0, error=0.005, maxiter=1000, init=begin, seed=0), repeats=1
        )
        theirs = peer[0][np.argsort(peer[0].sum(axis=1))]
        found.append(
            {
                "peer": f"scikit-fuzzy from {name}",
                "peer_seconds": round(peer_seconds, 3),
                "peer_iterations": int(peer[5]),
                "times_faster": round(peer_seconds / seconds, 1),
                "centres_apart_grey_levels": round(
                    float(np.abs(theirs - centres[np.argsort(centres.sum(axis=1))]).max()), 4
                ),
            }
        )
    return found


def spatial_rows() -> list[dict[str, Any]]:
    """K-means by colour and place."""
    found = []
    for metric in ("product", "sum"):
        for space in ("rgb", "lab"):
            for megapixels in MEGAPIXELS:
                rgb = photograph(megapixels)
                seconds, ours = fastest(
                    lambda rgb=rgb, m=metric, s=space: spatial_partition(rgb, CLUSTERS, metric=m, space=s)
                )
                found.append(
                    {
                        "what": f"k-means by colour and place, {metric}, {space}",
                        "megapixels": megapixels,
                        "seconds": round(seconds, 3),
                        "iterations": ours.iterations,
                    }
                )
    return found


def suggestion_rows() -> list[dict[str, Any]]:
    """Scoring 2 to 12 clusters."""
    found = []
    for megapixels in MEGAPIXELS:
        rgb = photograph(megapixels)
        seconds, _ = fastest(lambda rgb=rgb: suggest(rgb))
        found.append({"what": "suggesting a number", "megapixels": megapixels, "seconds": round(seconds, 3)})
    return found


def memory_rows() -> list[dict[str, Any]]:
    """The most memory in use at a time at the largest size, result included, in bytes a pixel beyond the picture."""
    rgb = photograph(MEGAPIXELS[-1])
    works = {
        "k-means": lambda: colour_partition(rgb, CLUSTERS),
        "fuzzy C-means": lambda: fuzzy_partition(rgb, CLUSTERS),
        "fuzzy C-means with memberships": lambda: fuzzy_partition(rgb, CLUSTERS, membership=True),
        "k-means by colour and place, rgb": lambda: spatial_partition(rgb, CLUSTERS),
        "k-means by colour and place, lab": lambda: spatial_partition(rgb, CLUSTERS, space="lab"),
    }
    return [
        {
            "what": f"memory of {name}",
            "megapixels": MEGAPIXELS[-1],
            "bytes_per_pixel": round(_peak(work) / (rgb.size / 3), 1),
        }
        for name, work in works.items()
    ]


def _start(rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
    histogram = colour_histogram(rgb)
    free = np.full(len(histogram.keys), -1, dtype=np.int32)
    return seeding(histogram.rgb, histogram.counts.astype(float), CLUSTERS, free, np.random.default_rng(0))


def _from(rgb: NDArray[np.uint8], start: NDArray[np.float64]) -> tuple[NDArray[np.float64], int]:
    """What scikit-learn does from given centres: centres, iterations, and labels of all pixels (not handed on)."""
    histogram = colour_histogram(rgb)
    free = np.full(len(histogram.keys), -1, dtype=np.int32)
    found = lloyd(histogram.rgb, histogram.counts.astype(float), start, free, 300, PRECISION / CLUSTERS**0.5)
    histogram.spread(rgb, found.labels, np.int32(-1))
    return found.centres, found.iterations


def _centres(found: Any) -> tuple[NDArray[np.float64], int]:
    return found if isinstance(found, tuple) else (found.colours, found.iterations)


def _inertia(pixels: NDArray[np.float32], centres: NDArray[np.float64]) -> float:
    return sum(
        float(np.square(part[:, None] - centres[None]).sum(axis=2).min(axis=1).sum())
        for part in np.array_split(pixels, 32)
    )


def _peak(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
