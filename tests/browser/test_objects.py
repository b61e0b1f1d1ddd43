"""Which objects are kept changes when a person says so, and at no other time."""

from collections.abc import Callable

import pytest
from actions import draw, press, settled, take
from playwright.sync_api import Page, expect


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option, exact=True).click()
    settled(page)


def rule(page: Page) -> str:
    return page.locator('[class*="st-key-foreground-rule"] input').first.input_value()


def cleared(page: Page) -> None:
    press(page, "clear")
    settled(page)


def undone_and_redone(page: Page) -> None:
    for step in ("undo", "redo", "undo"):
        press(page, step)
        settled(page)


@pytest.mark.parametrize("method", ["K-means", "Fuzzy C-means", "Graph cut"])
@pytest.mark.parametrize("act", [cleared, undone_and_redone])
def test_marks_come_and_go_and_the_rule_stays(page: Page, server, method: str, act: Callable[[Page], None]) -> None:
    page.goto(f"{server.url}/mask")
    settled(page)
    choose(page, "Method", method)
    before = rule(page)
    take(page, "brush")
    draw(page, [(0.05, 0.1), (0.3, 0.12)])
    act(page)
    settled(page, 1)
    assert rule(page) == before
    expect(page.get_by_text("no longer exists")).to_have_count(0)
