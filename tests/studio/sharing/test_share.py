"""Links and programs: what is shared opens as it was left, and whatever is broken is one sentence."""

from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from test_links import BOX, EVERY_METHOD, HOSTILE, other_value

from masking_core import (
    Colour,
    Edge,
    KMeans,
    Prompts,
    Recipe,
    Transparent,
    export,
)
from masking_core.methods import METHODS
from masking_core.parameters import parameters
from masking_core.prompts import Ellipse, Point
from masking_core.samples import sample
from masking_core.sharing.links import Linked, from_query, to_query
from studio.recipe import first

ROOT = Path(__file__).parents[3]


def page(query=None):
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).switch_page("pages/mask.py")
    for key, value in (query or {}).items():
        app.query_params[key] = value
    app.session_state["share"] = True
    return app.run()


def shared(app):
    """The query of the link that the page offers, and the program."""
    link, program = (code.value for code in app.code[:2])
    return dict(parse_qsl(urlsplit(link).query)), program


@EVERY_METHOD
def test_a_link_opens_the_workbench_as_it_was_left(method):
    recipe = Recipe(
        method=method(
            **{
                p.name: other_value(p)
                for p in parameters(method)
                if not (p.show.when or p.optional or p.name == "model")
            }
        ),
        edge=Edge(feather=2.5),
        background=Colour(colour="#123456"),
    )
    marks = Prompts(marks=(Ellipse(x=190.0, y=90.0, width=160.0, height=140.0),))
    if method is METHODS["clicks"]:
        marks = Prompts(marks=(Point(x=190.0, y=90.0),))
    query = to_query("cat", recipe, marks)
    app = page(query)
    assert not app.exception
    assert not app.error
    assert app.button_group(key="sample.cat").value == "cat"
    offered, program = shared(app)
    assert from_query(offered) == Linked("cat", recipe, marks)
    assert 'sample("cat")' in program
    app.selectbox(key="background").set_value("transparent").run()
    assert from_query(shared(app)[0]).recipe == recipe.changed(background=Transparent())


@pytest.mark.parametrize("name", ["an unknown method", "a value out of bounds", "marks cut short", "a bomb"])
def test_a_broken_link_is_one_sentence_above_the_page_as_it_begins(name):
    app = page(HOSTILE[name])
    assert not app.exception
    assert len(app.error) == 1
    assert "This link cannot be opened" in app.error[0].value
    assert from_query(shared(app)[0]).recipe == first.recipe()


def test_the_program_on_the_page_makes_the_pixels_of_the_download(tmp_path, monkeypatch):
    recipe = Recipe(method=KMeans(objects=3, metric="sum"))
    program = shared(page(to_query("cat", recipe, BOX)))[1]
    monkeypatch.chdir(tmp_path)
    exec(program, {})
    assert (tmp_path / "cat-cutout.png").read_bytes() == export.png(recipe.run(sample("cat"), BOX).rgba)


def test_a_picture_of_ones_own_stays_out_of_the_link_and_the_page_says_so():
    app = page({"method": "kmeans"})
    rgb = np.full((60, 90, 3), 220, np.uint8)
    rgb[15:45, 30:60] = (180, 20, 30)
    app.file_uploader(key="upload").set_value([("mine.png", export.png(rgb), "image/png")]).run()
    query, program = shared(app)
    assert "sample" not in query
    assert query["method"] == "kmeans"
    assert 'Image.open("mine.png")' in program
    assert "not your picture" in " ".join(caption.value for caption in app.caption)
