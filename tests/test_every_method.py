"""What every method promises: a new file in masking_core/methods is tested the day it is added."""

import json
import pickle

import numpy as np
import pytest

from masking_core import Area, Cancelled, Image, ParameterError, PromptError, Prompts, Recipe
from masking_core.methods import METHODS
from masking_core.models import files
from masking_core.models.registry import REGISTRY
from masking_core.parameters import parameters
from masking_core.progress import listening
from masking_core.prompts import Ellipse, Point, Rectangle, Stroke
from masking_core.samples import sample, samples

EVERY_METHOD = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
EVERY_PARAMETER = pytest.mark.parametrize(
    ("method", "parameter"),
    [(method, parameter) for method in METHODS.values() for parameter in parameters(method)],
    ids=[f"{id}-{parameter.name}" for id, method in METHODS.items() for parameter in parameters(method)],
)


def scene(height=48, width=64):
    """A bright disc on dark noise."""
    rows, columns = np.ogrid[:height, :width]
    disc = (rows - height / 2) ** 2 + (columns - width / 2) ** 2 < (height / 3) ** 2
    noise = np.random.default_rng(0).integers(0, 40, (height, width, 3))
    return Image.from_array((noise + disc[..., None] * (200, 150, 60)).clip(0, 255).astype(np.uint8), name="disc"), disc


def marks_on(height=48, width=64):
    """Marks of every tool that agree with the scene."""
    return Prompts(
        marks=(
            Rectangle(
                x=width / 2 - height / 3 - 4, y=height / 6 - 4, width=2 * height / 3 + 8, height=2 * height / 3 + 8
            ),
            Stroke(points=((width / 2 - 5, height / 2), (width / 2 + 5, height / 2)), width=4.0),
            Point(x=2.0, y=2.0, radius=2.0, object=0),
            Ellipse(
                x=width / 2 - height / 3,
                y=height / 6,
                width=2 * height / 3,
                height=2 * height / 3,
                operation="intersect",
            ),
        )
    )


def values(parameter):
    """The edges of what is allowed, and every choice."""
    if parameter.kind == "choice":  # of networks, those that are on this machine
        return [choice for choice in parameter.choices if choice not in REGISTRY or files.is_ready(choice)]
    if parameter.kind == "bool":
        return [False, True]
    number = int if parameter.kind == "int" else float
    return [number(parameter.low), number(parameter.high)] + ([None] if parameter.optional else [])


def check(result, shape):
    assert result.labels.shape == result.alpha.shape == shape
    assert result.labels.dtype == np.int32
    assert result.labels.min() >= 0
    assert result.alpha.dtype == np.float32
    assert np.isfinite(result.alpha).all()
    assert 0 <= result.alpha.min() <= result.alpha.max() <= 1
    assert result.rgba.shape == (*shape, 4)
    assert result.rgba.dtype == np.uint8
    assert set(result.kept) <= set(np.unique(result.labels).tolist())
    if result.membership is not None:
        assert result.membership.dtype == np.float32
        assert result.membership.shape[:2] == shape
        assert result.labels.max() <= result.membership.shape[2]


def check_or_sentence(method, image, prompts):
    try:
        result = Recipe(method=method()).run(image, prompts)
    except PromptError as error:
        sentence = str(error)
    else:
        sentence = "."
        check(result, image.rgb.shape[:2])
    assert sentence.endswith(".")


@EVERY_METHOD
def test_it_says_what_it_is(method):
    assert method.model_fields["id"].default in METHODS
    assert method.title
    assert method.good_for.endswith(".")
    assert method.__doc__
    assert any(char.isdigit() for char in method.__doc__) or method.model_fields["id"].default == "manual"


@EVERY_PARAMETER
def test_every_parameter_is_fully_declared(method, parameter):
    assert parameter.description.endswith("."), f"{parameter.name} needs a sentence"
    if parameter.kind in {"int", "float"}:
        assert parameter.low is not None
        assert parameter.high is not None
        if parameter.default is not None:
            assert parameter.low <= parameter.default <= parameter.high
    if parameter.kind == "choice":
        assert parameter.default in parameter.choices
    if parameter.show.when:
        assert parameter.show.when[0] in method.model_fields


@EVERY_PARAMETER
def test_a_value_outside_the_declaration_is_one_sentence(method, parameter):
    wrong = {"choice": "no such choice", "bool": "maybe"}.get(parameter.kind)
    wrong = parameter.high + 1 if wrong is None else wrong
    with pytest.raises(ParameterError, match=rf"^{parameter.name} must be .*; .* was given\.$"):
        method(**{parameter.name: wrong})


@EVERY_PARAMETER
def test_it_runs_at_the_edges_of_every_parameter(method, parameter):
    image, _ = scene()
    for value in values(parameter):
        recipe = Recipe(method=method(**{parameter.name: value}))
        check(recipe.run(image, marks_on()), (48, 64))


@EVERY_METHOD
def test_it_finds_a_bright_disc_on_dark_ground(method):
    image, disc = scene()
    alpha = Recipe(method=method()).run(image, marks_on()).alpha
    found = alpha >= 0.5
    assert (found & disc).sum() / (found | disc).sum() > 0.9


@EVERY_METHOD
def test_same_input_same_output(method):
    image, _ = scene()
    first, second = (Recipe(method=method()).run(image, marks_on()) for _ in range(2))
    fresh = Recipe(method=method()).run(scene()[0], marks_on())
    for other in (second, fresh):
        assert np.array_equal(first.labels, other.labels)
        assert np.array_equal(first.alpha, other.alpha)


