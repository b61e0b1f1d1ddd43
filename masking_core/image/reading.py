"""From the bytes of a file to the pictures in it, each checked against the limits before it is decoded."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from io import BytesIO
from itertools import count, islice
from typing import Any, NamedTuple

import pi_heif
import PIL.Image
from PIL import (  # noqa: F401  (importing a plug-in registers it)
    AvifImagePlugin,
    BmpImagePlugin,
    ExifTags,
    GifImagePlugin,
    IcoImagePlugin,
    JpegImagePlugin,
    PngImagePlugin,
    PpmImagePlugin,
    QoiImagePlugin,
    TgaImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from masking_core.errors import ImageError
from masking_core.image import bmp, heif, png, pyramid, tga, tiff
from masking_core.image.decoder_errors import foreign
from masking_core.image.levels import Samples
from masking_core.image.limits import Limits

FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "AVIF", "HEIF", "ICO", "QOI", "PPM", "TGA")
"""What is opened, by Pillow's names; recognised by content, whatever the file is called."""

_STACKS = ("PNG", "WEBP", "TIFF", "GIF", "AVIF")  # the others (MPO, HEIF) hold variants of one picture, not frames
_COUNTED = ("PNG", "WEBP", "AVIF")  # the header says how many frames there are; a GIF or TIFF has to be walked
_REDUCED_OR_MASK = 1 | 4  # bits of a TIFF page's NewSubfileType

pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)  # the picture is all we want

Frame = PIL.Image.Image | Samples
"""A picture of a file: by Pillow, or the samples of a deeper one. What is odd in it is in ``info["notes"]``."""


class _Page(NamedTuple):
    """One picture of a file: its ``size`` by the header, whether it ``counts`` as a frame, and how to get at it."""

    size: tuple[int, int]
    counts: bool
    picture: Callable[[], Frame]


def frames(data: bytes, subject: str, limits: Limits) -> Iterator[Frame]:
    """The pictures in a file, one after the other, each valid until the next is asked for.

    Animations come composited, as seen. Thumbnails and masks in a TIFF are left out, and so is the picture that an
    APNG shows only where animations are unknown. Of an MPO or HEIF file only the main picture counts, of an APNG whose
    animation is broken the one that is shown where animations are unknown.
    Raises :class:`ImageError` of any code but not-found and timed-out, in sentences that begin with ``subject``.
    """
    limits.check_bytes(subject, len(data))
    _let_pillow_read(limits)
    form = _format(data)
    match form:
        case None:
            raise ImageError(
                "not-an-image",
                f"{subject} is not a PNG, JPEG, WebP, TIFF, BMP, GIF, AVIF, HEIC, ICO, QOI, TGA or PNM picture.",
            )
        case "HEIF" if not heif.is_sound(data):
            raise ImageError("damaged", f"{subject} is damaged: the list of what is in it cannot be read.")
        case "TIFF":
            return _checked(_tiff_pictures(data, subject, limits), 1, subject, limits)
        case "BMP" if (size := bmp.size_of_bit_fields(data)) is not None:
            return _checked(iter([_Page(size, True, partial(bmp.picture, data, subject))]), 1, subject, limits)
        case "ICO":
            _check_icon(data, subject, limits)
    data, notes = png.checked(data)
    file = _opened(form, data, subject)
    file.info["notes"] = notes
    if form not in ("PNG", "AVIF") or getattr(file, "n_frames", 1) > 1:
        return frames_of(file, subject, limits)
    picture = png.deep if form == "PNG" else heif.cropped
    return _checked(iter([_Page(file.size, True, partial(picture, file, data, subject))]), 1, subject, limits)


def goes_on(pictures: Iterator[Frame]) -> bool:
    """Whether there is another picture after those that were read, however damaged or large."""
    try:
        return next(pictures, None) is not None
    except ImageError:
        return True


def _let_pillow_read(limits: Limits) -> None:
    """Raise Pillow's own limit, twice of which it refuses whatever ours says, to what is allowed here."""
    allowed = int(limits.max_megapixels * 1e6)
    if PIL.Image.MAX_IMAGE_PIXELS is not None:
        PIL.Image.MAX_IMAGE_PIXELS = max(PIL.Image.MAX_IMAGE_PIXELS, allowed)


def frames_of(file: PIL.Image.Image, subject: str, limits: Limits) -> Iterator[Frame]:
    """The same for a picture that was opened with Pillow; it is left at the last frame asked for."""
    announced = getattr(file, "n_frames", 1) if file.format in _COUNTED else 1
    return _checked(_pillow_pages(file, subject), announced, subject, limits)


def _checked(pages: Iterator[_Page], announced: int, subject: str, limits: Limits) -> Iterator[Frame]:
    """The pictures of the pages that count, as long as their number and their sizes keep within the limits."""
    pixels = 0
    for number, page in enumerate(pages, start=1):
        if number == 2:  # who wants the first picture only need not mind how many there are
            limits.check_stack(subject, announced, announced * pixels)
        if page.counts:
            limits.check_size(subject, *page.size)
            pixels += page.size[0] * page.size[1]
        limits.check_stack(subject, number, pixels)
        if page.counts:
            yield page.picture()
    if not pixels:
        raise ImageError("damaged", f"{subject} is damaged: there is no picture in it.")


