"""Pictures as values: what every method takes, and what every cut-out is made from."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b
from pathlib import PurePath
from threading import Lock
from typing import Any, NamedTuple, TypeVar, cast

import cv2
import numpy as np
import PIL.Image
import skimage
from numpy.typing import ArrayLike, NDArray

from masking_core.errors import ImageError, ParameterError
from masking_core.image import apart, reading
from masking_core.image.levels import AUTOMATIC, Levels, Samples, eight_bits, value_range
from masking_core.image.limits import Limits, in_force
from masking_core.image.sources import NAMELESS, Source, bytes_of, name_of, safe_name, subject_of
from masking_core.image.srgb import Pixels, decode, develop

__all__ = ["Image", "Limits", "Stack"]

T = TypeVar("T")

ONE_OF_SEVERAL = "This file holds several pictures; only the first was opened."
STEPS = (600_000, 250_000)
"""Pixels of the copies from which smaller ones of a large picture are made: that of a preview, and one to look at; so a
preview and the full picture are judged by the same small copies."""
MOST_DERIVED = 12
"""How many derived values a picture keeps: those asked for last."""
_bookkeeping = Lock()  # of all pictures, and held for no computation


@dataclass(frozen=True, eq=False)
class Image:
    """An immutable picture, equal to another if every pixel is. Make one with :meth:`open` or :meth:`from_array`.

    ``rgb`` is (H, W, 3) uint8 sRGB; ``alpha`` is (H, W) uint8, not premultiplied, or None if all is opaque; both are
    C-contiguous and read-only. ``name`` is a harmless file name. ``notes`` are sentences on what was odd in the file.
    ``dpi`` is the resolution that the file states, across and down. ``span`` holds the values that are shown as black
    and as white, for a picture of more than eight bits. Nothing else of a file is kept: no EXIF data, no comment, no
    profile.
    """

    rgb: NDArray[np.uint8]
    alpha: NDArray[np.uint8] | None = None
    name: str = NAMELESS
    notes: tuple[str, ...] = ()
    dpi: tuple[float, float] | None = None
    span: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", safe_name(self.name))
        if self.alpha is not None and self.alpha.min() == 255:
            object.__setattr__(self, "alpha", None)
        self._freeze()

    @classmethod
    def open(
        cls, source: Source, *, name: str | None = None, limits: Limits | None = None, levels: Levels = AUTOMATIC
    ) -> Image:
        """The first picture in a file, the current frame of a Pillow picture, or an array; upright, sRGB.

        Where the file holds several pictures, a note says so; :class:`Stack` opens them all.

        EXIF and HEIF orientation are applied and embedded ICC profiles converted. Samples of more than eight bits are
        shown over ``levels``, see :func:`masking_core.image.levels.value_range`.
        ``name`` stands in for the file's own. Raises :class:`ImageError`, whose ``code`` says why; what exceeds
        ``limits``, by default those of the environment, is refused before it is decoded.

        >>> from masking_core import export
        >>> from masking_core.samples import sample
        >>> Image.open(export.png(sample("coffee").rgb), name="cup.png")
        <Image 'cup.png', 600 × 400>
        """
        limits, name = in_force(limits), name_of(source, name)
        subject = subject_of(name)
        if isinstance(source, np.ndarray):
            return cls.from_array(source, name=name, levels=levels)
        if isinstance(source, PIL.Image.Image):
            limits.check_size(subject, *source.size)
            return _developed([_loaded(source, subject)], [name], levels, subject)[0]
        data = bytes_of(source, subject, limits)
        if (elsewhere := apart.in_use()) is not None:
            how = {"name": name, "limits": limits.model_dump(), "levels": levels.model_dump()}
            return cast(Image, elsewhere.opened(cls, data, subject, how))
        frames = reading.frames(data, subject, limits)
        image = _developed([_loaded(next(frames), subject)], [name], levels, subject)[0]
        return replace(image, notes=(*image.notes, ONE_OF_SEVERAL)) if reading.goes_on(frames) else image

    @classmethod
    def from_array(
        cls,
        rgb: ArrayLike,
        alpha: ArrayLike | None = None,
        *,
        name: str = NAMELESS,
        levels: Levels = AUTOMATIC,
    ) -> Image:
        """A copy of arrays: ``rgb`` is (H, W) or (H, W, 1) grey, (H, W, 3) RGB or (H, W, 4) RGBA; ``alpha`` is (H, W).

        uint8, bool, float in [0, 1], or other whole numbers, which are shown over ``levels``; sRGB, straight alpha.
        Raises :class:`ImageError` (unsupported, empty).

        >>> import numpy as np
        >>> Image.from_array(np.zeros((20, 30, 3), np.uint8), name="night").size
        (30, 20)
        """
        given = np.asarray(rgb)
        if given.dtype.kind in "ui" and given.dtype != np.uint8 and given.size and given.ndim in (2, 3):
            return _of_numbers(given, alpha, name, levels)
        colour = _as_uint8(rgb, "rgb")
        colour = colour[..., np.newaxis] if colour.ndim == 2 else colour
        if colour.ndim != 3 or colour.shape[2] not in (1, 3, 4):
            raise ImageError("unsupported", f"rgb must be (H, W), (H, W, 3) or (H, W, 4); {np.shape(rgb)} was given.")
        opacity = None if alpha is None else _as_uint8(alpha, "alpha")
        if colour.shape[2] == 4:
            if opacity is not None:
                raise ImageError("unsupported", "alpha was given twice: by itself and as the fourth channel of rgb.")
            colour, opacity = colour[..., :3], colour[..., 3]
        if opacity is not None and opacity.shape != colour.shape[:2]:
            raise ImageError("unsupported", f"alpha must be {colour.shape[:2]} as rgb is; {opacity.shape} was given.")
        whole = np.broadcast_to(colour, (*colour.shape[:2], 3))
        return cls(whole.copy(), None if opacity is None else opacity.copy(), name)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.rgb.shape[1], self.rgb.shape[0]

    @property
    def pixels(self) -> int:
        """Width times height."""
        return self.size[0] * self.size[1]

    @cached_property
    def digest(self) -> str:
        """32 hexadecimal digits of BLAKE2b over the shape and every byte of the pixels; the name is no part of it."""
        state = blake2b(repr((self.rgb.shape, self.alpha is not None)).encode(), digest_size=16)
        state.update(self.rgb.data)
        if self.alpha is not None:
            state.update(self.alpha.data)
        return state.hexdigest()

    def derived(self, key: Hashable, compute: Callable[[], T]) -> T:
        """What ``compute()`` makes of this picture alone, kept under ``key`` and forgotten with the picture.

        The last :data:`MOST_DERIVED` are kept. Of several threads that ask for the same, one computes and the others
        wait for it.
        """
        kept: dict[Hashable, Any] = self.__dict__.setdefault("_derived", {})
        turns: dict[Hashable, Lock] = self.__dict__.setdefault("_turns", {})
        with _bookkeeping:
            turn = turns.setdefault(key, Lock())
        with turn:
            with _bookkeeping:
                if key in kept:
                    kept[key] = kept.pop(key)  # to the end: the first to be forgotten comes first
                    return cast(T, kept[key])
            value = compute()
            with _bookkeeping:
                kept[key] = value
                while len(kept) > MOST_DERIVED:
                    del kept[next(iter(kept))]
            return value

    def forget(self) -> None:
        """Let go of all that was derived from this picture; it is computed again when it is asked for."""
        with _bookkeeping:
            self.__dict__.get("_derived", {}).clear()

    def reduced(self, pixels: int) -> Image:
        """The picture with at most ``pixels`` pixels, each the mean of those it stands for; itself if small enough.

        Colours are weighted by their alpha, so that hidden colours do not bleed. The same budget gives the same
        picture, as long as it is kept; of a picture of twice :data:`STEPS` or more, so does a copy of that many pixels,
        and what is derived from the one is derived from the other. Raises :class:`ParameterError`.
        """
        if pixels < 1:
            raise ParameterError(f"pixels must be at least 1; {pixels} was given.")
        for step in STEPS:
            if pixels < step <= self.pixels / 2:
                return self.reduced(step).reduced(pixels)
        return self if self.pixels <= pixels else self.derived(("reduced", pixels), lambda: self._reduced(pixels))

    def _reduced(self, pixels: int) -> Image:
        scale = math.sqrt(pixels / self.pixels)
        width, height = (min(max(1, int(side * scale)), pixels) for side in self.size)
        size = (width, height)
        rgb = cv2.resize(self.rgb, size, interpolation=cv2.INTER_AREA)
        if self.alpha is None:
            return Image(rgb, None, self.name, self.notes)
        opacity = cv2.resize(self.alpha.astype(np.uint16) * 255, size, interpolation=cv2.INTER_AREA)  # 0…65,025
        for channel in range(3):  # one by one: a third of the memory
            weighted = cv2.multiply(self.rgb[..., channel], self.alpha, dtype=cv2.CV_16U)
            mean = cv2.resize(weighted, size, interpolation=cv2.INTER_AREA) * 255.0 / np.maximum(opacity, 1)
            np.copyto(rgb[..., channel], np.rint(mean).clip(0, 255), casting="unsafe", where=opacity > 0)
        return Image(rgb, np.rint(opacity / 255).astype(np.uint8), self.name, self.notes)

    def __eq__(self, other: object) -> bool:
        return self.digest == other.digest if isinstance(other, Image) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"<Image {self.name!r}, {self.size[0]} × {self.size[1]}{'' if self.alpha is None else ', with alpha'}>"

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in {"_derived", "_turns"}}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._freeze()  # pickling forgets what was read-only

    def _freeze(self) -> None:
        for array in (self.rgb, self.alpha):
            if array is not None:
                array.setflags(write=False)


@dataclass(frozen=True, eq=False)
class Stack:
    """An immutable sequence of pictures: the frames of an animation, the pages of a TIFF, or several files.

    ``durations`` are milliseconds, one for each frame, or None if the source is no animation. ``loop`` is how often it
    is played as Pillow counts it: 0 for ever, None if the source does not say. Frames may differ in size.
    All frames are decoded and kept in memory; the limits bound what they take together.
    """

    frames: tuple[Image, ...]
    name: str = NAMELESS
    durations: tuple[float, ...] | None = None
    loop: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", safe_name(self.name))
        if not self.frames:
            raise ImageError("empty", "A stack must have frames; none was given.")
        if self.durations is not None and len(self.durations) != len(self.frames):
            raise ImageError(
                "unsupported", f"{len(self.frames)} durations are needed; {len(self.durations)} were given."
            )

    @classmethod
    def open(
        cls, source: Source, *, name: str | None = None, limits: Limits | None = None, levels: Levels = AUTOMATIC
    ) -> Stack:
        """Every frame of a GIF, WebP, APNG or AVIF as it is seen, every page of a TIFF; else the one picture.

        Frames are named after the file: "cells-001.tif", …; the first equals what :meth:`Image.open` gives for a file.
        Frames of more than eight bits are shown over the same values. A Pillow picture is left at its last frame.
        Raises :class:`ImageError`, as :meth:`Image.open` does; too many frames, or too many pixels in all of them, are
        refused as soon as they are seen.
        """
        limits, name = in_force(limits), name_of(source, name)
        subject = subject_of(name)
        if isinstance(source, np.ndarray):
            return cls((Image.from_array(source, name=name, levels=levels),), name)
        if isinstance(source, PIL.Image.Image):
            pictures = reading.frames_of(source, subject, limits)
        elif (elsewhere := apart.in_use()) is not None:
            how = {"name": name, "limits": limits.model_dump(), "levels": levels.model_dump()}
            return cast(Stack, elsewhere.opened(cls, bytes_of(source, subject, limits), subject, how, (Image,)))
        else:
            pictures = reading.frames(bytes_of(source, subject, limits), subject, limits)
        loaded: list[_Loaded] = []
        timing: list[float | None] = []
        loop = None
        for picture in pictures:
            loaded.append(_loaded(picture, subject))
            info = {} if isinstance(picture, Samples) else picture.info
            timing.append(info.get("duration"))
            loop = info.get("loop", loop)
        names = [name] if len(loaded) == 1 else [_numbered(name, number) for number in range(1, len(loaded) + 1)]
        frames = tuple(_developed(loaded, names, levels, subject))
        animated = len(frames) > 1 and any(duration is not None for duration in timing)
        durations = tuple(float(each or 0) for each in timing) if animated else None
        return cls(frames, name, durations, loop if len(frames) > 1 else None)

    @classmethod
    def from_images(cls, images: Iterable[Image], *, name: str | None = None, limits: Limits | None = None) -> Stack:
        """Several pictures as one stack, named after the first. Raises :class:`ImageError` (empty, too-many-pixels).

        >>> from masking_core.samples import sample
        >>> len(Stack.from_images([sample("coffee"), sample("cat")]))
        2
        """
        frames = tuple(images)
        stack = cls(frames, name or (frames[0].name if frames else NAMELESS))
        in_force(limits).check_stack(subject_of(stack.name), len(frames), sum(frame.pixels for frame in frames))
        return stack

    @cached_property
    def digest(self) -> str:
        """32 hexadecimal digits of BLAKE2b over the frames' digests, the durations and the loop count."""
        content = (*(frame.digest for frame in self.frames), self.durations, self.loop)
        return blake2b(repr(content).encode(), digest_size=16).hexdigest()

    def __len__(self) -> int:
        return len(self.frames)

    def __getitem__(self, index: int) -> Image:
        return self.frames[index]

    def __iter__(self) -> Iterator[Image]:
        return iter(self.frames)

    def __eq__(self, other: object) -> bool:
        return self.digest == other.digest if isinstance(other, Stack) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.digest)


