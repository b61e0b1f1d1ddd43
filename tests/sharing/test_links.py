"""Links: what is shared is read back as it was, and whatever is broken is one sentence."""

import base64
import json
import zlib

import numpy as np
import pytest

from masking_core import Area, Clean, Colour, Dimmed, Edge, Foreground, KMeans, MaskingError, Prompts, Recipe
from masking_core.errors import ParameterError, PromptError
from masking_core.methods import METHODS
from masking_core.parameters import parameters
from masking_core.prompts import Rectangle, Stroke
from masking_core.sharing import links
from masking_core.sharing.links import MOST_LETTERS, MOST_MARKS, Linked, fit, from_query, set_by_text, to_query
from masking_core.steps.edge.edge import STYLES

BOX = Prompts(
    marks=(
        Rectangle(x=190.0, y=90.0, width=260.0, height=220.0),
        Stroke(points=((300.125, 200.0), (320.0, 210.5)), width=9.0, name="the cup"),
    )
)
EVERY_METHOD = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)


def other_value(parameter):
    """A value that is not the default."""
    if parameter.kind == "bool":
        return not parameter.default
    number = int if parameter.kind == "int" else float
    allowed = parameter.choices or (number(parameter.low), number(parameter.high))
    return next(value for value in allowed if value != parameter.default)


def everything_changed(method):
    return Recipe(
        method=method(**{parameter.name: other_value(parameter) for parameter in parameters(method)}),
        area=Area(x=10, y=20, width=300, height=200),
        clean=Clean(specks=40, split=True),
        foreground=Foreground(rule="picked", picked=(1, 3)),
        edge=Edge(feather=2.5),
        background=Dimmed(amount=0.25),
    )


@EVERY_METHOD
def test_a_query_is_read_back_to_the_same_work(method):
    for recipe in (Recipe(method=method()), everything_changed(method)):
        assert from_query(to_query("cat", recipe, BOX)) == Linked("cat", recipe, BOX)


def test_a_query_names_only_what_is_not_as_usual():
    assert to_query("coffee", Recipe(method=KMeans()), Prompts()) == {"sample": "coffee", "method": "kmeans"}
    recipe = Recipe(method=KMeans(objects=4), background=Colour(colour="#00ff00"))
    query = to_query("coffee", recipe, Prompts())
    assert query == {
        "sample": "coffee",
        "method": "kmeans",
        "objects": "4",
        "background": "colour",
        "background.colour": "#00ff00",
    }


@pytest.mark.parametrize("edge", [*STYLES.values(), Edge.named("matte,feather")], ids=[*STYLES, "two steps"])
def test_every_edge_is_read_back(edge):
    recipe = Recipe(method=KMeans(), edge=edge)
    assert from_query(to_query("coffee", recipe, Prompts())).recipe == recipe


def test_marks_too_many_for_an_address_stay_out_of_it():
    noise = np.random.default_rng(0).uniform(0, 400, (2000, 2)).round(3).tolist()
    many = Prompts(marks=(Stroke(points=tuple(map(tuple, noise)), width=3.0),))
    assert not fit(many)
    assert "marks" not in to_query("coffee", Recipe(method=KMeans()), many)
    assert fit(BOX)


def packed(document):
    return base64.urlsafe_b64encode(zlib.compress(document)).decode().rstrip("=")


