"""The canvas over a picture, and which pixels of it are which of the picture."""

from dataclasses import dataclass

import numpy as np

from masking_core.arrays import Points
from masking_core.prompts import Ellipse, Rectangle

CORNERS = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
"""Of the square from -1 to 1."""


@dataclass(frozen=True)
class Sheet:
    """A canvas of ``width`` × ``height`` pixels over a picture of ``picture`` = (width, height) pixels."""

    width: int
    height: int
    picture: tuple[int, int]

    @classmethod
    def over(cls, picture: tuple[int, int], width: int) -> "Sheet":
        """The canvas of that width which covers the picture."""
        return cls(width, max(1, -(-width * picture[1] // picture[0])), picture)

    @property
    def scale(self) -> float:
        """Picture pixels per canvas pixel."""
        return self.picture[0] / self.width


def in_box(mark: Rectangle | Ellipse, points: Points) -> Points:
    """Points of the square from -1 to 1, (N, 2), where the mark's box puts them on the picture."""
    half = np.array([mark.width, mark.height]) / 2
    cosine, sine = np.cos(np.radians(mark.angle)), np.sin(np.radians(mark.angle))
    placed: Points = (points * half) @ np.array([[cosine, sine], [-sine, cosine]]) + half + (mark.x, mark.y)
    return placed
