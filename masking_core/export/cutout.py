"""A result as the file of a cut-out."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from masking_core.arrays import Labels, Picture
from masking_core.export.formats import FORMATS, Format
from masking_core.export.open_raster import open_raster
from masking_core.export.options import PLAIN, Writing
from masking_core.image import Image
from masking_core.result import Result
from masking_core.steps.backgrounds import Transparent

Pixels = TypeVar("Pixels", Picture, Labels)


def cutout_file(result: Result, form: Format, how: Writing = PLAIN) -> bytes:
    """A result, on the recipe's background, as a file of the kind ``form``."""
    return open_raster(result) if form.layered else form.write([composed_picture(result, how)], how)


def composed_picture(result: Result, how: Writing = PLAIN) -> Picture:
    """(h, w, 4) uint8: a result on the recipe's background, cropped and with hidden colours if ``how`` says so."""
    if isinstance(result.background, Transparent) and result.background.shadow == "none":
        return cutout_picture(result, how)
    return cropped(result.rgba, result, how)


def cutout_picture(result: Result, how: Writing = PLAIN) -> Picture:
    """(h, w, 4) uint8: a result on nothing, cropped and with hidden colours if ``how`` says so."""
    picture = result.cutout
    if how.options.hidden_colours:
        picture = picture.copy()
        hidden = picture[..., 3] == 0
        picture[hidden, :3] = result.image.rgb[hidden]
    return cropped(picture, result, how)


def cropped(picture: Pixels, result: Result, how: Writing) -> Pixels:
    """(H, W) or (H, W, C) as it is, or within the box of what ``result`` keeps, if ``how`` says so."""
    if not how.options.crop:
        return picture
    return picture[crop_window(result.mask, how.options.margin)]


def crop_window(mask: Picture, margin: int) -> tuple[slice, slice]:
    """Rows and columns of the tight box of (H, W) ``mask``, ``margin`` pixels wider; everything where it is empty."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return slice(0, mask.shape[0]), slice(0, mask.shape[1])
    return (
        slice(max(int(rows[0]) - margin, 0), int(rows[-1]) + 1 + margin),
        slice(max(int(columns[0]) - margin, 0), int(columns[-1]) + 1 + margin),
    )


def pixels(image: Image) -> Picture:
    """A picture's pixels, (H, W, 3) uint8, or (H, W, 4) when it has alpha."""
    return image.rgb if image.alpha is None else np.dstack([image.rgb, image.alpha])


def stack_tiff(pictures: Sequence[Picture]) -> bytes:
    """Pictures as the pages of one TIFF, losslessly compressed; they may differ in size."""
    return FORMATS["tiff"].write(pictures, PLAIN)


def animation(pictures: Sequence[Picture], durations: Sequence[float], loop: int | None) -> bytes:
    """Pictures of one size as an animated PNG, lossless and with alpha.

    Args:
        pictures: (H, W, 4) uint8 each.
        durations: milliseconds, one for each.
        loop: how often it is played, 0 for ever; None for once.
    """
    how = Writing(durations=tuple(durations), loop=loop)
    return FORMATS["png"].write(pictures, how)
