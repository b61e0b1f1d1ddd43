"""Cutting out with marks on the workbench: a few strokes, a correction, several objects, slices; none is lost."""

from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import PIL.Image
import pytest
from actions import answered, draw, press, press_button, settled, shot, take
from playwright.sync_api import Page, expect

from masking_core import export
from masking_core.metrics import iou

HEIGHT, WIDTH = 400, 600
RING, BALL = ((170, 230), 110, 50), ((450, 260), 80)
"""Centre, radius and the radius of the hub, which has the colour of the sky; centre and radius."""


def disc(centre: tuple[int, int], radius: int) -> np.ndarray:
    return cv2.circle(np.zeros((HEIGHT, WIDTH), np.uint8), centre, radius, 1, -1) > 0


def scene() -> np.ndarray:
    """A red wheel with a sky-blue hub and a yellow ball on a meadow under the sky."""
    rgb = np.empty((HEIGHT, WIDTH, 3))
    rgb[:100], rgb[100:] = (120, 170, 230), (70, 140, 60)
    rgb[disc(RING[0], RING[1])] = (190, 30, 40)
    rgb[disc(RING[0], RING[2])] = (120, 170, 230)
    rgb[disc(*BALL)] = (240, 200, 40)
    noise = np.random.default_rng(0).normal(0, 6, (HEIGHT, WIDTH, 1))
    return (rgb + noise).clip(0, 255).astype(np.uint8)


@pytest.fixture
def workbench(page: Page, server, tmp_path: Path) -> Page:
    """The workbench with the scene on it."""
    path = tmp_path / "scene.png"
    path.write_bytes(export.png(scene()))
    opened(page, server)
    upload(page, path)
    return page


def opened(page: Page, server) -> None:
    page.goto(f"{server.url}/mask?method=graph_cut")
    expect(page.get_by_alt_text("The result: Result")).to_be_visible()
    expect(page.locator("canvas.upper-canvas[aria-label]")).to_be_visible()
    settled(page)


def upload(page: Page, path: Path) -> None:
    page.locator('input[type="file"]').first.set_input_files(path)
    expect(page.get_by_role("button", name=path.name, exact=True)).to_be_visible()
    settled(page)


def stroke(page: Page, *points: tuple[int, int]) -> None:
    """Draw through points of the picture, and wait for the result."""
    draw(page, [(x / WIDTH, y / HEIGHT) for x, y in points])


def key(page: Page, name: str) -> None:
    page.keyboard.press(name)
    answered(page)
    settled(page, 0.1)


def downloaded(page: Page, content: str) -> np.ndarray:
    """What is in the PNG of that content, from the menu of formats."""
    menu = page.get_by_role("button", name="Formats")
    menu.click()
    settled(page)
    page.get_by_role("combobox", name="Content").click()
    page.get_by_role("option", name=content, exact=True).click()
    settled(page)
    with page.expect_download() as download:
        page.locator('[class*="st-key-download-chosen"] button').click()
    page.keyboard.press("Escape")
    settled(page)
    return np.asarray(PIL.Image.open(BytesIO(Path(download.value.path()).read_bytes())))


def mask(page: Page) -> np.ndarray:
    return downloaded(page, "Mask") >= 128


def expect_marks(page: Page, count: int) -> None:
    expect(page.get_by_text(f"Coordinates ({count})")).to_be_visible()


def test_a_rectangle_then_strokes_then_a_correction_then_a_second_object(workbench: Page) -> None:
    take(workbench, "rectangle")
    stroke(workbench, (355, 165), (545, 355))
    assert iou(mask(workbench), disc(*BALL)) > 0.95, "a rectangle alone is a good first guess"
    press(workbench, "clear")
    settled(workbench)
    expect_marks(workbench, 0)

    take(workbench, "brush")
    stroke(workbench, (85, 230), (110, 170), (170, 150), (240, 200))
    key(workbench, "0")
    stroke(workbench, (30, 40), (560, 40), (560, 370), (320, 370), (320, 150))
    first = mask(workbench)
    assert iou(first, disc(RING[0], RING[1]) & ~disc(RING[0], RING[2] + 2)) > 0.93, "two strokes cut the wheel out"
    assert not first[RING[0][1], RING[0][0]], "its hub looks like the sky"

    key(workbench, "1")
    stroke(workbench, (145, 230), (195, 230))
    corrected = mask(workbench)
    assert iou(corrected, disc(RING[0], RING[1])) > 0.97, "a further stroke corrects the result"

    key(workbench, "2")
    stroke(workbench, (420, 260), (480, 260))
    labels = downloaded(workbench, "Label map")
    assert iou(labels == 1, disc(RING[0], RING[1])) > 0.95
    assert iou(labels == 2, disc(*BALL)) > 0.95
    expect(workbench.get_by_text("Layers (2)")).to_be_visible()
    shot(workbench, "strokes")

    workbench.get_by_test_id("stSidebar").get_by_role("link", name="Explain").click()
    expect(workbench.get_by_role("heading", name="Graph cut, step by step")).to_be_visible()
    settled(workbench)
    workbench.get_by_test_id("stSidebar").get_by_role("link", name="Workbench").click()
    expect_marks(workbench, 4)
    settled(workbench)
    assert np.array_equal(downloaded(workbench, "Label map"), labels), "a visit to another page changes nothing"
    key(workbench, "Control+z")
    expect_marks(workbench, 3)
    assert np.array_equal(mask(workbench), corrected), "undo reaches back across pages"


