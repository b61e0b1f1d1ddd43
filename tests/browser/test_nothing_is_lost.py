"""Whatever a hasty visitor does between strokes, none is lost and undo walks the true road back."""

import os
import random
from typing import Any

import numpy as np
import pytest
from actions import answered, draw, far_away, prompts, sent, settled
from playwright.sync_api import Page

ACTIONS = int(os.environ.get("ACTIONS", "40"))
"""How much is done; a number for the record takes 200."""
PICTURES = {"astronaut": (512, 512), "coffee": (600, 400)}
TOOLS = ("brush", "rectangle", "ellipse", "lasso", "point")
SHAPES = {"brush": "stroke", "lasso": "polygon"}


def corner(mark: Any, picture: str) -> tuple[float, float]:
    """Where a mark begins, in shares of the picture."""
    points = np.array(getattr(mark, "points", None) or [(mark.x, mark.y)])
    x, y = points.min(axis=0) / PICTURES[picture]
    return float(x), float(y)


class Visitor:
    """Somebody who does not wait for the page, and remembers what should be there."""

    def __init__(self, page: Page, seed: int, distance: float) -> None:
        self.page, self.random = page, random.Random(seed)
        self.distance = distance
        self.picture, self.tool = "astronaut", "rectangle"
        self.states: dict[str, list[list[tuple[str, float, float]]]] = {name: [[]] for name in PICTURES}
        self.place = dict.fromkeys(PICTURES, 0)
        self.log: list[str] = []

    def act(self) -> None:
        action = self.random.choice(["draw"] * 8 + ["undo"] * 3 + ["redo", "key", "take", "slide", "leave", "turn"])
        self.log.append(action)
        getattr(self, action)()
        self.page.wait_for_timeout(self.random.choice([0, 0, 20, 60, 150, 300, 700]))

    def draw(self) -> None:
        x, y = self.random.uniform(0.05, 0.8), self.random.uniform(0.05, 0.8)
        line = [(x, y), (x + 0.1, y), (x + 0.1, y + 0.1), (x, y + 0.08)]
        places = {"rectangle": [line[0], line[2]], "ellipse": [line[0], line[2]], "point": [line[0]]}
        draw(self.page, places.get(self.tool, line), wait=False)
        past, place = self.states[self.picture], self.place[self.picture]
        past[place + 1 :] = [[*past[place], (SHAPES.get(self.tool, self.tool), round(x, 2), round(y, 2))]]
        self.place[self.picture] += 1

    def undo(self) -> None:
        self.page.locator('[data-name="undo"]:visible').first.click()
        self.place[self.picture] = max(0, self.place[self.picture] - 1)

    def key(self) -> None:
        self.page.keyboard.press("Control+z")
        self.place[self.picture] = max(0, self.place[self.picture] - 1)

    def redo(self) -> None:
        if self.place[self.picture] < len(self.states[self.picture]) - 1:
            self.page.locator('[data-name="redo"]:visible').first.click()
            self.place[self.picture] += 1

    def take(self) -> None:
        self.tool = self.random.choice(TOOLS)
        self.page.locator(f'[data-name="tool_{self.tool}"]:visible').first.click()
        settled(self.page, 0.1 + self.distance)  # the next stroke is drawn with the tool that is shown

    def slide(self) -> None:
        self.page.get_by_role("slider", name="Parameter").press(self.random.choice(["ArrowRight", "ArrowLeft"]))
        self.page.locator("h1, body").first.evaluate("() => document.activeElement.blur()")

    def leave(self) -> None:
        answered(self.page)  # nobody gets from the canvas to the sidebar before
        for _ in range(2):
            self.page.get_by_test_id("stCheckbox").filter(has_text="MarkEditor").locator("label").click()
            settled(self.page, 0.2 + self.distance)

    def turn(self) -> None:
        answered(self.page)
        self.picture = next(name for name in PICTURES if name != self.picture)
        self.page.get_by_test_id("stRadio").get_by_text(self.picture).click()
        settled(self.page, 0.2 + self.distance)

    def check(self) -> None:
        answered(self.page)
        settled(self.page, 1 + self.distance)
        found = [(mark.kind, *corner(mark, self.picture)) for mark in prompts(self.page).marks]
        expected = self.states[self.picture][self.place[self.picture]]
        assert [kind for kind, *_ in found] == [kind for kind, *_ in expected], " ".join(self.log)
        assert np.array([place for _, *place in found]) == pytest.approx(
            np.array([place for _, *place in expected]), abs=0.02
        )
        assert len(sent(self.page)["objects"]) == len(expected), "the canvas shows the marks"


@pytest.mark.parametrize(("seed", "distance"), [(1, 0.0), (2, 0.4)])
def test_hasty_actions(editor: Page, seed: int, distance: float) -> None:
    far_away(editor, distance)
    visitor = Visitor(editor, seed, distance)
    for count in range(ACTIONS):
        visitor.act()
        if count % 10 == 9:
            visitor.check()
    visitor.turn()
    visitor.check()
