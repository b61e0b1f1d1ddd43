"""Drawing with the mouse, with a finger, with a pen and with keys; undoing it, and looking closer."""

import pytest
from hands import after, answered, canvas_box, draw, press, prompts, settled, take
from playwright.sync_api import Page, Route, expect

SIDE = 512
"""Width and height of the picture that is drawn on."""
DRAWN = {
    # tool: what is drawn, in shares of the canvas; the kind of mark; where it begins and ends, in the same shares
    "rectangle": ([[(0.1, 0.1), (0.3, 0.25)]], "rectangle", (0.1, 0.1, 0.3, 0.25)),
    "ellipse": ([[(0.4, 0.1), (0.6, 0.25)]], "ellipse", (0.4, 0.1, 0.6, 0.25)),
    "polygon": ([[(0.7, 0.1)], [(0.9, 0.1)], [(0.8, 0.25)], [(0.7, 0.1)]], "polygon", (0.7, 0.1, 0.9, 0.25)),
    "lasso": ([[(0.1, 0.4), (0.3, 0.4), (0.2, 0.55)]], "polygon", (0.1, 0.4, 0.3, 0.55)),
    "brush": ([[(0.4, 0.4), (0.6, 0.55)]], "stroke", (0.4, 0.4, 0.6, 0.55)),
    "point": ([[(0.8, 0.5)]], "point", (0.8, 0.5, 0.8, 0.5)),
    "eraser": ([[(0.45, 0.5), (0.55, 0.4)]], "stroke", (0.45, 0.4, 0.55, 0.5)),
}


def extent(mark) -> tuple[float, ...]:
    """Left, top, right and bottom of a mark, or of the line that a brush went along, in shares of the picture."""
    if mark.kind in {"rectangle", "ellipse"}:
        box = (mark.x, mark.y, mark.x + mark.width, mark.y + mark.height)
    else:
        points = getattr(mark, "points", None) or [(getattr(mark, "x", 0), getattr(mark, "y", 0))]
        box = (*map(min, zip(*points, strict=True)), *map(max, zip(*points, strict=True)))
    return tuple(value / SIDE for value in box)


def place(page: Page, x: float, y: float) -> dict[str, float]:
    box = canvas_box(page)
    return {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}


def count(page: Page) -> int:
    return len(prompts(page).marks)


def zoom(page: Page, label: str) -> None:
    page.locator(".st-key-pen-zoom button").filter(has_text=label).click()
    settled(page)


def test_every_tool_draws_its_mark_and_every_step_is_taken_back_and_again(desk: Page) -> None:
    for tool, (drags, kind, expected) in DRAWN.items():
        take(desk, tool)
        for drag in drags[:-1]:  # a polygon is sent when it is closed
            draw(desk, drag, wait=False)
        after(desk, lambda drag=drags[-1]: draw(desk, drag, wait=False))
        mark = prompts(desk).marks[-1]
        assert mark.kind == kind, tool
        assert extent(mark) == pytest.approx(expected, abs=0.01), tool
        assert mark.operation == ("subtract" if tool == "eraser" else "add"), tool
    whole = prompts(desk)
    assert len(whole.marks) == len(DRAWN)

    after(desk, lambda: press(desk, "undo"))
    assert prompts(desk).marks == whole.marks[:-1]
    after(desk, lambda: press(desk, "redo"))
    assert prompts(desk) == whole
    after(desk, lambda: desk.keyboard.press("Control+z"))
    after(desk, lambda: desk.keyboard.press("Control+z"))
    assert prompts(desk).marks == whole.marks[:-2]
    after(desk, lambda: desk.keyboard.press("Control+y"))
    after(desk, lambda: desk.keyboard.press("Control+Shift+z"))
    assert prompts(desk) == whole
    after(desk, lambda: press(desk, "clear"))
    assert count(desk) == 0
    after(desk, lambda: press(desk, "undo"))
    assert prompts(desk) == whole


def test_a_canvas_whose_code_comes_late_is_found_all_the_same(page: Page, desk_server) -> None:
    def late(route: Route) -> None:
        page.wait_for_timeout(4000)
        route.continue_()

    page.route("**/bidi-components/**/*.js", late)
    page.goto(desk_server.url)
    expect(page.locator("canvas.upper-canvas[aria-label]")).to_be_visible()
    expect(page.get_by_role("button", name="Reset canvas & history")).to_be_hidden()
    draw(page, [(0.3, 0.3), (0.6, 0.6)])
    assert count(page) == 1


def test_keys_choose_tool_object_and_operation_and_delete_what_is_selected(desk: Page) -> None:
    desk.keyboard.press("o")
    answered(desk)
    desk.keyboard.press("2")
    answered(desk)
    desk.keyboard.press("s")
    answered(desk)
    after(desk, lambda: draw(desk, [(0.2, 0.2), (0.4, 0.4)], wait=False))
    (mark,) = prompts(desk).marks
    assert (mark.kind, mark.object, mark.operation) == ("ellipse", 2, "subtract")
    desk.keyboard.press("p")
    answered(desk)
    for corner in [(0.6, 0.6), (0.8, 0.6), (0.8, 0.8)]:
        draw(desk, [corner], wait=False)
    after(desk, lambda: desk.keyboard.press("Enter"))  # closes the polygon
    assert [mark.kind for mark in prompts(desk).marks] == ["ellipse", "polygon"]
    desk.keyboard.press("v")
    answered(desk)
    draw(desk, [(0.3, 0.3)], wait=False)
    after(desk, lambda: desk.keyboard.press("Delete"))
    assert [mark.kind for mark in prompts(desk).marks] == ["polygon"]


