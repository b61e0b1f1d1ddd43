"""Help that can be read with a finger, and changes nothing."""

from typing import Any

from actions import settled
from playwright.sync_api import Browser, Page, expect

VALUES = """() => [...document.querySelectorAll('input')].map(
    (input) => input.type === 'checkbox' ? input.checked : input.value)"""


def phone(browser: Browser) -> Page:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    return context.new_page()


def values(page: Page) -> Any:
    return page.evaluate(VALUES)


def test_every_help_text_of_the_sidebar_opens_with_a_tap_that_changes_nothing(browser: Browser, server) -> None:
    page = phone(browser)
    page.goto(f"{server.url}/mask?method=kmeans")
    settled(page)
    page.get_by_test_id("stExpandSidebarButton").tap()
    settled(page)
    sidebar = page.get_by_test_id("stSidebar")
    for folded in sidebar.locator("details > summary").all():
        folded.tap()
        settled(page)
    before = values(page)
    icons = sidebar.locator('[data-testid="stTooltipIcon"]:visible')
    expect(icons.nth(8)).to_be_attached()
    for icon in icons.all():
        icon.scroll_into_view_if_needed()
        icon.tap()
        expect(page.get_by_test_id("stTooltipContent").first).to_be_visible()
        page.keyboard.press("Escape")
    settled(page)
    assert values(page) == before
    page.context.close()
