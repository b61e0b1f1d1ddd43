"""Drawing with the mouse, with a finger, with a pen and with keys; undoing it, and looking closer."""

import io

import numpy as np
import PIL.Image
import pytest
from actions import after, answered, canvas_box, draw, far_away, press, prompts, settled, take
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


def test_every_tool_draws_its_mark_and_every_step_is_taken_back_and_again(editor: Page) -> None:
    for tool, (drags, kind, expected) in DRAWN.items():
        take(editor, tool)
        for drag in drags[:-1]:  # a polygon is sent when it is closed
            draw(editor, drag, wait=False)
        after(editor, lambda drag=drags[-1]: draw(editor, drag, wait=False))
        mark = prompts(editor).marks[-1]
        assert mark.kind == kind, tool
        assert extent(mark) == pytest.approx(expected, abs=0.01), tool
        assert mark.operation == ("subtract" if tool == "eraser" else "add"), tool
    whole = prompts(editor)
    assert len(whole.marks) == len(DRAWN)

    after(editor, lambda: press(editor, "undo"))
    assert prompts(editor).marks == whole.marks[:-1]
    after(editor, lambda: press(editor, "redo"))
    assert prompts(editor) == whole
    after(editor, lambda: editor.keyboard.press("Control+z"))
    after(editor, lambda: editor.keyboard.press("Control+z"))
    assert prompts(editor).marks == whole.marks[:-2]
    after(editor, lambda: editor.keyboard.press("Control+y"))
    after(editor, lambda: editor.keyboard.press("Control+Shift+z"))
    assert prompts(editor) == whole
    after(editor, lambda: press(editor, "clear"))
    assert count(editor) == 0
    after(editor, lambda: press(editor, "undo"))
    assert prompts(editor) == whole


def test_a_canvas_whose_code_comes_late_is_found_all_the_same(page: Page, editor_server) -> None:
    def late(route: Route) -> None:
        page.wait_for_timeout(4000)
        route.continue_()

    page.route("**/bidi-components/**/*.js", late)
    page.goto(editor_server.url)
    expect(page.locator("canvas.upper-canvas[aria-label]")).to_be_visible()
    expect(page.get_by_role("button", name="Reset canvas & history")).to_be_hidden()
    draw(page, [(0.3, 0.3), (0.6, 0.6)])
    assert count(page) == 1


def test_keys_choose_tool_object_and_operation_and_delete_what_is_selected(editor: Page) -> None:
    editor.keyboard.press("o")
    answered(editor)
    editor.keyboard.press("2")
    answered(editor)
    editor.keyboard.press("s")
    answered(editor)
    after(editor, lambda: draw(editor, [(0.2, 0.2), (0.4, 0.4)], wait=False))
    (mark,) = prompts(editor).marks
    assert (mark.kind, mark.object, mark.operation) == ("ellipse", 2, "subtract")
    editor.keyboard.press("p")
    answered(editor)
    for corner in [(0.6, 0.6), (0.8, 0.6), (0.8, 0.8)]:
        draw(editor, [corner], wait=False)
    after(editor, lambda: editor.keyboard.press("Enter"))  # closes the polygon
    assert [mark.kind for mark in prompts(editor).marks] == ["ellipse", "polygon"]
    editor.keyboard.press("v")
    answered(editor)
    draw(editor, [(0.3, 0.3)], wait=False)
    after(editor, lambda: editor.keyboard.press("Delete"))
    assert [mark.kind for mark in prompts(editor).marks] == ["polygon"]


