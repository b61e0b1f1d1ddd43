"""What the pages say is for people: no names from the code, no numbers as a computer writes them."""

import re

import pytest
from hand import strip_of
from streamlit.testing.v1 import AppTest
from test_app import ROOT, opened, unfolded, uploaded

from masking_core import Clean
from masking_core.methods import METHODS
from masking_core.parameters import number_text, parameters
from masking_core.steps.backgrounds import BACKGROUNDS
from masking_core.steps.edge import EDGE_STEPS
from masking_core.steps.foreground import Foreground

PARTS = [*METHODS.values(), Clean, Foreground, *EDGE_STEPS.values(), *BACKGROUNDS.values()]
DECLARED = {item for part in PARTS for item in parameters(part)}
CODE = re.compile(r"\b[a-z]+_[a-z_]+\b|\b\d+(\.\d+)?e[+-]?\d+\b|\bTrue\b|\bFalse\b|\bNone\b")
FILE = re.compile(r"\S+\.(png|md|zip|json|py)|:material/\w+:|https?://\S+|\$[^$]*\$")
REPLACED = (
    "No object is marked: what stands out",
    "as strokes",
    "else all but",
    "What a boundary costs",
    "Marks as numbers",
    "Marks as files",
    "How it went",
    "Interpolate here",
    "every column uses the same",
    "Forget it",
    "Take this one",
    "Compare the others with it",
    "ever closer",
    "as a sketch",
    "hardly matters",
    "By degrees",
    "look-alikes",
    "parted by",
    "no counterpart",
    "Run beside your picture",
    "usual",
)


def said(app: AppTest) -> list[str]:
    """Everything that a page writes: texts, labels, options, help."""
    words: list[str] = []
    for element in [*app.main, *app.sidebar]:
        for name in ("value", "label", "help", "placeholder"):
            text = getattr(element, name, None)
            if isinstance(text, str) and element.type not in {"code", "latex", "html"}:
                words.append(text)
        if element.type in {"selectbox", "multiselect", "button_group", "pills"}:
            words += [str(option) for option in getattr(element, "options", [])]
    words += [text for item in strip_of(app) for text in (item["label"], item.get("hint", ""))]
    return [word for word in words if "<style>" not in word]


def expect_plain(app: AppTest) -> None:
    assert not app.exception
    words = said(app)
    assert len(words) > 10
    for text in words:
        if text in {"transparent", *METHODS, *BACKGROUNDS, *(choice for item in DECLARED for choice in item.choices)}:
            continue  # a widget's value, which is shown by its label
        assert not CODE.search(FILE.sub("", text)), text
        assert not [old for old in REPLACED if old in text], text


@pytest.mark.parametrize("id", METHODS)
def test_the_workbench_speaks_plainly_with_every_method(id):
    app = opened()
    app.selectbox(key="method").set_value(id).run()
    folded = (f"{id}.more", "clean", "edge.detail", "session", "foreground.more")
    expect_plain(unfolded(app, "layers", "insight", "download.menu", *folded))


@pytest.mark.parametrize("page", ["app.py", "pages/explain.py", "pages/compare.py"])
def test_every_page_speaks_plainly(page):
    expect_plain(opened(page))


@pytest.mark.parametrize("section", ["Sweep", "Ground truth"])
def test_every_section_of_compare_speaks_plainly(section):
    app = uploaded(opened())
    app.session_state["compare.section"] = section
    expect_plain(app.switch_page("pages/compare.py").run())


@pytest.mark.parametrize("kind", BACKGROUNDS)
def test_every_background_speaks_plainly(kind):
    app = opened()
    app.selectbox(key="background").set_value(kind).run()
    expect_plain(app)


@pytest.mark.parametrize("item", sorted(DECLARED, key=str), ids=lambda item: item.name)
def test_what_is_allowed_is_said_in_the_words_of_the_page(item):
    assert not CODE.search(item.allowed)
    assert item.description.endswith(".")
    for choice in item.choices:
        assert item.label(choice) in item.allowed
    if item.kind in {"int", "float"} and not item.optional:
        assert item.allowed.startswith(number_text(item.low or 0))


@pytest.mark.parametrize(
    ("value", "text"), [(1e6, "1,000,000"), (0.001, "0.001"), (12, "12"), (0.1 + 0.2, "0.3"), (1234567, "1,234,567")]
)
def test_a_number_is_written_as_people_do(value, text):
    assert number_text(value) == text


def test_the_manual_and_the_pages_use_the_new_words():
    documents = [*(ROOT / "docs").glob("*.md"), ROOT / "README.md"]
    for path in documents:
        text = path.read_text()
        assert not [old for old in REPLACED[:-1] if old in text], path.name
