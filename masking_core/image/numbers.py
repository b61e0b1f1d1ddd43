"""Pictures whose pixels are numbers: label maps, seed maps, trimaps and ground truths are read here.

Nothing is converted for the eye: a palette gives its indices, 16 and 32 bits stay as they are, profiles do not count.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from masking_core.errors import PromptError
from masking_core.image import apart, reading
from masking_core.image.decoder_errors import foreign
from masking_core.image.levels import Samples
from masking_core.image.limits import Limits, in_force
from masking_core.image.sources import Source, bytes_of, name_of, subject_of
from masking_core.image.srgb import BIT_SCALES, TURNS, orientation_of

_LISTED = 6  # values that a sentence names


@dataclass(frozen=True, eq=False)
class NumberMap:
    """What the pixels of a file say.

    Attributes:
        name: of the file, made harmless.
        values: (H, W) int64, or None in a picture of colours.
        rgb: (H, W, 3) uint8 of a picture of colours, or None.
        alpha: (H, W) uint8, or None where all is opaque.
        white: the greatest value that the file could hold; 1 for one bit; 0 where it does not matter (palettes).
        palette: (N, 3) uint8, what the indices of a palette look like; None without one.
    """

    name: str
    values: NDArray[np.int64] | None
    rgb: NDArray[np.uint8] | None = None
    alpha: NDArray[np.uint8] | None = None
    white: int = 255
    palette: NDArray[np.uint8] | None = None

    @classmethod
    def open(cls, source: Source, *, name: str | None = None, limits: Limits | None = None) -> NumberMap:
        """The numbers in a file, an open file, a Pillow picture or an array, upright by its EXIF orientation.

        Three equal channels are grey. Raises :class:`ImageError`, as :meth:`Image.open` does, and :class:`PromptError`
        if the pixels are not whole numbers.
        """
        limits, name = in_force(limits), name_of(source, name)
        subject = subject_of(name)
        if isinstance(source, np.ndarray):
            return _of_array(source, name)
        if isinstance(source, PIL.Image.Image):
            limits.check_size(subject, *source.size)
            return _of_pillow(source, name)
        data = bytes_of(source, subject, limits)
        if (elsewhere := apart.in_use()) is not None:
            found: NumberMap = elsewhere.opened(cls, data, subject, {"name": name, "limits": limits.model_dump()})
            return found
        frame = next(reading.frames(data, subject, limits))
        return _of_samples(frame, name) if isinstance(frame, Samples) else _of_pillow(frame, name)

    @classmethod
    def every(cls, source: bytes, *, name: str, limits: Limits | None = None) -> list[NumberMap]:
        """The numbers in every page of a file, as :meth:`open` reads the first. Raises what that does."""
        limits = in_force(limits)
        subject = subject_of(name)
        frames = reading.frames(bytes_of(source, subject, limits), subject, limits)
        return [_of_samples(each, name) if isinstance(each, Samples) else _of_pillow(each, name) for each in frames]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        shape = self.shape
        return shape[1], shape[0]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        found = self.values if self.values is not None else self.rgb
        assert found is not None  # one of the two is there
        return found.shape[0], found.shape[1]

    @property
    def subject(self) -> str:
        """How a sentence about it begins."""
        return subject_of(self.name)

    def must_be(self, size: tuple[int, int], what: str) -> None:
        """Raise :class:`PromptError` with both sizes unless it is as large as the picture; ``what`` it is: "a mask"."""
        if self.size != size:
            ours, theirs = (f"{width:,} × {height:,}" for width, height in (self.size, size))
            raise PromptError(f"{self.subject} has {ours} pixels; {what} must be as large as the picture, {theirs}.")

    def mask_in_alpha(self) -> NDArray[np.uint8] | None:
        """(H, W) uint8 alpha, if that is all there is to see: every pixel that shows is of one colour."""
        if self.alpha is None or self.alpha.min() == self.alpha.max():
            return None
        shown = self.rgb if self.values is None else self.values
        assert shown is not None
        seen = shown[self.alpha > 0]
        return self.alpha if bool((seen == seen[0]).all()) else None

    def listed(self, wrong: NDArray[np.integer[Any]]) -> str:
        """Some of the values in ``wrong``, for a sentence."""
        unique = np.unique(wrong).tolist()
        return ", ".join(map(str, unique[:_LISTED])) + (", …" if len(unique) > _LISTED else "")


def _of_array(array: NDArray[Any], name: str) -> NumberMap:
    if array.dtype == bool:
        array = array.astype(np.uint8)
        return _of_channels(array[..., None] if array.ndim == 2 else array, name, 1)
    if array.ndim not in (2, 3) or not array.size:
        raise PromptError(f"{subject_of(name)} must be (H, W) numbers or (H, W, 3) colours; {array.shape} was given.")
    return _of_channels(array[..., None] if array.ndim == 2 else array, name, _white(array))


def _of_samples(samples: Samples, name: str) -> NumberMap:
    colour = _upright(samples.colour, samples.orientation)
    found = _of_channels(colour, name, int(samples.white or _white(colour)))
    alpha = None if samples.alpha is None or samples.alpha.min() == 255 else samples.alpha
    return replace(found, alpha=None if alpha is None else _upright(alpha[..., None], samples.orientation)[..., 0])


def _of_pillow(picture: PIL.Image.Image, name: str) -> NumberMap:
    stretched = _stretched(picture)  # before loading: Pillow forgets how deep the samples were
    with foreign(subject_of(name)):
        picture.load()
        orientation = orientation_of(picture)[0]
        if picture.mode in ("P", "PA"):
            indices = _upright(
                np.asarray(picture if picture.mode == "P" else picture.getchannel(0))[..., None], orientation
            )
            palette = np.array(picture.getpalette("RGB") or [0, 0, 0], np.uint8).reshape(-1, 3)
            return NumberMap(name, indices[..., 0].astype(np.int64), white=0, palette=palette)
        if picture.mode not in ("1", "L", "LA", "RGB", "RGBA", "F") and not picture.mode.startswith("I"):
            picture = picture.convert({"La": "LA", "RGBa": "RGBA"}.get(picture.mode, "RGB"))
        if picture.mode == "1":
            stretched, picture = 255, picture.convert("L")
        channels = _upright(np.atleast_3d(np.asarray(picture)), orientation)
    if stretched > 1:
        channels = channels // stretched
    return _of_channels(channels, name, _white(channels) // stretched)


def _stretched(picture: PIL.Image.Image) -> int:
    """By what Pillow multiplies the samples of a file of 2 or 4 bits."""
    tiles = getattr(picture, "tile", None)
    times, per = BIT_SCALES.get(tiles[0].args, (1, 1)) if tiles and isinstance(tiles[0].args, str) else (1, 1)
    return times if per == 1 else 1


def _upright(channels: NDArray[Any], orientation: int) -> NDArray[Any]:
    """(H, W, C) of any type, turned as EXIF says."""
    if orientation not in TURNS:
        return channels
    height, width, count = channels.shape
    order = TURNS[orientation](np.arange(height * width, dtype=np.int32).reshape(height, width))
    return channels.reshape(-1, count)[order]


def _of_channels(channels: NDArray[Any], name: str, white: int) -> NumberMap:
    """From (H, W, 1…4): grey, with alpha, RGB, with alpha."""
    count = channels.shape[2]
    if count > 4:
        raise PromptError(f"{subject_of(name)} must have 1 to 4 channels; it has {count}.")
    alpha = _opacity(channels[..., -1], white) if count in (2, 4) else None
    colour = channels[..., :-1] if count in (2, 4) else channels
    if colour.shape[2] == 3 and (colour[..., :1] != colour[..., 1:]).any():
        if white != 255:
            raise PromptError(f"{subject_of(name)} is a colour picture of more than 8 bits; numbers must be grey.")
        return NumberMap(name, None, np.ascontiguousarray(colour, np.uint8), alpha)
    return NumberMap(name, _whole(colour[..., 0], name), None, alpha, white)


def _opacity(alpha: NDArray[Any], white: int) -> NDArray[np.uint8] | None:
    found = np.rint(alpha * (255 / max(white, 1))).astype(np.uint8)
    return None if found.min() == 255 else found


def _whole(values: NDArray[Any], name: str) -> NDArray[np.int64]:
    if values.dtype.kind == "f":
        if not np.isfinite(values).all() or (values != np.rint(values)).any():
            raise PromptError(f"{subject_of(name)} must hold whole numbers; it holds fractions.")
    elif values.dtype.kind not in "iu":
        raise PromptError(f"{subject_of(name)} must hold whole numbers; it holds {values.dtype}.")
    return values.astype(np.int64)


def _white(values: NDArray[Any]) -> int:
    return int(np.iinfo(values.dtype).max) if values.dtype.kind in "iu" else 0
