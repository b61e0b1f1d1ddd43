"""Drawings become marks and marks drawings, and what the canvas sends is believed no more than any upload."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from masking_core import PromptError, Prompts
from masking_core.prompts import Arc, Curve, Ellipse, Group, Mark, Pie, Point, Polygon, Rectangle, SeedMap, Stroke, Text
from studio.drawing.canvas import fabric, writing
from studio.drawing.canvas.sheet import Sheet
from studio.drawing.ink import Ink

RECORDED: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("drawings.json").read_text())
SHEET = Sheet.over((512, 512), 600)


def read(*figures: dict[str, Any], base: tuple[Mark, ...] = ()) -> fabric.Reading:
    return fabric.read({"objects": list(figures)}, SHEET, base)


def figure(type: str = "Rect", tool: str = "rectangle", **fields: Any) -> dict[str, Any]:
    plain = {"left": 100, "top": 100, "width": 60, "height": 30, "stroke": Ink(tool, 1).stroke, "strokeWidth": 2}
    return {"type": type, "originX": "left", "originY": "top", **plain, **fields}


def area(mark: Mark, size: int = 512) -> np.ndarray:
    full = np.zeros((size, size), bool)
    window, mask = mark.mask(full.shape)
    full[window] = mask
    return full


@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_drawing_is_the_mark_that_its_pixels_showed(name: str) -> None:
    # The marks were compared with the canvas' pixels when they were recorded, see tests/browser/test_agreement.py.
    recorded = RECORDED[name]
    expected = Prompts.model_validate({"marks": [recorded["mark"]]}).marks[0]
    base = tuple(Prompts.model_validate({"marks": recorded["base"]}).marks)
    (mark,) = fabric.read(recorded["drawing"], SHEET, base).marks
    assert type(mark) is type(expected)
    one, other = area(mark), area(expected)
    assert (one & other).sum() >= 0.999 * (one | other).sum()


def test_a_rectangle_lies_where_the_middle_of_its_outline_does() -> None:
    (mark,) = read(figure()).marks
    s = 512 / 600
    assert isinstance(mark, Rectangle)
    assert (mark.x, mark.y, mark.width, mark.height) == pytest.approx((101 * s, 101 * s, 60 * s, 30 * s))


def test_scaling_a_uniform_outline_leaves_its_width() -> None:
    (mark,) = read(figure(scaleX=2, scaleY=3, strokeUniform=True)).marks
    s = 512 / 600
    assert (mark.x, mark.y, mark.width, mark.height) == pytest.approx((101 * s, 101 * s, 120 * s, 90 * s))  # type: ignore[attr-defined]
    (mark,) = read(figure(scaleX=2, scaleY=3, strokeUniform=False)).marks
    assert (mark.x, mark.y) == pytest.approx((102 * s, 103 * s))  # type: ignore[attr-defined]


@pytest.mark.parametrize("angle", [30, 90, 200, -45])
def test_a_turned_rectangle_keeps_its_area_and_turns_about_its_origin(angle: float) -> None:
    (mark,) = read(figure(angle=angle, strokeWidth=0)).marks
    assert isinstance(mark, Rectangle)
    assert math.cos(math.radians(mark.angle - angle)) == pytest.approx(1)
    # The figure's own top left corner has not moved.
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    corner = np.array([mark.x + mark.width / 2, mark.y + mark.height / 2]) - np.array(
        [cosine * mark.width / 2 - sine * mark.height / 2, sine * mark.width / 2 + cosine * mark.height / 2]
    )
    assert corner == pytest.approx(np.array([100, 100]) * 512 / 600)


def test_a_leaning_rectangle_is_a_polygon_and_a_leaning_circle_an_ellipse_of_the_same_area() -> None:
    rectangle, ellipse = read(
        figure(skewX=30, strokeWidth=0), figure("Circle", "ellipse", skewX=30, width=60, height=60, strokeWidth=0)
    ).marks
    s = 512 / 600
    assert isinstance(rectangle, Polygon)
    assert area(rectangle).sum() == pytest.approx(60 * 30 * s * s, rel=0.03)
    assert isinstance(ellipse, Ellipse)
    assert ellipse.width * ellipse.height == pytest.approx(60 * 60 * s * s)


def test_a_flipped_figure_covers_what_it_covered() -> None:
    points = [{"x": 0, "y": 0}, {"x": 60, "y": 0}, {"x": 60, "y": 30}]
    common = {"points": points, "originX": "center", "originY": "center"}
    (plain,) = read(figure("Polygon", "polygon", **common)).marks
    (flipped,) = read(figure("Polygon", "polygon", flipX=True, **common)).marks
    across = np.array(plain.points) * (-1, 1) + (2 * 100 * 512 / 600, 0)  # type: ignore[attr-defined]
    assert np.array(flipped.points) == pytest.approx(across, abs=0.01)  # type: ignore[attr-defined]


MARKS: tuple[Mark, ...] = (
    Rectangle(x=10.0, y=20.0, width=100.0, height=50.0, angle=20.0, object=2, operation="subtract", name="box"),
    Ellipse(x=200.0, y=20.0, width=100.0, height=50.0, angle=-70.0, operation="intersect"),
    Polygon(points=((10.0, 200.0), (100.0, 200.0), (50.0, 300.0)), rule="evenodd", operation="exclude"),
    Stroke(points=((300.0, 300.0), (350.0, 310.0), (360.0, 400.0)), width=9.0, object=0),
    Stroke(points=((320.0, 250.0),), width=30.0, object=-1),
    Stroke(points=((300.0, 290.0), (350.0, 330.0)), width=12.0, operation="subtract"),
    Point(x=400.0, y=100.0, radius=4.0, object=3),
    Arc(x=400.0, y=400.0, width=80.0, height=60.0, start=20.0, sweep=200.0),
    Pie(x=400.0, y=200.0, width=80.0, height=60.0, start=20.0, sweep=200.0),
    Curve(points=((100.0, 400.0), (150.0, 350.0), (200.0, 450.0))),
    Text(text="cut", x=200.0, y=450.0, size=40.0, name="letters"),
    Group(marks=(Rectangle(x=0.0, y=0.0, width=30.0, height=30.0),), object=4),
    SeedMap.from_numbers(np.where(np.eye(8, dtype=bool), 1, -1).astype(np.int16)),
)


def through_canvas(marks: tuple[Mark, ...], sheet: Sheet = SHEET) -> fabric.Reading:
    # As Fabric writes numbers: four decimals at most.
    drawing = json.loads(json.dumps(writing.write(marks, sheet)), parse_float=lambda text: round(float(text), 4))
    return fabric.read(drawing, sheet, marks)


def test_marks_of_every_kind_come_back_from_the_canvas_as_they_were() -> None:
    reading = through_canvas(MARKS)
    assert reading.marks == MARKS
    assert not reading.fresh
    assert not reading.refused


def test_a_moved_mark_keeps_what_the_canvas_does_not_know() -> None:
    drawing = writing.write(MARKS[:3], SHEET)
    for thing in drawing["objects"]:
        thing["left"] += 60
    moved = fabric.read(drawing, SHEET, MARKS[:3]).marks
    assert [mark.name for mark in moved] == ["box", "", ""]
    assert moved[2].rule == "evenodd"  # type: ignore[attr-defined]
    assert [mark.operation for mark in moved] == ["subtract", "intersect", "exclude"]
    assert moved[0].x == pytest.approx(10 + 60 * 512 / 600)  # type: ignore[attr-defined]


def test_strokes_lie_below_areas_and_the_order_of_marks_stays() -> None:
    types = [thing["type"] for thing in writing.write(MARKS[:7], SHEET)["objects"]]
    assert types == ["Path", "Path", "Path", "Circle", "Rect", "Ellipse", "Polygon"]


def test_an_eraser_is_cut_out_of_the_drawing() -> None:
    ways = [thing.get("globalCompositeOperation") for thing in writing.write(MARKS[3:6], SHEET)["objects"]]
    assert ways == [None, None, "destination-out"]


def test_what_was_deleted_on_the_canvas_is_gone() -> None:
    drawing = writing.write(MARKS, SHEET)
    drawing["objects"] = [thing for thing in drawing["objects"] if Ink.read(thing["stroke"]).serial != 1]
    assert fabric.read(drawing, SHEET, MARKS).marks == MARKS[1:]


def test_the_colour_tells_tool_object_and_operation() -> None:
    for tool in ("rectangle", "lasso", "brush"):
        for object in (-1, 0, 1, 32):
            for operation in ("add", "subtract", "intersect", "exclude"):
                ink = Ink(tool, object, operation, 17)
                assert Ink.read(ink.stroke) == ink


@pytest.mark.parametrize("colour", ["#0072b299", "red", "", "rgba(0,114,178,0.55)", "rgba(0,0,0,0.559999999999)"])
def test_other_colours_tell_nothing(colour: str) -> None:
    assert Ink.read(colour) is None


def test_a_stray_click_and_an_open_polygon_are_no_marks() -> None:
    stray = figure(width=2, height=2)
    opened = figure("Path", "polygon", path=[["M", 0, 0], ["L", 50, 0], ["L", 50, 50]])
    line = figure("Path", "lasso", path=[["M", 0, 0], ["L", 50, 0], ["L", 60, 0]])
    reading = read(stray, opened, line)
    assert reading.marks == ()
    assert not reading.refused


def test_a_box_drawn_to_the_frame_ends_on_it() -> None:
    (mark,) = read(figure(left=0, top=100, width=597, height=20)).marks
    assert (mark.x, mark.width) == (0, 512)  # type: ignore[attr-defined]


def test_a_click_of_the_brush_is_a_dab() -> None:
    path = [["M", 99.99, 100], ["Q", 99.99, 100, 100, 100], ["L", 100.01, 100]]
    (mark,) = read(figure("Path", "brush", path=path, strokeWidth=20, left=90, top=90, width=0.02, height=0)).marks
    assert isinstance(mark, Stroke)
    assert len(mark.points) == 1
    assert mark.width == pytest.approx(20 * 512 / 600)


HOSTILE = [
    5,
    None,
    [],
    {"drawing": 5},
    {"objects": 5},
    {"objects": {"0": {}}},
    {"objects": [{}] * 2_001},
    {"objects": [{"points": [0] * 200_001}]},
]


@pytest.mark.parametrize("drawing", HOSTILE, ids=lambda value: repr(value)[:30])
def test_what_is_no_drawing_is_one_error(drawing: object) -> None:
    with pytest.raises(PromptError):
        fabric.read(drawing, SHEET)


@pytest.mark.parametrize(
    "thing",
    [
        5,
        None,
        [],
        {},
        {"type": "Image", "src": "file:///etc/passwd", "stroke": Ink("rectangle", 1).stroke},
        figure(type="Group", objects=[figure()]),
        figure(type="Line"),
        figure(left=float("nan")),
        figure(left=float("inf")),
        figure(left=1e300),
        figure(left="100"),
        figure(left=None),
        figure(width=-5),
        figure(scaleX=[1]),
        figure(skewX=90),
        figure(originX="nowhere"),
        figure(stroke="red"),
        figure(stroke="x" * 10_000),
        figure(stroke=Ink("rectangle", 1, serial=7).stroke),
        figure(stroke=Ink("rectangle", 60).stroke),
        figure("Polygon", "polygon", points=[{"x": 0, "y": 0}]),
        figure("Polygon", "polygon", points=[{"x": 0, "y": float("nan")}] * 3),
        figure("Path", "brush", path=[["M", 0]]),
        figure("Path", "brush", path=[["M", 0, 0], ["A", 1, 1, 0, 0, 0, 5, 5]]),
        figure("Path", "brush", path=[["M", 0, 0], []]),
        figure("Path", "brush", path=[]),
        figure("Path", "brush", path=[["M", "a", "b"]]),
        figure("Path", "brush", path=[["M", 0, 0], ["M", 5, 5]]),
        figure("Path", "brush", path="M 0 0"),
    ],
    ids=lambda value: repr(value)[:60],
)
def test_a_hostile_figure_is_left_out_with_a_sentence_and_the_others_stay(thing: object) -> None:
    reading = fabric.read({"objects": [figure(), thing]}, SHEET)
    assert len(reading.marks) == 1
    assert len(reading.refused) == 1
    assert reading.refused[0].endswith(".")


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(sorted(figure())), inner, max_size=6),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from([*figure(), "points", "path", "scaleX", "angle", "flipX"]), ANYTHING))
def test_no_figure_raises_anything_but_our_own_error(fields: dict[str, Any]) -> None:
    fabric.read({"objects": [figure() | fields, figure("Path", "brush") | fields]}, SHEET)


sizes = st.floats(30, 200)


@given(st.floats(20, 280), st.floats(20, 280), sizes, sizes, st.floats(1, 179), st.integers(300, 2000))
def test_a_box_survives_the_canvas_at_any_size(x, y, width, height, angle, wide) -> None:
    mark = Rectangle(x=x, y=y, width=width, height=height, angle=angle)
    sheet = Sheet.over((512, 384), wide)
    assert through_canvas((mark,), sheet).marks == (mark,)
    # Even when it is taken for a new one, whose numbers come from the drawing alone.
    thing = writing.write((mark,), sheet)["objects"][0] | {"stroke": Ink("rectangle", 1).stroke}
    (again,) = fabric.read({"objects": [thing]}, sheet).marks
    assert (again.x, again.y, again.width, again.height) == pytest.approx((x, y, width, height), abs=0.01)  # type: ignore[attr-defined]


def test_curves_count_for_what_they_become():
    path = [["M", 0, 0], *[["Q", 1, 1, 2, 2]] * 200_000]
    with pytest.raises(PromptError, match="200,000 points; these have 800,001"):
        fabric.read({"objects": [{"type": "Path", "path": path, "stroke": ""}]}, Sheet.over((400, 300), 400))
