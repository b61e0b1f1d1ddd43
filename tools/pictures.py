"""``python tools/pictures.py`` takes the pictures of the guide anew: it runs the studio and looks at it with a browser.

Everything on them is a sample that comes with scikit-image.
"""

import sys
import tempfile
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "browser")]

from actions import settled  # noqa: E402
from conftest import chromium, serve  # noqa: E402
from playwright.sync_api import Page, expect, sync_playwright  # noqa: E402

from masking_core import Blurred, Colour, GraphCut, Prompts, Recipe, Watershed  # noqa: E402
from masking_core.prompts import Point, Rectangle, Stroke  # noqa: E402
from masking_core.sharing.links import to_query  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
QUALITY = 82

PERSON = Prompts(
    marks=(
        Stroke(points=((225, 70), (235, 150), (215, 260), (140, 400), (300, 400)), width=22),
        Stroke(points=((120, 480), (320, 440), (440, 390), (440, 480)), width=22),
        Stroke(points=((30, 60), (60, 200)), width=22, object=0),
        Stroke(points=((380, 60), (470, 330)), width=22, object=0),
    )
)
CUP = Prompts(marks=(Rectangle(x=85, y=8, width=470, height=388),))
COINS = Prompts(
    marks=(
        *(Point(x=x, y=50, radius=9, object=n) for n, x in enumerate((44, 100, 160, 213, 272, 333), 1)),
        Stroke(points=((5, 6), (378, 8)), width=6, object=0),
        Stroke(points=((8, 90), (376, 92)), width=8, object=0),
        *(Stroke(points=((x, 20), (x, 80)), width=4, object=0) for x in (72, 131, 187, 243, 302)),
    )
)


def main() -> int:
    """Write every picture."""
    PICTURES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as driver,
        chromium(driver) as browser,
        contextmanager(serve)(ROOT / "app.py", Path(folder)) as server,
    ):
        for name, (address, act) in SCENES.items():
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"{server.url}/{address}")
            settled(page, 3)
            act(page)
            settled(page, 1)
            page.mouse.move(0, 0)
            page.screenshot(path=PICTURES / f"{name}.jpg", type="jpeg", quality=QUALITY)
            page.close()
            print(f"docs/pictures/{name}.jpg")
    return 0


def _workbench(sample: str, recipe: Recipe, prompts: Prompts) -> str:
    return f"mask?{urlencode(to_query(sample, recipe, prompts))}"


def _look(page: Page) -> None:
    expect(page.get_by_test_id("stApp")).to_be_visible()


def _explain(page: Page) -> None:
    page.get_by_test_id("stSidebar").get_by_role("link", name="Explain").click()
    settled(page, 3)


def _formats(page: Page) -> None:
    page.get_by_role("button", name="Formats").click()


SCENES: dict[str, tuple[str, Callable[[Page], None]]] = {
    "welcome": ("", _look),
    "workbench": (
        _workbench("astronaut", Recipe(method=GraphCut(), background=Colour(colour="#d7e3ec")), PERSON),
        _look,
    ),
    "rectangle": (_workbench("coffee", Recipe(method=GraphCut(), background=Blurred()), CUP), _look),
    "objects": (_workbench("coins", Recipe(method=Watershed()), COINS), _look),
    "formats": (_workbench("coffee", Recipe(method=GraphCut()), CUP), _formats),
    "compare": ("compare", _look),
    "explain": (_workbench("coffee", Recipe(method=GraphCut()), CUP), _explain),
}
"""Each picture's address, and what is done there before it is taken."""


if __name__ == "__main__":
    sys.exit(main())
