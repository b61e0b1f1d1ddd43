"""A drawing tool is one record, and everything that has to do with tools goes by it."""

import pytest
from hand import strip_of, use
from streamlit.testing.v1 import AppTest

from masking_core.prompts import Stroke
from studio.drawing import history, pen, strip, toolbox
from studio.drawing.canvas import fabric
from studio.drawing.canvas.sheet import Sheet
from studio.drawing.canvas.view import redraws
from studio.drawing.ink import FIXED, OPERATIONS, Ink
from studio.drawing.toolbox import Tool

FUZZ = Tool(
    "fuzz",
    "Fuzzy edge",
    "blur_on",
    "Z",
    "paint over hair and fur",
    "line",
    "freedraw",
    mark=Stroke,
    uses=frozenset({"stroke"}),
    object=-1,
)


def _board() -> None:
    from skimage import data

    from masking_core import Image
    from studio.drawing.board import MarkEditor

    image = Image.from_array(data.astronaut(), name="astronaut")
    editor = MarkEditor(image, frozenset({"rectangle", "stroke"}), "This method", page="test")
    editor.strip()
    editor.canvas()


def drawn(uses, size=(512, 512)):
    """The strip's items by group, on a page of a new visitor."""
    offered = frozenset(uses)
    return strip.items(pen.current(offered, size), offered, size, history.blank(), lambda: None)


def test_a_new_tool_is_one_record(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(toolbox.TOOLS, "fuzz", FUZZ)
    page = AppTest.from_function(_board, default_timeout=30).run()
    assert not page.exception
    use(page, "tool_fuzz")
    assert page.session_state["pen.tool"] == "fuzz"
    assert strip.buttons().keys["z"] == "tool_fuzz"
    (button,) = [item for item in drawn({"rectangle", "stroke"})["tools"] if item.name == "tool_fuzz"]
    assert (button.label, button.offered) == ("Fuzzy edge", True)
    assert "fuzzy edge" in strip.unused(frozenset({"rectangle"}), "This method")

    ink = pen.Pen(FUZZ, object=3, operation="intersect", size=20).ink
    assert ink == Ink("fuzz", -1, "add"), "a brush has no operation, and this one no object"
    assert not redraws(ink)
    path = {"path": [["M", 10, 10], ["L", 60, 60]], "width": 50, "height": 50}
    figure = {"type": "Path", "stroke": ink.stroke, "left": 10, "top": 10, "strokeWidth": 8, **path}
    (mark,) = fabric.read({"objects": [figure]}, Sheet.over((512, 512), 512)).marks
    assert isinstance(mark, Stroke)
    assert (mark.object, mark.operation, mark.width) == (-1, "add", 8)


def test_every_tool_has_a_key_and_a_name_of_its_own() -> None:
    buttons = strip.buttons()
    tools = toolbox.TOOLS.values()
    assert len({tool.key for tool in tools}) == len({tool.label for tool in tools}) == len(toolbox.TOOLS)
    for tool in tools:
        assert buttons.keys[tool.key.lower()] == f"tool_{tool.name}"
        assert tool.offered(tool.uses)
        assert tool.offered(frozenset()) == (not tool.uses)


@pytest.mark.parametrize("tool", [*toolbox.TOOLS, FIXED])
def test_a_colour_says_which_tool_drew_it(tool: str) -> None:
    for operation in OPERATIONS:
        for hidden in (False, True):
            ink = Ink(tool, 12, operation, 345, hidden)
            assert Ink.read(ink.stroke) == Ink(tool, 12, operation, 345)


def test_a_press_chooses_tool_object_operation_and_size():
    page = AppTest.from_function(_board, default_timeout=30).run()
    chosen = {"tool_rectangle": "rectangle", "object_0": 0, "object_unknown": -1, "how_subtract": "subtract"}
    keys = ("pen.tool", "pen.object", "pen.object", "pen.operation")
    for count, ((name, value), key) in enumerate(zip(chosen.items(), keys, strict=True), 1):
        use(page, name)
        assert page.session_state[key] == value
        assert page.session_state["strip.clicks"] == count, "what waits for this press goes on"
    use(page, "object_more")
    assert (page.session_state["pen.objects"], page.session_state["pen.object"]) == (3, 3)
    use(page, "tool_brush")
    offered = pen.sizes((512, 512))
    use(page, "brush_size", 1)
    assert page.session_state["pen.size"] == offered[1]
    use(page, "thicker")
    assert page.session_state["pen.size"] == offered[2]
    use(page, "thinner")
    assert page.session_state["pen.size"] == offered[1]
    assert not page.exception


@pytest.mark.parametrize(
    "used",
    [(), ("nobody",), ("tool_polygon",), ("undo", 3), ("tool_brush", "x"), ("brush_size", 10**400), (None,), ([],)],
)
def test_what_the_strip_does_not_offer_changes_nothing(used: tuple[object, ...]) -> None:
    page = AppTest.from_function(_board, default_timeout=30).run()
    before = [page.session_state[key] for key in ("pen.tool", "pen.object", "pen.size")]
    use(page, *used)
    assert not page.exception
    assert [page.session_state[key] for key in ("pen.tool", "pen.object", "pen.size")] == before


def test_the_size_of_a_brush_stays_among_those_offered():
    page = AppTest.from_function(_board, default_timeout=30).run()
    use(page, "tool_brush")
    offered = pen.sizes((512, 512))
    for place, size in ((-5, offered[0]), (10**400, offered[-1])):
        use(page, "brush_size", place)
        assert page.session_state["pen.size"] == size


def test_of_every_group_one_is_chosen_and_what_a_method_does_not_use_cannot_be_pressed():
    page = AppTest.from_function(_board, default_timeout=30).run()
    items = strip_of(page)
    for group in ("tools", "objects", "how"):
        assert [item["chosen"] for item in items if item["group"] == group].count(True) == 1, group
    offered = {item["name"].removeprefix("tool_"): item["offered"] for item in items if item["group"] == "tools"}
    uses = frozenset({"rectangle", "stroke"})
    assert offered == {name: tool.offered(uses) for name, tool in toolbox.TOOLS.items()}
