"""The front door: every method at work on one picture, and a click that carries it to the workbench."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from masking_core import Image, Prompts, Recipe, export
from masking_core.methods import METHODS
from masking_core.metrics import iou
from masking_core.prompts import Rectangle
from masking_core.samples import sample
from studio.gallery import prepared
from studio.gallery.gallery import CELLS

ROOT = Path(__file__).parents[2]
EVERY_CELL = pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.title)


def front_door():
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)


def captions(app):
    return [caption.value for caption in app.caption]


def mask(cell, image):
    marks, _ = prepared.marks(image)
    prompts = getattr(marks, cell.marks) if cell.marks else Prompts()
    return Recipe(method=cell.method).run(image, prompts).alpha >= 0.5


def test_every_method_has_a_cell_and_says_in_one_sentence_what_it_is_good_for():
    assert {cell.method.model_dump()["id"] for cell in CELLS} == set(METHODS)
    assert len({cell.title for cell in CELLS}) == len(CELLS)
    assert all(cell.good_for.endswith(".") for cell in CELLS)


def test_every_cell_is_a_running_result_with_its_time():
    app = front_door().run()
    assert not app.exception
    for cell in CELLS:
        said = next(words for words in captions(app) if cell.good_for in words)
        assert said.endswith(" s**"), said
    assert not any("No marks were prepared" in words for words in captions(app))


@pytest.mark.parametrize("name", prepared.SAMPLES)
def test_prepared_marks_agree_on_one_object(name):
    image = sample(name)
    by_hand = mask(next(cell for cell in CELLS if cell.marks == "outline"), image)
    for cell in CELLS:
        if cell.marks == "strokes":
            assert iou(mask(cell, image), by_hand) > 0.8, cell.title


@pytest.mark.parametrize("name", prepared.SAMPLES)
def test_prepared_marks_lie_on_their_picture(name):
    height, width = sample(name).rgb.shape[:2]
    for prompts in prepared.SAMPLES[name]:
        assert not prompts.outside((height, width))
        for mark in prompts.regions:
            left, top, right, bottom = mark.extent
            assert (left >= 0, top >= 0, right <= width, bottom <= height) == (True,) * 4


@EVERY_CELL
@pytest.mark.parametrize("size", [(90, 60), (60, 160), (9, 7)])
def test_generic_marks_suit_a_picture_of_any_shape(cell, size):
    width, height = size
    rgb = np.random.default_rng(0).integers(0, 60, (height, width, 3), dtype=np.uint8)
    rgb[height // 4 : -(height // 4), width // 4 : -(width // 4)] += 180
    found = mask(cell, Image.from_array(rgb, name="mine.png"))
    assert 0 < found.mean() < 1


def test_a_picture_of_ones_own_gets_generic_marks_and_the_page_says_so():
    app = front_door().run()
    rgb = np.full((60, 90, 3), 220, np.uint8)
    rgb[15:45, 30:60] = (180, 20, 30)
    app.file_uploader(key="upload").set_value([("mine.png", export.png(rgb), "image/png")]).run()
    assert not app.exception
    assert any("No marks were prepared" in words for words in captions(app))
    assert sum(words.endswith(" s**") for words in captions(app)) == len(CELLS)


def test_one_click_carries_recipe_and_marks_to_the_workbench():
    app = front_door().run()
    app.button(key="gallery.Colour × distance").click().run()
    assert not app.exception
    assert app.selectbox(key="method").value == "kmeans"
    assert app.selectbox(key="kmeans.metric").value == "product"
    assert app.slider(key="kmeans.objects").value == 4
    marks = app.session_state[f"marks.{sample('coffee').digest}.0"]["marks"]
    assert [mark["kind"] for mark in marks] == ["rectangle"]
    assert prepared.SAMPLES["coffee"].rectangle.marks == (Rectangle(x=70, y=10, width=418, height=384),)


def test_marks_that_were_there_can_be_brought_back():
    app = front_door().run()
    app.button(key="gallery.Graph cut").click().run()
    app.switch_page("app.py").run()
    app.button(key="gallery.Manual regions").click().run()
    past = app.session_state[f"marks.{sample('coffee').digest}.0"]
    assert len(past["done"]) == 2
    assert len(past["marks"]) == len(prepared.SAMPLES["coffee"].outline.marks)
