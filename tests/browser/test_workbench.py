"""The main job in a real browser: a photo in, a slider, a background, a PNG out."""

from pathlib import Path

import cv2
import numpy as np
import PIL.Image
import pytest
from actions import settled, shot
from playwright.sync_api import Page, WebSocketRoute, expect


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A 2-megapixel photo of a red ball on a sunlit meadow, drawn here."""
    rng = np.random.default_rng(0)
    rows = np.linspace(0, 1, 1200)[:, None, None]
    rgb = np.array([90, 170, 60]) + rows * np.array([40, 30, 20]) + rng.normal(0, 6, (1200, 1700, 1))
    rgb = rgb.clip(0, 255).astype(np.uint8)
    cv2.circle(rgb, (850, 600), 300, (200, 30, 40), -1, cv2.LINE_AA)
    path = tmp_path / "ball.jpg"
    PIL.Image.fromarray(rgb).save(path, quality=92)
    return path


def slide(page: Page, label: str, presses: int) -> None:
    """Move the named slider by that many steps, as a keyboard does."""
    slider = page.get_by_role("slider", name=label)
    slider.focus()
    for _ in range(abs(presses)):
        page.keyboard.press("ArrowRight" if presses > 0 else "ArrowLeft")
    settled(page)


def choose(page: Page, label: str, option: str) -> None:
    box = page.get_by_role("combobox", name=label)
    box.scroll_into_view_if_needed()
    settled(page, 0.5)  # a list folds up when what it belongs to scrolls
    box.click()
    page.get_by_role("option", name=option, exact=True).click()
    settled(page)


def test_a_photo_goes_in_and_a_cut_out_comes_out(page: Page, server, photo, tmp_path) -> None:
    page.goto(f"{server.url}/mask")
    settled(page)
    # A first-time visitor sees a picture and a result before touching anything.
    expect(page.get_by_alt_text("The picture that is drawn on")).to_be_visible()
    expect(page.get_by_alt_text("The result: Result")).to_be_visible()

    page.locator('input[type="file"]').first.set_input_files(photo)
    settled(page)
    expect(page.get_by_text("Downloads are cut at the full 1,700 × 1,200 pixels")).to_be_visible()
    zoom = page.locator(".st-key-pen-zoom button")
    zoom.filter(has_text="400 %").click()
    settled(page)
    shown = page.get_by_alt_text("The picture that is drawn on")
    assert shown.evaluate("image => image.naturalWidth") == 1700, "every pixel of the photo is there to be seen"
    assert shown.bounding_box()["width"] == pytest.approx(6800, abs=1)
    shot(page, "zoomed")
    zoom.filter(has_text="Fit").click()
    settled(page)
    choose(page, "Method", "K-means")
    slide(page, "Number of objects", -1)
    choose(page, "Background", "Colour")
    settled(page, 1)
    shot(page, "workbench")

    with page.expect_download() as download:
        page.get_by_role("button", name="Download picture").click()
    target = tmp_path / "cut.png"
    download.value.save_as(target)
    assert download.value.suggested_filename == "ball-composed.png"
    pixels = np.asarray(PIL.Image.open(target))
    assert pixels.shape == (1200, 1700, 4)
    assert (pixels[10, 10] == 255).all(), "the background is the chosen white"
    assert np.abs(pixels[600, 850, :3].astype(int) - (200, 30, 40)).max() < 12, "the ball is still red"
    ball = np.abs(pixels[..., :3].astype(int) - (200, 30, 40)).max(axis=2) < 40
    assert ball.sum() == pytest.approx(np.pi * 300**2, rel=0.02)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [900, 1440])
def test_every_page_opens_from_a_cold_link(browser, server, width, scheme) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    for path in ("", "mask"):
        page.goto(f"{server.url}/{path}")
        settled(page)
        expect(page.locator('[data-testid="stException"]')).to_have_count(0)
        expect(page.locator('[data-testid="stSidebar"]')).to_be_attached()
        # Nothing sticks out to the right of the window.
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        shot(page, f"{path or 'welcome'}-{width}-{scheme}")
    context.close()


def test_an_object_is_switched_off_with_one_click(page: Page, server, photo) -> None:
    page.goto(f"{server.url}/mask")
    settled(page)
    page.locator('input[type="file"]').first.set_input_files(photo)
    settled(page)
    choose(page, "Method", "K-means")
    first = page.locator(".st-key-object\\.1 button, .st-key-object-1 button")
    before = first.inner_text()
    first.click()
    settled(page)
    assert first.inner_text() != before, "the mark before its number says whether it is kept"
    expect(page.get_by_role("combobox", name="Objects to keep")).to_have_value("Picked by hand")


def test_what_is_no_picture_is_one_sentence_and_the_page_lives_on(page: Page, server, photo, tmp_path) -> None:
    page.goto(f"{server.url}/mask")
    settled(page)
    wrong = tmp_path / "holiday.png"
    wrong.write_bytes(b"<img src=x onerror=alert(1)>")
    page.locator('input[type="file"]').first.set_input_files(wrong)
    settled(page)
    expect(page.get_by_role("alert")).to_contain_text("holiday.png")
    expect(page.get_by_alt_text("The result: Result")).to_be_visible()


def test_sections_of_the_sidebar_stay_unfolded_whatever_is_chosen_above_them(page: Page, server, photo) -> None:
    page.goto(f"{server.url}/mask")
    settled(page)
    section = page.get_by_test_id("stSidebar").get_by_test_id("stExpander").filter(has_text="Clean-up")
    section.locator("summary").click()
    settled(page)
    slider = section.get_by_role("slider").first
    expect(slider).to_be_visible()
    for label, option in (("Background", "Colour"), ("Method", "K-means"), ("Background", "Transparent")):
        page.get_by_role("combobox", name=label, exact=True).scroll_into_view_if_needed()
        settled(page)
        choose(page, label, option)
        expect(slider).to_be_visible()
    page.locator('input[type="file"]').first.set_input_files(photo)
    settled(page)
    expect(slider).to_be_visible()


SLOW = """
const listen = WebSocket.prototype.addEventListener;
WebSocket.prototype.addEventListener = function (type, hear, ...more) {
  const late = (event) => setTimeout(() => hear.call(this, event), window.late ?? 0);
  listen.call(this, type, type === "message" ? late : hear, ...more);
};
"""
"""What the page says reaches the browser ``window.late`` milliseconds later."""


def test_a_step_of_the_edge_that_was_removed_stays_away_whatever_follows_at_once(page: Page, server) -> None:
    page.add_init_script(SLOW)
    page.goto(f"{server.url}/mask")
    settled(page)
    sidebar = page.get_by_test_id("stSidebar")
    styles = sidebar.get_by_test_id("stButtonGroup").filter(has_text="Hair and fur")
    detail = sidebar.get_by_test_id("stExpander").filter(has_text="Edge in detail")
    detail.locator("summary").first.click()
    styles.get_by_text("Smooth", exact=True).click()
    settled(page)
    page.evaluate("window.late = 1500")
    detail.locator(".st-key-edge-feather-remove button").click()
    page.wait_for_timeout(1000)  # the page has run, and the browser has not heard of it
    # A click elsewhere tells the page again what the browser believes every widget to be.
    sidebar.get_by_text("Masking area").click()
    settled(page, 2)
    page.evaluate("window.late = 0")
    settled(page, 2)
    expect(detail.locator(".st-key-edge-feather-remove")).to_have_count(0)
    expect(styles.get_by_role("radio", name="Hard")).to_be_checked()


@pytest.mark.parametrize("connection", ["there", "refused", "lost"])
def test_the_result_follows_with_and_without_the_connection_that_brings_it_ahead(
    page: Page, server, photo, connection: str
) -> None:
    lines: list[WebSocketRoute] = []

    def route(line: WebSocketRoute) -> None:
        lines.append(line)
        if connection == "refused":
            line.close()
        else:
            line.connect_to_server()

    page.route_web_socket("**/early/*", route)
    page.goto(f"{server.url}/mask")
    settled(page)
    page.locator('input[type="file"]').first.set_input_files(photo)
    settled(page)
    choose(page, "Method", "K-means")
    assert lines
    shown = page.get_by_alt_text("The result: Result")
    slider = page.get_by_role("slider", name="Number of objects")
    seen = {shown.get_attribute("src")}
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft"):
        if connection == "lost":
            lines[-1].close()
        slider.press(key)
        settled(page)
        seen.add(shown.get_attribute("src"))
        assert shown.evaluate("image => image.complete && image.naturalWidth > 0")
    assert len(seen) == 3, "two presses there are two other results, one back is the one before"
