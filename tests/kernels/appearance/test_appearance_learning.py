"""Learning goes on until a round changes hardly anything; what evidence is missing for the other side is exact."""

import numpy as np
import pytest
from skimage.filters import threshold_otsu

from masking_core.kernels.appearance import unaries
from masking_core.kernels.appearance.appearance_learning import (
    AMOUNTS,
    LEAST_WEIGHT,
    SALIENCE_STEP,
    SALIENCE_WEIGHT,
    LearningSettings,
    from_map,
    from_region,
    from_salience,
    from_strokes,
    uncertainty_of_cut,
)
from masking_core.kernels.appearance.prior import Prior
from masking_core.kernels.appearance.unaries import picture_features
from masking_core.kernels.min_cut.contrast import nlinks

SHAPE = (50, 80)
FEATURES = picture_features(np.random.default_rng(0).integers(0, 256, (*SHAPE, 3), dtype=np.uint8))


def cuts(*sizes):
    """Cuts that hold so many pixels, one inside the other, in turn."""
    waiting = iter(sizes)
    return lambda *_: (np.arange(SHAPE[0] * SHAPE[1]) < next(waiting)).reshape(SHAPE)


@pytest.mark.parametrize(
    ("sizes", "rounds"),
    [
        ((2000, 1959, 1918, 1878), 4),  # 1 % is 40 pixels: the last round changes no more
        ((2000, 1959, 1959), 3),
        ((2000, 1000, 2000, 1000, 2000, 1000), 6),  # as many rounds as may be, and the first
        ((2000, 20, 2000, 20, 2000, 20), 6),
        ((2000, 19), 2),  # too few pixels to learn of
        ((3981,), 1),
    ],
)
def test_learning_ends_with_a_round_that_changes_little(sizes, rounds):
    salience, seeds = np.linspace(0, 1, 4000, dtype=np.float32).reshape(SHAPE), np.full(SHAPE, -1)
    belief = from_salience(FEATURES, salience, seeds, cuts(*sizes), LearningSettings(3, 5, 0.01, 0.0))
    assert [np.count_nonzero(each.cut) for each in belief.history] == list(sizes)
    assert belief.rounds == rounds


def test_salience_speaks_for_the_object_above_half_of_otsus_threshold():
    salience = np.random.default_rng(1).beta(0.6, 0.9, SHAPE).astype(np.float32)
    half = threshold_otsu(np.rint(salience * 255).astype(np.uint8)) / 255 / 2
    belief = from_salience(FEATURES, salience, np.full(SHAPE, -1), cuts(9), LearningSettings(3, 0, 0.01, 0.0))
    beside = np.abs(salience - half) > 2 / 255
    assert np.array_equal((belief.place > 0)[beside], (salience > half)[beside])
    assert np.abs(belief.place).max() <= SALIENCE_WEIGHT


def test_the_opposite_map_makes_the_opposite_models_and_the_opposite_cut():
    likely = np.random.default_rng(2).random(SHAPE, np.float32)
    prior = Prior(likely, 4 * likely - 2)
    settings = LearningSettings(3, 2, 0.0, 0.0)
    one = from_map(FEATURES, prior, lambda unary, _: unary > 0, settings)
    other = from_map(FEATURES, Prior(1 - likely, 2 - 4 * likely), lambda unary, _: unary > 0, settings)
    assert len(one.history) == 3
    for ours, theirs in zip(one.history, other.history, strict=True):
        assert np.mean(ours.cut != theirs.cut) > 0.999
        assert ours.of_colour(FEATURES) == pytest.approx(-theirs.of_colour(FEATURES), abs=0.02)
    assert one.cut[likely > 0.9].mean() > 0.9  # the map stays a part of every decision


def test_from_a_region_the_beginning_counts_that_ends_best():
    bounds = np.zeros(SHAPE, bool)
    bounds[10:40, 20:60] = True
    truth = np.zeros(SHAPE, bool)
    truth[15:35, 25:55] = True
    rgb = np.where(truth[..., None], np.uint8([200, 60, 40]), np.uint8([40, 90, 160]))
    features, links = picture_features(rgb), nlinks(rgb)
    settings = LearningSettings(3, 3, 0.001, 0.0)

    def cut_with(unary, _):
        return (unary > 0) & bounds

    best = from_region(features, bounds, links, cut_with, settings)
    assert np.array_equal(best.cut, truth)
    inner = Prior(truth.astype(np.float32), 2 * truth.astype(np.float32) - 1)
    assert np.array_equal(from_region(features, bounds, links, cut_with, settings, inner).cut, truth)


