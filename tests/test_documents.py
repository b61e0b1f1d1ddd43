"""What the documents say is so: examples run, and the files they name are there."""

import doctest
import importlib
import re
import shlex
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from masking_core import Edge, KMeans, Prompts, Recipe, export
from masking_core.cli.main import parser
from masking_core.methods import METHODS
from masking_core.prompts import Rectangle
from masking_core.samples import sample
from masking_core.sharing.links import from_query, to_query
from masking_core.steps.backgrounds import BACKGROUNDS
from masking_core.steps.edge import EDGE_STEPS
from studio.drawing.toolbox import Tool

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in (ROOT / "masking_core").rglob("*.py")
    if ">>>" in path.read_text()
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_run(name):
    failed, tried = doctest.testmod(importlib.import_module(name))
    assert tried
    assert not failed


def test_the_public_functions_have_examples():
    assert len(MODULES) >= 12


DOCUMENTS = pytest.mark.parametrize(
    "document", ["README.md", "CONTRIBUTING.md", *sorted(f"docs/{x.name}" for x in (ROOT / "docs").glob("*.md"))]
)


@DOCUMENTS
def test_the_files_that_a_document_names_are_there(document):
    text = re.sub(r"```.*?```", "", (ROOT / document).read_text(), flags=re.DOTALL)
    named = set(re.findall(r"`([\w.]+/[\w./]*|[\w]+\.(?:py|toml|txt|md|yml))`", text))
    linked = set(re.findall(r"\]\((?!https?:|#)([^)#]+)", text))
    here = (ROOT / document).parent
    assert {name for name in named if not (ROOT / name).exists()} == set()
    assert {name for name in linked if not (here / name).exists()} == set()


def test_the_readme_leads_to_every_document():
    readme = (ROOT / "README.md").read_text()
    assert [path.name for path in (ROOT / "docs").glob("*.md") if f"(docs/{path.name})" not in readme] == []


@DOCUMENTS
def test_the_commands_that_a_document_shows_can_be_given(document):
    shown = re.findall(r"^(?:masking|python -m masking_core) (.+)$", (ROOT / document).read_text(), re.MULTILINE)
    for command in shown:
        words = shlex.split(command.replace("\\\n", " "), comments=True)
        words = words[: words.index(">")] if ">" in words else words
        parser(words).parse_args(words)


def examples(document):
    """The pieces of Python that a document shows."""
    return re.findall(r"```python\n(.*?)```", (ROOT / document).read_text(), re.DOTALL)


def test_the_program_of_the_readme_cuts_a_picture(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photo.jpg").write_bytes(export.png(np.kron(sample("coffee").rgb, np.ones((2, 2, 1), np.uint8))))
    exec(examples("README.md")[0], {})
    assert (tmp_path / "cut.png").stat().st_size > 1000


@pytest.mark.parametrize(
    ("table", "name", "recipe"),
    [
        (METHODS, "threshold", lambda method: Recipe(method=method(level=90))),
        (BACKGROUNDS, "upside_down", lambda background: Recipe(method=KMeans(), background=background())),
        (EDGE_STEPS, "curve", lambda step: Recipe(method=KMeans(), edge=Edge(steps=(step(power=2.0),)))),
    ],
    ids=["method", "background", "edge step"],
)
def test_what_contributing_shows_works_once_it_is_in_its_table(table, name, recipe):
    source = next(text for text in examples("CONTRIBUTING.md") if f'"{name}"' in text)
    made = {}
    exec(source, made)
    entry = next(item for item in made.values() if isinstance(item, type) and item.__module__ == "builtins")
    table.add(entry)
    try:
        used = recipe(entry)
        assert used.run(sample("coins")).rgba.shape == (303, 384, 4)
        assert Recipe.from_json(used.to_json()) == used
        assert from_query(to_query("coins", used, Prompts())).recipe == used
    finally:
        table.remove(name)


@pytest.mark.parametrize("kind", ["Format(", "Tool("])
def test_entries_that_contributing_shows_have_the_fields_of_their_table(kind):
    source = next(text for text in examples("CONTRIBUTING.md") if text.startswith(kind))
    writers = SimpleNamespace(ppm=export.png)
    names = {"Format": export.Format, "Tool": Tool, "Rectangle": Rectangle, "writers": writers}
    assert eval(source, names)
