"""How near the coarse to fine graph cut is to the exact one, on photographs with strokes, enlarged to a size."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.datasets import Sample, samples
from masking_core import GraphCut, Image, Recipe
from masking_core.metrics import iou

SIZES = (1.0, 4.0)
"""Megapixels."""


def rows(data: Path) -> Iterator[dict[str, Any]]:
    """One row a size: the overlap (IoU) of the two cuts, from the same colour models, over the pictures."""
    for size in SIZES:
        overlaps = np.array([_overlap(enlarged(sample, size)) for sample in samples(data, "grabcut", "strokes1")])
        yield {
            "megapixels": size,
            "pictures": len(overlaps),
            "IoU, mean": float(overlaps.mean()),
            "IoU, median": float(np.median(overlaps)),
            "IoU, least": float(overlaps.min()),
            "0.99 or more": int((overlaps >= 0.99).sum()),
            "0.97 or more": int((overlaps >= 0.97).sum()),
        }


def enlarged(sample: Sample, megapixels: float) -> Sample:
    """Scale the picture and its seeds of a sample to a size."""
    height, width = sample.truth.shape
    factor = (megapixels * 1e6 / (height * width)) ** 0.5
    size = round(width * factor), round(height * factor)
    seeds = None if sample.seeds is None else cv2.resize(sample.seeds, size, interpolation=cv2.INTER_NEAREST)
    rgb = np.asarray(cv2.resize(sample.rgb, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    return replace(sample, rgb=rgb, seeds=seeds)


def _overlap(sample: Sample) -> float:
    image = Image.from_array(sample.rgb)
    banded, exact = (
        Recipe(method=GraphCut(exact=exact)).run(image, sample.prompts).alpha >= 0.5 for exact in (False, True)
    )
    return float(iou(banded, exact))