class _Loaded(NamedTuple):
    """A frame that may still wait for its range, and its resolution."""

    content: Pixels | Samples
    dpi: tuple[float, float] | None


def _loaded(frame: reading.Frame, subject: str) -> _Loaded:
    stated = frame.dpi if isinstance(frame, Samples) else frame.info.get("dpi")
    return _Loaded(decode(frame, subject), _resolution(stated))


def _resolution(stated: Any) -> tuple[float, float] | None:
    """Pixels per inch across and down, where what the file states makes sense."""
    try:
        across, down = (float(each) for each in stated)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return (across, down) if 1 < across <= 1e5 and 1 < down <= 1e5 else None  # 1: nobody said


def _developed(loaded: list[_Loaded], names: list[str], levels: Levels, subject: str) -> list[Image]:
    """The frames as pictures, those of more than eight bits over one range."""
    deep = [each.content for each in loaded if isinstance(each.content, Samples)]
    span = value_range(deep, levels) if deep else None
    images = []
    for name, (content, dpi) in zip(names, loaded, strict=True):
        if isinstance(content, Samples) and span is not None:
            pixels = develop(content, *span, subject)
            images.append(Image(pixels.rgb, pixels.alpha, name, pixels.notes, dpi, span))
        elif not isinstance(content, Samples):
            images.append(Image(content.rgb, content.alpha, name, content.notes, dpi))
    return images


