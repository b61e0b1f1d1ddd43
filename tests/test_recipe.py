from time import perf_counter
from typing import Literal

import numpy as np
import pytest

from masking_core import (
    Area,
    Clean,
    Colour,
    Edge,
    Foreground,
    FuzzyCMeans,
    GraphCut,
    Image,
    KMeans,
    Manual,
    ParameterError,
    PromptError,
    Prompts,
    Recipe,
    Watershed,
)
from masking_core.explain.pixel import why
from masking_core.method import Method, Segmentation
from masking_core.parameters import Declared, parameters
from masking_core.prompts import Rectangle, Stroke
from masking_core.samples import sample


def discs():
    """A red and a blue disc on white."""
    rows, columns = np.ogrid[:60, :100]
    rgb = np.full((60, 100, 3), 240, np.uint8)
    rgb[(rows - 30) ** 2 + (columns - 25) ** 2 < 225] = (200, 20, 20)
    rgb[(rows - 30) ** 2 + (columns - 75) ** 2 < 100] = (20, 20, 200)
    return Image.from_array(rgb, name="discs")


HARD = Edge(feather=0.0)


def test_running_is_segmenting_and_finishing():
    recipe = Recipe(method=KMeans(objects=3), edge=HARD)
    whole, halves = recipe.run(discs()), recipe.finish(recipe.segment(discs()))
    assert np.array_equal(whole.alpha, halves.alpha)
    assert whole.kept == halves.kept


def test_objects_say_what_they_are():
    result = Recipe(method=KMeans(objects=3), edge=HARD).run(discs())
    assert sum(item.share for item in result.objects) == pytest.approx(1)
    assert [item.kept for item in result.objects] == [True, True, False]
    by_colour = {item.colour: item for item in result.objects}
    red = by_colour[200, 20, 20]
    assert red.box == (11, 16, 29, 29)
    assert red.border_share == 0
    assert by_colour[240, 240, 240].border_share == 1


def test_layers_are_tight_and_together_are_the_foreground():
    result = Recipe(method=KMeans(objects=3), edge=HARD).run(discs())
    alpha = np.zeros(result.alpha.shape)
    for layer in result.layers:
        x, y, width, height = layer.box
        assert layer.rgba.shape == (height, width, 4)
        assert layer.rgba[..., 3].any(axis=0).all()
        alpha[y : y + height, x : x + width] += layer.rgba[..., 3] / 255
    assert np.allclose(alpha, result.alpha)


def test_keep_and_clean_up_act_in_order():
    recipe = Recipe(method=KMeans(objects=2), edge=HARD, clean=Clean(split=True), foreground=Foreground(rule="largest"))
    result = recipe.run(discs())
    assert (result.alpha > 0).sum() == pytest.approx(np.pi * 225, rel=0.03)


def test_the_background_is_only_painted_when_asked_for():
    result = Recipe(method=KMeans(objects=3), edge=HARD, background=Colour(colour="#00ff00")).run(discs())
    assert (result.rgba[result.alpha == 0] == (0, 255, 0, 255)).all()
    assert (result.cutout[result.alpha == 0, 3] == 0).all()
    assert np.array_equal(result.mask, (result.alpha * 255).astype(np.uint8))


