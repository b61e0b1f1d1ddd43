"""Marks for the gallery: drawn beforehand on some samples, taken from a first guess on every other picture."""

from typing import NamedTuple

import cv2
import numpy as np

from masking_core import Image, Prompts, Result
from masking_core.arrays import Mask
from masking_core.prompts import AnyMark, Ellipse, Polygon, Rectangle, Stroke
from masking_core.prompts.from_mask import strokes_of

PIECES = 8
"""Most polygons of an outline that is taken from a guess."""
LOOSE = 1.0
"""How far a polygon may leave the outline, in pixels of the guess."""


class Prepared(NamedTuple):
    """One object marked in three ways: by a rectangle around it, by strokes, and by its outline."""

    rectangle: Prompts
    strokes: Prompts
    outline: Prompts


Corner = tuple[float, float]


def _stroke(*points: Corner, object: int = 1, width: float = 10.0) -> Stroke:
    return Stroke(points=points, width=width, object=object)


def _prepared(box: tuple[float, float, float, float], strokes: list[Stroke], outline: list[AnyMark]) -> Prepared:
    x, y, width, height = box
    return Prepared(
        Prompts(marks=(Rectangle(x=x, y=y, width=width, height=height),)),
        Prompts(marks=tuple(strokes)),
        Prompts(marks=tuple(outline)),
    )


SAMPLES: dict[str, Prepared] = {
    "coffee": _prepared(
        (70, 10, 418, 384),
        [
            _stroke((200, 90), (250, 40), (380, 60)),
            _stroke((230, 140), (300, 165), (350, 130)),
            _stroke((200, 230), (220, 255)),
            _stroke((110, 200), (130, 290), (270, 365), (420, 310), (455, 210)),
            _stroke((340, 260), (370, 300)),
            _stroke((270, 220), (330, 225)),
            _stroke((406, 85), (398, 120)),
            _stroke((20, 20), (50, 110), (30, 330), (110, 385), object=0),
            _stroke((470, 20), (540, 200), (470, 370), object=0),
        ],
        [
            Ellipse(x=77, y=72, width=402, height=316, name="saucer"),
            Ellipse(x=173, y=17, width=238, height=200, name="cup"),
            Polygon(points=((392, 75), (420, 64), (430, 85), (402, 150)), name="spoon"),
        ],
    ),
    "astronaut": _prepared(
        (20, 8, 350, 504),
        [
            _stroke((190, 40), (250, 40), (285, 90)),
            _stroke((225, 90), (225, 175)),
            _stroke((140, 180), (200, 260), (290, 220)),
            _stroke((100, 300), (60, 420), (130, 490), (250, 480)),
            _stroke((200, 320), (260, 380)),
            _stroke((310, 290), (340, 320)),
            _stroke((20, 40), (70, 150), (15, 280), object=0),
            _stroke((120, 20), (120, 130), object=0),
            _stroke((330, 30), (340, 200), (400, 330), object=0),
            _stroke((430, 80), (430, 260), object=0),
            _stroke((330, 400), (400, 480), (480, 400), object=0),
        ],
        [
            Ellipse(x=152, y=14, width=148, height=176, name="head"),
            Polygon(
                points=(
                    *((115, 190), (150, 152), (300, 160), (318, 215), (340, 290), (360, 335), (300, 365)),
                    *((278, 420), (300, 511), (20, 511), (30, 330), (70, 270)),
                ),
                name="suit",
            ),
        ],
    ),
    "cat": _prepared(
        (10, 5, 360, 290),
        [
            _stroke((60, 30), (80, 130), (60, 250)),
            _stroke((150, 60), (230, 60), (300, 40)),
            _stroke((250, 140), (260, 240), (180, 270)),
            _stroke((335, 140), (330, 180)),
            _stroke((410, 50), (420, 150), (400, 270), object=0),
            _stroke((8, 20), (8, 100), object=0),
        ],
        [
            Polygon(
                points=(
                    *((28, 0), (350, 0), (345, 50), (330, 90), (365, 130), (350, 160), (325, 215), (300, 245)),
                    *((330, 299), (0, 299), (0, 130), (40, 90)),
                ),
                name="cat",
            ),
        ],
    ),
}


def marks(image: Image, guess: Result | None) -> Prepared:
    """The marks for a picture: those prepared for it, or else those that say what ``guess`` found in it."""
    if image.name in SAMPLES:
        return SAMPLES[image.name]
    mask = None if guess is None else guess.alpha >= 0.5
    if guess is None or mask is None or not mask.any() or mask.all():
        return _middle(*image.size)
    found = Prepared(_box(mask), strokes_of(mask), _outline(mask))
    return Prepared(*(one.scaled(1 / guess.scale) for one in found))


def _box(mask: Mask) -> Prompts:
    x, y, width, height = cv2.boundingRect(mask.astype(np.uint8))
    return Prompts(marks=(Rectangle(x=x, y=y, width=width, height=height),))


def _outline(mask: Mask) -> Prompts:
    """Polygons around the pieces of a mask, the largest first, but for specks."""
    found = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    lines = sorted(found, key=cv2.contourArea, reverse=True)[:PIECES]
    simple = [cv2.approxPolyDP(line, LOOSE, True).reshape(-1, 2) + 0.5 for line in lines]
    return Prompts(marks=tuple(Polygon(points=tuple(map(tuple, p.tolist()))) for p in simple if len(p) > 2))


def _middle(width: int, height: int) -> Prepared:
    """The middle of a picture in which nothing was found."""
    x, y, thick = width / 8, height / 8, max(1.0, max(width, height) / 60)
    frame = ((x / 3, y / 3), (width - x / 3, y / 3), (width - x / 3, height - y / 3), (x / 3, height - y / 3))
    return _prepared(
        (x, y, 6 * x, 6 * y),
        [
            _stroke((3 * x, 4 * y), (5 * x, 4 * y), width=thick),
            _stroke((4 * x, 2.5 * y), (4 * x, 5.5 * y), width=thick),
            _stroke(*frame, frame[0], object=0, width=thick),
        ],
        [Ellipse(x=x, y=y, width=6 * x, height=6 * y)],
    )
