"""TIFF pages that Pillow refuses or misreads, such as float RGB, 16-bit grey with alpha and planar 16-bit."""

from __future__ import annotations

import zlib
from io import BytesIO
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray
from PIL import ExifTags

from masking_core.errors import ImageError
from masking_core.image.decoder_errors import foreign
from masking_core.image.srgb import levels, value_range

_DEFLATE = (8, 32_946)  # values of the tag Compression
_COMPRESSIONS = (1, 32_773, *_DEFLATE)  # raw, PackBits, Deflate
_COLOURS = {0: "L", 1: "L", 2: "RGB"}  # photometric interpretation (white is zero, black is zero, RGB) -> Pillow mode
_ALPHAS = {0: "", 1: "a", 2: "A"}  # extra sample (unspecified, premultiplied alpha, straight alpha) -> end of the mode
_SIZES = ("imagewidth", "imagelength", "imagedepth", "samplesperpixel")  # with the next, what must be one number each
_CHOICES = ("photometric", "compression", "predictor", "subfiletype")


def beyond_pillow(tags: Any) -> bool:
    """Whether Pillow would misread a page with these tags: deep, and planar, white-is-zero or unsigned 32-bit."""
    bits = max(tags.get(ExifTags.Base.BitsPerSample, (1,)))
    planar = tags.get(ExifTags.Base.PlanarConfiguration) == 2
    white_is_zero = tags.get(ExifTags.Base.PhotometricInterpretation) == 0
    unsigned = tags.get(ExifTags.Base.SampleFormat, (1,))[0] == 1
    return bool(bits > 8 and (planar or white_is_zero or (bits == 32 and unsigned)))


def page(data: bytes, index: int) -> Any:
    """The header of a page, as a ``TiffPage`` of tifffile. Raises EOFError beyond the last, anything on bad files."""
    import tifffile  # noqa: PLC0415  (slow to import, seldom needed)

    try:
        found = tifffile.TiffFile(BytesIO(data)).pages[index]
    except IndexError as error:
        raise EOFError from error
    if not all(isinstance(getattr(found, name), int) for name in (*_SIZES, *_CHOICES)):
        raise ValueError("a tag that must be one number is of another type")
    return found


def picture(page: Any, data: bytes, subject: str) -> PIL.Image.Image:
    """A page of the file ``data`` as an 8-bit Pillow picture that still carries its colour profile and orientation.

    Raises :class:`ImageError`: unsupported for colour models but grey and RGB, for more than one extra sample and for
    compressions but PackBits and Deflate; damaged if the samples cannot be decoded.
    """
    colours = _COLOURS.get(page.photometric, "")
    mode = colours + _ALPHAS.get(page.extrasamples[0], "") if page.extrasamples else colours
    extra = len(page.extrasamples)
    samples_known = colours and extra < 2 and page.samplesperpixel == len(colours) + extra
    type_known = page.dtype is not None and page.dtype.kind in "buif" and page.imagedepth == 1
    if not (samples_known and type_known and page.compression in _COMPRESSIONS and page.predictor <= 2):
        raise ImageError("unsupported", f"{subject} is a TIFF of a rare kind, which is not supported.")
    with foreign(subject):
        if page.compression in _DEFLATE:
            _refuse_bomb(page, data)
        planes = page.asarray(maxworkers=1).reshape(page.shaped)  # planar samples, depth, rows, columns, other samples
    samples = np.concatenate(planes[:, 0], axis=-1)
    shown = _eight_bits(samples, len(colours), white_is_zero=page.photometric == 0)[..., : len(mode)]
    result = PIL.Image.frombytes(mode, (page.imagewidth, page.imagelength), shown.tobytes())
    result.info["icc_profile"] = page.tags.valueof(ExifTags.Base.InterColorProfile)
    result.getexif()[ExifTags.Base.Orientation] = page.tags.valueof(ExifTags.Base.Orientation, default=1)
    return result


def _eight_bits(samples: NDArray[Any], colours: int, white_is_zero: bool) -> NDArray[np.uint8]:
    """Samples (H, W, S) as uint8 of the same shape; the first ``colours`` of S share one range, alpha has its own."""
    colour, alpha = samples[..., :colours], samples[..., colours:]
    full = (0, np.iinfo(samples.dtype).max) if samples.dtype.kind in "ui" else (0, 1)
    says_its_range = samples.dtype.kind == "u" and samples.dtype.itemsize < 4
    shown = levels(colour, *(full if says_its_range else value_range(colour)))
    return np.concatenate([255 - shown if white_is_zero else shown, levels(alpha, *full)], axis=2)


def _refuse_bomb(page: Any, data: bytes) -> None:
    """Raise ValueError if the strips or tiles inflate to far more than the page has samples."""
    left = 4 * page.nbytes + 2**24  # tiles overhang the page
    for offset, size in zip(page.dataoffsets, page.databytecounts, strict=True):
        inflated = zlib.decompressobj().decompress(data[offset : offset + size], left)
        left -= len(inflated)
        if left <= 0:
            raise ValueError("too much data")