HOSTILE = {
    "an unknown picture": {"sample": "../../etc/passwd"},
    "an unknown method": {"method": "sorcery"},
    "an unknown parameter": {"method": "kmeans", "nothing": "1"},
    "a private name": {"method.__class__": "1"},
    "an unknown step": {"background.method.x": "1"},
    "a value out of bounds": {"method": "kmeans", "objects": "99"},
    "no number": {"method": "kmeans", "objects": "many"},
    "not finite": {"method": "graph_cut", "smoothness": "nan"},
    "a huge number": {"method": "kmeans", "objects": "9" * 5000},
    "an unknown background": {"background": "file:///etc/passwd"},
    "no colour": {"background": "#zz"},
    "a background's parameter without it": {"background.amount": "0.5"},
    "a picture behind": {"background": "picture", "background.data": "AAAA"},
    "half an area": {"area": "1,2"},
    "an area of nothing": {"area": "0,0,0,0"},
    "an area of words": {"area": "a,b,c,d"},
    "picks of nothing": {"foreground.picked": "0"},
    "picks of words": {"foreground.picked": "x"},
    "a pick that is no label": {"foreground.picked": str(2**31)},
    "marks that are no base64": {"marks": "%%%"},
    "marks with a letter too many": {"marks": packed(b"[]")[:4] + "!" + packed(b"[]")[4:]},
    "marks cut short": {"marks": packed(BOX.to_json().encode())[:-20]},
    "marks that are no JSON": {"marks": packed(b"hello")},
    "marks that are no marks": {"marks": packed(b'[{"kind": "sword"}]')},
    "marks that close the document": {"marks": packed(b'[]}, {"x": []')},
    "marks nested without end": {"marks": packed(b"[" * 100_000)},
    "a bomb": {"marks": packed(b" " * 2_000_000)},
    "marks too long": {"marks": "A" * (MOST_MARKS + 1)},
    "too many letters": {f"k{n}": "x" * 90 for n in range(95)},
    "too many keys": {f"k{n}": "" for n in range(1000)},
}
EVERY_HOSTILE = pytest.mark.parametrize("query", HOSTILE.values(), ids=HOSTILE)


@EVERY_HOSTILE
def test_a_hostile_query_is_one_short_sentence(query):
    with pytest.raises(MaskingError) as caught:
        from_query(query)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert len(sentence) < 600
    assert "\n" not in sentence


def test_the_longest_link_that_is_made_is_read():
    rng = np.random.default_rng(0)
    marks = ()
    while fit(Prompts(marks=marks)):
        points = tuple(map(tuple, rng.uniform(0, 400, (20, 2)).round(3).tolist()))
        marks = (*marks, Stroke(points=points, width=3.0))
    prompts = Prompts(marks=marks[:-1])
    query = to_query("coffee", everything_changed(METHODS["watershed"]), prompts)
    assert sum(len(key) + len(value) for key, value in query.items()) < MOST_LETTERS
    assert from_query(query).prompts == prompts


def test_limits_are_what_may_just_be(monkeypatch):
    value = "3".zfill(links.MOST_VALUE)
    assert from_query({"method": "kmeans", "objects": value}).recipe.method.objects == 3
    with pytest.raises(ParameterError, match="value"):
        from_query({"method": "kmeans", "objects": "0" + value})

    query = to_query("coffee", Recipe(method=KMeans()), BOX)
    letters = sum(map(len, query)) + sum(map(len, query.values()))
    for limit, most, error in (
        ("MOST_MARKS", len(query["marks"]), PromptError),
        ("MOST_LETTERS", letters, ParameterError),
    ):
        with monkeypatch.context() as limited:
            limited.setattr(links, limit, most)
            assert to_query("coffee", Recipe(method=KMeans()), BOX) == query
            assert from_query(query).prompts == BOX
            limited.setattr(links, limit, most - 1)
            with pytest.raises(error, match=f"at most {most - 1:,} letters"):
                from_query(query)


def test_the_address_is_plain_text():
    query = to_query("coffee", everything_changed(KMeans), BOX)
    assert json.loads(json.dumps(query)) == query
    assert all(value.isascii() for value in query.values())


def test_a_step_is_set_by_its_path_and_an_edge_or_a_background_by_its_name():
    recipe = Recipe(method=KMeans())
    assert set_by_text(recipe, "objects", "5") == Recipe(method=KMeans(objects=5))
    assert set_by_text(recipe, "edge", "hard").edge == Edge(feather=0.0)
    assert set_by_text(recipe, "background", "#112233").background == Colour(colour="#112233")
