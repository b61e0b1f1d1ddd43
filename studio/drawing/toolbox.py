"""The drawing tools: one record each, which strip, keys, canvas and bridge all go by."""

from dataclasses import dataclass
from typing import Literal

from masking_core.prompts import Ellipse, Hair, Mark, Point, Polygon, Rectangle, Stroke
from masking_core.prompts.prompts import Operation

Shape = Literal["box", "oval", "corners", "loop", "line", "dot", "select"]
"""How a tool is used with the pointer: dragged over a box, or an oval's box; its corners clicked; dragged around
something; painted; clicked; or used to select what is there."""


@dataclass(frozen=True)
class Tool:
    """One drawing tool.

    Attributes:
        name: its id.
        label: its name on the page.
        icon: its Material symbol.
        key: the key that chooses it.
        how: how it is used, as a part of a sentence.
        shape: how the pointer is used.
        mode: the drawing component's mode.
        mark: the kind of mark that it makes; None for one that changes marks.
        uses: the kinds of marks, any of which a method must be able to use for it; empty for always.
        object, operation: what its marks are always of; None where the visitor chooses.
    """

    name: str
    label: str
    icon: str
    key: str
    how: str
    shape: Shape
    mode: str
    mark: type[Mark] | None = None
    uses: frozenset[str] = frozenset()
    object: int | None = None
    operation: Operation | None = None

    @property
    def is_brush(self) -> bool:
        """Whether it draws with the brush's size."""
        return self.shape in {"line", "dot"}

    @property
    def is_area(self) -> bool:
        """Whether it draws areas, which join with those before them."""
        return self.mark is not None and not self.is_brush

    def offered(self, uses: frozenset[str]) -> bool:
        """Whether a method that can use those kinds of marks has a use for it."""
        return not self.uses or bool(self.uses & uses)


_ALL = (
    Tool(
        "rectangle",
        "Rectangle",
        "crop_square",
        "M",
        "drag from corner to corner",
        "box",
        "rect",
        mark=Rectangle,
        uses=frozenset({"rectangle"}),
    ),
    Tool(
        "ellipse",
        "Ellipse",
        "circle",
        "O",
        "drag over the box it fills",
        "oval",
        "rect",
        mark=Ellipse,
        uses=frozenset({"ellipse"}),
    ),
    Tool(
        "polygon",
        "Polygon",
        "pentagon",
        "P",
        "click its corners; Enter, a double click or the first corner closes it",
        "corners",
        "polygon",
        mark=Polygon,
        uses=frozenset({"polygon"}),
    ),
    Tool(
        "lasso",
        "Lasso",
        "lasso_select",
        "L",
        "draw around it; it closes by itself",
        "loop",
        "freedraw",
        mark=Polygon,
        uses=frozenset({"polygon"}),
    ),
    Tool(
        "brush",
        "Brush",
        "brush",
        "B",
        "paint over some of it; with Shift in straight lines",
        "line",
        "freedraw",
        mark=Stroke,
        uses=frozenset({"stroke"}),
    ),
    Tool(
        "point",
        "Point",
        "adjust",
        "D",
        "click on it",
        "dot",
        "point",
        mark=Point,
        uses=frozenset({"point"}),
    ),
    Tool(
        "hair",
        "Hair",
        "grass",
        "H",
        "paint over hair and fur along the edge; it stays or goes by its colours",
        "line",
        "freedraw",
        mark=Hair,
        object=1,
        operation="add",
    ),
    Tool(
        "eraser",
        "Eraser",
        "ink_eraser",
        "E",
        "wipe strokes and points away",
        "line",
        "freedraw",
        mark=Stroke,
        uses=frozenset({"stroke", "point"}),
        object=-1,
        operation="subtract",
    ),
    Tool(
        "edit",
        "Edit",
        "arrow_selector_tool",
        "V",
        "click a mark to move or resize it; Delete removes it",
        "select",
        "line",
    ),
)

TOOLS: dict[str, Tool] = {tool.name: tool for tool in _ALL}
"""All tools by name, in the order of the strip."""
