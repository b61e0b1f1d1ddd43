"""What is drawn next: the tool, for which object, how, and how thick."""

from dataclasses import dataclass

from masking_core.prompts.prompts import Operation
from studio import state
from studio.drawing.ink import Ink
from studio.drawing.toolbox import TOOLS, Tool

SIZES = (2, 3, 4, 6, 8, 11, 15, 20, 28, 40, 56, 80, 110, 150)
"""Brush diameters in thousandths of the picture's longer side, so that a brush fits pictures of every size."""
USUAL = 20
THINNEST = 3
"""No brush is thinner, in picture pixels, unless the picture is so small that every pixel of it is seen."""
SMALL = 300
"""Pixels of the longer side of such a picture."""


@dataclass(frozen=True)
class Pen:
    """What is drawn next; ``size`` is the brush's diameter in picture pixels."""

    tool: Tool
    object: int
    operation: Operation
    size: float

    @property
    def ink(self) -> Ink:
        """What its marks are drawn with; a brush knows no operation but its tool's own."""
        chosen = self.operation if self.tool.is_area else "add"
        object = self.object if self.tool.object is None else self.tool.object
        return Ink(self.tool.name, object, self.tool.operation or chosen)


def current(uses: frozenset[str], size: tuple[int, int]) -> Pen:
    """What is drawn next on a picture of ``size``, with a tool that the method can use."""
    offered = [tool for tool in TOOLS.values() if tool.offered(uses)]
    chosen = TOOLS.get(state.setdefault("pen.tool", "rectangle"))
    return Pen(
        tool=chosen if chosen in offered else offered[0],
        object=state.setdefault("pen.object", 1),
        operation=state.setdefault("pen.operation", "add"),
        size=pixels(state.setdefault("pen.size", USUAL), size),
    )


def pixels(thousandths: int, size: tuple[int, int]) -> int:
    """A brush's diameter on a picture of ``size``."""
    return max(1 if max(size) < SMALL else THINNEST, round(thousandths * max(size) / 1000))


def sizes(size: tuple[int, int]) -> list[int]:
    """Those of :data:`SIZES` that make different brushes on a picture of ``size``."""
    return list({pixels(thousandths, size): thousandths for thousandths in reversed(SIZES)}.values())[::-1]


def nearest(offered: list[int]) -> int:
    """The place in a list of sizes of the chosen one, or of the one next to it."""
    chosen = state.setdefault("pen.size", USUAL)
    return min(range(len(offered)), key=lambda place: abs(offered[place] - chosen))


def thicker(offered: list[int], steps: int) -> None:
    """Choose the size that lies so many steps further in a list of sizes."""
    place = nearest(offered) + steps
    state.put("pen.size", offered[min(max(place, 0), len(offered) - 1)])