def _format(data: bytes) -> str | None:
    """One of FORMATS, by the file's first bytes, or None."""
    if data[4:12] in (b"ftypmif1", b"ftypmsf1"):  # a brand that AVIF and HEIF share; the list that follows it tells
        return "AVIF" if b"avi" in data[16 : int.from_bytes(data[:4], "big")] else "HEIF"
    known = next((form for form in FORMATS if _accepts(form, data[:16])), None)
    return known or ("TGA" if tga.plausible(data) else None)


def _accepts(form: str, prefix: bytes) -> bool:
    accept = PIL.Image.OPEN[form][1]
    return accept is not None and accept(prefix) is True  # a string says that the plug-in lacks its library


def _opened(form: str, data: bytes, subject: str) -> PIL.Image.Image:
    with foreign(subject):  # not PIL.Image.open: its pixel limit would come before ours can say how large the file is
        return PIL.Image.OPEN[form][0](BytesIO(data), "")


def _opened_tiff(data: bytes, subject: str) -> PIL.Image.Image | None:
    """The file, or None if it is of a kind that only tifffile reads."""
    with foreign(subject):
        try:
            return PIL.Image.OPEN["TIFF"][0](BytesIO(data), "")
        except SyntaxError:
            return None


def _check_icon(data: bytes, subject: str, limits: Limits) -> None:
    """An icon may hold PNG files of any size, of which its own header says nothing."""
    for start in (found.start() for found in re.finditer(re.escape(png.SIGNATURE), data)):
        width, height = (int.from_bytes(data[start + place : start + place + 4], "big") for place in (16, 20))
        limits.check_size(subject, width, height)


def _pillow_pages(file: Any, subject: str) -> Iterator[_Page]:
    """What Pillow finds by seeking one frame further at a time: to count the frames of a GIF is to walk through it."""
    if file.format not in _STACKS:
        yield _Page(file.size, True, lambda: file)
        return
    for index in count(int(getattr(file, "default_image", False) and file.n_frames > 1)):
        with foreign(subject):
            try:
                file.seek(index)
            except EOFError:
                return
            subfile = getattr(file, "tag_v2", {}).get(ExifTags.Base.NewSubfileType)
        yield _Page(file.size, _counts(index, subfile), lambda: file)


def _tiff_pictures(data: bytes, subject: str, limits: Limits) -> Iterator[_Page]:
    """The pages of a TIFF, or those of a reduced copy in it where the picture itself is too large."""
    pages = _tiff_pages(_opened_tiff(data, subject), data, subject)
    first = next(pages, None)
    if first is None:
        return
    level = pyramid.fitting(data, first.size, subject, limits)
    if level is None:
        yield first
        yield from pages
        return
    for part in level.files:
        for page in islice(_tiff_pages(_opened_tiff(part, subject), part, subject), 1):
            yield page._replace(counts=True, picture=partial(_noted, page.picture, level.note))


def _noted(picture: Callable[[], Frame], note: str) -> Frame:
    frame = picture()
    if isinstance(frame, Samples):
        return replace(frame, notes=(*frame.notes, note))
    frame.info["notes"] = (note,)
    return frame


def _tiff_pages(file: Any, data: bytes, subject: str) -> Iterator[_Page]:
    """The pages of a TIFF: by Pillow where it reads them rightly, else by tifffile; without ``file`` always so."""
    together = tiff.slices(data, subject) if b"ImageJ=" in data[:100_000] else []
    for each in together:
        yield _Page(each.size, True, partial(_itself, each))
    for index in () if together else count():
        with foreign(subject):
            try:
                tags = _tags(file, index)
                page = tiff.header(data, index) if tags is None or tiff.beyond_pillow(tags) else None
            except EOFError:
                return
        if page is None:
            yield _Page(file.size, _counts(index, tags.get(ExifTags.Base.NewSubfileType)), lambda: file)
        else:
            size, counts = (page.imagewidth, page.imagelength), _counts(index, page.subfiletype)
            yield _Page(size, counts, partial(tiff.samples, page, data, subject, file if tags is not None else None))


def _itself(frame: Frame) -> Frame:
    return frame


def _tags(file: Any, index: int) -> Any:
    """The tags of a page, to which Pillow has moved, or None if Pillow refuses it. Raises EOFError beyond the last."""
    if file is None:
        return None
    try:
        file.seek(index)
    except SyntaxError:
        return None
    return file.tag_v2


def _counts(index: int, subfile: object) -> bool:
    """Whether a page of a TIFF is a picture of its own: the first always, a thumbnail or a mask of another never."""
    return index == 0 or not (isinstance(subfile, int) and subfile & _REDUCED_OR_MASK)
