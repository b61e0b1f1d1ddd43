"""No text of a link, a file or a session is taken for formatting, a picture or a link, wherever it is shown."""

import ast
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest
from test_app import ROOT, opened, picture, uploaded

from studio.foreign import plain

HOSTILE = (
    "![x](http://host/a.png) [in](http://host/) :red[r] $x$ <b>b</b> www.host.com a@host.com `c` **d** :material/x:"
)
SPEAK = {"error", "info", "warning", "success", "caption", "markdown", "toast", "subheader", "title", "header"}
LABELLED = {"button", "expander", "popover", "checkbox", "toggle", "download_button", "menu_button"}
FOREIGN = {"error", "problem", "sentence", "note", "name", "file", "problems", "label"}


@given(st.text(max_size=60))
def test_what_is_escaped_reads_the_same(text):
    assert re.sub(r"\\([\\`*_\[\]<>:$~|@&#.+-])", r"\1", plain(text)) == " ".join(text.split())


def test_nothing_is_left_that_means_something():
    bare = re.sub(r"\\.", "", plain(HOSTILE))
    assert not re.search(r"[\[\]<>:$`*@]|www\.", bare)


def shown(app: AppTest) -> list[str]:
    """All that a page says in Markdown."""
    found = []
    for kind in ("error", "info", "warning", "success", "caption", "markdown", "title", "subheader"):
        found += [element.value for element in app.get(kind)]
    return found + [getattr(element, "label", "") or "" for kind in ("button", "expander") for element in app.get(kind)]


def assert_harmless(app):
    assert not app.exception
    for text in shown(app):
        bare = re.sub(r"\\.", "", text)
        assert "](http" not in bare
        assert "http://host" not in bare


def test_the_name_of_a_file_is_shown_as_it_is():
    name = "![x](http:host/a.png).png"
    app = uploaded(opened(), name)
    assert_harmless(app)
    for page in ("app.py", "pages/compare.py", "pages/explain.py", "pages/mask.py"):
        assert_harmless(app.switch_page(page).run())
    assert_harmless(uploaded(opened(), name, picture()[:50]))


@pytest.mark.parametrize("key", ["sample", "method", "smoothness", "marks", "area", "![x](http://host/d.png)"])
def test_a_link_is_quoted_as_it_is(key):
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    app.query_params[key] = "![x](http://host/a.png)"
    app = app.switch_page("pages/mask.py").run()
    assert app.error
    assert_harmless(app)


def test_every_sentence_from_elsewhere_goes_one_way():
    """Calls that show an error, a problem, a note or a name escape it."""
    missing = []
    for path in [*(ROOT / "studio").rglob("*.py"), *(ROOT / "pages").glob("*.py"), ROOT / "app.py"]:
        for call in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(call, ast.Call)
                and isinstance(call.func, ast.Attribute)
                and call.func.attr in SPEAK
                and call.args
            ):
                missing += [f"{path.relative_to(ROOT)}:{call.lineno} {bare}" for bare in bare_names(call.args[0])]
    assert not missing, "\n".join(missing)


def bare_names(node: ast.expr) -> list[str]:
    """The names of foreign text in an expression that are not handed to ``plain``."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "plain":
        return []
    if isinstance(node, ast.Name) and node.id in {"error", "problem", "sentence", "note"}:
        return [node.id]
    if isinstance(node, ast.Attribute) and node.attr in {"problem", "name"}:
        return [node.attr]
    return [
        name
        for child in ast.iter_child_nodes(node)
        if isinstance(child, ast.expr | ast.FormattedValue)
        for name in bare_names(child)
    ]
