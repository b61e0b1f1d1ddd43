"""From a Pillow picture of any mode to upright sRGB pixels and straight alpha."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import NamedTuple

import cv2
import numpy as np
import PIL.Image
from numpy.typing import NDArray
from PIL import ExifTags, ImageCms

from masking_core.errors import ImageError
from masking_core.image.decoder_errors import foreign
from masking_core.image.levels import Samples, eight_bits

BROKEN_PROFILE = "The embedded colour profile is broken or does not fit the picture; its colours were taken as sRGB."
BROKEN_EXIF = "The EXIF data are broken; the picture was taken as upright."

TURNS: dict[int, Callable[[NDArray[np.uint8]], NDArray[np.uint8]]] = {  # EXIF orientation -> what makes it upright
    2: lambda array: cv2.flip(array, 1),
    3: lambda array: cv2.rotate(array, cv2.ROTATE_180),
    4: lambda array: cv2.flip(array, 0),
    5: cv2.transpose,
    6: lambda array: cv2.rotate(array, cv2.ROTATE_90_CLOCKWISE),
    7: lambda array: cv2.flip(cv2.transpose(array), -1),
    8: lambda array: cv2.rotate(array, cv2.ROTATE_90_COUNTERCLOCKWISE),
}
_BAND = 256  # rows that are converted at a time, so that what is in between stays small
BIT_SCALES = {"L;2": (85, 1), "L;4": (17, 1), "RGB;16B": (1, 256)}  # raw mode -> loaded samples per sample in the file
_PROFILE_MODES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab ": "LAB"}  # colour space of a profile -> Pillow mode


class Pixels(NamedTuple):
    """A decoded picture: ``rgb`` (H, W, 3) uint8 sRGB, ``alpha`` (H, W) uint8 or None, ``notes`` for the user."""

    rgb: NDArray[np.uint8]
    alpha: NDArray[np.uint8] | None
    notes: tuple[str, ...]


def decode(picture: PIL.Image.Image | Samples, subject: str) -> Pixels | Samples:
    """Load the current frame of ``picture`` and bring it to upright sRGB with straight alpha.

    What has more than eight bits comes back as :class:`Samples`, for :func:`develop` to go on with.
    Raises :class:`ImageError` (damaged, too-many-pixels) in a sentence that begins with ``subject``.
    """
    if isinstance(picture, Samples):
        return picture
    key, white = _colour_key(picture), _white(picture)  # before loading: Pillow forgets how deep the samples were
    with foreign(subject):
        picture.load()
    profile = picture.info.get("icc_profile")
    colour, alpha = _separate(picture, key, subject)
    orientation, exif_note = orientation_of(picture)
    notes = (*picture.info.get("notes", ()), *([exif_note] if exif_note else []))
    if colour.mode.startswith(("I", "F")):
        samples = np.asarray(colour)[..., None]
        return Samples(samples, alpha, white, profile=profile, orientation=orientation, notes=notes)
    return _upright(colour, alpha, profile, orientation, notes, subject)


def develop(samples: Samples, black: float, white: float, subject: str) -> Pixels:
    """Samples of more than eight bits as upright sRGB with straight alpha, ``black`` and ``white`` being its range."""
    shown = eight_bits(samples.colour, black, white)
    shown = 255 - shown if samples.inverted else shown
    colour = PIL.Image.fromarray(shown[..., 0] if shown.shape[2] == 1 else shown)
    alpha = samples.alpha
    if samples.premultiplied and alpha is not None:
        stored = PIL.Image.frombytes(f"{colour.mode}a", colour.size, np.dstack([shown, alpha]).tobytes())
        colour = stored.convert(f"{colour.mode}A").convert(colour.mode)
    notes = (*samples.notes, *samples.note(black, white))
    return _upright(colour, alpha, samples.profile, samples.orientation, notes, subject)


def _upright(
    colour: PIL.Image.Image,
    alpha: NDArray[np.uint8] | None,
    profile: bytes | None,
    orientation: int,
    notes: tuple[str, ...],
    subject: str,
) -> Pixels:
    rgb, profile_note = _srgb(colour, profile, subject)
    if orientation in TURNS:
        turn = TURNS[orientation]
        rgb, alpha = turn(rgb), None if alpha is None else turn(alpha)
    return Pixels(rgb, alpha, (*notes, profile_note) if profile_note else notes)


def _colour_key(picture: PIL.Image.Image) -> tuple[int, ...] | None:
    """The transparent colour of a grey or RGB picture, in the depth at which Pillow hands out samples; else None.

    Pillow leaves it in the depth of the file, so that a 4-bit grey PNG would lose its transparency.
    """
    key = picture.info.get("transparency")
    key = key if isinstance(key, tuple) else (key,)
    channels = {"1": 1, "L": 1, "I;16": 1, "RGB": 3}.get(picture.mode)
    if len(key) != channels or not all(isinstance(sample, int) for sample in key):
        return None
    tiles = getattr(picture, "tile", None)
    raw = tiles[0].args if tiles and isinstance(tiles[0].args, str) else ""
    times, per = BIT_SCALES.get(raw, (1, 1))
    return tuple(sample * times // per for sample in key)


def _white(picture: PIL.Image.Image) -> int | None:
    """The white of samples whose type says it (16 bits, 12 in some TIFFs), else None."""
    if not picture.mode.startswith("I;16"):
        return None
    bits = getattr(picture, "tag_v2", {}).get(ExifTags.Base.BitsPerSample, (16,))
    return 4_095 if tuple(bits) == (12,) else 65_535


def orientation_of(picture: PIL.Image.Image) -> tuple[int, str | None]:
    """The EXIF orientation, and a note if the EXIF data cannot be read."""
    try:
        with foreign(""):
            orientation = picture.getexif().get(ExifTags.Base.Orientation)
    except ImageError:
        return 1, BROKEN_EXIF
    return orientation if isinstance(orientation, int) else 1, None


def _separate(
    picture: PIL.Image.Image, key: tuple[int, ...] | None, subject: str
) -> tuple[PIL.Image.Image, NDArray[np.uint8] | None]:
    """Colours without alpha, in the picture's own colour model, and straight alpha or None."""
    mode = {"P": "RGBA", "PA": "RGBA", "La": "LA", "RGBa": "RGBA"}.get(picture.mode, picture.mode)
    with foreign(subject):
        picture = picture if mode == picture.mode else picture.convert(mode)
        if mode in ("LA", "RGBA"):
            return picture.convert(mode[:-1]), np.asarray(picture.getchannel("A"))
    if key is None:
        return picture, None
    samples = np.atleast_3d(np.asarray(picture.convert("L") if mode == "1" else picture))
    hidden = np.logical_and.reduce([samples[..., channel] == sample for channel, sample in enumerate(key)])
    return picture, np.where(hidden, np.uint8(0), np.uint8(255))


