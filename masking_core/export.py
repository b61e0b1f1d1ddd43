"""Results as files: only pixels and the sRGB tag go out, never what the camera wrote."""

from io import BytesIO

import numpy as np
import PIL.Image
from PIL.PngImagePlugin import PngInfo

from masking_core import palette
from masking_core.method import Labels, Picture


def png(picture: Picture) -> bytes:
    """A (H, W), (H, W, 3) or (H, W, 4) uint8 array as a PNG file."""
    return _save(PIL.Image.fromarray(picture))


def labels_png(labels: Labels) -> bytes:
    """A label map as a PNG whose pixel values are the object numbers.

    Up to 255 objects it is an 8-bit palette picture, which viewers show in the objects' colours; beyond, 16-bit grey.
    """
    if labels.max() > 255:
        return _save(PIL.Image.fromarray(labels.astype(np.uint16)))
    indexed = PIL.Image.fromarray(labels.astype(np.uint8), mode="P")
    indexed.putpalette(palette.paint(np.arange(256, dtype=np.int32)).tobytes())
    return _save(indexed)


def _save(picture: PIL.Image.Image) -> bytes:
    info = PngInfo()
    info.add(b"sRGB", b"\x00")  # rendering intent: perceptual
    file = BytesIO()
    # Level 3 takes a third of the time of the default for a tenth more bytes.
    picture.save(file, "PNG", pnginfo=info, compress_level=3)
    return file.getvalue()
