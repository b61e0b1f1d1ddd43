"""Every page can be read and used by everybody: axe-core finds nothing serious, and motion can be switched off."""

import pytest
from actions import settled
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

PAGES = ("", "mask", "compare", "explain", "batch")
SERIOUS = {"serious", "critical"}


def complaints(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:300]} {node['any'][0]['message'] if node['any'] else ''}"
        for rule in found
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_nothing_serious_is_found_on_a_page(browser: Browser, server, path: str, scheme: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{server.url}/{path}")
    settled(page, 1)
    found = complaints(page)
    context.close()
    assert not found, "\n".join(found)


def test_motion_is_switched_off_where_the_visitor_wants_none(browser: Browser, server) -> None:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{server.url}/mask")
    settled(page)
    moving = page.evaluate("""() => [...document.querySelectorAll("*")].filter((element) => {
        const style = getComputedStyle(element);
        return [style.transitionDuration, style.animationDuration].some((times) =>
            times.split(",").some((time) => parseFloat(time) > 0.001));
    }).map((element) => element.outerHTML.slice(0, 150))""")
    context.close()
    assert not moving