def test_a_finger_and_a_pen_draw_as_the_mouse_does(editor: Page) -> None:
    browser = editor.context.new_cdp_session(editor)
    line = [place(editor, 0.2 + 0.02 * step, 0.3) for step in range(11)]

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
        take(editor, tool)
        line[-1] = place(editor, 0.4, 0.3 if tool == "brush" else 0.5)
        after(editor, finger)
        after(editor, pen)
    touched, penned, box, penned_box = prompts(editor).marks
    assert touched.kind == penned.kind == "stroke"
    assert extent(touched) == pytest.approx((0.2, 0.3, 0.4, 0.3), abs=0.01)
    assert extent(penned) == pytest.approx(extent(touched), abs=0.005)
    assert box.kind == penned_box.kind == "rectangle"
    assert extent(box) == pytest.approx((0.2, 0.3, 0.4, 0.5), abs=0.01)
    assert extent(penned_box) == pytest.approx(extent(box), abs=0.005)


def test_two_fingers_move_the_zoomed_picture_and_draw_nothing(editor: Page) -> None:
    zoom(editor, "400 %")
    stage = editor.locator(".st-key-stage")
    before = stage.evaluate("stage => [stage.scrollLeft, stage.scrollTop]")
    browser = editor.context.new_cdp_session(editor)
    box = stage.bounding_box()
    fingers = [{"x": box["x"] + 150, "y": box["y"] + 150, "id": 1}, {"x": box["x"] + 230, "y": box["y"] + 150, "id": 2}]
    browser.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": fingers[:1]})
    browser.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": fingers})
    for step in range(1, 9):
        moved = [{**finger, "x": finger["x"] + 10 * step, "y": finger["y"] + 5 * step} for finger in fingers]
        browser.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": moved})
    browser.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    settled(editor)
    now = stage.evaluate("stage => [stage.scrollLeft, stage.scrollTop]")
    assert now == pytest.approx([before[0] - 80, before[1] - 40], abs=12)  # a first few pixels are slack
    assert count(editor) == 0


def test_the_canvas_fits_its_column_and_shows_every_pixel_when_zoomed_in(editor: Page) -> None:
    picture = editor.get_by_alt_text("The picture that is drawn on")
    for width in (412, 900, 1800, 1440):
        editor.set_viewport_size({"width": width, "height": 1000})
        settled(editor, 0.6)
        strip, stage = (editor.locator(f".st-key-{name}").bounding_box() for name in ("strip", "stage"))
        assert stage["width"] <= strip["width"] + 1
        assert stage["width"] >= min(strip["width"] / 2, 340) - 20, "no room is wasted"
        for button in editor.locator(".st-key-strip button:visible").all():
            box = button.bounding_box()
            assert box["x"] + box["width"] <= strip["x"] + strip["width"] + 1, "nothing sticks out of the strip"
    zoom(editor, "400 %")
    assert picture.bounding_box()["width"] == pytest.approx(4 * SIDE)
    assert picture.evaluate("image => image.naturalWidth") == SIDE
    expect(editor.locator(".st-key-stage")).to_have_css("overflow", "auto")
    take(editor, "brush")
    stage = editor.locator(".st-key-stage").bounding_box()
    shift = editor.locator(".st-key-stage").evaluate("stage => [stage.scrollLeft, stage.scrollTop]")
    editor.mouse.move(stage["x"] + 40, stage["y"] + 40)
    editor.mouse.down()
    editor.mouse.move(stage["x"] + 240, stage["y"] + 140, steps=8)
    after(editor, editor.mouse.up)
    (mark,) = prompts(editor).marks
    left, top, right, bottom = (SIDE * value for value in extent(mark))
    assert (left, top) == pytest.approx(((shift[0] + 40) / 4, (shift[1] + 40) / 4), abs=1)
    assert (right - left, bottom - top) == pytest.approx((50, 25), abs=1)


