"""The ground truth of a picture: what it is, reading it, and remembering it."""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from masking_core import Image, ParameterError, Result, export, metrics
from masking_core.arrays import Mask
from studio import state

TOLERANCE = 0.008
"""How far outlines may lie apart and still agree, in diagonals of the picture (Perazzi et al. 2016)."""


@dataclass(frozen=True)
class Truth:
    """A ground truth: what it is called, its (H, W) alpha as the bytes of a grey PNG, and the tolerance in pixels."""

    name: str
    png: bytes
    tolerance: float

    @cached_property
    def _grey(self) -> NDArray[np.uint8]:
        grey: NDArray[np.uint8] = cv2.imdecode(np.frombuffer(self.png, np.uint8), cv2.IMREAD_GRAYSCALE)
        return grey

    def alpha(self, result: Result) -> NDArray[np.float32]:
        """(H, W) float32 in [0, 1], at the size of ``result``."""
        size = result.image.size
        grey = self._grey
        if grey.shape != size[::-1]:
            grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
        return grey.astype(np.float32) / np.float32(255)

    def mask(self, result: Result) -> Mask:
        """(H, W) bool, at the size of ``result``."""
        return self.alpha(result) >= 0.5

    def scores(self, result: Result) -> dict[str, float]:
        """How good ``result`` is, by the names of :func:`masking_core.metrics.scores`."""
        return metrics.scores(result.alpha, self.alpha(result), self.tolerance * result.scale)


def known(image: Image) -> Truth | None:
    """The ground truth given for ``image``, if there is one."""
    plain = state.get(_key(image))
    return Truth(plain["name"], plain["png"], _tolerance(image)) if plain else None


def keep(image: Image, name: str, png: bytes) -> None:
    """Let the grey PNG be the ground truth of ``image``, under that name."""
    state.put(_key(image), {"name": name, "png": png})


def forget(image: Image) -> None:
    """Have no ground truth for ``image`` any more."""
    state.put(_key(image), None)


def read(image: Image, name: str, data: bytes) -> bytes:
    """A mask picture for ``image`` as a grey PNG: its alpha if it has any, else its brightness; the object is bright.

    Raises:
        ImageError: it is no picture.
        ParameterError: it is of another size than ``image``, or of one value only.
    """
    found = Image.open(data, name=name)
    if found.size != image.size:
        ours, theirs = (f"{size[0]:,} × {size[1]:,}" for size in (image.size, found.size))
        raise ParameterError(f"{name} is {theirs} pixels and the picture {ours}: a mask must be of the same size.")
    grey = cv2.cvtColor(found.rgb, cv2.COLOR_RGB2GRAY)
    if found.alpha is not None and found.alpha.min() < 255:
        grey = found.alpha
    values = np.unique(grey)
    if len(values) == 1:
        raise ParameterError(f"{name} is the same everywhere: the object must be white and the rest black.")
    if len(values) == 2:  # masks are often written with 0 and 1
        grey = np.where(grey == values[1], np.uint8(255), np.uint8(0))
    return export.png(grey)


def usual_tolerance(image: Image) -> float:
    """The tolerance of the boundary to begin with, in pixels of ``image``."""
    return min(max(round(2 * TOLERANCE * float(np.hypot(*image.size))) / 2, 0.5), 50.0)


def _tolerance(image: Image) -> float:
    return float(state.setdefault("compare.tolerance", usual_tolerance(image)))


def _key(image: Image) -> str:
    return f"truth.{image.digest}"
