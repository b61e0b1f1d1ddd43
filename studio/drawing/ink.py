"""The colour a mark is drawn in, and what that colour says.

The canvas hands colours back exactly as it was given them, and nothing else of ours. So the far decimals of a colour's
alpha, invisible to the eye, say what was drawn with it: the tool, the object number, the operation and, for a mark that
was already there, which one it is.
"""

import re
from dataclasses import dataclass
from typing import get_args

from masking_core import palette
from masking_core.prompts import Mark
from masking_core.prompts.prompts import Operation
from studio.drawing.toolbox import TOOLS

FIXED = "fixed"
"""Stands for a tool where a mark can be seen and deleted but not reshaped on the canvas."""
OPERATIONS: tuple[Operation, ...] = get_args(Operation)
UNKNOWN = "#16181d"
"""The colour of object -1; no object's own colour is as dark."""

STROKE, OUTLINE = 0.55, 0.95
"""How opaque strokes and outlines are; what lies inside an outline is left as it is."""
DASHES: dict[Operation, tuple[int, ...]] = {
    "add": (),
    "subtract": (7, 5),
    "intersect": (2, 5),
    "exclude": (12, 4, 2, 4),
}
"""How an area's outline tells its operation: dashes and gaps, none for a solid line."""

_CODE = re.compile(r"rgba\(\d{1,3},\d{1,3},\d{1,3},0\.\d\d(\d\d)(\d\d)(\d)(\d{5})\)")


@dataclass(frozen=True)
class Ink:
    """What a colour says.

    Attributes:
        tool: the name of the tool that draws the mark, or :data:`FIXED`.
        object: the object number.
        operation: how an area joins with those before it.
        serial: the place, from 1, of a mark that was there before, or 0 for a new one.
        hidden: whether the canvas does not show it; the colour does not say so.
    """

    tool: str
    object: int
    operation: Operation = "add"
    serial: int = 0
    hidden: bool = False

    @classmethod
    def read(cls, stroke: str) -> "Ink | None":
        """What a colour of :attr:`stroke` says; None for a colour that is not one of ours."""
        match = _CODE.fullmatch(stroke)
        if match is None:
            return None
        tool, object, operation, serial = map(int, match.groups())
        names = _names()
        if tool >= len(names) or operation >= len(OPERATIONS):
            return None
        return cls(names[tool], object - 1, OPERATIONS[operation], serial)

    @classmethod
    def of(cls, mark: Mark, serial: int, *, hidden: bool = False) -> "Ink":
        """What a mark that is there already is shown with."""
        tools = (tool.name for tool in TOOLS.values() if tool.mark is type(mark))
        return cls(next(tools, FIXED), mark.object, mark.operation, serial, hidden)

    @property
    def makes(self) -> type[Mark] | None:
        """The kind of mark that is drawn with it."""
        return None if self.tool == FIXED else TOOLS[self.tool].mark

    @property
    def is_seed(self) -> bool:
        """Whether the mark is a seed rather than an area."""
        return self.tool != FIXED and TOOLS[self.tool].is_brush

    @property
    def is_freehand(self) -> bool:
        """Whether it is drawn in one line; an open polygon, which the canvas keeps as a line too, is not."""
        return self.tool != FIXED and TOOLS[self.tool].shape in {"line", "loop"}

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
        if self.hidden or self._unseen:
            alpha = 0.0
        code = f"{_names().index(self.tool):02}{self.object + 1:02}{OPERATIONS.index(self.operation)}{self.serial:05}"
        return f"rgba({colour},{alpha:.2f}{code})"

    @property
    def colour(self) -> str:
        """The object's colour as #rrggbb."""
        return colour_of(self.object)

    @property
    def fill(self) -> str:
        """The colour inside of it."""
        return f"rgba({self._rgb},{STROKE if self.is_seed else 0})"

    @property
    def dashes(self) -> list[int]:
        """The lengths of an outline's dashes and gaps; empty for a solid one."""
        return list(DASHES[self.operation])

    @property
    def _unseen(self) -> bool:
        # The canvas draws an ellipse as the box it fills; the page draws the ellipse itself.
        return not self.serial and self.tool != FIXED and TOOLS[self.tool].shape == "oval"

    @property
    def _rgb(self) -> str:
        return ",".join(str(value) for value in bytes.fromhex(self.colour[1:]))


def _names() -> list[str]:
    return [*TOOLS, FIXED]


def colour_of(object: int) -> str:
    """The colour of an object number as #rrggbb; 0 is the background, -1 unknown."""
    return UNKNOWN if object < 0 else palette.hex_of(object)
