"""The front door: every method at work on one picture, and a click that carries it to the workbench."""

import re
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from masking_core import Image, Manual, Prompts, Recipe, export
from masking_core.methods import METHODS
from masking_core.methods.clicks import Clicks
from masking_core.methods.subject.subject import Subject
from masking_core.metrics import iou
from masking_core.prompts import Rectangle
from masking_core.samples import sample
from studio.drawing import history
from studio.gallery import prepared
from studio.gallery.gallery import CELLS, cells
from studio.recipe import first

ROOT = Path(__file__).parents[2]
EVERY_CELL = pytest.mark.parametrize("cell", cells(), ids=lambda cell: cell.title)


def front_door():
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)


def texts(elements):
    return " ".join(element.value for element in elements)


def captions(app):
    return [caption.value for caption in app.caption]


def guess(image):
    return first.recipe().run(image, Prompts())


def mask(cell, image):
    marks = prepared.marks(image, guess(image))
    prompts = getattr(marks, cell.marks) if cell.marks else Prompts()
    return Recipe(method=cell.method).run(image, prompts).alpha >= 0.5


def test_every_method_has_a_cell_and_says_in_one_sentence_what_it_is_good_for():
    assert {cell.method.model_dump()["id"] for cell in CELLS} == set(METHODS)
    assert len({cell.title for cell in CELLS}) == len(CELLS)
    assert all(cell.good_for.endswith(".") for cell in CELLS)


def test_every_cell_is_a_running_result_with_its_time_and_memory():
    app = front_door().run()
    assert not app.exception
    for cell in cells():
        said = next(words for words in captions(app) if cell.good_for in words)
        assert re.search(r"\d s · keeps \d+ MB\*\*$", said), said


@pytest.mark.parametrize("name", prepared.SAMPLES)
def test_prepared_marks_agree_on_one_object(name):
    image = sample(name)
    by_hand = mask(next(cell for cell in CELLS if cell.marks == "outline"), image)
    for cell in cells():
        if cell.marks == "strokes" and not isinstance(cell.method, Clicks | Subject):  # networks have a say
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
def test_marks_taken_from_a_guess_suit_a_picture_of_any_shape(cell, size):
    width, height = size
    rgb = np.random.default_rng(0).integers(0, 60, (height, width, 3), dtype=np.uint8)
    rgb[height // 4 : -(height // 4), width // 4 : -(width // 4)] += 180
    found = mask(cell, Image.from_array(rgb, name="mine.png"))
    assert 0 < found.mean() < 1


def square():
    rgb = np.full((60, 90, 3), 220, np.uint8)
    rgb[15:45, 30:60] = (180, 20, 30)
    return rgb


def with_own_picture():
    app = front_door().run()
    return app.file_uploader(key="upload").set_value([("mine.png", export.png(square()), "image/png")]).run()


def test_marks_of_ones_own_picture_come_from_what_was_found_in_it():
    image = Image.from_array(square(), name="mine.png")
    marks = prepared.marks(image, guess(image))
    assert marks.rectangle.marks == (Rectangle(x=30, y=15, width=30, height=30),)
    truth = np.zeros((60, 90), bool)
    truth[15:45, 30:60] = True
    outlined = Recipe(method=Manual()).run(image, marks.outline).alpha >= 0.5
    assert iou(outlined, truth) > 0.9
    seeds = marks.strokes.seeds((60, 90))
    assert (seeds > 0).any()
    assert truth[seeds > 0].all()
    assert not truth[seeds == 0].any()


def test_marks_taken_from_a_preview_are_in_pixels_of_the_full_picture():
    image = Image.from_array(square().repeat(30, 0).repeat(30, 1), name="mine.png")
    found = first.recipe().run(image, Prompts(), pixels=200_000)
    (box,) = prepared.marks(image, found).rectangle.marks
    assert (box.x, box.y, box.width, box.height) == pytest.approx((900, 450, 900, 900), abs=4)


def test_ones_own_picture_is_cut_out_at_once_and_can_be_taken_away_or_improved():
    app = with_own_picture()
    assert not app.exception
    assert texts(app.text) == "mine.png"
    assert any(button.label == "Download cut-out" for button in app.button)
    assert sum(words.endswith(" MB**") for words in captions(app)) == len(cells())
    app.button(key="improve").click().run()
    assert app.selectbox(key="method").value == first.method()
    assert app.selectbox(key="background").value == "transparent"
    assert not app.exception


def test_a_cut_out_taken_away_on_the_first_page_stays_to_be_saved_again():
    app = with_own_picture()
    app.button(key="download.cutout").click().run()
    for _ in range(2):
        assert not app.exception
        assert [button.proto.label for button in app.get("download_button")] == ["Save mine-cutout.png again"]
        app.run()


def test_opening_a_method_keeps_the_background_and_the_marks_that_the_visitor_drew():
    app = with_own_picture()
    app.session_state["background"] = "dimmed"
    key = f"marks.{Image.from_array(square()).digest}.0"
    app.button(key="gallery.Watershed").click().run()
    assert app.selectbox(key="background").value == "dimmed"
    app.switch_page("app.py").run()
    app.button(key="gallery.K-means, rectangle").click().run()
    assert [mark["kind"] for mark in app.session_state[key]["marks"]] == ["rectangle"], "nobody drew the strokes"
    drawn = Prompts.from_box(1, 2, 30, 40)
    history.change(app.session_state[key], drawn)
    app.switch_page("app.py").run()
    app.button(key="gallery.Watershed").click().run()
    assert history.prompts(app.session_state[key]) == drawn
    assert not app.exception


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
