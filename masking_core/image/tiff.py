"""TIFF pages that Pillow refuses or misreads, such as float RGB, 16-bit grey with alpha and planar 16-bit."""

from __future__ import annotations

import re
import struct
import zlib
from io import BytesIO
from itertools import accumulate
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray
from PIL import ExifTags

from masking_core.errors import ImageError
from masking_core.image.decoder_errors import foreign
from masking_core.image.levels import Samples, eight_bits

_DEFLATE = (8, 32_946)  # values of the tag Compression
_PLAIN = (1, 32_773, *_DEFLATE)  # raw, PackBits, Deflate: what tifffile reads by itself
_COLOURS = {0: 1, 1: 1, 2: 3}  # photometric interpretation (white is zero, black is zero, RGB) -> samples
_PREMULTIPLIED, _STRAIGHT = 1, 2  # kinds of an extra sample
_SIZES = ("imagewidth", "imagelength", "imagedepth", "samplesperpixel")  # with the next, what must be one number each
_CHOICES = ("photometric", "compression", "predictor", "subfiletype", "planarconfig")
_INCH, _CENTIMETRE = 2, 3  # units of the resolution
_LONG = 4  # type of a tag: 32 bits
_SEPARATE = 2  # planes one after the other


def beyond_pillow(tags: Any) -> bool:
    """Whether Pillow would misread a page with these tags, or round it to eight bits.

    That is: signed bytes, and deep samples in several planes or colours, with white as zero, or unsigned 32-bit.
    """
    bits = max(tags.get(ExifTags.Base.BitsPerSample, (1,)))
    kind = tags.get(ExifTags.Base.SampleFormat, (1,))[0]
    several = tags.get(ExifTags.Base.SamplesPerPixel, 1) > 1 and bits == 16
    white_is_zero = tags.get(ExifTags.Base.PhotometricInterpretation) == 0
    planar = tags.get(ExifTags.Base.PlanarConfiguration) == _SEPARATE
    deep = bits > 8 and (several or planar or white_is_zero or (bits == 32 and kind == 1))
    return bool(deep or (bits == 8 and kind == 2))


def header(data: bytes, index: int) -> Any:
    """The header of a page, as a ``TiffPage`` of tifffile. Raises EOFError beyond the last, anything on bad files."""
    import tifffile  # noqa: PLC0415  (slow to import, seldom needed)

    try:
        found = tifffile.TiffFile(BytesIO(data)).pages[index]
    except IndexError as error:
        raise EOFError from error
    if not all(isinstance(getattr(found, name), int) for name in (*_SIZES, *_CHOICES)):
        raise ValueError("a tag that must be one number is of another type")
    return found


def samples(page: Any, data: bytes, subject: str, file: PIL.Image.Image | None) -> Samples | PIL.Image.Image:
    """The samples of a page of the file ``data``, or ``file``, Pillow's view of it, where nobody else can read it.

    Raises :class:`ImageError`: unsupported for colour models but grey and RGB and for more than one extra sample;
    damaged if the samples cannot be decoded.
    """
    count = _COLOURS.get(page.photometric, 0)
    extra = len(page.extrasamples)
    if file is not None and page.compression not in _PLAIN and page.planarconfig != _SEPARATE:
        return file
    samples_known = count and extra < 2 and page.samplesperpixel == count + extra
    type_known = page.dtype is not None and page.dtype.kind in "buif" and page.imagedepth == 1
    readable = page.compression in _PLAIN or page.planarconfig == _SEPARATE
    if not (samples_known and type_known and readable and page.predictor <= 3):
        raise ImageError("unsupported", f"{subject} is a TIFF of a rare kind, which is not supported.")
    with foreign(subject):
        values = _plain(page, data) if page.compression in _PLAIN else by_plane(page, data)
    return _described(page, values, count)


def slices(data: bytes, subject: str) -> list[Samples | PIL.Image.Image]:
    """The slices of an ImageJ stack that has one page for all of them; empty for all other files."""
    with foreign(subject):
        page = header(data, 0)
    text = page.tags.valueof(ExifTags.Base.ImageDescription)
    found = re.search(r"^images=(\d+)$", text, re.MULTILINE) if isinstance(text, str) else None
    if found is None or not text.startswith("ImageJ=") or page.compression != 1 or page.samplesperpixel != 1:
        return []
    count, start = int(found[1]), page.dataoffsets[0]
    if count < 2 or start + count * page.nbytes > len(data) or len(page.parent.pages) > 1:
        return []
    with foreign(subject):
        kind = page.dtype.newbyteorder(page.parent.byteorder)
        shape = (count, page.imagelength, page.imagewidth, 1)
        values = np.frombuffer(data, kind, int(np.prod(shape)), start).reshape(shape)
    if kind == np.uint8:
        return [PIL.Image.fromarray(each[..., 0]) for each in values]
    return [_described(page, each.astype(page.dtype), 1) for each in values]


