from dataclasses import replace

import numpy as np
import pytest
from discs import disc

from masking_core import GraphCut, Image, KMeans, Manual, Prompts, Recipe
from masking_core.batch.flags import BORDER_SHARE, FEWEST, FLAGS, MUCH, UNCERTAIN, Figures, figures, flags
from masking_core.steps.foreground import Foreground

PLAIN = Figures(0.25, 0.0, 0.01, 1, 0.5, 0.5)


def test_the_figures_are_those_of_the_mask():
    rgb, _ = disc(size=(40, 80))
    box = Prompts.from_box(20, 10, 39, 19)
    found = figures(Recipe(method=Manual()).run(Image.from_array(rgb), box))
    assert found.share == pytest.approx(200 / 3200, abs=0.02)
    assert (found.border, found.pieces) == (0.0, 1)
    assert (found.x, found.y) == (pytest.approx(30 / 80, abs=0.01), pytest.approx(15 / 40, abs=0.01))


def test_a_pixel_that_is_half_covered_is_in_the_mask():
    found = Recipe(method=Manual()).run(Image.from_array(disc()[0]), Prompts.from_box(0, 0, 9, 9))
    half = replace(found, alpha=np.full(found.alpha.shape, 0.5, np.float32))
    assert (figures(half).share, figures(half).pieces) == (1, 1)


def test_a_border_counts_every_pixel_of_it_once():
    rgb, _ = disc(size=(40, 80))
    left = Prompts.from_box(0, 0, 39, 39)
    found = figures(Recipe(method=Manual()).run(Image.from_array(rgb), left))
    assert found.border == pytest.approx((40 + 38 + 40) / (2 * 80 + 2 * 38), abs=0.02)


@pytest.mark.parametrize("method", [GraphCut, KMeans])
def test_uncertainty_is_measured_where_a_method_can_tell(method):
    rgb, _ = disc()
    found = figures(Recipe(method=method(), foreground=Foreground()).run(Image.from_array(rgb)))
    assert 0 <= found.uncertain <= 1


@pytest.mark.parametrize(
    ("changes", "raised"),
    [
        ({}, ()),
        ({"share": 0.0, "pieces": 0}, ("empty",)),
        ({"share": 1.0, "border": 1.0}, ("full",)),
        ({"border": BORDER_SHARE}, ()),
        ({"border": BORDER_SHARE + 1e-9}, ("border",)),
        ({"uncertain": MUCH}, ()),
        ({"uncertain": MUCH + 1e-9}, ("uncertain",)),
        ({"uncertain": None}, ()),
        ({"border": 0.5, "uncertain": 0.5}, ("border", "uncertain")),
    ],
)
def test_each_flag_has_its_limit(changes, raised):
    assert flags([replace(PLAIN, **changes)]) == [raised]


def varied(count):
    places = np.random.default_rng(1).normal((0.25, 0.5, 0.5), 0.02, (count, 3)).tolist()
    return [replace(PLAIN, share=share, x=x, y=y) for share, x, y in places]


@pytest.mark.parametrize("changes", [{"share": 0.9}, {"x": 0.05}, {"y": 0.95}, {"pieces": 40}])
def test_one_that_is_unlike_the_others_is_found_and_no_other(changes):
    measured = [*varied(20), replace(PLAIN, **changes)]
    assert [index for index, raised in enumerate(flags(measured)) if raised == ("unlike",)] == [20]


def test_among_few_or_equal_pictures_none_is_unlike():
    assert flags([*varied(FEWEST - 2), replace(PLAIN, share=0.9)]) == [()] * (FEWEST - 1)
    with np.errstate(all="raise"):
        assert flags([PLAIN] * 20) == [()] * 20


def test_every_flag_has_a_sentence():
    assert all(sentence.endswith(".") for sentence in FLAGS.values())


def test_a_pixel_whose_uncertainty_is_at_the_limit_is_uncertain():
    found = Recipe(method=KMeans(), foreground=Foreground()).run(Image.from_array(disc()[0]))
    for value, share in ((UNCERTAIN, 1), (np.nextafter(np.float32(UNCERTAIN), np.float32(0)), 0)):
        found.__dict__["uncertainty"] = np.full(found.alpha.shape, value, np.float32)
        assert figures(found).uncertain == share


def test_a_foreground_that_is_empty_counts_as_in_the_middle():
    found = Recipe(method=Manual()).run(Image.from_array(disc()[0]), Prompts.from_box(0, 0, 9, 9))
    nothing = figures(replace(found, alpha=np.zeros_like(found.alpha)))
    assert (nothing.share, nothing.border, nothing.pieces, nothing.x, nothing.y) == (0, 0, 0, 0.5, 0.5)


@pytest.mark.parametrize(("apart", "unlike"), [(4.9, False), (5.1, True)])
def test_an_outlier_is_five_scaled_median_deviations_away(apart, unlike):
    sigma = 0.01 * 1.4826  # of a normal distribution whose median deviation is 0.01
    shares = [0.25 + 0.01 * side for side in (-1, 0, 1, -1, 1, -1, 1, -1, 1)]
    raised = flags([replace(PLAIN, share=share) for share in (*shares, 0.25 - apart * sigma, 0.25 + apart * sigma)])
    assert raised == [()] * 9 + [("unlike",) if unlike else ()] * 2


def test_one_that_differs_among_equal_ones_is_unlike_them_from_some_number_on():
    other = replace(PLAIN, x=0.1)
    assert flags([PLAIN] * (FEWEST - 1) + [other])[-1] == ("unlike",)
    assert flags([PLAIN] * (FEWEST - 2) + [other])[-1] == ()