def test_a_stroke_drawn_at_once_after_choosing_a_tool_is_not_lost(editor: Page) -> None:
    canvas = canvas_box(editor)
    for count, tool in enumerate(("brush", "rectangle", "brush", "lasso"), 1):
        button = editor.locator(f'[data-name="tool_{tool}"]:visible').first.bounding_box()
        middle = button["x"] + button["width"] / 2
        editor.mouse.move(middle, button["y"] + button["height"] / 2)
        editor.wait_for_timeout(400)  # long enough for the help text to show
        editor.mouse.down()
        editor.mouse.up()
        # Straight down from the button into the picture's top strip, where the help text lies.
        start = (min(max(middle, canvas["x"] + 20), canvas["x"] + canvas["width"] - 90), canvas["y"] + 12)
        editor.mouse.move(*start)
        editor.mouse.down()
        for x, y in ((40, 60), (60, 20), (30, 10)):
            editor.mouse.move(start[0] + x, start[1] + y)
        editor.mouse.up()
        settled(editor)
        marks = prompts(editor).marks
        assert len(marks) == count, tool
        assert marks[-1].kind == {"brush": "stroke", "lasso": "polygon"}.get(tool, tool)
        assert extent(marks[-1])[1] * canvas["height"] == pytest.approx(12, abs=6)


def test_undo_takes_back_the_stroke_before_it_however_fast_the_hand_is(editor: Page) -> None:
    far_away(editor, 0.7)
    press(editor, "tool_brush")  # what follows waits for the page's answer to this
    draw(editor, [(0.1, 0.1), (0.3, 0.1)], wait=False)
    draw(editor, [(0.1, 0.3), (0.3, 0.3)], wait=False)
    editor.keyboard.press("Control+z")
    draw(editor, [(0.1, 0.5), (0.3, 0.5)], wait=False)
    editor.keyboard.press("Control+z")
    editor.keyboard.press("Control+y")
    answered(editor)
    settled(editor, 1)
    tops = [extent(mark)[1] for mark in prompts(editor).marks]
    assert tops == pytest.approx([0.1, 0.5], abs=0.01)


def test_what_was_drawn_before_a_stroke_that_waits_is_not_lost(editor: Page) -> None:
    take(editor, "ellipse")
    far_away(editor, 0.7)
    draw(editor, [(0.1, 0.1), (0.3, 0.2)], wait=False)  # the page draws the canvas anew after each
    draw(editor, [(0.4, 0.1), (0.6, 0.2)], wait=False)
    start, end = place(editor, 0.7, 0.1), place(editor, 0.9, 0.2)
    editor.mouse.move(start["x"], start["y"])
    editor.mouse.down()
    editor.mouse.move(end["x"], end["y"], steps=5)
    settled(editor, 2)
    editor.mouse.up()
    answered(editor)
    settled(editor, 2)
    lefts = [extent(mark)[0] for mark in prompts(editor).marks]
    assert lefts == pytest.approx([0.1, 0.4, 0.7], abs=0.01)


def test_space_moves_the_picture_whatever_was_clicked_before_and_paints_nothing(editor: Page) -> None:
    zoom(editor, "400 %")
    stage = editor.locator(".st-key-stage")
    box = stage.bounding_box()
    for focused in (
        '[data-name="tool_brush"]',
        '[data-testid="stRadio"] label',
        '[role="slider"], input[type="range"]',
    ):
        editor.locator(focused).locator("visible=true").first.click(force=True)
        settled(editor)
        before = stage.evaluate("stage => [stage.scrollLeft, stage.scrollTop]")
        editor.mouse.move(box["x"] + 200, box["y"] + 200)
        editor.keyboard.down("Space")
        editor.mouse.down()
        editor.mouse.move(box["x"] + 150, box["y"] + 170, steps=4)
        editor.mouse.up()
        editor.keyboard.up("Space")
        now = stage.evaluate("stage => [stage.scrollLeft, stage.scrollTop]")
        assert now == pytest.approx([before[0] + 50, before[1] + 30], abs=2), focused
        settled(editor)
        assert count(editor) == 0, focused
    expect(editor.locator('[data-name="tool_brush"][aria-pressed="true"]:visible')).to_have_count(1)


