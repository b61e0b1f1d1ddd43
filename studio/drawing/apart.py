"""Drawing marks off the page's thread where that can take long: many of them, texts, groups, seed maps."""

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from masking_core import Prompts
from masking_core.prompts import AnyMark, Ellipse, Point, Polygon, Rectangle, Stroke
from studio import compute

T = TypeVar("T")

FEW = 60
LIGHT = (Stroke, Point, Rectangle, Ellipse, Polygon)


def drawn(kind: str, marks: Sequence[AnyMark], about: Hashable, draw: Callable[[], T]) -> T:
    """What ``draw()`` makes of the marks: at once where they are few and simple, else by a worker, and kept.

    Args:
        kind: what is made.
        marks: what it is made of.
        about: whatever else it depends on.
        draw: makes it.

    Raises:
        MaskingError: it takes too long, or whatever ``draw`` raises.
    """
    if len(marks) <= FEW and all(isinstance(mark, LIGHT) for mark in marks):
        return draw()
    return compute.apart((kind, Prompts(marks=tuple(marks)).to_json(), about), draw)
