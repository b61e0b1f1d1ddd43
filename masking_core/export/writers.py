"""One function a kind of file: pictures in, bytes out. Only pixels and what :class:`Writing` says leave.

Every writer takes (H, W) grey, (H, W, 3) sRGB or (H, W, 4) sRGB with straight alpha, uint8; several where the kind of
file holds several, the first otherwise.
"""

from collections.abc import Sequence
from functools import cache, partial
from io import BytesIO
from typing import Any

import cv2
import numpy as np
import PIL.Image
from numpy.typing import NDArray
from PIL import ImageCms
from PIL.PngImagePlugin import PngInfo

from masking_core.arrays import Picture
from masking_core.errors import ParameterError
from masking_core.export.options import PLAIN, Writing
from masking_core.progress import bands, beside

DOING = "Writing the file"
LEVEL = 3
"""Of Deflate: it takes a third of the time of the default for a tenth more bytes."""


def png(picture: Picture, how: Writing = PLAIN) -> bytes:
    """A (H, W), (H, W, 3) or (H, W, 4) uint8 array as a PNG file with the sRGB tag.

    >>> import numpy as np
    >>> png(np.zeros((2, 3, 4), np.uint8))[1:4]
    b'PNG'
    """
    return png_of(PIL.Image.fromarray(picture), how)


def png_of(picture: PIL.Image.Image, how: Writing = PLAIN, **more: Any) -> bytes:
    """A Pillow picture as a PNG file with the sRGB tag; ``more`` goes to Pillow."""
    info = PngInfo()
    info.add(b"sRGB", b"\x00")  # rendering intent: perceptual
    return _saved(picture, "PNG", how, pnginfo=info, compress_level=LEVEL, **more)


def animated_png(pictures: Sequence[Picture], how: Writing) -> bytes:
    """Frames of one size as an animated PNG, lossless and with alpha; a single picture as a plain PNG."""
    if len(pictures) == 1:
        return png(pictures[0], how)
    return png_of(
        PIL.Image.fromarray(pictures[0]),
        how,
        **_frames(pictures, "PNG", how),
        disposal=0,
        blend=0,
        loop=_loop(how),
    )


def tiff(pictures: Sequence[Picture], how: Writing) -> bytes:
    """Pictures as the pages of one TIFF, losslessly compressed; they may differ in size."""
    if not how.exif:
        return tiff_of(pictures, how)
    pages = [PIL.Image.fromarray(picture) for picture in pictures]
    return _saved(
        pages[0],
        "TIFF",
        how,
        save_all=True,
        append_images=pages[1:],
        compression="tiff_adobe_deflate",
        icc_profile=srgb_profile() if pictures[0].ndim == 3 else None,
    )


def tiff_of(pages: Sequence[NDArray[np.integer[Any]]], how: Writing = PLAIN) -> bytes:
    """Pages (H, W) of whole numbers, or (H, W, 3) or (H, W, 4) uint8, as a TIFF; EXIF data are left out.

    Pillow, which hands them on, lets no other thread do anything while it compresses.
    """
    return beside(partial(_tiff_of, pages, how), DOING)


def _tiff_of(pages: Sequence[NDArray[np.integer[Any]]], how: Writing) -> bytes:
    import tifffile  # noqa: PLC0415  (slow to import, seldom needed)

    file = BytesIO()
    with tifffile.TiffWriter(file) as writer:
        for page in pages:
            writer.write(
                page,
                photometric="rgb" if page.ndim == 3 else "minisblack",
                extrasamples=["unassalpha"] if page.shape[2:] == (4,) else None,
                compression="zlib",
                compressionargs={"level": LEVEL},
                maxworkers=1,
                resolution=how.dpi,
                resolutionunit="inch" if how.dpi else None,
                iccprofile=srgb_profile() if page.ndim == 3 else None,
                metadata=None,
                software=False,
            )
    return file.getvalue()


def webp(pictures: Sequence[Picture], how: Writing) -> bytes:
    """Frames of one size as a WebP, lossless and with alpha, hidden colours as they are given."""
    frames = _frames(pictures, "WebP", how) | {"loop": _loop(how)} if len(pictures) > 1 else {}
    if frames:  # every frame a key frame: the encoder (libwebp 1.6) loses the transparency of others
        frames |= {"kmin": 0, "kmax": 1}
    return _saved(_colour(pictures[0]), "WEBP", how, lossless=True, exact=True, icc_profile=srgb_profile(), **frames)


