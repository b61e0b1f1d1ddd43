"""A sweep is the grid it says it is, and a search finds what is best, in the same order every time."""

import numpy as np
import pytest

from masking_core import Edge, GraphCut, KMeans, ParameterError, PromptError, Recipe, metrics
from masking_core.errors import Cancelled
from masking_core.methods import METHODS
from masking_core.progress import listening
from masking_core.tuning import search as searching
from masking_core.tuning.search import COARSE, FINEST, _beside, best, search
from masking_core.tuning.sweep import changed, stability, suggested, sweep

CUT = Recipe(method=GraphCut())


def test_a_grid_has_one_variant_for_every_pair_of_values_row_by_row():
    grid = sweep(CUT, {"smoothness": [5.0, 50.0], "edge.grow": [-1.0, 0.0, 1.0]})
    assert [item.place for item in grid] == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]
    for _, (smoothness, grow), recipe in grid:
        assert recipe == Recipe(method=GraphCut(smoothness=smoothness), edge=Edge(grow=grow))


def test_values_are_checked_by_their_declarations():
    with pytest.raises(ParameterError, match=r"smoothness must be a number from 0\.1 to 200"):
        sweep(CUT, {"smoothness": [1.0, 1000.0]})


@pytest.mark.parametrize("axes", [{}, {"smoothness": []}, {"smoothness": [1.0], "reach": [1.0], "edge.grow": [1.0]}])
def test_a_sweep_has_one_or_two_axes_with_values(axes):
    with pytest.raises(ParameterError, match="one or two parameters"):
        sweep(CUT, axes)


@pytest.mark.parametrize("name", ["nonsense", "edge.nonsense", "background.amount", "method", "foreground.picked"])
def test_an_unknown_name_is_one_sentence(name):
    with pytest.raises(ParameterError, match="has no parameter"):
        changed(CUT, {name: 1})


@pytest.mark.parametrize("id", METHODS)
def test_what_is_suggested_for_every_parameter_of_every_method_is_allowed_and_ascending(id):
    recipe = Recipe(method=METHODS[id]())
    for name, parameter in recipe.tunable().items():
        values = suggested(parameter)
        if parameter.kind == "colour":
            assert values == (parameter.default,)
            continue
        assert len(set(values)) == len(values) >= 2
        if parameter.kind in {"int", "float"}:
            assert list(values) == sorted(values)
            assert (min(values), max(values)) == (pytest.approx(max(parameter.low, values[0])), parameter.high)
        for item in values:
            assert changed(recipe, {name: item}).value_at(name) == item


def test_values_of_a_logarithmic_parameter_grow_by_equal_factors():
    values = np.array(suggested(CUT.tunable()["smoothness"], 7))
    assert np.ptp(np.log(values[1:] / values[:-1])) < 0.1


def test_stability_is_the_mean_agreement_with_the_cells_beside():
    masks = {(0, 0): [1, 1, 1, 1], (0, 1): [1, 1, 0, 0], (1, 0): [1, 1, 1, 1], (2, 1): [1, 0, 0, 0]}
    found = stability({place: np.array([row], bool) for place, row in masks.items()})
    assert found == {(0, 0): 0.75, (0, 1): 0.5, (1, 0): 1.0}


def hill(recipe):
    method = recipe.method
    return -((np.log(method.smoothness) - np.log(37.0)) ** 2) - (method.reach - 2.3) ** 2


def test_a_search_climbs_to_the_top_of_a_hill():
    tries = search(CUT, ["smoothness", "reach"], hill, seconds=60)
    found = best(tries)
    assert found.recipe.method.smoothness == pytest.approx(37, rel=0.1)
    assert found.recipe.method.reach == pytest.approx(2.3, abs=0.1)
    assert found.score == max(item.score for item in tries)


def test_a_search_goes_the_same_way_every_time_and_tries_nothing_twice():
    tries = [search(CUT, ["smoothness", "colours"], hill, seconds=60) for _ in range(2)]
    ways = [[item.recipe for item in each] for each in tries]
    assert ways[0] == ways[1]
    assert len(set(ways[0])) == len(ways[0])


def test_the_recipe_as_it_is_comes_first_even_without_any_time():
    tries = search(CUT, ["smoothness"], hill, seconds=0)
    assert [item.recipe for item in tries] == [CUT]


def test_beside_the_best_the_finest_steps_were_tried():
    reach = CUT.tunable()["reach"]
    tries = search(CUT, ["reach"], hill, seconds=60)
    step = FINEST * (reach.high - reach.low)
    tried = np.array([item.values["reach"] for item in tries]) - best(tries).values["reach"]
    assert np.abs(tried - step).min() < step / 50
    assert np.abs(tried + step).min() < step / 50


