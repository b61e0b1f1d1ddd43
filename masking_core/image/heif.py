"""What pi_heif and Pillow do not see to in HEIF and AVIF files."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import PIL.Image

from masking_core.image.decoder_errors import foreign


def is_sound(data: bytes) -> bool:
    """Whether types and names of the file's items are text; pi_heif 1.4 takes the process down with it if not."""
    try:
        for text in _item_texts(memoryview(data)):
            str(text, "utf-8")
    except (IndexError, ValueError):
        return False
    return True


def cropped(file: PIL.Image.Image, data: bytes, subject: str) -> PIL.Image.Image:
    """The picture of an AVIF within its clean aperture, which Pillow does not apply."""
    with foreign(subject):
        box = _clean_aperture(memoryview(data), file.size)
        return file.crop(box) if box else file


def _clean_aperture(data: memoryview, size: tuple[int, int]) -> tuple[int, int, int, int] | None:
    """Left, top, right and bottom of what is to be seen (ISO/IEC 14496-12, 12.1.4), if a file says so of its picture.

    A file of several pictures, which may each have one of its own, is left as it is.
    """
    found = [
        struct.unpack(">8i", clap[:32])
        for meta in _boxes(data, b"meta")
        for properties in _boxes(meta[4:], b"iprp")
        for container in _boxes(properties, b"ipco")
        for clap in _boxes(container, b"clap")
    ]
    if len(found) != 1 or 0 in found[0][1::2]:
        return None
    width, height, right, down = (over / under for over, under in zip(found[0][::2], found[0][1::2], strict=True))
    left, top = int(right + (size[0] - width) / 2), int(down + (size[1] - height) / 2)
    box = left, top, left + round(width), top + round(height)
    inside = 0 <= box[0] < box[2] <= size[0] and 0 <= box[1] < box[3] <= size[1]
    return box if inside else None


def _item_texts(data: memoryview) -> Iterator[memoryview]:
    """Type, name and content type of every item, from meta/iinf/infe (ISO/IEC 14496-12, 8.11.6)."""
    for meta in _boxes(data, b"meta"):
        for infos in _boxes(meta[4:], b"iinf"):
            for info in _boxes(infos[6 if infos[0] == 0 else 8 :], b"infe"):
                yield info[10 if info[0] == 3 else 8 :]


def _boxes(data: memoryview, kind: bytes) -> Iterator[memoryview]:
    """The contents of the boxes of that kind among boxes that follow each other."""
    start = 0
    while start + 8 <= len(data):
        size, head = int.from_bytes(data[start : start + 4], "big"), 8
        if size == 1:
            size, head = int.from_bytes(data[start + 8 : start + 16], "big"), 16
        elif size == 0:
            size = len(data) - start
        if size < head:
            raise ValueError("a box smaller than its own header")
        if data[start + 4 : start + 8] == kind:
            yield data[start + head : start + size]
        start += size