def _described(page: Any, values: NDArray[Any], count: int) -> Samples:
    kind = page.extrasamples[0] if page.extrasamples else 0
    whole = values.dtype.kind in "ui"
    full = float(np.iinfo(values.dtype).max) if whole else 1.0
    says_its_white = values.dtype.kind == "u" and values.dtype.itemsize < 4
    return Samples(
        values[..., :count] if values.dtype != bool else values[..., :count].astype(np.uint8),
        eight_bits(values[..., count], 0, full) if kind in (_PREMULTIPLIED, _STRAIGHT) else None,
        min(full, 2.0**page.bitspersample - 1) if says_its_white else None,
        premultiplied=kind == _PREMULTIPLIED,
        inverted=page.photometric == 0,
        profile=page.tags.valueof(ExifTags.Base.InterColorProfile),
        orientation=page.tags.valueof(ExifTags.Base.Orientation, default=1),
        dpi=_resolution(page),
    )


def _resolution(page: Any) -> tuple[float, float] | None:
    """Pixels per inch across and down, where a page says so."""
    sides = [page.tags.valueof(tag) for tag in (ExifTags.Base.XResolution, ExifTags.Base.YResolution)]
    per_inch = {_INCH: 1.0, _CENTIMETRE: 2.54}.get(page.tags.valueof(ExifTags.Base.ResolutionUnit, default=_INCH))
    if per_inch is None or not all(isinstance(side, tuple) and len(side) == 2 and side[1] for side in sides):
        return None
    across, down = (over / under * per_inch for over, under in sides)
    return across, down


def _plain(page: Any, data: bytes) -> NDArray[Any]:
    """(H, W, S), by tifffile."""
    if page.compression in _DEFLATE:
        _refuse_bomb(page, data)
    planes = page.asarray(maxworkers=1).reshape(page.shaped)  # planar samples, depth, rows, columns, other samples
    return np.concatenate(planes[:, 0], axis=-1)


def by_plane(page: Any, data: bytes) -> NDArray[Any]:
    """(H, W, S) of separate planes: Pillow reads each as if it were a grey file of its own."""
    parts = [data[start : start + size] for start, size in zip(page.dataoffsets, page.databytecounts, strict=True)]
    each = len(parts) // page.samplesperpixel
    planes = [_grey_file(page, parts[first : first + each]) for first in range(0, each * page.samplesperpixel, each)]
    found = []
    for plane in planes:
        with PIL.Image.open(BytesIO(plane), formats=("TIFF",)) as grey:
            found.append(np.asarray(grey))
    return np.dstack(found)


def _grey_file(page: Any, parts: list[bytes]) -> bytes:
    """A TIFF of one plane, its strips or tiles as they are."""
    order = page.parent.byteorder
    places, sizes = (324, 325) if page.is_tiled else (273, 279)
    shape = {322: page.tilewidth, 323: page.tilelength} if page.is_tiled else {278: page.rowsperstrip}
    tags = {256: page.imagewidth, 257: page.imagelength, 258: page.bitspersample, 259: page.compression}
    tags |= {262: 1, 277: 1, 317: page.predictor, 339: int(page.sampleformat), places: 0, sizes: 0, **shape}
    after = 8 + 2 + 12 * len(tags) + 4
    pixels = after + 8 * len(parts)
    offsets = [pixels + offset for offset in accumulate((len(part) for part in parts[:-1]), initial=0)]
    lists = struct.pack(f"{order}{2 * len(parts)}I", *offsets, *map(len, parts))
    one = len(parts) == 1  # a list of one is written where else its place is
    tags[places] = offsets[0] if one else after
    tags[sizes] = len(parts[0]) if one else after + 4 * len(parts)
    entries = b"".join(
        struct.pack(f"{order}HHII", tag, _LONG, len(parts) if tag in (places, sizes) else 1, int(value))
        for tag, value in sorted(tags.items())
    )
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HIH", 42, 8, len(tags))
    return b"".join((head, entries, bytes(4), lists, *parts))


def _refuse_bomb(page: Any, data: bytes) -> None:
    """Raise ValueError if the strips or tiles inflate to far more than the page has samples."""
    left = 4 * page.nbytes + 2**24  # tiles overhang the page
    for offset, size in zip(page.dataoffsets, page.databytecounts, strict=True):
        inflated = zlib.decompressobj().decompress(data[offset : offset + size], left)
        left -= len(inflated)
        if left <= 0:
            raise ValueError("too much data")