def _of_numbers(numbers: NDArray[Any], alpha: ArrayLike | None, name: str, levels: Levels) -> Image:
    """A picture of whole numbers that are not bytes: (H, W), (H, W, 1), (H, W, 3) or, with alpha, (H, W, 4)."""
    channels = numbers[..., None] if numbers.ndim == 2 else numbers
    if channels.shape[2] not in (1, 3, 4):
        raise ImageError("unsupported", f"rgb must be (H, W), (H, W, 3) or (H, W, 4); {numbers.shape} was given.")
    white = float(np.iinfo(numbers.dtype).max) if numbers.dtype == np.uint16 else None
    opacity = None if alpha is None else _as_uint8(alpha, "alpha")
    if channels.shape[2] == 4:
        opacity = eight_bits(channels[..., 3], 0, float(np.iinfo(numbers.dtype).max))
    samples = Samples(np.ascontiguousarray(channels[..., :3]), None, white)
    span = value_range([samples], levels)
    pixels = develop(samples, *span, subject_of(name))
    return replace(Image.from_array(pixels.rgb, opacity, name=name), notes=pixels.notes, span=span)


def _numbered(name: str, number: int) -> str:
    path = PurePath(name)
    return f"{path.stem}-{number:03d}{path.suffix}"


def _as_uint8(array: ArrayLike, which: str) -> NDArray[np.uint8]:
    """uint8 as it is, bool and float in [0, 1] times 255. Raises :class:`ImageError` for the rest."""
    array = np.asarray(array)
    if array.size == 0:
        raise ImageError("empty", f"{which} must have pixels; {array.shape} was given.")
    if array.dtype == np.uint8:
        return array
    if array.dtype == bool:
        return np.asarray(skimage.util.img_as_ubyte(array))
    if array.dtype.kind != "f":
        raise ImageError("unsupported", f"{which} must be uint8, bool or float; {array.dtype} was given.")
    if not (array.min() >= 0 and array.max() <= 1):  # false for not-a-number too
        raise ImageError(
            "unsupported", f"{which} must lie in [0, 1] if it is float; {array.min():g} to {array.max():g} was given."
        )
    return np.asarray(skimage.util.img_as_ubyte(array))