def test_the_least_amount_that_moves_a_pixel_is_its_uncertainty():
    unary = np.arange(-2.97, 3, 0.1, dtype=np.float32)[None]
    found = uncertainty_of_cut(unary, 1.0, lambda moved, _: moved > 0)
    for evidence, close in zip(np.abs(unary[0]), found[0], strict=True):
        enough = [amount for amount in AMOUNTS if amount > evidence]
        assert close == pytest.approx(1 - min(enough) / (1.25 * max(AMOUNTS)) if enough else 0, abs=1e-6)


@pytest.mark.parametrize("good", [0.8, 0.64, 0.32])
def test_whichever_beginning_of_a_region_ends_at_the_object_is_taken(good):
    bounds, truth = np.zeros(SHAPE, bool), np.zeros(SHAPE, bool)
    bounds[10:40, 20:60] = truth[12:38, 22:58] = True
    rgb = np.where(truth[..., None], np.uint8([200, 60, 40]), np.uint8([40, 90, 160]))
    left = bounds & (np.arange(SHAPE[1]) < 30)

    def cut_with(_, smoothness):
        return truth if smoothness == good else left

    found = from_region(picture_features(rgb), bounds, nlinks(rgb), cut_with, LearningSettings(3, 1, 0.001, 0.0))
    assert found.smoothness == good
    assert np.array_equal(found.cut, truth)


def two_colours():
    """An orange disc on noisy blue, with a stroke on each."""
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    rgb = np.where((np.hypot(y - 25, x - 40) < 15)[..., None], (220, 130, 30), (40, 60, 140))
    rgb = (rgb + np.random.default_rng(4).normal(0, 12, rgb.shape)).clip(0, 255).astype(np.uint8)
    seeds = np.full(SHAPE, -1)
    seeds[22:28, 36:44], seeds[3:5, 10:70] = 1, 0
    return unaries.picture_features(rgb), seeds


@pytest.mark.parametrize("with_map", [False, True])
def test_strokes_say_their_way_their_leaning_and_what_a_map_says(with_map):
    features, seeds = two_colours()
    likely = np.random.default_rng(5).random(SHAPE, np.float32)
    prior = Prior(likely, 4 * likely - 2) if with_map else None
    asked = []

    def cut_with(unary, smoothness):
        asked.append((unary, smoothness))
        return unary > 0

    belief = from_strokes(features, seeds, cut_with, LearningSettings(3, 1, 0.0, 2.5), prior)
    near = unaries.geodesic_margin(features, seeds, frame=True)
    assert belief.place == pytest.approx(2.5 * near + unaries.LEANING + (prior.says if prior else 0), abs=1e-5)
    first = unaries.seed_weights(seeds, frame=True)
    limit = unaries.colour_limit(seeds)
    cut = None
    for unary, smoothness in asked:
        weights = first if cut is None else unaries.cut_weights(cut, first)
        margin = unaries.margin_of_pixels(unaries.colour_models(features, weights, 3), features)
        assert unary == pytest.approx(margin.clip(-limit, limit) + belief.place, abs=1e-4)
        assert smoothness == 1
        cut = unary > 0
    assert len(asked) == 2
    assert belief.limit == limit > unaries.COLOUR_LIMIT
    assert np.abs(belief.of_colour(features)).max() == pytest.approx(limit)
    assert belief.of_pixels(features) == pytest.approx(belief.of_colour(features) + belief.place)
    lab = features.lab.reshape(-1, 3)
    assert belief.of_colours(lab) == pytest.approx(unaries.margin_of(belief.models, lab).clip(-limit, limit), abs=1e-4)


