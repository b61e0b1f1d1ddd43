"""Watershed against scikit-image and OpenCV: the flood, a stroke and the next one, and previews against full size.

Times are processor seconds of the thread that works, the best of a few calls in a warm process: what other programs do
on the machine hardly shows. OpenCV floods colours of its own kind and leaves lines, so only its time compares.
"""

from collections.abc import Callable
from functools import partial
from time import perf_counter, thread_time
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.segmentation import watershed as scikit_image

from benchmarks.clustering import photograph
from benchmarks.timing import fastest
from masking_core import Image, Prompts, Recipe
from masking_core.kernels.watershed.flooding import flood
from masking_core.kernels.watershed.gradient import colour_gradient, edge_levels
from masking_core.methods.watershed.watershed import Watershed
from masking_core.metrics import iou
from masking_core.prompts import Stroke
from masking_core.recipe import PREVIEW_PIXELS

MEGAPIXELS = (1, 4, 12)

_timed = partial(fastest, clock=thread_time)


def rows() -> list[dict[str, Any]]:
    """All of the comparisons."""
    return [*flood_rows(), *stroke_rows(), *agreement_rows()]


def flood_rows() -> list[dict[str, Any]]:
    """Two markers on the gradient of a photograph; scikit-image up to 4 megapixels."""
    found = []
    for megapixels in MEGAPIXELS:
        rgb = photograph(megapixels)
        gradient_seconds, levels = _timed(
            lambda rgb=rgb: edge_levels(colour_gradient(rgb, 0.002 * np.hypot(*rgb.shape[:2])))
        )
        markers = Prompts(marks=strokes(rgb)).seeds(rgb.shape).astype(np.int32)
        imposed = np.where(markers >= 0, 0, levels).astype(np.uint8)
        for compactness in (0.0, 0.1):
            seconds, ours = _timed(lambda m=markers, v=levels, c=compactness: flood(v, m, c).labels)
            row = {
                "what": f"flood, compactness {compactness:g}",
                "megapixels": megapixels,
                "cpu_seconds": round(seconds, 3),
                "gradient_cpu_seconds": round(gradient_seconds, 3),
            }
            if compactness == 0:
                opencv, _ = _timed(lambda m=markers, rgb=rgb: cv2.watershed(rgb, m + 1))
                row |= {"opencv_cpu_seconds": round(opencv, 3)}
            if megapixels <= 4:
                weight = 255 * compactness / np.hypot(*levels.shape)
                peer, theirs = _timed(
                    lambda v=imposed, m=markers, w=weight: scikit_image(v, m + 1, compactness=w) - 1, repeats=1
                )
                row |= {
                    "scikit_image_cpu_seconds": round(peer, 3),
                    "times_faster": round(peer / seconds, 1),
                    "equal_pixels": round(float((ours == theirs).mean()), 5),
                }
            found.append(row)
    return found


def stroke_rows() -> list[dict[str, Any]]:
    """The whole method on a preview and on the full picture: the first stroke, and one more; wall-clock time."""
    found = []
    recipe = Recipe(method=Watershed())
    for megapixels in MEGAPIXELS:
        rgb = photograph(megapixels)
        marks = strokes(rgb)
        recipe.run(Image.from_array(rgb[:99, :99]))
        for pixels in (PREVIEW_PIXELS, None):
            image = Image.from_array(rgb)
            first = _wall(lambda i=image, m=marks, p=pixels: recipe.segment(i, Prompts(marks=m[:2]), pixels=p))
            more = min(
                _wall(lambda i=image, m=marks, p=pixels: recipe.segment(i, Prompts(marks=m), pixels=p))
                for _ in range(5)
            )
            found.append(
                {
                    "what": "first stroke, next stroke" + (" (preview)" if pixels else ""),
                    "megapixels": megapixels,
                    "first_seconds": round(first, 3),
                    "next_seconds": round(more, 3),
                }
            )
    return found


def agreement_rows() -> list[dict[str, Any]]:
    """IoU of a preview, enlarged, with the full picture."""
    found = []
    for megapixels in MEGAPIXELS[1:]:
        image = Image.from_array(photograph(megapixels))
        prompts, recipe = Prompts(marks=strokes(image.rgb)), Recipe(method=Watershed())
        full, preview = (recipe.segment(image, prompts, pixels=pixels).labels for pixels in (None, PREVIEW_PIXELS))
        large = cv2.resize(preview, image.size, interpolation=cv2.INTER_NEAREST)
        agreement = iou(large == 1, full == 1, np.zeros(full.shape, bool))
        found.append({"what": "preview against full", "megapixels": megapixels, "iou": round(float(agreement), 4)})
    return found


def strokes(rgb: NDArray[np.uint8]) -> tuple[Stroke, ...]:
    """Strokes on the astronaut and around her, for a square picture of any size."""
    side = rgb.shape[0]
    paths = ((1, ((0.44, 0.16), (0.45, 0.3), (0.3, 0.8))), (0, ((0.03, 0.03), (0.3, 0.2), (0.25, 0.5))))
    paths += ((0, ((0.96, 0.03), (0.96, 0.9), (0.62, 0.3))),)
    return tuple(
        Stroke(points=tuple((x * side, y * side) for x, y in points), width=0.02 * side, object=number)
        for number, points in paths
    )


def _wall(work: Callable[[], object]) -> float:
    begun = perf_counter()
    work()
    return perf_counter() - begun
