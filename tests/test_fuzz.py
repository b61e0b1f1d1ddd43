"""Whatever a file, a link or a canvas says, it is read or refused in one short sentence.

Most random input never comes past the first check. So what is read here is right but for one place.
Many more cases: ``make fuzz``.
"""

import copy
import json
import math
import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masking_core import Image, MaskingError, Prompts, Recipe, Session, export
from masking_core.errors import LONGEST
from masking_core.methods import METHODS
from masking_core.prompts import Arc, Curve, Ellipse, Group, Pie, Point, Polygon, Rectangle, SeedMap, Stroke, Text
from masking_core.sharing.links import from_query, to_query
from studio.drawing.canvas import fabric, writing
from studio.drawing.canvas.sheet import Sheet

MORE = int(os.environ.get("FUZZ", "1"))
SHAPE = (24, 36)
SHEET = Sheet.over((36, 24), 60)
MARKS = Prompts(
    marks=(
        Rectangle(x=1, y=2, width=10, height=8),
        Ellipse(x=3, y=3, width=9, height=7, angle=30, operation="subtract"),
        Arc(x=1, y=1, width=8, height=8, start=0, sweep=90),
        Pie(x=1, y=1, width=8, height=8, start=10, sweep=200, object=2),
        Polygon(points=((1, 1), (20, 2), (10, 20))),
        Curve(points=((1, 1), (5, 1), (9, 9))),
        Text(text="Aa", x=2, y=2, size=12),
        Group(marks=(Rectangle(x=4, y=4, width=3, height=3), Ellipse(x=5, y=5, width=3, height=3)), object=3),
        Stroke(points=((1, 1), (30, 20)), width=4),
        Point(x=9, y=9, radius=3, object=0),
        SeedMap.from_numbers(np.eye(6, dtype=np.int16) - 1),
    )
)
ODD = st.sampled_from(
    [
        *(10**400, -(10**400), 10**18, 2**63, -1, 0, 1, True, False, None),
        *(1e308, -1e308, 5e-324, 1e-9, 0.5, math.nan, math.inf, -math.inf, 1000.0, 1e6, 2e6),
        *("", "x" * 5000, "\u202e", "\x00", "![x](http://host/a.png)", "../../x", "kmeans", "rectangle", "add"),
        *([], {}, [[]], [1, 2], {"kind": "text"}, [[0, 0]] * 3, [["M", 0, 0], ["Q", 1, 1, 2, 2]], [["Z"]]),
    ]
) | st.recursive(st.integers(), lambda inner: st.lists(inner, max_size=2), max_leaves=40)


def places(document, here=()):
    """Every place in a document."""
    inside = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, value in inside:
        yield (*here, key)
        yield from places(value, (*here, key))


def spoilt(document):
    """A document with something odd in one or two places, or with a field that does not belong there."""

    def spoil(chosen):
        found = copy.deepcopy(document)
        for place, value in chosen:
            inner = found
            try:
                for key in place[:-1]:
                    inner = inner[key]
                inner[place[-1]] = copy.deepcopy(value)  # a later one may be put into it
            except (KeyError, IndexError, TypeError):  # an earlier one took the place away
                continue
        return found

    known = list(places(document))
    return st.lists(st.tuples(st.sampled_from(known), ODD), min_size=1, max_size=2).map(spoil)


def read(reader, *arguments):
    """What the reader makes of it; None where it refuses in one short sentence."""
    try:
        return reader(*arguments)
    except MaskingError as error:
        sentence = str(error)
    assert 0 < len(sentence) <= LONGEST
    assert "\n" not in sentence
    return None


@pytest.mark.parametrize("id", METHODS)
@settings(max_examples=25 * MORE)
@given(st.data())
def test_recipes(id, data):
    document = data.draw(spoilt(json.loads(Recipe(method=METHODS[id]()).to_json())))
    recipe = read(Recipe.from_json, json.dumps(document))
    if recipe is not None:
        assert Recipe.from_json(recipe.to_json()) == recipe


@settings(max_examples=600 * MORE)
@given(spoilt(json.loads(MARKS.to_json())))
def test_marks(document):
    prompts = read(Prompts.from_json, json.dumps(document))
    if prompts is not None:
        assert Prompts.from_json(prompts.to_json()) == prompts
        for draw in (prompts.seeds, prompts.roi_labels, prompts.outside):
            read(draw, SHAPE)
        read(writing.write, prompts.marks, SHEET)


@settings(max_examples=400 * MORE)
@given(spoilt(writing.write(MARKS.marks, SHEET, editing=True)))
def test_messages_of_the_canvas(message):
    reading = read(fabric.read, message, SHEET, MARKS.marks)
    if reading is not None:
        assert len(reading.marks) <= len(MARKS.marks)
        assert all(len(sentence) <= LONGEST for sentence in reading.refused)


PICTURE = export.png(Image.from_array(np.zeros((24, 36, 3), np.uint8)).rgb)


@settings(max_examples=400 * MORE)
@given(st.data())
def test_sessions(data):
    recipe = Recipe(method=METHODS["graph_cut"]())
    whole = Session.of(PICTURE, "a.png", recipe, (MARKS,))
    document = {
        "version": 1,
        "name": whole.name,
        "digest": whole.digest,
        "recipe": json.loads(recipe.to_json()),
        "slices": [json.loads(MARKS.to_json())],
    }
    spoiled = data.draw(spoilt(document))
    file = export.zipped([("session.json", json.dumps(spoiled).encode()), ("picture", PICTURE)])
    session = read(Session.open, file)
    if session is not None:
        read(lambda: session.stack)


@settings(max_examples=200 * MORE)
@given(st.binary(min_size=1, max_size=4), st.integers(0, 10_000))
def test_damaged_sessions(noise, place):
    whole = Session.of(PICTURE, "a.png", Recipe(method=METHODS["kmeans"]()), (Prompts(),)).save()
    place %= len(whole)
    session = read(Session.open, whole[:place] + noise + whole[place + len(noise) :])
    if session is not None:
        read(lambda: session.stack)


@settings(max_examples=300 * MORE)
@given(st.data())
def test_links(data):
    query = to_query(
        "coffee", Recipe(method=METHODS["graph_cut"]()), MARKS.model_copy(update={"marks": MARKS.marks[:4]})
    )
    key = data.draw(st.sampled_from([*query, "smoothness", "edge.feather", "made_up", "![x](http://host/d.png)"]))
    value = data.draw(st.text(max_size=40) | st.sampled_from(["1e400", "9" * 5000, "nan", "![x](http://host/a.png)"]))
    read(from_query, {**query, key: value})
    packed = query.get("marks", "")
    if packed:
        cut = data.draw(st.integers(0, len(packed)))
        read(from_query, {**query, "marks": packed[:cut] + value + packed[cut:]})
