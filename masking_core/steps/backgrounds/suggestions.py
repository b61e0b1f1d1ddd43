"""Colours that go with a picture: those it is made of."""

import numpy as np
import PIL.Image

from masking_core.image import Image
from masking_core.image.transparency import hidden

COUNT = 6
_SAMPLE = 40_000
"""Pixels that the colours are taken from."""


def common_colours(image: Image, count: int = COUNT) -> tuple[str, ...]:
    """The colours that most of a picture is made of, the most frequent first (median cut, Heckbert 1982).

    Args:
        image: the picture; what is fully transparent does not count.
        count: how many colours at most, 1 to 256.

    Returns:
        Colours as #rrggbb; none of a picture that is fully transparent.

    >>> common_colours(Image.from_array(np.full((4, 4, 3), (200, 30, 60), np.uint8)))
    ('#c81e3c',)
    """
    small = image.reduced(_SAMPLE)
    unseen = hidden(small)
    seen = small.rgb.reshape(1, -1, 3) if unseen is None else small.rgb[~unseen][None]
    if not seen.size:
        return ()
    found = PIL.Image.fromarray(np.ascontiguousarray(seen)).quantize(count, PIL.Image.Quantize.MEDIANCUT, kmeans=count)
    palette = bytes(found.getpalette() or b"")
    sizes = np.bincount(np.asarray(found).ravel())
    frequent = [place for place in np.argsort(-sizes, kind="stable").tolist() if sizes[place]]
    return tuple(dict.fromkeys(f"#{palette[3 * place : 3 * place + 3].hex()}" for place in frequent))