def test_painted_marks_come_from_a_file_and_marks_go_to_one(workbench: Page, tmp_path: Path) -> None:
    painted = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    painted[disc(BALL[0], 40)] = (255, 0, 0)
    painted[:60], painted[-30:] = (0, 0, 255), (0, 0, 255)
    (tmp_path / "seeds.png").write_bytes(export.png(painted))
    (tmp_path / "small.png").write_bytes(export.png(painted[:100]))

    press_button(workbench, "marks_files")
    uploader = workbench.locator('[class*="st-key-marks-upload"] input[type="file"]')
    uploader.set_input_files(tmp_path / "small.png")
    expect(workbench.get_by_role("alert")).to_contain_text("small.png has 600 × 100 pixels")
    expect_marks(workbench, 0)
    uploader.set_input_files(tmp_path / "seeds.png")
    expect_marks(workbench, 1)
    settled(workbench)
    with workbench.expect_download() as download:
        workbench.get_by_test_id("stDownloadButton").get_by_role("button", name="Export marks").click()
    assert download.value.suggested_filename == "scene-marks.json"
    workbench.keyboard.press("Escape")
    settled(workbench)
    expect(workbench.get_by_alt_text("The painted marks")).to_be_visible()
    shot(workbench, "painted")
    assert iou(mask(workbench), disc(*BALL)) > 0.95
    press(workbench, "clear")
    settled(workbench)
    expect_marks(workbench, 0)
    expect(workbench.get_by_alt_text("The painted marks")).to_have_count(0)

    press_button(workbench, "marks_files")
    uploader.set_input_files(download.value.path().rename(tmp_path / "back.json"))
    expect_marks(workbench, 1)
    settled(workbench)


def test_every_slice_keeps_its_own_marks(page: Page, server, tmp_path: Path) -> None:
    (tmp_path / "scenes.tif").write_bytes(export.stack_tiff([scene(), scene()[:, ::-1], scene()[::-1]]))
    opened(page, server)
    upload(page, tmp_path / "scenes.tif")
    take(page, "rectangle")
    stroke(page, (355, 165), (545, 355))
    expect_marks(page, 1)
    press_button(page, "film-1")
    expect_marks(page, 0)
    settled(page)
    stroke(page, (55, 165), (245, 355))
    take(page, "brush")
    stroke(page, (120, 260), (180, 260))
    expect_marks(page, 2)
    assert iou(mask(page), disc(*BALL)[:, ::-1]) > 0.95
    press_button(page, "film-0")
    expect_marks(page, 1)
    settled(page)
    assert iou(mask(page), disc(*BALL)) > 0.95
    expect(page.locator(".st-key-film-0").get_by_role("button")).to_have_text("1 ●")
    press_button(page, "film-1")
    expect_marks(page, 2)


def test_a_session_is_saved_and_opened_elsewhere_and_improved(workbench: Page, browser, server, tmp_path: Path) -> None:
    take(workbench, "rectangle")
    stroke(workbench, (355, 165), (545, 355))
    expect_marks(workbench, 1)
    before = mask(workbench)
    workbench.get_by_text("Session", exact=True).click()
    with workbench.expect_download() as download:
        workbench.get_by_role("button", name="Save", exact=True).click()
    saved = download.value.path().rename(tmp_path / "scene.mask.zip")

    elsewhere = browser.new_page(viewport={"width": 1440, "height": 900})
    opened(elsewhere, server)
    elsewhere.get_by_text("Session", exact=True).click()
    elsewhere.locator('[class*="st-key-session-upload"] input[type="file"]').set_input_files(saved)
    expect_marks(elsewhere, 1)
    settled(elsewhere)
    assert np.array_equal(mask(elsewhere), before)
    take(elsewhere, "brush")
    stroke(elsewhere, (430, 240), (470, 280))
    expect_marks(elsewhere, 2)
    elsewhere.close()
