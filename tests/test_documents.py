"""What the documents say is so: examples run, and the files they name are there."""

import doctest
import importlib
import re
import shlex
from pathlib import Path

import pytest

from masking_core.cli.main import parser

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


@DOCUMENTS
def test_the_commands_that_a_document_shows_can_be_given(document):
    shown = re.findall(r"^(?:masking|python -m masking_core) (.+)$", (ROOT / document).read_text(), re.MULTILINE)
    for command in shown:
        words = shlex.split(command.replace("\\\n", " "), comments=True)
        words = words[: words.index(">")] if ">" in words else words
        parser(words).parse_args(words)
