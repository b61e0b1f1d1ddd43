"""A map of the likely object yields to the marks that contradict it, and to no others."""

import numpy as np
import pytest

from masking_core.kernels.appearance.prior import agreement, believed, prior_of
from masking_core.kernels.appearance.unaries import picture_features

SHAPE = (40, 60)
FLAT = picture_features(np.full((*SHAPE, 3), 120, np.uint8))


def seeds(**marks):
    found = np.full(SHAPE, -1, np.int8)
    for label, places in (("object", 1), ("background", 0)):
        for row, column in marks.get(label, ()):
            found[row, column] = places
    return found


def half():
    """A map that says: the left half is the object."""
    likely = np.zeros(SHAPE, np.float32)
    likely[:, :30] = 1
    return likely


def test_without_marks_all_of_it_counts():
    prior = prior_of(half(), seeds(), FLAT, 2.0)
    assert np.array_equal(prior.says, 2 * (2 * half() - 1))


def test_marks_that_agree_change_nothing():
    assert believed(2 * half() - 1, seeds(object=[(5, 5)], background=[(5, 50)]), FLAT).min() == 1


@pytest.mark.parametrize(("side", "place"), [("object", (20, 50)), ("background", (20, 10))])
def test_where_a_mark_contradicts_it_it_says_nothing(side, place):
    agreeing = {"object": [(20, 5)], "background": [(20, 55)]}
    agreeing[side] = [*agreeing[side], place]
    weight = believed(2 * half() - 1, seeds(**agreeing), FLAT)
    assert weight[place] == 0
    assert weight[20, 5] == pytest.approx(1)
    assert weight[20, 55] == pytest.approx(1)
    assert weight[20, 30] > weight[20, 35 if side == "object" else 25]


def test_half_way_between_a_contradicting_and_an_agreeing_mark_it_counts_half():
    weight = believed(2 * half() - 1, seeds(object=[(20, 10), (20, 50)]), FLAT)
    assert weight[20, 30] == pytest.approx(0.5, abs=0.02)


def test_a_map_that_only_contradicting_marks_speak_of_is_not_believed():
    assert believed(2 * half() - 1, seeds(object=[(20, 50)]), FLAT).max() < 1e-3


def test_a_map_without_an_opinion_is_not_contradicted():
    assert believed(np.zeros(SHAPE, np.float32), seeds(object=[(1, 1)], background=[(9, 9)]), FLAT).min() == 1


def test_agreement_is_1_for_the_map_itself_and_less_for_the_opposite():
    region = np.ones(SHAPE, bool)
    assert agreement(half(), half() > 0, region) == 1
    assert agreement(half(), half() == 0, region) == -1
    assert agreement(np.full(SHAPE, 0.5, np.float32), half() > 0, region) == 0
    region[:, 30:] = False
    assert agreement(half(), np.ones(SHAPE, bool), region) == 1
