import numpy as np
import pytest

from masking_core import Area, Clean, Colour, Edge, Foreground, Image, KMeans, ParameterError, Recipe
from masking_core.parameters import Declared
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


def test_a_masking_area_outside_the_picture_is_one_sentence():
    recipe = Recipe(method=KMeans(), area=Area(x=500, y=0, width=5, height=5))
    with pytest.raises(ParameterError, match="area must begin inside the picture of 100 × 60 pixels"):
        recipe.run(discs())


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
