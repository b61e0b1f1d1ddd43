"""A stroke on a photograph: models, unaries and cut, from the second stroke on; export; OpenCV's grabCut beside.

The pictures are those of scikit-image, scaled to size. The picture is known when a stroke is timed, as it is in the
workbench; what is kept of it is made anew for the export.
"""

import statistics
from collections.abc import Iterable
from time import perf_counter
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage import data

from benchmarks.accuracy import grabcut
from masking_core import GraphCut, Image, Prompts, Recipe
from masking_core.metrics import iou
from masking_core.prompts import Stroke

STROKES = {  # shares of the picture: on the object, beside it
    "coffee": (((0.42, 0.36), (0.58, 0.5)), ((0.05, 0.1), (0.08, 0.85))),
    "astronaut": (((0.45, 0.2), (0.4, 0.8)), ((0.85, 0.1), (0.9, 0.3))),
    "chelsea": (((0.4, 0.5), (0.6, 0.6)), ((0.05, 0.1), (0.1, 0.8))),
}
REPEATS = 5
EXPORT = 12.0  # megapixels


def rows(sizes: Iterable[float] = (1, 4, EXPORT)) -> list[dict[str, Any]]:
    """Seconds of a stroke and of grabCut, and how well the banded cut agrees with the exact one, by megapixels."""
    return [_row(name, size) for size in sizes for name in STROKES]


def _row(name: str, megapixels: float) -> dict[str, Any]:
    rgb = photograph(name, megapixels)
    image, recipe = Image.from_array(rgb), Recipe(method=GraphCut())
    begun = perf_counter()
    recipe.run(image, strokes(name, image.size, 0.0))
    first = perf_counter() - begun
    seconds = []
    for repeat in range(REPEATS):
        begun = perf_counter()
        result = recipe.run(image, strokes(name, image.size, 0.002 * (repeat + 1)))
        seconds.append(perf_counter() - begun)
    row: dict[str, Any] = {"picture": name, "megapixels": megapixels, "first stroke, s": first}
    row["next stroke, s"] = statistics.median(seconds)
    if megapixels >= EXPORT:
        begun = perf_counter()
        cut = recipe.run(Image.from_array(rgb), strokes(name, image.size, 0.0))
        _ = cut.rgba
        return row | {"export, s": perf_counter() - begun}
    last = strokes(name, image.size, 0.002 * REPEATS)
    exact = Recipe(method=GraphCut(exact=True)).run(image, last)
    begun = perf_counter()
    grabcut(image, last)
    row["cv2.grabCut, s"] = perf_counter() - begun
    row["times faster"] = row["cv2.grabCut, s"] / row["next stroke, s"]
    return row | {"IoU with the exact cut": iou(result.alpha >= 0.5, exact.alpha >= 0.5)}


def photograph(name: str, megapixels: float) -> NDArray[np.uint8]:
    """A picture of scikit-image, (H, W, 3), scaled to a size."""
    original = getattr(data, name)()[..., :3]
    factor = (megapixels * 1e6 / (original.shape[0] * original.shape[1])) ** 0.5
    return np.asarray(cv2.resize(original, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC), np.uint8)


def strokes(name: str, size: tuple[int, int], shift: float) -> Prompts:
    """One stroke on the object and one beside it, moved by a share of the picture, so that no two are alike."""
    ends = [[((x + shift) * size[0], y * size[1]) for x, y in stroke] for stroke in STROKES[name]]
    width = max(3.0, size[0] / 60)
    return Prompts(
        marks=tuple(Stroke(points=tuple(points), width=width, object=1 - n) for n, points in enumerate(ends))
    )
