"""Label maps as files."""

import numpy as np
import PIL.Image

from masking_core import palette
from masking_core.arrays import Labels
from masking_core.export.writers import png_of


def labels_png(labels: Labels) -> bytes:
    """A label map as a PNG whose pixel values are the object numbers.

    Up to 255 objects it is an 8-bit palette picture, which viewers show in the objects' colours; beyond, 16-bit grey.
    """
    if labels.max() > 255:
        return png_of(PIL.Image.fromarray(labels.astype(np.uint16)))
    indexed = PIL.Image.fromarray(labels.astype(np.uint8), mode="P")
    indexed.putpalette(palette.paint(np.arange(256, dtype=np.int32)).tobytes())
    return png_of(indexed)
