"""``python tools/edge_pictures.py`` makes the guide's picture of edges, enlarged four times, before strong colours.

A cat and a person's hair are samples that come with scikit-image; the glass is drawn here.
"""

import sys
from pathlib import Path

import cv2
import numpy as np
import PIL.Image

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from masking_core import Colour, GraphCut, Image, Prompts, Recipe, Result  # noqa: E402
from masking_core.arrays import Picture  # noqa: E402
from masking_core.prompts import Ellipse, Hair, Stroke  # noqa: E402
from masking_core.samples import sample  # noqa: E402
from masking_core.steps.edge import STYLES  # noqa: E402

WRITTEN = ROOT / "docs" / "pictures" / "edges.jpg"
BEHIND = ("#ff00ff", "#00b140", "#ffffff", "#000000")
WIDTH, HEIGHT, CLOSER = 75, 60, 4
CAT = (
    ((60, 15), (230, 60), (340, 20), (385, 12)),
    ((60, 80), (200, 180), (330, 90), (345, 180), (300, 240)),
    ((20, 260), (100, 200), (200, 260)),
)
"""Strokes over the cat's ears, face and chest."""


def glass() -> Image:
    """A tinted ball of glass before a table cloth: it lets more light through in the middle than at its rim."""
    rows, columns = np.mgrid[:200, :240].astype(np.float32)
    cloth = np.where(((rows // 20 + columns // 20) % 2 == 0)[..., None], (236, 226, 196), (176, 60, 50))
    away = np.hypot(rows - 100, columns - 120) / 70
    share = (np.clip((1 - away) * 35, 0, 1) * (0.35 + 0.65 * np.clip(away, 0, 1) ** 4))[..., None]
    return Image.from_array(np.rint(share * (20, 70, 120) + (1 - share) * cloth).astype(np.uint8))


def enlarged(rgb: Picture, x: int, y: int) -> Picture:
    """A part of a picture, every pixel as a square."""
    part = np.ascontiguousarray(rgb[y : y + HEIGHT, x : x + WIDTH, :3])
    return np.asarray(cv2.resize(part, None, fx=CLOSER, fy=CLOSER, interpolation=cv2.INTER_NEAREST), np.uint8)


def row(result: Result, x: int, y: int) -> Picture:
    """A part of the picture, then the same of the cut-out before every colour."""
    cut = [result.on(Colour(colour=colour)).rgba for colour in BEHIND]
    return np.hstack([enlarged(picture, x, y) for picture in (result.image.rgb, *cut)])


def main() -> int:
    """Write the picture."""
    person = Prompts(
        marks=(
            Stroke(points=((225, 70), (235, 150), (215, 260), (140, 400), (300, 400)), width=22),
            Stroke(points=((30, 60), (60, 200)), width=22, object=0),
            Stroke(points=((380, 60), (470, 330)), width=22, object=0),
        )
    )
    cut = Recipe(method=GraphCut(), edge=STYLES["automatic"])
    matte = Recipe(method=GraphCut(), edge=STYLES["matte"])
    cat = Prompts(
        marks=(
            *(Stroke(points=line, width=24) for line in CAT),
            Stroke(points=((10, 60), (30, 20), (10, 100)), width=12, object=0),
            Stroke(points=((425, 60), (440, 140), (400, 200), (435, 280)), width=16, object=0),
        )
    )
    ball = Prompts(
        marks=(
            Ellipse(x=48, y=28, width=144, height=144),
            Hair(points=((90, 100), (150, 100)), width=110),
        )
    )
    rows = (
        row(cut.run(sample("cat"), cat), 305, 215),
        row(cut.run(sample("astronaut"), person), 135, 20),
        row(matte.run(glass(), ball), 110, 22),
    )
    PIL.Image.fromarray(np.vstack(rows)).save(WRITTEN, quality=88)
    return 0


if __name__ == "__main__":
    sys.exit(main())
