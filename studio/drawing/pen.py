"""What is drawn next: the tool, for which object, how, and how thick."""

from dataclasses import dataclass
from typing import Literal, get_args

from studio.drawing.canvas.ink import Ink, Operation

Tool = Literal["rectangle", "ellipse", "polygon", "lasso", "brush", "eraser", "point", "edit"]
TOOLS: tuple[Tool, ...] = get_args(Tool)
REGIONS = {"rectangle", "ellipse", "polygon", "lasso"}
BRUSHES = {"brush", "eraser", "point"}


@dataclass(frozen=True)
class Pen:
    """What is drawn next; ``size`` is the brush's diameter in picture pixels, ``zoom`` 0 where all is to be seen."""

    tool: Tool
    object: int
    operation: Operation
    size: float
    zoom: float = 0

    @property
    def ink(self) -> Ink:
        """What its marks are drawn with."""
        match self.tool:
            case "eraser":
                return Ink("brush", -1, "subtract")
            case "brush" | "point":
                return Ink(self.tool, self.object)
            case "edit":
                return Ink("fixed", self.object)
        return Ink(self.tool, self.object, self.operation)
