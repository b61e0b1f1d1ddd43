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

from masking_core import Blurred, Colour, GraphCut, KMeans, Prompts, Recipe, Watershed  # noqa: E402
from masking_core.prompts import Point, Rectangle, Stroke  # noqa: E402
from masking_core.sharing.links import to_query  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
QUALITY = 82

PERSON = Prompts(
    marks=(
        Stroke(points=((225, 70), (235, 150), (215, 260), (140, 400), (330, 430)), width=22),
        Stroke(points=((30, 60), (60, 200)), width=22, object=0),
        Stroke(points=((380, 60), (470, 330)), width=22, object=0),
    )
)
CUP = Prompts(marks=(Rectangle(x=140, y=20, width=380, height=350),))
COINS = Prompts(
    marks=(
        Point(x=47, y=52, radius=8, object=1),
        Point(x=113, y=45, radius=8, object=2),
        Point(x=172, y=45, radius=8, object=3),
        Stroke(points=((5, 5), (375, 8)), width=6, object=0),
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
    "formats": (_workbench("cat", Recipe(method=KMeans()), Prompts()), _formats),
    "compare": ("compare", _look),
    "explain": (_workbench("coffee", Recipe(method=GraphCut()), CUP), _explain),
}
"""Each picture's address, and what is done there before it is taken."""


if __name__ == "__main__":
    sys.exit(main())
