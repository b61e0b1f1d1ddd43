"""The ground truth of a picture: what it is, reading it, and remembering it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from masking_core import Image, PromptError, Result, export, metrics, truth
from masking_core.arrays import Mask
from masking_core.image.numbers import NumberMap
from studio import compute, state

TOLERANCE = 0.008
"""How far outlines may lie apart and still agree, in diagonals of the picture (Perazzi et al. 2016)."""


@dataclass(frozen=True)
class Truth:
    """A ground truth: what it is called, its (H, W) alpha as the bytes of a grey PNG, and the tolerance in pixels.

    ``ignored`` is such a PNG, white where nothing counts; empty where everything does.
    """

    name: str
    png: bytes
    tolerance: float
    ignored: bytes = b""

    def alpha(self, result: Result) -> NDArray[np.float32]:
        """(H, W) float32 in [0, 1], at the size of ``result``."""
        return self._sized(result).alpha

    def mask(self, result: Result) -> Mask:
        """(H, W) bool, at the size of ``result``."""
        return self.alpha(result) >= 0.5

    def scores(self, result: Result) -> dict[str, float]:
        """How good ``result`` is, by the names of :func:`masking_core.metrics.scores`."""
        sized = self._sized(result)
        return metrics.scores(result.alpha, sized.alpha, self.tolerance * result.scale, sized.ignored)

    def looks_inverted(self, result: Result) -> bool:
        """Whether ``result`` fits the opposite of the truth."""
        return truth.looks_inverted(result.alpha, self._sized(result))

    def _sized(self, result: Result) -> truth.Truth:
        size = result.image.size
        ignored = _grey(self.ignored, size) >= 128 if self.ignored else None
        return truth.Truth(_grey(self.png, size).astype(np.float32) / np.float32(255), ignored)


def _grey(png: bytes, size: tuple[int, int]) -> NDArray[np.uint8]:
    """(H, W) uint8 of a grey PNG, at ``size`` (width, height)."""
    grey: NDArray[np.uint8] = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    if grey.shape == size[::-1]:
        return grey
    resized: NDArray[np.uint8] = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    return resized


def known(image: Image) -> Truth | None:
    """The ground truth given for ``image``, if there is one."""
    plain = state.get(_key(image))
    return Truth(plain["name"], plain["png"], _tolerance(image), plain.get("ignored", b"")) if plain else None


def keep(image: Image, name: str, png: bytes) -> None:
    """Let the grey PNG be the ground truth of ``image``, under that name."""
    state.put(_key(image), {"name": name, "png": png})


def open_file(image: Image, name: str, data: bytes) -> None:
    """Let a file be the ground truth of ``image``, read as such files are usually meant.

    Raises:
        ImageError: it is no picture.
        PromptError: it is of another size than ``image``, or no ground truth.
    """
    numbers = _numbers(image, name, data)
    usual = truth.usual_reading(numbers)
    plain = {"name": name, "data": data, "labels": truth.labels_in(numbers), "label": None, "ignore": usual.ignore}
    state.put(_key(image), plain | _read(numbers, usual))


def choices(image: Image) -> tuple[list[int], int | None, int | None]:
    """The labels of the truth that may be chosen from, the chosen one, and the one that does not count."""
    plain = state.get(_key(image)) or {}
    return plain.get("labels", []), plain.get("label"), plain.get("ignore")


def choose(image: Image, label: int | None, ignore: int | None) -> None:
    """Read the truth again, with another label as the object and another that does not count.

    Raises:
        PromptError: nothing is left to compare.
    """
    plain = state.get(_key(image))
    numbers = _numbers(image, plain["name"], plain["data"])
    state.put(_key(image), plain | {"label": label, "ignore": ignore} | _read(numbers, truth.Reading(label, ignore)))


def invert(image: Image) -> None:
    """Make the object of the truth the background, and the other way round."""
    plain = state.get(_key(image))
    size = cv2.imdecode(np.frombuffer(plain["png"], np.uint8), cv2.IMREAD_GRAYSCALE).shape[::-1]
    state.put(_key(image), plain | {"png": export.png(255 - _grey(plain["png"], size))})


def _numbers(image: Image, name: str, data: bytes) -> NumberMap:
    numbers = "numbers", compute.digest_of(data), name
    found = compute.apart(numbers, lambda: NumberMap.open(data, name=name))
    found.must_be(image.size, "a ground truth")
    return found


def _read(numbers: NumberMap, reading: truth.Reading) -> dict[str, bytes]:
    found = truth.read(numbers, reading)
    if found.alpha.min() == found.alpha.max():
        raise PromptError(f"{numbers.subject} is the same everywhere: the object must be white and the rest black.")
    ignored = b"" if found.ignored is None else export.png(found.ignored.astype(np.uint8) * 255)
    return {"png": export.png(np.rint(found.alpha * 255).astype(np.uint8)), "ignored": ignored}


def forget(image: Image) -> None:
    """Have no ground truth for ``image`` any more."""
    state.put(_key(image), None)


def usual_tolerance(image: Image) -> float:
    """The tolerance of the boundary to begin with, in pixels of ``image``."""
    return min(max(round(2 * TOLERANCE * float(np.hypot(*image.size))) / 2, 0.5), 50.0)


def _tolerance(image: Image) -> float:
    return float(state.setdefault("compare.tolerance", usual_tolerance(image)))


def _key(image: Image) -> str:
    return f"truth.{image.digest}"
