"""One figure on the canvas, as Fabric writes it down, and where that puts it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from masking_core.arrays import Points
from masking_core.errors import PromptError

SIZES = {"M": 3, "L": 3, "Q": 5}
"""A letter and its numbers, for each kind of piece of a path."""
FINEST = 32
"""Corners that a curve becomes at most."""
Path = Sequence[Sequence[str | float]]

Number = Annotated[float, Field(ge=-1e6, le=1e6)]
Origin = Literal["left", "center", "right", "top", "bottom"]
ORIGINS = {"left": -0.5, "top": -0.5, "center": 0.0, "right": 0.5, "bottom": 0.5}


class Vertex(BaseModel):
    """A corner of a polygon, in the polygon's own coordinates."""

    model_config = ConfigDict(strict=True, allow_inf_nan=False)
    x: Number
    y: Number


class Figure(BaseModel):
    """One object of a drawing: what Fabric says about a figure, as far as it matters to its shape."""

    model_config = ConfigDict(strict=True, allow_inf_nan=False, extra="ignore")
    type: Literal["Rect", "Circle", "Ellipse", "Polygon", "Path"]
    stroke: Annotated[str, Field(max_length=60)]
    left: Number
    top: Number
    width: Annotated[Number, Field(ge=0)]
    height: Annotated[Number, Field(ge=0)]
    originX: Origin = "left"  # noqa: N815  (Fabric's names)
    originY: Origin = "top"  # noqa: N815
    strokeWidth: Annotated[Number, Field(ge=0)] = 0.0  # noqa: N815
    strokeUniform: bool = False  # noqa: N815
    scaleX: Number = 1.0  # noqa: N815
    scaleY: Number = 1.0  # noqa: N815
    skewX: Annotated[float, Field(gt=-89, lt=89)] = 0.0  # noqa: N815
    skewY: Annotated[float, Field(gt=-89, lt=89)] = 0.0  # noqa: N815
    angle: Number = 0.0
    flipX: bool = False  # noqa: N815
    flipY: bool = False  # noqa: N815
    points: Annotated[list[Vertex], Field(min_length=3)] | None = None
    path: list[list[str | Number]] | None = None

    @property
    def linear(self) -> Points:
        """(2, 2): what scaling, skewing, flipping and turning do to the figure."""
        scale = np.diag([-self.scaleX if self.flipX else self.scaleX, -self.scaleY if self.flipY else self.scaleY])
        lean_x, lean_y = np.tan(np.radians([self.skewX, self.skewY]))
        leant: Points = scale @ np.array([[1, lean_x], [0, 1]]) @ np.array([[1, 0], [lean_y, 1]])
        return self.turn @ leant

    @property
    def turn(self) -> Points:
        """(2, 2): the figure's rotation, clockwise as y points down."""
        cosine, sine = np.cos(np.radians(self.angle)), np.sin(np.radians(self.angle))
        return np.array([[cosine, -sine], [sine, cosine]])

    @property
    def centre(self) -> Points:
        """(2,): where the middle of the figure lies; its origin is a corner of a box that includes the outline."""
        inner, outer = (0.0, self.strokeWidth) if self.strokeUniform else (self.strokeWidth, 0.0)
        half = np.array([self.width + inner, self.height + inner]) / 2
        corners = np.array([half, half * (1, -1)]) @ (self.turn.T @ self.linear).T
        size = 2 * np.abs(corners).max(axis=0) + outer
        place = np.array([self.left, self.top])
        centre: Points = place - self.turn @ (size * (ORIGINS[self.originX], ORIGINS[self.originY]))
        return centre

    def placed(self, points: Points) -> Points:
        """Points relative to the figure's middle, (N, 2), on the canvas."""
        return points @ self.linear.T + self.centre


@dataclass(frozen=True)
class Curves:
    """The pieces of a path: quadratic curves from ``start`` to ``end``, each (N, 2), by way of ``control``.

    A straight piece is a curve whose control point lies half way; ``curved`` (N,) tells which are none.
    """

    start: Points
    control: Points
    end: Points
    curved: NDArray[np.bool_]

    @classmethod
    def of(cls, path: Path) -> "Curves":
        """Read a Fabric path of one piece; see :func:`trace`."""
        pieces = [piece for piece in path if list(piece) != ["Z"]]
        letters = [piece[0] for piece in pieces if _known(piece)]
        if len(letters) < len(pieces) or letters[:1] != ["M"] or "M" in letters[1:]:
            raise PromptError("A stroke that is not made of lines and curves was left out.")
        pieces += pieces[:1] * (len(pieces) == 1)  # a point is a line without length
        ends = np.array([piece[-2:] for piece in pieces], float)
        control = (ends[:-1] + ends[1:]) / 2
        curved = np.array([piece[0] == "Q" for piece in pieces[1:]], bool)
        control[curved] = np.array([piece[1:3] for piece in pieces if piece[0] == "Q"], float).reshape(-1, 2)
        return cls(ends[:-1], control, ends[1:], curved)

    def line(self) -> Points:
        """The curves as a polyline, (M, 2): a corner for about every pixel of bend, their ends among them."""
        bend = np.hypot(*(self.start - 2 * self.control + self.end).T)
        counts = np.where(self.curved, np.clip(bend, 1, FINEST), 1).astype(int)
        piece = np.repeat(np.arange(len(counts)), counts)
        t = np.concatenate([np.arange(1, count + 1) / count for count in counts] or [np.zeros(0)])[:, None]
        s = 1 - t
        line: Points = s**2 * self.start[piece] + 2 * s * t * self.control[piece] + t**2 * self.end[piece]
        return line

    def reach(self) -> Points:
        """Points whose box is the one that Fabric puts around the curves, (M, 2).

        Fabric bounds a quadratic curve as if it were the cubic one with both control points in the same place.
        """
        t = np.linspace(0, 1, 65)[:, None, None]
        s = 1 - t
        start, control, end = self.start[self.curved], self.control[self.curved], self.end[self.curved]
        cubic = s**3 * start + 3 * s * t * control + t**3 * end
        return np.concatenate([self.start, self.end, cubic.reshape(-1, 2)])


def trace(path: Path) -> tuple[Points, Points]:
    """The polyline of a Fabric path of one piece, (N, 2), and the middle of the box that Fabric puts around it.

    Raises:
        PromptError: it is not a path of lines and quadratic curves.
    """
    curves = Curves.of(path)
    reach = curves.reach()
    return np.concatenate([curves.start[:1], curves.line()]), (reach.min(axis=0) + reach.max(axis=0)) / 2


def _known(piece: Sequence[str | float]) -> bool:
    """Whether it is a letter that we know and as many numbers as belong to it."""
    letter, *numbers = piece or ("",)
    return len(piece) == SIZES.get(str(letter)) and not any(isinstance(value, str) for value in numbers)
