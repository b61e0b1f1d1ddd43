"""TGA files, which have no first bytes of their own."""

from __future__ import annotations

_FOOTER = b"TRUEVISION-XFILE."
_HEADER = 18  # bytes
_KINDS = (1, 2, 3, 9, 10, 11)  # palette, colour and grey, plain and run-length encoded
_BITS = (8, 15, 16, 24, 32)


def plausible(data: bytes) -> bool:
    """Whether a file that nothing else claims may be a TGA: by its footer, or by every field of its header."""
    if len(data) <= _HEADER:
        return False
    if _FOOTER in data[-18:]:
        return True
    palette, kind, bits = data[1], data[2], data[16]
    width, height = int.from_bytes(data[12:14], "little"), int.from_bytes(data[14:16], "little")
    known = kind in _KINDS and palette == (kind in (1, 9)) and bits in _BITS
    long_enough = kind >= 9 or len(data) >= _HEADER + width * height * bits // 8
    return bool(known and width and height and long_enough)