@pytest.mark.parametrize("pixels", [1500, 375])
def test_a_preview_has_its_marks_and_areas_where_the_picture_has_them(pixels):
    area = Area(x=5, y=10, width=65, height=45)
    for recipe in (Recipe(method=Manual()), Recipe(method=Manual(), area=area, edge=HARD)):
        preview, full = recipe.run(discs(), MARKS, pixels=pixels), recipe.run(discs(), MARKS)
        height, width = preview.alpha.shape
        assert height * width == pixels
        assert preview.scale == width / 100
        reduced = full.alpha.reshape(height, 60 // height, width, 100 // width).mean(axis=(1, 3))
        assert np.abs(preview.alpha - reduced).max() < 0.51
        assert preview.alpha.mean() == pytest.approx(reduced.mean(), abs=0.02)


def test_a_masking_area_outside_the_picture_is_one_sentence():
    recipe = Recipe(method=KMeans(), area=Area(x=500, y=0, width=5, height=5))
    with pytest.raises(ParameterError, match="area must begin inside the picture of 100 × 60 pixels"):
        recipe.run(discs())


MARKS = Prompts(
    marks=(
        Rectangle(x=12.5, y=17, width=25, height=26),
        Stroke(points=((20.0, 30.0), (30.0, 30.0)), width=3.0),
        Stroke(points=((45.0, 20.0), (45.0, 40.0)), width=3.0, object=0),
    )
)


@pytest.mark.parametrize(
    "method",
    [FuzzyCMeans(objects=2), FuzzyCMeans(objects=2, alpha="membership"), GraphCut(), Manual()],
    ids=lambda method: method.id,
)
def test_in_a_masking_area_is_what_that_part_of_the_picture_gives_and_outside_nothing(method):
    ramp = np.linspace(0, 255, 100)[:, None]  # where it is cut is a matter of opinion
    picture = np.broadcast_to(ramp.astype(np.uint8), (60, 100, 3))
    marks = MARKS if method.id == "manual" else Prompts(marks=MARKS.marks[1:2])
    rows, columns = slice(10, 55), slice(5, 70)
    area = Area(x=5, y=10, width=65, height=45)
    found = Recipe(method=method, area=area).segment(Image.from_array(picture), marks)
    part = Recipe(method=method).segment(Image.from_array(picture[rows, columns]), marks.moved(-5, -10))
    whole = Recipe(method=method, area=area).run(Image.from_array(picture), marks)
    alone = Recipe(method=method).run(Image.from_array(picture[rows, columns]), marks.moved(-5, -10))

    def outside_nothing(plane, inner):
        plane = plane.copy()
        np.testing.assert_allclose(plane[rows, columns], inner, atol=1e-6)
        plane[rows, columns] = 0
        assert not plane.any()

    outside_nothing(found.labels, part.labels)
    for name in ("membership", "uncertainty"):
        ours, theirs = getattr(whole, name), getattr(alone, name)
        assert (ours is None) == (theirs is None)
        if ours is not None:
            outside_nothing(ours, theirs)
            assert theirs.max() > 0
    if method.id == "manual":
        outside_nothing(whole.alpha, alone.alpha)
    for x, y in ((5, 10), (69, 54), (30, 30)):
        ours, theirs = why(found, x, y), why(part, x - 5, y - 10)
        assert ours.sentence == theirs.sentence
        assert [each.weight for each in ours.evidence] == pytest.approx([each.weight for each in theirs.evidence])
    if found.segmentation.why is not None:
        assert all(
            "outside the masking area" in why(found, *at).sentence for at in ((4, 30), (70, 30), (30, 9), (30, 55))
        )


@pytest.mark.parametrize("area", [(99, 59, 1, 1), (0, 0, 1, 1), (40, 20, 500, 500), (95, 0, 5, 60), (0, 55, 100, 9)])
@pytest.mark.parametrize("pixels", [None, 60, 15])
def test_a_masking_area_is_a_part_of_every_preview_however_small(area, pixels):
    x, y, width, height = area
    recipe = Recipe(method=FuzzyCMeans(objects=2), area=Area(x=x, y=y, width=width, height=height), edge=HARD)
    result = recipe.run(discs(), pixels=pixels)
    there = np.argwhere(result.labels > 0)
    (top, left), (bottom, right) = there.min(axis=0), there.max(axis=0) + 1
    assert len(there) == (bottom - top) * (right - left)
    tall, wide = result.labels.shape
    wanted = np.array([x, y, min(x + width, 100), min(y + height, 60)]) * ([wide / 100, tall / 60] * 2)
    assert np.abs(np.array([left, top, right, bottom]) - wanted).max() <= 1
    assert result.uncertainty.shape == (tall, wide)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"method": {"id": []}}', '{"method": {"id": "sorcery"}}',
     '{"method": {"id": "kmeans", "objects": 99}}', '{"method": 5}',
     '{"method": {"id": "kmeans"}, "version": 9}', '{"method": {"id": "kmeans"}, "surprise": 1}'],
)  # fmt: skip
def test_what_is_no_recipe_is_one_sentence(text):
    with pytest.raises(ParameterError) as caught:
        Recipe.from_json(text)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


def test_every_step_is_a_declared_value():
    recipe = Recipe(method=KMeans())
    for name in type(recipe).model_fields:
        part = getattr(recipe, name)
        assert part is None or isinstance(part, Declared | int)


def test_the_trimap_of_a_result_is_made_once_whatever_is_behind_it():
    result = Recipe(method=KMeans(objects=2), edge=Edge.named("matte")).run(sample("cat"))
    made = result.trimap
    assert made is not None
    assert result.on(Colour(colour="#123456")).trimap is made