def test_a_finger_and_a_pen_draw_as_the_mouse_does(desk: Page) -> None:
    browser = desk.context.new_cdp_session(desk)
    line = [place(desk, 0.2 + 0.02 * step, 0.3) for step in range(11)]

    def finger() -> None:
        browser.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [line[0]]})
        for point in line[1:]:
            browser.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
        browser.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def pen() -> None:
        common = {"pointerType": "pen", "button": "left", "force": 0.5}
        browser.send("Input.dispatchMouseEvent", {"type": "mousePressed", "clickCount": 1, **common, **line[0]})
        for point in line[1:]:
            browser.send("Input.dispatchMouseEvent", {"type": "mouseMoved", "buttons": 1, **common, **point})
        browser.send("Input.dispatchMouseEvent", {"type": "mouseReleased", "clickCount": 1, **common, **line[-1]})

    for tool in ("brush", "rectangle"):
        take(desk, tool)
        line[-1] = place(desk, 0.4, 0.3 if tool == "brush" else 0.5)
        after(desk, finger)
        after(desk, pen)
    touched, penned, box, penned_box = prompts(desk).marks
    assert touched.kind == penned.kind == "stroke"
    assert extent(touched) == pytest.approx((0.2, 0.3, 0.4, 0.3), abs=0.01)
    assert extent(penned) == pytest.approx(extent(touched), abs=0.005)
    assert box.kind == penned_box.kind == "rectangle"
    assert extent(box) == pytest.approx((0.2, 0.3, 0.4, 0.5), abs=0.01)
    assert extent(penned_box) == pytest.approx(extent(box), abs=0.005)


def test_two_fingers_move_the_zoomed_picture_and_draw_nothing(desk: Page) -> None:
    zoom(desk, "400 %")
    stage = desk.locator(".st-key-stage")
    before = stage.evaluate("stage => [stage.scrollLeft, stage.scrollTop]")
    browser = desk.context.new_cdp_session(desk)
    box = stage.bounding_box()
    fingers = [{"x": box["x"] + 150, "y": box["y"] + 150, "id": 1}, {"x": box["x"] + 230, "y": box["y"] + 150, "id": 2}]
    browser.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": fingers[:1]})
    browser.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": fingers})
    for step in range(1, 9):
        moved = [{**finger, "x": finger["x"] + 10 * step, "y": finger["y"] + 5 * step} for finger in fingers]
        browser.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": moved})
    browser.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    settled(desk)
    now = stage.evaluate("stage => [stage.scrollLeft, stage.scrollTop]")
    assert now == pytest.approx([before[0] - 80, before[1] - 40], abs=12)  # a first few pixels are slack
    assert count(desk) == 0


def test_the_canvas_fits_its_column_and_shows_every_pixel_when_zoomed_in(desk: Page) -> None:
    picture = desk.get_by_alt_text("The picture that is drawn on")
    for width in (412, 900, 1800, 1440):
        desk.set_viewport_size({"width": width, "height": 1000})
        settled(desk, 0.6)
        strip, stage = (desk.locator(f".st-key-{name}").bounding_box() for name in ("strip", "stage"))
        assert stage["width"] <= strip["width"] + 1
        assert stage["width"] >= min(strip["width"] / 2, 340) - 20, "no room is wasted"
        for button in desk.locator(".st-key-strip button:visible").all():
            box = button.bounding_box()
            assert box["x"] + box["width"] <= strip["x"] + strip["width"] + 1, "nothing sticks out of the strip"
    zoom(desk, "400 %")
    assert picture.bounding_box()["width"] == pytest.approx(4 * SIDE)
    assert picture.evaluate("image => image.naturalWidth") == SIDE
    expect(desk.locator(".st-key-stage")).to_have_css("overflow", "auto")
    take(desk, "brush")
    stage = desk.locator(".st-key-stage").bounding_box()
    shift = desk.locator(".st-key-stage").evaluate("stage => [stage.scrollLeft, stage.scrollTop]")
    desk.mouse.move(stage["x"] + 40, stage["y"] + 40)
    desk.mouse.down()
    desk.mouse.move(stage["x"] + 240, stage["y"] + 140, steps=8)
    after(desk, desk.mouse.up)
    (mark,) = prompts(desk).marks
    left, top, right, bottom = (SIDE * value for value in extent(mark))
    assert (left, top) == pytest.approx(((shift[0] + 40) / 4, (shift[1] + 40) / 4), abs=1)
    assert (right - left, bottom - top) == pytest.approx((50, 25), abs=1)
