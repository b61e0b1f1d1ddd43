"""Lines of text as pixels, in the font that comes with Pillow; the same line is drawn once, while there is room.

Pillow holds Python's global lock while it draws, and a picture's marks are drawn several times: thousands of texts
would hold up whatever else the process does.
"""

import math
from threading import Lock

import cachetools
import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
from numpy.typing import NDArray

Covered = NDArray[np.uint8]

ROOM = 32_000_000
"""Bytes of the lines that are kept."""


def box(text: str, size: float) -> tuple[int, int, int, int]:
    """Bound a line of ``text``, ``size`` pixels high, from its top left corner: left, top, right, bottom."""
    left, top, right, bottom = _font(size).getbbox(text)
    return math.floor(min(left, 0)), math.floor(min(top, 0)), math.ceil(right) + 1, math.ceil(max(bottom, size)) + 1


def line(text: str, x: float, y: float, size: float) -> tuple[int, int, Covered]:
    """Draw ``text`` from its top left corner (x, y), ``size`` pixels high.

    Returns:
        The column and the row at which its pixels begin, and how much of each it covers: (H, W) uint8, read-only.
    """
    column, row = math.floor(x), math.floor(y)
    left, top, covered = _drawn(text, x - column, y - row, size)
    return column + left, row + top, covered


@cachetools.cached(cachetools.LRUCache(ROOM, getsizeof=lambda drawn: drawn[2].nbytes + 500), lock=Lock())
def _drawn(text: str, x: float, y: float, size: float) -> tuple[int, int, Covered]:
    left, top, right, bottom = box(text, size)
    page = PIL.Image.new("L", (right - left + 1, bottom - top + 1))
    PIL.ImageDraw.Draw(page).text((x - left, y - top), text, fill=255, font=_font(size))
    return left, top, np.asarray(page, np.uint8)


def _font(size: float) -> PIL.ImageFont.FreeTypeFont:
    # A new one each time: threads must not share one.
    found = PIL.ImageFont.load_default(max(size, 1))
    assert isinstance(found, PIL.ImageFont.FreeTypeFont)  # as always when a size is given
    return found
