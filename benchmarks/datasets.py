"""Readers of the folder of pictures with ground truth; the folder is always an argument, never a default."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from masking_core import Prompts
from masking_core.prompts import Mark

MIXED = 128
UNKNOWN, BACKGROUND, FOREGROUND = -1, 0, 1


class DataError(Exception):
    """The folder, or a file in it, is not there; ``str(error)`` is one sentence for whoever runs the benchmark."""


@dataclass(frozen=True)
class Box:
    """The object lies inside x0 ≤ x ≤ x1, y0 ≤ y ≤ y1 (pixels, inclusive)."""

    x0: int
    y0: int
    x1: int
    y1: int


@dataclass(frozen=True)
class Sample:
    """One picture with its truth and at most one prompt.

    ``truth`` and ``ignored`` are (H, W) bool; ``seeds`` is (H, W) int8 of -1 unknown, 0 background, 1 foreground, or
    None; ``undecided`` is (H, W) bool, what a trimap leaves open, or None.
    """

    name: str
    rgb: NDArray[np.uint8]
    truth: NDArray[np.bool_]
    ignored: NDArray[np.bool_]
    seeds: NDArray[np.int8] | None = None
    box: Box | None = None
    undecided: NDArray[np.bool_] | None = None

    @property
    def prompts(self) -> Prompts:
        """Seeds and box as one value, as a user's marks would be."""
        marks: tuple[Mark, ...] = ()
        if self.box is not None:
            marks += Prompts.from_box(self.box.x0, self.box.y0, self.box.x1, self.box.y1).marks
        if self.seeds is not None:
            marks += Prompts.from_seeds(self.seeds).marks
        return Prompts(marks=marks)


@dataclass(frozen=True)
class MattingSample:
    """One picture with its true alpha (H, W) float32 and an (H, W) uint8 trimap of 0, 128, 255.

    ``foreground`` (H, W, 3) uint8 is the object's own colours, where they are known.
    """

    name: str
    rgb: NDArray[np.uint8]
    alpha: NDArray[np.float32]
    trimap: NDArray[np.uint8]
    foreground: NDArray[np.uint8] | None = None


PROMPTS: dict[str, tuple[str, ...]] = {
    "grabcut": ("lasso", "box", "rectangle", "strokes1", "strokes2", "none"),
    "gsc": ("box", "box+strokes", "none"),
    "msra_strokes": ("strokes", "box", "none"),
    "ecssd": ("box", "none"),
}
_SEED_FOLDERS = {
    "lasso": "trimap",
    "strokes1": "strokes/set1_gsc",
    "strokes2": "strokes/set2_andrade",
    "strokes": "strokes",
    "box+strokes": "strokes_partial",
}
_BOX_KEYS = {"box": "tight_gt", "rectangle": "rect", "box+strokes": "tight_gt"}


def samples(data: Path, name: str, prompt: str) -> Iterator[Sample]:
    """Yield the pictures of set ``name`` with the prompts of kind ``prompt``, see :data:`PROMPTS`, by name.

    Raises:
        DataError: there is no such folder, set, prompt or file.
    """
    if prompt not in PROMPTS.get(name, ()):
        offered = "; ".join(f"{each}: {', '.join(kinds)}" for each, kinds in PROMPTS.items())
        raise DataError(f"There is no prompt {prompt!r} for the set {name!r}; there are {offered}.")
    root = _folder(data, name)
    boxes = _boxes(root) if prompt in _BOX_KEYS else {}
    for path in sorted((root / "images").iterdir()):
        truth = _grey(root / "gt" / f"{path.stem}.png")
        box = None
        if prompt in _BOX_KEYS:
            found = boxes[path.stem].get(_BOX_KEYS[prompt])
            if found is None:
                continue  # the published rectangles leave one picture out
            box = Box(*found)
        seeds, undecided = _seeds(root, path.stem, prompt)
        yield Sample(path.stem, _rgb(path), truth == 255, truth == MIXED, seeds, box, undecided)


def matting_samples(data: Path, trimap: str = "Trimap1") -> Iterator[MattingSample]:
    """Yield the matting pictures with their trimap, ``Trimap1`` (narrow) or ``Trimap2`` (wide), by name.

    Raises:
        DataError: there is no such folder or file.
    """
    root = _folder(data, "matting")
    for path in sorted((root / "images").iterdir()):
        alpha = _grey(root / "gt" / f"{path.stem}.png").astype(np.float32) / 255.0
        yield MattingSample(path.stem, _rgb(path), alpha, _grey(root / "trimap" / trimap / f"{path.stem}.png"))


def lemur(data: Path) -> MattingSample:
    """The picture whose foreground colours are known.

    Raises:
        DataError: there is no such folder or file.
    """
    root = data / "cc0_lemur"
    alpha = _grey(root / "lemur_alpha.png").astype(np.float32) / 255.0
    rgb, foreground = _rgb(root / "lemur.png"), _rgb(root / "lemur_foreground.png")
    return MattingSample("lemur", rgb, alpha, _grey(root / "lemur_trimap.png"), foreground)


def _folder(data: Path, name: str) -> Path:
    if not data.is_dir():
        raise DataError(f"The data folder {str(data)!r} is not there; give the folder that holds the sets with --data.")
    if not (data / name / "images").is_dir():
        raise DataError(f"The data folder {str(data)!r} has no set {name!r} (no folder {name}/images).")
    return data / name


def _seeds(root: Path, stem: str, prompt: str) -> tuple[NDArray[np.int8] | None, NDArray[np.bool_] | None]:
    if prompt not in _SEED_FOLDERS:
        return None, None
    marks = _grey(root / _SEED_FOLDERS[prompt] / f"{stem}.png")
    seeds = np.full(marks.shape, UNKNOWN, np.int8)
    if prompt == "lasso":
        seeds[marks <= 64] = BACKGROUND
        seeds[marks == 255] = FOREGROUND
        return seeds, seeds == UNKNOWN
    seeds[marks == 2] = BACKGROUND
    seeds[marks == 1] = FOREGROUND
    return seeds, None


def _boxes(root: Path) -> dict[str, dict[str, list[int]]]:
    path = root / "boxes" / "boxes.json"
    if not path.is_file():
        raise DataError(f"The file {str(path)!r} is not there.")
    boxes: dict[str, dict[str, list[int]]] = json.loads(path.read_text())
    return boxes


def _rgb(path: Path) -> NDArray[np.uint8]:
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise DataError(f"The picture {str(path)!r} is not there or cannot be read.")
    return np.ascontiguousarray(picture[..., ::-1])


def _grey(path: Path) -> NDArray[np.uint8]:
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        raise DataError(f"The picture {str(path)!r} is not there or cannot be read.")
    return picture
