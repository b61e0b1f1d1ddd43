"""What must hold of a HEIF file before it is handed to pi_heif."""

from __future__ import annotations

from collections.abc import Iterator


def is_sound(data: bytes) -> bool:
    """Whether types and names of the file's items are text; pi_heif 1.4 takes the process down with it if not."""
    try:
        for text in _item_texts(memoryview(data)):
            str(text, "utf-8")
    except (IndexError, ValueError):
        return False
    return True


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