def test_the_brush_keeps_its_share_of_the_picture_when_another_one_is_opened(editor: Page) -> None:
    slider = editor.get_by_role("slider", name="Brush size")

    def width() -> float:
        after(editor, lambda: draw(editor, [(0.3, 0.3), (0.5, 0.5)], wait=False))
        return prompts(editor).marks[-1].width

    take(editor, "brush")
    assert width() == pytest.approx(10, abs=0.5)  # 2 % of 512
    for _ in range(2):
        press(editor, "thicker")
        answered(editor)
    assert width() == pytest.approx(0.04 * 512, abs=0.5)
    for picture, side in (("coffee", 600), ("rocket", 640), ("astronaut", 512)):
        editor.get_by_test_id("stRadio").get_by_text(picture).click()
        settled(editor)
        assert slider.get_attribute("aria-valuetext") == f"{round(0.04 * side)} px"
        assert width() == pytest.approx(0.04 * side, abs=0.5), picture
    slider.focus()
    slider.press("Home")
    settled(editor)
    assert width() >= 2.9, "the thinnest brush can still be used"


def test_the_strip_says_what_it_does(editor: Page) -> None:
    strip = editor.locator(".st-key-strip")
    for width in (1440, 390):
        editor.set_viewport_size({"width": width, "height": 900})
        settled(editor)
        for name in ("Rectangle", "Ellipse", "Polygon", "Lasso", "Brush", "Point", "Eraser", "Edit", "Add", "Subtract"):
            button = strip.get_by_role("button", name=name, exact=True).locator("visible=true")
            expect(button).to_have_count(1)
            expect(button).to_have_attribute("aria-pressed", str(name in {"Rectangle", "Add"}).lower())
        for name in ("Background", "Object 1", "Object 2", "Undecided"):
            button = strip.get_by_role("button", name=name, exact=True).locator("visible=true")
            expect(button).to_have_attribute("aria-pressed", str(name == "Object 1").lower())
        for name in ("Undo", "Redo", "Clear", "Add an object", "Fit", "400 %"):
            expect(strip.get_by_role("button", name=name, exact=True).locator("visible=true")).to_have_count(1)
        label = strip.get_by_role("button", name="Lasso").locator("span").bounding_box()
        assert (label["width"] > 15) == (width > 1000), "the name is seen where there is room"
    editor.set_viewport_size({"width": 1440, "height": 900})
    take(editor, "brush")
    expect(strip.get_by_role("button", name="Brush").locator("visible=true")).to_have_attribute("aria-pressed", "true")
    expect(strip.get_by_role("button", name="Rectangle").locator("visible=true")).to_have_attribute(
        "aria-pressed", "false"
    )


def test_what_a_button_does_is_said_to_mouse_keyboard_and_finger_and_a_finger_that_asks_presses_nothing(
    editor: Page,
) -> None:
    hint, brush = editor.get_by_role("tooltip"), editor.locator('[data-name="tool_brush"]')
    expect(hint).to_be_hidden()
    brush.hover()
    expect(hint).to_contain_text("Brush (B): paint over some of it")
    far_away(editor, 0)
    editor.mouse.move(5, 5)
    expect(hint).to_be_hidden()
    editor.locator('[data-name="tool_lasso"]').focus()
    editor.keyboard.press("Tab")
    expect(hint).to_contain_text("Brush (B)")
    editor.keyboard.press("Tab")
    expect(hint).to_contain_text("Point (D)")

    touch = editor.context.new_cdp_session(editor)
    box = brush.bounding_box()
    finger = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [finger]})
    expect(hint).to_contain_text("Brush (B)")
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    settled(editor)
    expect(brush).to_have_attribute("aria-pressed", "false")
    for type, points in (("touchStart", [finger]), ("touchEnd", [])):
        touch.send("Input.dispatchTouchEvent", {"type": type, "touchPoints": points})
    expect(brush).to_have_attribute("aria-pressed", "true")
    expect(hint).to_be_hidden()


