"""BMP pictures whose samples are bit fields, alpha among them, which Pillow reads without it or not at all."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from masking_core.image.decoder_errors import foreign

_BIT_FIELDS, _ALPHA_BIT_FIELDS, _PLAIN = 3, 6, 0
_USUAL_HEADER = 54  # bytes, with the file's own
_FIELDS = "<10xIIiiHHI"  # where the pixels start, header's length, width, height, planes, bits a pixel, compression
_WITH_ALPHA_MASK = 56  # bytes of the shortest header that has one


def size_of_bit_fields(data: bytes) -> tuple[int, int] | None:
    """Width and height of a picture of bit fields of 16 or 32 bits; None if Pillow should read it."""
    if len(data) < _USUAL_HEADER:
        return None
    _, header, width, height, _, bits, kind = struct.unpack_from(_FIELDS, data)
    try:
        masks = _masks(data, header, kind) if bits in (16, 32) else None
    except struct.error:
        return None
    return None if masks is None else (width, abs(height))


def picture(data: bytes, subject: str) -> PIL.Image.Image:
    """Such a picture, RGB or RGBA. Raises :class:`ImageError` (damaged)."""
    with foreign(subject):
        return _picture(data)


def _picture(data: bytes) -> PIL.Image.Image:
    start, header, width, height, _, bits, kind = struct.unpack_from(_FIELDS, data)
    masks = _masks(data, header, kind) or ()
    samples = _rows(data, start, width, height, bits)
    channels = [_scaled(samples, mask) for mask in masks if mask]
    if kind == _PLAIN and not channels[3].any():
        channels.pop()  # a mask for alpha that nobody filled in
    return PIL.Image.fromarray(np.dstack(channels))


def _masks(data: bytes, header: int, kind: int) -> tuple[int, ...] | None:
    if kind == _PLAIN:  # 32-bit pixels in the usual order; the header of a later version may speak of alpha
        alpha = struct.unpack_from("<I", data, 66)[0] if header > _WITH_ALPHA_MASK and len(data) > 70 else 0
        return (0xFF0000, 0xFF00, 0xFF, alpha) if alpha == 0xFF000000 else None
    if kind not in (_BIT_FIELDS, _ALPHA_BIT_FIELDS):
        return None
    has_alpha = header >= _WITH_ALPHA_MASK or kind == _ALPHA_BIT_FIELDS
    masks: tuple[int, ...] = struct.unpack_from("<4I" if has_alpha else "<3I", data, 54)
    return masks if all(masks[:3]) else None


def _rows(data: bytes, start: int, width: int, height: int, bits: int) -> NDArray[Any]:
    """The pixels as whole numbers, (H, W), from top to bottom."""
    stride = (width * bits + 31) // 32 * 4
    rows = np.frombuffer(data, np.uint8, stride * abs(height), start).reshape(abs(height), stride)
    pixels = np.ascontiguousarray(rows).view(f"<u{bits // 8}")[:, :width].astype(np.uint32)
    return pixels if height < 0 else pixels[::-1]


def _scaled(pixels: NDArray[Any], mask: int) -> NDArray[Any]:
    shift = (mask & -mask).bit_length() - 1
    most = mask >> shift
    found: NDArray[np.uint8] = np.rint(((pixels & np.uint32(mask)) >> np.uint32(shift)) * (255 / most)).astype(np.uint8)
    return found