def _srgb(colour: PIL.Image.Image, profile: bytes | None, subject: str) -> tuple[NDArray[np.uint8], str | None]:
    """``colour`` (a mode without alpha) as sRGB through its ICC profile; a note if the profile is of no use."""
    transform = note = None
    if profile:
        try:
            colour, transform = _profiled(colour, profile)
        except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
            note = BROKEN_PROFILE
    rgb = np.empty((colour.height, colour.width, 3), np.uint8)
    for top in range(0, colour.height, _BAND):
        with foreign(subject):
            band = colour.crop((0, top, colour.width, min(top + _BAND, colour.height)))
            rgb[top : top + _BAND] = np.asarray(transform.apply(band) if transform else band.convert("RGB"))
    return rgb, note


def _profiled(colour: PIL.Image.Image, profile: bytes) -> tuple[PIL.Image.Image, ImageCms.ImageCmsTransform | None]:
    """``colour`` in the mode that its profile speaks of, and the way from there to sRGB, None if they are the same.

    Grey, YCbCr and HSV pictures with an RGB profile become RGB first. Raises ValueError if the two do not go together.
    """
    icc = ImageCms.ImageCmsProfile(BytesIO(profile))
    mode = _PROFILE_MODES.get(icc.profile.xcolor_space, "")
    colour = colour.convert("L") if colour.mode == "1" else colour
    if mode == "RGB" and colour.mode in ("L", "YCbCr", "HSV"):
        colour = colour.convert("RGB")
    if mode != colour.mode:
        raise ValueError(f"a profile for {icc.profile.xcolor_space} in a picture of mode {colour.mode}")
    transform = ImageCms.buildTransform(icc, ImageCms.createProfile("sRGB"), mode, "RGB")
    return colour, None if _changes_nothing(transform, mode) else transform


def _changes_nothing(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    """Whether no colour moves by more than a rounding: most profiles are sRGB, and those pixels should stay exact."""
    if mode not in ("L", "RGB"):
        return False
    probe = _probe(mode)
    before, after = (np.asarray(picture, np.int16) for picture in (probe.convert("RGB"), transform.apply(probe)))
    return bool(np.abs(after - before).max() <= 1)


@cache
def _probe(mode: str) -> PIL.Image.Image:
    """All greys, or 32³ colours spread evenly and the ends of every axis included."""
    if mode == "L":
        return PIL.Image.fromarray(np.arange(256, dtype=np.uint8)[None])
    axis = np.linspace(0, 255, 32).round().astype(np.uint8)
    return PIL.Image.fromarray(np.stack(np.meshgrid(axis, axis, axis), axis=-1).reshape(32, -1, 3))