@EVERY_METHOD
@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (7, 1), (2, 2), (3, 5)])
def test_tiny_pictures_give_a_result_or_a_sentence(method, shape):
    image = Image.from_array(np.random.default_rng(1).integers(0, 256, (*shape, 3), dtype=np.uint8), name="tiny")
    for prompts in (Prompts(), Prompts(marks=(Rectangle(x=0.0, y=0.0, width=1.0, height=1.0),))):
        check_or_sentence(method, image, prompts)


@EVERY_METHOD
@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_picture_of_one_colour_gives_a_result_or_a_sentence(method, level):
    image = Image.from_array(np.full((20, 30, 3), level, np.uint8), name="flat")
    for prompts in (Prompts(), marks_on(20, 30)):
        check_or_sentence(method, image, prompts)


@EVERY_METHOD
def test_without_marks_it_runs_or_says_what_it_needs(method):
    image, _ = scene()
    if method.needs:
        with pytest.raises(PromptError) as caught:
            Recipe(method=method()).run(image)
        assert str(caught.value).endswith(".")
    else:
        check(Recipe(method=method()).run(image), (48, 64))


@EVERY_METHOD
def test_the_masking_area_is_all_that_is_touched(method):
    image, _ = scene()
    recipe = Recipe(method=method(), area=Area(x=20, y=10, width=30, height=25))
    result = recipe.run(image, marks_on())
    outside = np.ones((48, 64), bool)
    outside[10:35, 20:50] = False
    assert (result.labels[outside] == 0).all()


@EVERY_METHOD
def test_the_pictures_own_alpha_is_carried_into_the_result(method):
    image, _ = scene()
    alpha = np.tile(np.linspace(0, 255, 64).astype(np.uint8), (48, 1))
    result = Recipe(method=method()).run(Image.from_array(image.rgb, alpha, name="see-through"), marks_on())
    assert (result.alpha <= alpha / 255 + 1e-6).all()


@EVERY_METHOD
def test_a_preview_agrees_with_the_full_picture(method):
    image, _ = scene(240, 320)
    recipe = Recipe(method=method())
    full, preview = recipe.run(image, marks_on(240, 320)), recipe.run(image, marks_on(240, 320), pixels=240 * 320 // 4)
    assert preview.scale == pytest.approx(0.5)
    large = np.kron(preview.alpha >= 0.5, np.ones((2, 2), bool))
    wanted = full.alpha >= 0.5
    assert (large & wanted).sum() / (large | wanted).sum() > 0.95


@EVERY_METHOD
def test_a_recipe_survives_json_and_runs_the_same(method):
    image, _ = scene()
    recipe = Recipe(method=method())
    again = Recipe.from_json(recipe.to_json())
    assert again == recipe
    assert hash(again) == hash(recipe)
    assert METHODS.read(json.loads(recipe.to_json())["method"]) == recipe.method
    assert np.array_equal(again.run(image, marks_on()).alpha, recipe.run(image, marks_on()).alpha)


@EVERY_METHOD
def test_a_computation_nobody_wants_stops(method):
    image, _ = scene(400, 500)
    asked = []

    def unwanted(fraction, doing):
        asked.append((fraction, doing))
        return False

    with listening(unwanted), pytest.raises(Cancelled):
        Recipe(method=method()).run(image, marks_on(400, 500))
    assert len(asked) == 1


@EVERY_METHOD
def test_what_it_reports_is_plain_and_its_stages_can_be_drawn(method):
    image, _ = scene()
    result = Recipe(method=method()).run(image, marks_on(), explain=True)
    assert json.loads(json.dumps(dict(result.info)))["seconds"] > 0
    for stage in result.stages:
        assert stage.title
        assert stage.text.endswith(".")
        for frame in {0, stage.frames - 1}:
            drawn = stage.render(frame)
            assert drawn.dtype == np.uint8
            assert drawn.ndim == 3
    assert Recipe(method=method()).run(image, marks_on()).stages == ()


def sent(value):
    """What another process would have got."""
    return pickle.loads(pickle.dumps(value))


@EVERY_METHOD
@pytest.mark.parametrize("area", [None, Area(x=5, y=4, width=50, height=40)])
def test_a_result_survives_the_way_to_another_process(method, area):
    image, _ = scene()
    recipe = Recipe(method=method(), area=area)
    result = recipe.run(image, marks_on(), explain=True)
    again = sent(result)
    assert again.image == image
    assert (again.kept, again.notes, dict(again.info)) == (result.kept, result.notes, dict(result.info))
    for name in ("labels", "alpha", "rgba", "mask", "uncertainty"):
        assert np.array_equal(getattr(again, name), getattr(result, name)), name
    assert again.objects == result.objects
    assert len(again.stages) == len(result.stages) > 0
    for ours, theirs in zip(result.stages, again.stages, strict=True):
        assert np.array_equal(ours.render(ours.frames - 1), theirs.render(ours.frames - 1))
        assert ours.plots(0) == theirs.plots(0)
    found = sent(recipe.segment(image, marks_on()))
    assert np.array_equal(recipe.finish(found).alpha, result.alpha)


@EVERY_METHOD
def test_what_can_go_wrong_survives_the_way_to_another_process(method):
    with pytest.raises(ParameterError) as caught:
        method(no_such_parameter=1)
    again = sent(caught.value)
    assert (type(again), str(again)) == (ParameterError, str(caught.value))
    assert sent(method()) == method()


@EVERY_METHOD
def test_the_first_sample_comes_out_with_something_kept_and_something_gone(method):
    image = sample(samples()[0])
    width, height = image.size
    result = Recipe(method=method()).run(image, marks_on(height, width), pixels=100_000)
    assert 0.005 < (result.alpha >= 0.5).mean() < 0.995
