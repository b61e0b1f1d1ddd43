"""Going from page to page in a real browser: what was chosen comes along, and links open as they were left."""

import pytest
from actions import settled
from playwright.sync_api import Page, expect

from masking_core.methods import METHODS
from studio.recipe import first as opening


def go(page: Page, name: str) -> None:
    page.get_by_test_id("stSidebar").get_by_role("link", name=name).click()


def expect_chosen(page: Page, label: str, option: str) -> None:
    expect(page.get_by_role("combobox", name=label, exact=True)).to_have_value(option)


def expect_sample(page: Page, name: str) -> None:
    expect(page.locator('[class*="st-key-sample-"] button[aria-checked="true"]')).to_have_text(name)


@pytest.mark.parametrize("first", ["", "explain"])
def test_a_page_that_is_opened_second_begins_like_one_that_is_opened_first(page: Page, server, first) -> None:
    page.goto(f"{server.url}/{first}")
    settled(page)
    go(page, "Workbench")
    expect_chosen(page, "Method", METHODS[opening.method()].title)
    expect_sample(page, "Coffee")


def test_a_link_opens_the_workbench_as_it_was_left_and_other_pages_go_on_from_there(page: Page, server) -> None:
    page.goto(f"{server.url}/mask?sample=cat&method=kmeans&background=dimmed&objects=4")
    settled(page)
    expect(page.get_by_alt_text("The result: Result")).to_be_visible()
    assert page.url.endswith("/mask")
    settled(page, 1)
    go(page, "Explain")
    expect(page.get_by_role("heading", name="K-means, step by step")).to_be_visible()
    settled(page)
    go(page, "Workbench")
    expect_chosen(page, "Method", "K-means")
    expect_chosen(page, "Background", "Original, dimmed")
    expect_sample(page, "Cat")
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_test_id("stCode").first).to_contain_text("sample=cat&method=kmeans&background=dimmed&objects=4")


def test_one_click_on_the_front_door_opens_a_method_with_its_marks(page: Page, server) -> None:
    page.goto(server.url)
    expect(page.get_by_alt_text("Cut by Watershed")).to_be_visible()
    page.locator(".st-key-gallery-Watershed button").first.click()
    expect_chosen(page, "Method", "Watershed")
    expect(page.get_by_text("Coordinates (9)")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1440])
def test_what_the_box_for_files_says_stays_inside_it(page: Page, server, width) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(server.url)
    settled(page)
    box = page.get_by_test_id("stFileUploaderDropzone")
    assert box.evaluate("box => box.scrollWidth - box.clientWidth") <= 0
