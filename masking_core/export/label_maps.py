"""Label maps as files: numbers for programs, colours for people."""

from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from masking_core import palette
from masking_core.arrays import Labels, Picture
from masking_core.errors import ParameterError
from masking_core.export.formats import FORMATS, Format
from masking_core.export.writers import png_of, tiff_of
from masking_core.progress import bands

FORMS = ("png", "tiff")
"""The formats of :data:`masking_core.export.FORMATS` that hold label maps."""

_BYTE = 254  # the greatest number in a byte: 255 means "unmarked" in many programs, ours among them
_SHORT = 65_534


def labels_file(labels: Labels, form: Format = FORMATS["png"]) -> bytes:
    """A label map (H, W) as a grey file whose pixel values are the object numbers.

    8 bits up to 254 objects, 16 up to 65,534, and beyond, in a TIFF only, 32 signed bits.

    Raises:
        ParameterError: the format holds no numbers, or not as many.
    """
    if form.id not in FORMS:
        raise ParameterError(f"Label maps are written as PNG or TIFF; {form.title} was asked for.")
    most = int(labels.max(initial=0))
    if most > _SHORT:
        if form.id == "png":
            raise ParameterError(f"A PNG holds {_SHORT:,} objects at most, and there are {most:,}: write a TIFF.")
        return tiff_of([labels.astype(np.int32)])
    numbers: NDArray[np.integer[Any]] = labels.astype(np.uint8 if most <= _BYTE else np.uint16)
    return png_of(PIL.Image.fromarray(numbers)) if form.id == "png" else tiff_of([numbers])


def labels_png(labels: Labels) -> bytes:
    """:func:`labels_file` as PNG."""
    return labels_file(labels)


def coloured_labels(labels: Labels) -> Picture:
    """(H, W, 4) uint8: a label map (H, W) in the objects' colours, for the eye; the background is transparent."""
    rgba = np.zeros((*labels.shape, 4), np.uint8)
    for band in bands(labels.shape, "Colouring the objects"):
        inside = labels[band] > 0
        rgba[band][inside, :3] = palette.paint(labels[band][inside])
        rgba[band][..., 3] = np.where(inside, np.uint8(255), np.uint8(0))
    return rgba
