"""Asking about a pixel by pointing at it, with the mouse and with keys."""

import re

from actions import settled, shot
from playwright.sync_api import Page, expect


def test_a_click_on_the_result_says_why(page: Page, server) -> None:
    page.goto(f"{server.url}/mask?sample=coffee")
    settled(page)
    section = page.get_by_test_id("stExpander").filter(has_text="Why this pixel?")
    section.locator("summary").click()
    picture = page.get_by_role("application", name="The result: click a pixel")
    expect(picture).to_be_visible()
    settled(page)
    picture.scroll_into_view_if_needed()
    box = picture.locator("img").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 0.5 * box["width"], box["y"] + 0.4 * box["height"])
    expect(page.get_by_text(re.compile(r"Pixel \((299|30[01]), 1"))).to_be_visible()
    expect(page.get_by_text("Its colour", exact=True)).to_be_visible()
    settled(page)
    picture.scroll_into_view_if_needed()
    shot(page, "why-this-pixel", full_page=True)
    picture.focus()
    for key in ("ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_text(re.compile(r"Pixel \((32[3-5]), 1"))).to_be_visible()


def test_a_click_where_methods_disagree_sets_a_mark_there(page: Page, server) -> None:
    page.goto(f"{server.url}/mask?sample=coffee")
    settled(page)
    page.get_by_test_id("stExpander").filter(has_text="Where do methods disagree?").locator("summary").click()
    picture = page.get_by_role("application", name="Where the methods disagree")
    expect(picture).to_be_visible()
    settled(page)
    picture.scroll_into_view_if_needed()
    shot(page, "disagreement")
    box = picture.locator("img").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 0.3 * box["width"], box["y"] + 0.5 * box["height"])
    expect(page.get_by_text("Coordinates (1)")).to_be_visible()
