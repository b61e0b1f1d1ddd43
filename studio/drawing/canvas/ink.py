"""The colour a mark is drawn in, and what that colour says.

The canvas hands colours back exactly as it was given them, and nothing else of ours. So the far decimals of a colour's
alpha, invisible to the eye, say what was drawn with it: the tool, the object number, the operation and, for a mark that
was already there, which one it is.
"""

import re
from dataclasses import dataclass
from typing import Literal, get_args

from masking_core import palette

Tool = Literal["rectangle", "ellipse", "polygon", "lasso", "brush", "point", "fixed"]
"""What draws a mark; a "fixed" one can be seen and deleted but not reshaped on the canvas."""
Operation = Literal["add", "subtract", "intersect", "exclude"]

TOOLS: tuple[Tool, ...] = get_args(Tool)
OPERATIONS: tuple[Operation, ...] = get_args(Operation)
UNKNOWN = "#16181d"
"""The colour of object -1; no object's own colour is as dark."""

STROKE, OUTLINE = 0.55, 0.95
FILLS = {"add": 0.28, "subtract": 0.10, "intersect": 0.16, "exclude": 0.16}
DASHES = {"add": None, "subtract": (7, 5), "intersect": (2, 5), "exclude": (12, 4, 2, 4)}
"""How an area's outline tells its operation; an area that takes away is also fainter."""

_CODE = re.compile(r"rgba\(\d{1,3},\d{1,3},\d{1,3},0\.\d\d(\d)(\d\d)(\d)(\d{5})\)")


@dataclass(frozen=True)
class Ink:
    """What a colour says; ``serial`` is the place, from 1, of a mark that was there before, or 0 for a new one."""

    tool: Tool
    object: int
    operation: Operation = "add"
    serial: int = 0

    @classmethod
    def read(cls, stroke: str) -> "Ink | None":
        """What a colour of :attr:`stroke` says; None for a colour that is not one of ours."""
        match = _CODE.fullmatch(stroke)
        if match is None:
            return None
        tool, object, operation, serial = map(int, match.groups())
        if tool >= len(TOOLS) or operation >= len(OPERATIONS):
            return None
        return cls(TOOLS[tool], object - 1, OPERATIONS[operation], serial)

    @property
    def is_seed(self) -> bool:
        """Whether the mark is a seed rather than an area."""
        return self.tool in {"brush", "point"}

    @property
    def erases(self) -> bool:
        """Whether the mark takes seeds away."""
        return self.is_seed and self.operation == "subtract"

    @property
    def stroke(self) -> str:
        """The colour of a brush stroke or an outline."""
        colour, alpha = self._rgb, STROKE if self.is_seed else OUTLINE
        if self.erases:  # what was erased before is cut out of the drawing, see fabric.write
            colour, alpha = ("0,0,0", 0.99) if self.serial else ("255,255,255", 0.7)
        if self._unseen:
            alpha = 0.0
        code = f"{TOOLS.index(self.tool)}{self.object + 1:02}{OPERATIONS.index(self.operation)}{self.serial:05}"
        return f"rgba({colour},{alpha:.2f}{code})"

    @property
    def colour(self) -> str:
        """The object's colour as #rrggbb."""
        return colour_of(self.object)

    @property
    def fill(self) -> str:
        """The colour inside an outline."""
        alpha = 0 if self._unseen else STROKE if self.is_seed else FILLS[self.operation]
        return f"rgba({self._rgb},{alpha})"

    @property
    def dashes(self) -> list[int] | None:
        """The lengths of an outline's dashes and gaps; None for a solid one."""
        dashes = DASHES[self.operation]
        return None if dashes is None else list(dashes)

    @property
    def _unseen(self) -> bool:
        # The canvas draws an ellipse as the box it fills; the page draws the ellipse itself.
        return self.tool == "ellipse" and not self.serial

    @property
    def _rgb(self) -> str:
        return ",".join(str(value) for value in bytes.fromhex(self.colour[1:]))


def colour_of(object: int) -> str:
    """The colour of an object number as #rrggbb; 0 is the background, -1 unknown."""
    return UNKNOWN if object < 0 else palette.hex_of(object)