def test_a_parameter_that_is_not_there_is_told_with_those_of_its_part():
    for path, part, model in (("clean.dust", "clean", Clean), ("dust", "kmeans", KMeans)):
        known = ", ".join(parameter.name for parameter in parameters(model))
        with pytest.raises(ParameterError) as caught:
            Recipe(method=KMeans()).parameter_at(path)
        assert str(caught.value) == f"{part} has no parameter 'dust'; it has {known}."
    with pytest.raises(ParameterError, match=r"one of the method's own, or of clean, .*'weather\.rain' was given"):
        Recipe(method=KMeans()).parameter_at("weather.rain")


def test_every_parameter_can_be_changed_by_its_path_and_read_there_again():
    recipe = Recipe(method=KMeans())
    for path, parameter in recipe.tunable().items():
        for value in (parameter.default, *parameter.choices, parameter.low, parameter.high):
            if value is not None:
                changed = recipe.changed_at(path, value)
                assert changed.value_at(path) == value
                assert changed == recipe.changed_at(f"method.{path}", value) or "." in path or path in recipe.parts()


class Untouched(Method):
    """Leaves everything as background."""

    title = good_for = "Nothing"
    id: Literal["untouched"] = "untouched"

    def segment(self, image, prompts):
        return Segmentation(np.zeros(image.rgb.shape[:2], np.int32), knows_background=True)


def test_the_subject_is_kept_where_nothing_is_marked_and_else_marks_say_what_is_background(monkeypatch):
    likely = (np.arange(100) < 40) * np.ones((60, 1), np.float32)
    monkeypatch.setattr("masking_core.recipe.likely_subject", lambda *_: likely)
    recipe = Recipe(method=Untouched(), foreground=Foreground(rule="subject"), edge=HARD)
    assert np.array_equal(recipe.run(discs()).alpha, likely)
    for mark in MARKS.marks[:2]:
        assert not recipe.run(discs(), Prompts(marks=(mark,))).alpha.any()
    assert np.array_equal(
        recipe.run(discs(), Prompts(marks=MARKS.marks[2:])).alpha, likely
    )  # says nothing of an object


def half_seen():
    """A picture whose left half is transparent."""
    alpha = np.full((40, 60), 255, np.uint8)
    alpha[:, :30] = 0
    return Image.from_array(np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8), alpha)


def stroke(number, left, right):
    return Stroke(points=((left, 20.0), (right, 20.0)), width=5.0, object=number)


def seeds_seen(*marks):
    """The seeds that a method is given of marks on a picture whose left half is transparent."""
    return Recipe(method=Watershed()).segment(half_seen(), Prompts(marks=marks)).prompts.seeds((40, 60))


def test_what_is_marked_as_an_object_where_nothing_can_be_seen_is_background():
    seeds = seeds_seen(stroke(1, 10.0, 50.0))
    assert (seeds[:, 30:] == 1).any()
    assert (seeds[:, :30] == 0).all()


def test_what_is_marked_where_something_can_be_seen_stays_as_it_is():
    marks = stroke(1, 40.0, 50.0), stroke(0, 10.0, 20.0)
    assert np.array_equal(seeds_seen(*marks), Prompts(marks=marks).seeds((40, 60)))


def test_marks_on_objects_must_lie_on_what_can_be_seen_unless_a_region_does():
    with pytest.raises(PromptError, match="All marks on objects lie where the picture is transparent"):
        seeds_seen(stroke(1, 10.0, 20.0))
    region = Rectangle(x=5, y=5, width=50, height=30)
    assert not (seeds_seen(region, stroke(1, 10.0, 20.0)) > 0).any()


@pytest.mark.parametrize(
    ("recipe", "smooth"),
    [
        (Recipe(method=Manual()), True),
        (Recipe(method=Manual(), clean=Clean(split=True)), False),
        (Recipe(method=KMeans(objects=3)), False),
    ],
    ids=["drawn", "drawn and split", "found"],
)
def test_an_edge_is_told_whether_what_it_refines_is_smooth_already(recipe, smooth, monkeypatch):
    told = []
    monkeypatch.setattr(Edge, "apply", lambda _, alpha, seen: told.append(seen.anti_aliased) or alpha)
    recipe.run(discs(), Prompts(marks=(Rectangle(x=10.5, y=10.5, width=30.0, height=30.0),)))
    assert told == [smooth]


def test_the_seconds_of_a_run_are_those_that_passed():
    image = Image.from_array(np.zeros((20, 30, 3), np.uint8))
    before = perf_counter()
    assert 0 < Recipe(method=KMeans()).run(image).info["seconds"] <= perf_counter() - before