def test_where_the_object_alone_is_marked_up_to_the_frame_the_rest_is_background():
    features, _ = two_colours()
    seeds = np.full(SHAPE, 1)
    seeds[10:40, 10:30] = -1
    weights = []

    def cut_with(unary, _):
        weights.append(unary)
        return unary > 0

    from_strokes(features, seeds, cut_with, LearningSettings(3, 0, 0.0, 0.0))
    models = unaries.colour_models(features, ((seeds == 1).astype(np.float32), (seeds == -1).astype(np.float32)), 3)
    limit = unaries.colour_limit(seeds)
    margin = unaries.margin_of_pixels(models, features).clip(-limit, limit)
    assert weights[0] == pytest.approx(margin + unaries.LEANING, abs=1e-4)


def learned_of(features, weights):
    return unaries.margin_of_pixels(unaries.colour_models(features, weights, 3), features).clip(-3, 3)


def test_salience_weighs_what_is_learned_and_background_marks_take_it_away():
    features, seeds = two_colours()
    salience = np.random.default_rng(6).beta(0.6, 0.9, SHAPE).astype(np.float32)
    asked = []

    def cut_with(unary, _):
        asked.append(unary)
        return unary > 0

    belief = from_salience(features, salience, np.where(seeds == 0, 0, -1), cut_with, LearningSettings(3, 1, 0.0, 0.0))
    likely = np.where(seeds == 0, 0, salience)
    place, above = belief.place, belief.place > 0
    assert np.unique(place[seeds == 0]).size == 1
    assert place.min() == place[seeds == 0][0] < 0 < place.max() < SALIENCE_WEIGHT
    assert np.arctanh(place / SALIENCE_WEIGHT).max() - np.arctanh(place / SALIENCE_WEIGHT).min() == pytest.approx(
        np.ptp(likely) / SALIENCE_STEP, rel=1e-2
    )
    first = learned_of(features, (likely * above, (1 - likely) * ~above))
    assert asked[0] == pytest.approx(first + place, abs=1e-3)
    cut = asked[0] > 0
    second = learned_of(features, (cut * (LEAST_WEIGHT + likely), ~cut * (LEAST_WEIGHT + 1 - likely)))
    assert asked[1] == pytest.approx(second + place, abs=1e-3)


def test_a_map_weighs_what_is_learned():
    features, _ = two_colours()
    likely = np.random.default_rng(7).choice(np.float32([0, 0.3, 1]), SHAPE)
    asked = []

    def cut_with(unary, _):
        asked.append(unary)
        return unary > 0

    says = 3 * likely - 1
    from_map(features, Prior(likely, says), cut_with, LearningSettings(3, 1, 0.0, 0.0))
    assert asked[0] - says == pytest.approx(learned_of(features, (likely + 1e-3, 1 - likely + 1e-3)), abs=1e-3)
    cut = asked[0] > 0
    weights = cut * (LEAST_WEIGHT + likely), ~cut * (LEAST_WEIGHT + 1 - likely)
    assert asked[1] - says == pytest.approx(learned_of(features, weights), abs=2e-2)


@pytest.mark.parametrize("alike", [0.8, 0.64, 0.32])
def test_of_beginnings_that_end_alike_the_one_like_the_map_is_taken(alike):
    bounds = np.zeros(SHAPE, bool)
    bounds[10:40, 20:60] = True
    rgb = np.full((*SHAPE, 3), 90, np.uint8)
    upper, lower = bounds.copy(), bounds.copy()
    upper[12:24, 25:55] = lower[26:38, 25:55] = False  # each lacks as much
    asked = {}

    def cut_with(unary, smoothness):
        asked[smoothness] = unary
        return lower if smoothness == alike else upper

    settings, links = LearningSettings(3, 1, 0.001, 0.0), nlinks(rgb)
    plain = from_region(FEATURES, bounds, links, cut_with, settings)
    without = dict(asked)
    prior = Prior(np.where(lower, np.float32(0.9), np.float32(0.5)), np.random.default_rng(8).random(SHAPE, np.float32))
    assert from_region(FEATURES, bounds, links, cut_with, settings, prior).smoothness == alike
    for smoothness, unary in asked.items():
        assert unary - without[smoothness] == pytest.approx(prior.says, abs=1e-5)
    assert plain.smoothness in asked