def test_after_the_grid_a_search_goes_half_a_step_of_it_at_most():
    reach = CUT.tunable()["reach"]
    tried = np.array([item.values["reach"] for item in search(CUT, ["reach"], hill, seconds=60)])
    count = 1 + COARSE[1]
    best_of_grid = min(tried[:count], key=lambda value: abs(value - 2.3))
    half = (reach.high - reach.low) / (COARSE[1] - 1) / 2
    assert np.abs(tried[count:] - best_of_grid).max() <= 2 * half


def test_no_recipe_is_begun_when_time_is_up_to_the_tick(monkeypatch):
    monkeypatch.setattr(searching.time, "monotonic", lambda: 5.0)
    assert len(search(CUT, ["smoothness"], hill, seconds=0)) == 1


def test_no_recipe_is_begun_after_the_budget(monkeypatch):
    clock = iter(range(10_000))
    monkeypatch.setattr(searching.time, "monotonic", lambda: next(clock))
    tries = search(CUT, ["smoothness", "reach"], hill, seconds=30)
    assert 5 <= len(tries) <= 15
    assert {item.seconds for item in tries} == {1}
    assert len({item.recipe.method.smoothness for item in tries}) > 3  # spread over the range already


def test_choices_are_all_tried_and_what_has_no_effect_is_not():
    recipe = Recipe(method=KMeans())
    tries = search(recipe, ["metric", "compactness"], lambda _: 0.0, seconds=60)
    metrics_tried = [item.recipe.method.metric for item in tries]
    assert set(metrics_tried) == {"colour", "product", "sum"}
    assert metrics_tried.count("colour") == metrics_tried.count("product") == 1


def test_a_try_that_fails_says_why_and_the_search_goes_on():
    def moody(recipe):
        if recipe.method.smoothness > 30:
            raise PromptError("Too smooth.")
        return recipe.method.smoothness

    tries = search(CUT, ["smoothness"], moody, seconds=60)
    assert any(item.problem == "Too smooth." and item.score is None for item in tries)
    assert 20 <= best(tries).recipe.method.smoothness <= 30


def test_no_best_where_everything_failed():
    def never(_):
        raise PromptError("No.")

    assert best(search(CUT, ["smoothness"], never, seconds=60)) is None


def test_a_search_can_be_cancelled_and_told_of():
    told = []
    with listening(lambda *_: len(told) < 3), pytest.raises(Cancelled):
        search(CUT, ["smoothness"], hill, seconds=60, tried=told.append)
    assert len(told) == 3


def test_a_search_needs_a_parameter():
    with pytest.raises(ParameterError, match="one parameter at least"):
        search(CUT, [], hill, seconds=1)


def test_scores_by_name_are_the_measures_themselves():
    rng = np.random.default_rng(1)
    alpha, truth = rng.random((20, 30), np.float32), rng.random((20, 30), np.float32)
    found = metrics.scores(alpha, truth, 1.0)
    mask, true = alpha >= 0.5, truth >= 0.5
    assert found["iou"] == metrics.iou(mask, true)
    assert found["boundary_f"] == metrics.boundary_f(mask, true, 1.0)
    assert found["sad"] == metrics.sad(alpha, truth)
    assert list(found) == ["iou", "dice", "precision", "recall", "error_rate", "boundary_f", "mae", "sad"]


@pytest.mark.parametrize("id", METHODS)
def test_a_step_goes_to_both_sides_by_the_same_share_of_the_range_and_never_beyond_it(id):
    recipe = Recipe(method=METHODS[id]())
    for name, parameter in recipe.tunable().items():
        now = recipe.value_at(name)
        beside = _beside(parameter, now, 1 / 4)
        if parameter.kind in {"bool", "choice"}:
            assert {*beside, now} == set(suggested(parameter))
            assert now not in beside
        if parameter.kind not in {"int", "float"} or now is None or parameter.low is None or parameter.high is None:
            continue
        low, high, share = parameter.low, parameter.high, 1 / 4
        if parameter.show.log:
            least = max(low, high / 1e4)
            wanted = now * (least / high) ** share, now * (high / least) ** share
        else:
            wanted = now - share * (high - low), now + share * (high - low)
        wanted = [min(max(each, low), high) for each in wanted]
        assert beside == pytest.approx(wanted, abs=1 if parameter.kind == "int" else 0, rel=1e-3)
        for tiny, side in zip(_beside(parameter, now, 1e-9), (-1, 1), strict=True):
            moved = 1 if parameter.kind == "int" else 0
            assert tiny == pytest.approx(min(max(now + side * moved, low), high), abs=1e-6 * (high - low))