def gif(pictures: Sequence[Picture], how: Writing) -> bytes:
    """Frames of one size as a GIF: at most 256 colours each, and a pixel is transparent or not."""
    shown = [_all_or_nothing(picture) for picture in pictures]
    frames = _frames(shown, "GIF", how) | {"disposal": 2} if len(pictures) > 1 else {}
    if how.loop is not None and len(pictures) > 1:
        frames["loop"] = how.loop
    return _saved(PIL.Image.fromarray(shown[0]), "GIF", how, **frames)


def jpeg(pictures: Sequence[Picture], how: Writing) -> bytes:
    """The first picture as a JPEG, on the colour behind it."""
    return _saved(
        PIL.Image.fromarray(flattened(pictures[0], how.options.backdrop)),
        "JPEG",
        how,
        quality=how.options.quality,
        subsampling=0 if how.options.quality >= 90 else 2,
        icc_profile=srgb_profile() if pictures[0].ndim == 3 else None,
    )


def avif(pictures: Sequence[Picture], how: Writing) -> bytes:
    """The first picture as an AVIF with alpha."""
    return _saved(_colour(pictures[0]), "AVIF", how, quality=how.options.quality)


def bmp(pictures: Sequence[Picture], how: Writing) -> bytes:
    """The first picture as a BMP; one with alpha says so by bit fields (version 4), which Pillow cannot write."""
    picture = pictures[0]
    turned = picture if picture.ndim == 2 else cv2.cvtColor(picture, _BGR[picture.shape[2]])
    file = bytearray(beside(partial(cv2.imencode, ".bmp", turned), DOING)[1].tobytes())
    if how.dpi:
        file[38:46] = np.rint(np.array(how.dpi) / 0.0254).astype("<i4").tobytes()  # pixels per metre
    return bytes(file)


def flattened(picture: Picture, backdrop: str) -> Picture:
    """A picture over one colour, given as #rrggbb: (H, W) or (H, W, 3) uint8, without alpha."""
    if picture.ndim == 2 or picture.shape[2] == 3:
        return picture
    flat = np.empty((*picture.shape[:2], 3), np.uint8)
    flat[:] = list(bytes.fromhex(backdrop[1:]))
    for band in bands(flat.shape, DOING):
        alpha = picture[band][..., 3].astype(np.float32) / np.float32(255)
        flat[band] = cv2.blendLinear(np.ascontiguousarray(picture[band][..., :3]), flat[band], alpha, 1 - alpha)
    return flat


@cache
def srgb_profile() -> bytes:
    """The ICC profile of sRGB; always the same bytes, which the library that makes it would stamp with the time."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = np.array([2000, 1, 1, 0, 0, 0], ">u2").tobytes()
    profile[84:100] = bytes(16)  # no checksum
    return bytes(profile)


_BGR = {3: cv2.COLOR_RGB2BGR, 4: cv2.COLOR_RGBA2BGRA}


def _loop(how: Writing) -> int:
    return 1 if how.loop is None else how.loop


def _frames(pictures: Sequence[Picture], kind: str, how: Writing) -> dict[str, Any]:
    """What Pillow is told of the frames after the first.

    Raises:
        ParameterError: they differ in size.
    """
    sizes = sorted({picture.shape[1::-1] for picture in pictures})
    if len(sizes) > 1:
        given = " and ".join(f"{width} × {height}" for width, height in sizes[:2])
        raise ParameterError(f"The frames of one {kind} file must be of one size; {given} were given.")
    following = [PIL.Image.fromarray(picture) for picture in pictures[1:]]
    durations = list(how.durations) if how.durations else [100.0] * len(pictures)
    return {"save_all": True, "append_images": following, "duration": [round(each) for each in durations]}


def _colour(picture: Picture) -> PIL.Image.Image:
    found = PIL.Image.fromarray(picture)
    return found.convert("RGB") if found.mode == "L" else found


def _all_or_nothing(picture: Picture) -> Picture:
    if picture.ndim == 2 or picture.shape[2] == 3:
        return picture
    shown = picture.copy()
    for band in bands(shown.shape, DOING):
        gone = picture[band][..., 3] < 128
        shown[band][..., 3] = 255
        shown[band][gone] = 0
    return shown


def _saved(picture: PIL.Image.Image, form: str, how: Writing, **more: Any) -> bytes:
    known: dict[str, Any] = {"dpi": how.dpi} if how.dpi else {}
    if how.exif and form not in {"GIF", "BMP"}:
        known["exif"] = how.exif
    file = BytesIO()
    beside(lambda: picture.save(file, form, **known, **more), DOING)
    return file.getvalue()
