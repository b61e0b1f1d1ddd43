"""A drawing tool is one record, and everything that has to do with tools goes by it."""

import pytest
from streamlit.testing.v1 import AppTest

from masking_core.prompts import Stroke
from studio.drawing import pen, strip, toolbox
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


def test_a_new_tool_is_one_record(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(toolbox.TOOLS, "fuzz", FUZZ)
    page = AppTest.from_function(_board, default_timeout=30).run()
    assert not page.exception
    button = page.button(key="tool_fuzz")
    assert (button.label, button.disabled) == ("Fuzzy edge", False)
    button.click().run()
    assert page.session_state["pen.tool"] == "fuzz"
    assert strip.buttons().keys["z"] == ".st-key-tool_fuzz button"
    assert strip.buttons().names["tool_fuzz"] == "Fuzzy edge"
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
        assert buttons.keys[tool.key.lower()] == f".st-key-tool_{tool.name} button"
        assert buttons.names[f"tool_{tool.name}"] == tool.label
        assert tool.offered(tool.uses)
        assert tool.offered(frozenset()) == (not tool.uses)


@pytest.mark.parametrize("tool", [*toolbox.TOOLS, FIXED])
def test_a_colour_says_which_tool_drew_it(tool: str) -> None:
    for operation in OPERATIONS:
        for hidden in (False, True):
            ink = Ink(tool, 12, operation, 345, hidden)
            assert Ink.read(ink.stroke) == Ink(tool, 12, operation, 345)
