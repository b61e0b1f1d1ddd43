"""The reduced copies that a TIFF may hold of its picture: tiled TIFF, OME-TIFF, whole slides."""

from __future__ import annotations

import struct
from io import BytesIO
from typing import Any, NamedTuple

from masking_core.errors import ImageError
from masking_core.image.decoder_errors import foreign
from masking_core.image.limits import Limits


class Level(NamedTuple):
    """A reduced copy: a file that begins with it for each of its slices, and a sentence for the user."""

    files: list[bytes]
    note: str


def fitting(data: bytes, size: tuple[int, int], subject: str, limits: Limits) -> Level | None:
    """The largest copy that keeps within the limits, or None if the picture of that ``size`` does, or there is none."""
    if _fits(limits, *size):
        return None
    try:
        with foreign(subject):
            return _largest(data, size, subject, limits)
    except ImageError:  # what cannot be read of the copies is no reason to say less of the picture: it is too large
        return None


def _largest(data: bytes, size: tuple[int, int], subject: str, limits: Limits) -> Level | None:
    import tifffile  # noqa: PLC0415  (slow to import, seldom needed)

    file = tifffile.TiffFile(BytesIO(data))
    for level in file.series[0].levels[1:]:
        smaller = int(level.keyframe.imagewidth), int(level.keyframe.imagelength)
        if smaller[0] < size[0] and _fits(limits, *smaller):
            files = [_beginning_at(data, file, page.offset) for page in level.pages if page is not None]
            return Level(files, _note(subject, size, smaller))
    return None


def _note(subject: str, size: tuple[int, int], smaller: tuple[int, int]) -> str:
    return (
        f"{subject} is {size[0]:,} × {size[1]:,} pixels, which is more than the limit; "
        f"a copy of {smaller[0]:,} × {smaller[1]:,} pixels, which the file holds too, was opened instead."
    )


def _fits(limits: Limits, width: int, height: int) -> bool:
    try:
        limits.check_size("", width, height)
    except ImageError:
        return False
    return True


def _beginning_at(data: bytes, file: Any, offset: int) -> bytes:
    """The same file, but that its first page is the one at ``offset``: so whoever reads pages reads this one."""
    place, kind = (8, "Q") if file.is_bigtiff else (4, "I")
    where = struct.pack(file.byteorder + kind, offset)
    return b"".join((data[:place], where, data[place + len(where) :]))
