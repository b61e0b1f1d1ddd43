"""Picture and result are enlarged and moved as one, and what is seen of the result is as sharp as the picture."""

import base64
import io
import itertools
from pathlib import Path

import cv2
import numpy as np
import PIL.Image
import pytest
from actions import settled
from playwright.sync_api import Page, expect

SIZE = (1700, 1200)


@pytest.fixture
def workbench(page: Page, server, tmp_path: Path) -> Page:
    """The workbench with a 2-megapixel picture of a red ball on a meadow."""
    rng = np.random.default_rng(0)
    rgb = (np.array([90, 170, 60]) + rng.normal(0, 6, (SIZE[1], SIZE[0], 1))).clip(0, 255).astype(np.uint8)
    cv2.circle(rgb, (850, 600), 300, (200, 30, 40), -1, cv2.LINE_AA)
    path = tmp_path / "ball.png"
    PIL.Image.fromarray(rgb).save(path)
    page.goto(f"{server.url}/mask")
    settled(page)
    page.locator('input[type="file"]').first.set_input_files(path)
    expect(page.get_by_text("1,700 × 1,200").first).to_be_visible()
    settled(page, 1)
    return page


def seen(page: Page) -> list[list[float]]:
    """For picture and result: left and top of the whole picture and its width, from the corner of their windows."""
    script = """() => [
      [document.querySelector('.st-key-stage'), document.querySelector('[alt="The picture that is drawn on"]')],
      [document.querySelector('.pane.beside'), document.querySelector('img[alt^="The result"]')],
    ].map(([pane, image]) => [pane.getBoundingClientRect(), image.getBoundingClientRect()])
     .map(([pane, image]) => [image.x - pane.x, image.y - pane.y, image.width])"""
    return page.evaluate(script)


def together(page: Page) -> list[float]:
    """What both show, when they show the same."""
    page.wait_for_timeout(80)
    picture, result = seen(page)
    assert picture == pytest.approx(result, abs=1.5)
    return picture


def enlarged(page: Page) -> float:
    return float(page.locator(".zoom-control output").inner_text().removesuffix("%"))


def test_wheel_keys_and_drags_move_picture_and_result_together(workbench: Page) -> None:
    fit = together(workbench)
    assert fit[:2] == pytest.approx([0, 0], abs=1)
    stage = workbench.locator(".st-key-stage").bounding_box()
    place = (stage["x"] + 0.3 * stage["width"], stage["y"] + 0.4 * stage["height"])
    workbench.mouse.move(*place)
    workbench.keyboard.down("Control")
    steps = [enlarged(workbench)]
    for _ in range(30):
        workbench.mouse.wheel(0, -40)
        left, _, width = together(workbench)
        assert (0.3 * stage["width"] - left) / width == pytest.approx(0.3, abs=0.01), "what is under the pointer stays"
        steps.append(enlarged(workbench))
    workbench.keyboard.up("Control")
    grown = [after / before for before, after in itertools.pairwise(steps) if before < 790]
    assert max(grown) < 1.25, "continuously"
    assert steps[-1] == 800
    assert together(workbench)[2] == pytest.approx(8 * SIZE[0], rel=0.001)

    for source, (dx, dy) in ((".st-key-stage", (-60, -30)), (".pane.beside", (45, 80))):
        box = workbench.locator(source).bounding_box()
        before = together(workbench)
        workbench.mouse.move(box["x"] + 200, box["y"] + 150)
        workbench.keyboard.down("Space")
        workbench.mouse.down()
        workbench.mouse.move(box["x"] + 200 + dx, box["y"] + 150 + dy, steps=5)
        workbench.mouse.up()
        workbench.keyboard.up("Space")
        now = together(workbench)
        assert [now[0] - before[0], now[1] - before[1]] == pytest.approx([dx, dy], abs=3), source
    workbench.mouse.wheel(0, 300)  # over the result, enlarged: the wheel alone
    assert enlarged(workbench) < 700
    together(workbench)
    workbench.keyboard.press("f")
    assert together(workbench) == pytest.approx(fit, abs=1)
    workbench.keyboard.press("+")
    workbench.keyboard.press("+")
    assert together(workbench)[2] == pytest.approx(fit[2] * 1.25**2, rel=0.01)
    for _ in range(4):
        workbench.keyboard.press("-")
    assert together(workbench) == pytest.approx(fit, abs=1)
    workbench.get_by_role("button", name="200 %").click()
    assert together(workbench)[2] == pytest.approx(2 * SIZE[0], rel=0.001)


def test_two_fingers_enlarge_both(workbench: Page) -> None:
    fit = together(workbench)
    browser = workbench.context.new_cdp_session(workbench)
    box = workbench.locator(".st-key-stage").bounding_box()
    middle = (box["x"] + 250, box["y"] + 150)

    def fingers(apart: float) -> list[dict[str, float]]:
        return [{"x": middle[0] + side * apart / 2, "y": middle[1], "id": side + 2} for side in (-1, 1)]

    browser.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": fingers(60)[:1]})
    browser.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": fingers(60)})
    for apart in range(60, 181, 10):
        browser.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": fingers(apart)})
    browser.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    left, _, width = together(workbench)
    assert width / fit[2] == pytest.approx(180 / 60, rel=0.15)
    assert (250 - left) / width == pytest.approx(250 / fit[2], abs=0.02), "what is between the fingers stays there"


def test_what_is_seen_of_the_result_has_the_pixels_of_the_full_picture(workbench: Page, tmp_path: Path) -> None:
    with workbench.expect_download() as download:
        workbench.get_by_role("button", name="Download cut-out").click()
    download.value.save_as(tmp_path / "cut.png")
    cut = np.asarray(PIL.Image.open(tmp_path / "cut.png"))
    workbench.get_by_role("button", name="400 %").click()
    part = workbench.locator(".pane .part")  # at first the whole preview with clean edges
    workbench.wait_for_function("document.querySelector('.pane .part').style.width !== '100%'")
    expect(part).to_be_visible()
    source, shares = part.evaluate("image => [image.src, ['left', 'top', 'width'].map(n => image.style[n])]")
    pixels = np.asarray(PIL.Image.open(io.BytesIO(base64.b64decode(source.split(",")[1]))).convert("RGB"), int)
    left, top, width = (float(share.removesuffix("%")) / 100 for share in shares)
    x, y = round(left * SIZE[0]), round(top * SIZE[1])
    assert pixels.shape[1] == round(width * SIZE[0]), "pixel for pixel"
    full = cut[y : y + pixels.shape[0], x : x + pixels.shape[1]]
    opaque = full[..., 3] == 255
    assert opaque.mean() > 0.2
    assert np.abs(pixels - full[..., :3])[opaque].mean() < 4
    workbench.get_by_role("radio", name="Alpha").click()
    expect(part).to_be_visible()
    workbench.keyboard.press("f")
    expect(part).to_be_hidden()