def test_everything_can_be_drawn_with_the_keyboard(editor: Page) -> None:
    canvas = editor.locator("canvas.upper-canvas[aria-label]")
    step = SIDE / canvas.bounding_box()["width"]  # picture pixels of one window pixel

    def keys(*names: str) -> None:
        canvas.focus()
        for name in names:
            editor.keyboard.press(name)

    take(editor, "point")
    after(editor, lambda: keys("ArrowRight", "ArrowUp", "Shift+ArrowUp", "Enter"))
    (point,) = prompts(editor).marks
    assert (point.x, point.y) == pytest.approx((SIDE / 2 + 10 * step, SIDE / 2 - 11 * step), abs=0.6)
    for tool in ("rectangle", "brush"):
        take(editor, tool)
        after(editor, lambda: keys("ArrowLeft", "Enter", *["ArrowRight"] * 5, *["ArrowDown"] * 3, "Enter"))
        left, top, right, bottom = (SIDE * value for value in extent(prompts(editor).marks[-1]))
        assert (right - left, bottom - top) == pytest.approx((50 * step, 30 * step), abs=1.5), tool
        assert left == pytest.approx(SIDE / 2 - 10 * step, abs=1.5), tool
    take(editor, "polygon")
    around = ("Enter", *["ArrowRight"] * 6, "Enter", *["ArrowDown"] * 6, "Enter", *["ArrowLeft"] * 6, *["ArrowUp"] * 6)
    after(editor, lambda: keys("ArrowLeft", *around, "Enter"))  # on its first corner, which closes it
    polygon = prompts(editor).marks[-1]
    assert polygon.kind == "polygon"
    assert len(polygon.points) == 3
    expect(editor.locator(".st-key-stage .crosshair")).to_be_attached()


def test_an_area_leaves_the_picture_as_it_is_but_for_its_outline(editor: Page) -> None:
    stage = editor.locator(".st-key-stage")
    box = stage.bounding_box()

    def pixels() -> np.ndarray:
        return np.asarray(PIL.Image.open(io.BytesIO(stage.screenshot())).convert("RGB"), int)

    def away() -> None:
        editor.mouse.move(box["x"] + box["width"] + 200, box["y"] + 500)
        editor.wait_for_timeout(200)

    away()
    before = pixels()
    for tool in ("rectangle", "ellipse", "lasso"):
        take(editor, tool)
        after(editor, lambda: draw(editor, [(0.2, 0.2), (0.7, 0.3), (0.6, 0.7)], wait=False))
    settled(editor)
    away()
    now = pixels()
    changed = (np.abs(now - before).max(axis=2) > 12).mean()
    assert 0.005 < changed < 0.06, "outlines only"
    inside = tuple(int(share * box["width"]) for share in (0.45, 0.45))
    assert np.abs(now - before)[inside[1] - 8 : inside[1] + 8, inside[0] - 8 : inside[0] + 8].max() < 12
    editor.mouse.move(box["x"] + inside[0] + 3, box["y"] + inside[1] + 3)
    expect(editor.locator(".outlines .under")).to_have_count(1)
    assert (np.abs(pixels() - before).max(axis=2) > 12).mean() > 0.08, "filled under the pointer"


def test_where_marks_contradict_one_another_is_shown(editor: Page) -> None:
    take(editor, "brush")
    after(editor, lambda: draw(editor, [(0.3, 0.5), (0.7, 0.5)], wait=False))
    expect(editor.locator(".outlines .clash")).to_have_count(0)
    editor.keyboard.press("0")
    answered(editor)
    after(editor, lambda: draw(editor, [(0.5, 0.3), (0.5, 0.7)], wait=False))
    clash = editor.locator(".outlines .clash path").first
    expect(clash).to_be_attached()
    stage, found = editor.locator(".st-key-stage").bounding_box(), clash.bounding_box()
    assert found["x"] + found["width"] / 2 == pytest.approx(stage["x"] + stage["width"] / 2, abs=4)
    assert found["width"] < 30
    expect(editor.get_by_text("contradict")).to_be_visible()
    after(editor, lambda: press(editor, "undo"))
    expect(editor.locator(".outlines .clash")).to_have_count(0)
