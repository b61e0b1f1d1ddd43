"""What must hold of a PNG file before it is handed to Pillow: sound checksums and a sound animation."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
import PIL.Image
from PIL import ExifTags

from masking_core.image.decoder_errors import foreign
from masking_core.image.levels import Samples, eight_bits

SIGNATURE = b"\x89PNG\r\n\x1a\n"
BROKEN_ANIMATION = "The animation in this file is broken; only its first picture was opened."
WRONG_CHECKSUM = "A checksum in this file is wrong: some of its pixels may be damaged."

_DEEP = 16  # bits
_COLOURED = 2  # bit of the colour type
_ANIMATION = (b"acTL", b"fcTL", b"fdAT")


class _Chunk(NamedTuple):
    kind: bytes
    body: memoryview
    whole: memoryview
    sound: bool


def checked(data: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The file, without its animation if that is broken, and notes on what is wrong with it."""
    if not data.startswith(SIGNATURE):
        return data, ()
    chunks = list(_chunks(data))
    notes = () if all(chunk.sound for chunk in chunks) else (WRONG_CHECKSUM,)
    if _animation_is_sound(chunks):
        return data, notes
    still = SIGNATURE + b"".join(chunk.whole for chunk in chunks if chunk.kind not in _ANIMATION)
    return still, (*notes, BROKEN_ANIMATION)


def deep(file: PIL.Image.Image, data: bytes, subject: str) -> PIL.Image.Image | Samples:
    """The one picture of a PNG; all bits of colours or alpha of 16, which Pillow would round to eight."""
    depth, colour_type = data[24], data[25]
    if depth != _DEEP or colour_type == 0 or "transparency" in file.info:
        return file
    with foreign(subject):
        file.load()  # complains about what OpenCV passes over
        values = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
        colour = values[..., 2::-1] if colour_type & _COLOURED else values[..., :1]
    return Samples(
        np.ascontiguousarray(colour),
        eight_bits(values[..., 3], 0, 65_535) if values.shape[2] == 4 else None,
        65_535.0,
        profile=file.info.get("icc_profile"),
        orientation=file.getexif().get(ExifTags.Base.Orientation, 1),
        notes=file.info["notes"],
        dpi=file.info.get("dpi"),
    )


def _chunks(data: bytes) -> Iterator[_Chunk]:
    """The chunks of a file as far as it goes."""
    view, start = memoryview(data), len(SIGNATURE)
    while start + 12 <= len(data):
        end = start + 12 + int.from_bytes(view[start : start + 4], "big")
        if end > len(data):
            return
        sum = int.from_bytes(view[end - 4 : end], "big")
        sound = zlib.crc32(view[start + 4 : end - 4]) == sum
        yield _Chunk(bytes(view[start + 4 : start + 8]), view[start + 8 : end - 4], view[start:end], sound)
        start = end


def _animation_is_sound(chunks: list[_Chunk]) -> bool:
    """Whether frames and their parts are numbered from 0 without a gap, and every frame that is announced has data."""
    kinds = [chunk.kind for chunk in chunks]
    if b"acTL" not in kinds:
        return True
    numbers = [int.from_bytes(c.body[:4], "big") for c in chunks if c.kind in (b"fcTL", b"fdAT")]
    announced = int.from_bytes(chunks[kinds.index(b"acTL")].body[:4], "big")
    order = [kind for kind in kinds if kind in (b"fcTL", b"fdAT", b"IDAT")]
    followed = all(
        order[place + 1 : place + 2] in ([b"fdAT"], [b"IDAT"]) for place, kind in enumerate(order) if kind == b"fcTL"
    )
    begun = b"fdAT" not in order or b"fcTL" in order[: order.index(b"fdAT")]
    return (
        kinds.count(b"acTL") == 1
        and numbers == list(range(len(numbers)))
        and announced == order.count(b"fcTL")
        and followed
        and begun
    )
