"""Strokes computed from a mask lie on their side of it, and lead back to it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import data, draw

from masking_core import GraphCut, Image, Prompts, Recipe
from masking_core.metrics import iou
from masking_core.prompts.from_mask import GAP, _corrections, strokes_giving, strokes_of
from masking_core.samples import sample, samples


def disc(shape: tuple[int, int], centre: tuple[float, float], radius: float) -> np.ndarray:
    mask = np.zeros(shape, bool)
    mask[draw.disk(centre, radius, shape=shape)] = True
    return mask


def test_every_stroke_lies_on_its_side():
    mask = disc((300, 400), (150, 160), 70) | disc((300, 400), (150, 320), 40)
    seeds = strokes_of(mask).seeds(mask.shape)
    assert (seeds == 1).any()
    assert (seeds == 0).any()
    assert mask[seeds == 1].all()
    assert not mask[seeds == 0].any()


def test_each_large_piece_gets_its_stroke_and_the_object_its_number():
    mask = disc((300, 400), (150, 100), 60) | disc((300, 400), (150, 300), 50)
    marks = strokes_of(mask, 3).marks
    assert [mark.object for mark in marks].count(3) == 2
    assert {mark.object for mark in marks} == {0, 3}


@pytest.mark.parametrize("turns", range(4))
def test_no_background_stroke_where_the_object_leaves_the_picture(turns):
    mask = np.zeros((200, 200), bool)
    mask[80:, 60:140] = True  # from the middle out of the lower edge
    mask = np.rot90(mask, turns)
    seeds = np.rot90(strokes_of(mask).seeds(mask.shape), -turns)
    assert (seeds == 0).any()
    assert not (seeds[195:, 60:140] == 0).any()


@pytest.mark.parametrize("mask", [np.zeros((40, 50), bool), np.zeros((1, 1), bool)])
def test_nothing_has_no_strokes(mask):
    assert strokes_of(mask) == Prompts()


def test_everything_has_no_background():
    assert {mark.object for mark in strokes_of(np.ones((40, 50), bool)).marks} == {1}


@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.integers(1, 60))
@settings(max_examples=80, deadline=None)
def test_any_mask_gives_finite_marks_inside_the_picture(seed, height, width):
    mask = np.random.default_rng(seed).random((height, width)) < 0.5
    for mark in strokes_of(mask).marks:
        points = np.array(mark.points)
        assert (points >= 0).all()
        assert (points <= (width, height)).all()


def test_a_cut_from_the_strokes_of_a_cut_is_nearly_that_cut():
    image = Image.from_array(data.coffee())
    recipe = Recipe(method=GraphCut())
    first = recipe.run(image).alpha >= 0.5
    again = recipe.run(image, strokes_of(first)).alpha >= 0.5
    assert iou(first, again) > 0.75


@pytest.mark.parametrize("name", samples())
def test_strokes_of_a_guess_give_the_guess_back(name):
    recipe, image = Recipe(method=GraphCut()), sample(name).reduced(250_000)
    guess = recipe.run(image, Prompts()).alpha >= 0.5
    marks = strokes_giving(guess, lambda marks: recipe.run(image, marks).alpha >= 0.5)
    assert iou(recipe.run(image, marks).alpha >= 0.5, guess) >= 0.97
    assert {mark.object for mark in marks.marks} == {0, 1}


def test_background_strokes_run_nearer_than_their_share_of_the_scale():
    mask = np.zeros((200, 200), bool)
    mask[:, :50] = True
    (beside,) = (mark for mark in strokes_of(mask).marks if mark.object == 0)
    assert 2 < np.array(beside.points)[:, 0].max() - 49.5 < GAP * 200


@pytest.mark.parametrize("side", range(7, 30))
def test_strokes_lie_on_their_side_in_pictures_of_a_few_pixels(side):
    mask = np.zeros((side, side), bool)
    mask[side // 3 : 2 * side // 3, side // 3 : 2 * side // 3] = True
    seeds = strokes_of(mask).seeds(mask.shape)
    assert mask[seeds == 1].all()
    assert not mask[seeds == 0].any()
    assert (seeds == 0).any()


def test_pieces_smaller_than_a_twentieth_of_the_largest_get_no_stroke():
    mask = np.zeros((120, 150), bool)
    mask[20:40, 10:110] = mask[80:90, 20:30] = mask[80:89, 60:70] = True  # 2000, 100 and 90 pixels
    assert [mark.object for mark in strokes_of(mask).marks].count(1) == 2


def test_a_stroke_goes_from_end_to_end_however_a_piece_lies():
    rows, columns = np.indices((150, 150))
    bar = (abs(rows - columns) < 8) & (abs(rows + columns - 150) < 110)
    for mask in (bar, bar[::-1], bar[:, ::-1].T):
        points = np.array(strokes_of(mask).marks[0].points)
        assert np.ptp(points, axis=0).min() > 90


def test_short_strokes_beside_an_object_are_left_out():
    for corner, beside in ((10, 0), (60, 1)):
        mask = np.ones((200, 200), bool)
        mask[:corner, :corner] = False
        assert [mark.object for mark in strokes_of(mask).marks].count(0) == beside


def test_a_ring_around_an_object_is_one_stroke_wherever_its_outline_begins():
    mask = disc((200, 200), (100, 100), 30)
    assert [mark.object for mark in strokes_of(mask).marks] == [1, 0]
    mask[100:] = mask[100]  # down to the lower edge
    assert [mark.object for mark in strokes_of(mask).marks] == [1, 0]


def test_strokes_that_give_the_mask_back_are_not_added_to():
    mask = disc((120, 160), (60, 60), 30)
    tried: list[Prompts] = []

    def able(marks):
        tried.append(marks)
        return mask

    assert strokes_giving(mask, able) == tried[0] == strokes_of(mask)
    assert len(tried) == 1


def test_of_strokes_that_give_the_same_the_first_are_kept():
    mask, found = disc((120, 160), (60, 60), 30), disc((120, 160), (60, 60), 20)
    assert strokes_giving(mask, lambda marks: found) == strokes_of(mask)


def test_corrections_lie_in_what_was_wrong_and_the_best_strokes_are_kept():
    mask = disc((120, 160), (60, 60), 30) | disc((120, 160), (40, 130), 6)
    tried: list[Prompts] = []

    def stubborn(marks):  # never finds the small disc, and more with every try
        tried.append(marks)
        return disc((120, 160), (60, 60), 30 + 4 * len(tried))

    marks = strokes_giving(mask, stubborn)
    assert marks == tried[0]
    seeds = tried[-1].seeds(mask.shape)
    assert mask[seeds == 1].all()
    assert not mask[seeds == 0].any()
    assert (seeds[disc((120, 160), (40, 130), 6)] == 1).any()


@pytest.mark.parametrize(("side", "radius"), [(200, 20), (200, 50), (160, 62)])
def test_background_strokes_run_at_a_share_of_the_scale_or_half_way_to_what_is_farthest(side, radius):
    mask = disc((side, side), (side / 2, side / 2), radius)
    beside = [mark for mark in strokes_of(mask).marks if mark.object == 0]
    points = np.concatenate([np.array(mark.points) for mark in beside])
    away = np.hypot(*(points - side / 2 - 0.5).T) - radius
    farthest = side / 2 * 2**0.5 - radius
    assert away == pytest.approx(np.full(len(away), min(GAP * side, farthest / 2 + 1)), abs=2)
    narrow = np.ones((side, side), bool)
    narrow[: side // 20] = False  # less beside it than that share
    assert any(mark.object == 0 for mark in strokes_of(narrow).marks)


def test_a_large_mask_has_the_strokes_of_its_small_copy():
    small = disc((200, 200), (90, 110), 50) | disc((200, 200), (30, 30), 18)
    large = np.kron(small, np.ones((3, 3), bool))
    for ours, theirs in zip(strokes_of(large).marks, strokes_of(small).marks, strict=True):
        assert np.array(ours.points) == pytest.approx(3 * np.array(theirs.points))
        assert (ours.object, ours.width) == (theirs.object, pytest.approx(3 * theirs.width))


def test_a_tiny_mask_is_not_enlarged():
    mask = np.zeros((9, 12), bool)
    mask[2:5, 3:10] = True
    for mark in strokes_of(mask).marks:
        assert np.array_equal(np.array(mark.points) % 1, np.full((len(mark.points), 2), 0.5))


def test_corrections_run_through_the_middles_of_the_pixels_that_were_wrong():
    wrong = np.zeros((30, 40), bool)
    wrong[7, 5:25] = wrong[20, 33] = True
    wrong[12, 30:32] = True
    line, pair, dot = _corrections(wrong, 4)
    assert sorted(pair.points) == [(30.5, 12.5), (31.5, 12.5)]
    assert sorted(line.points) == [(5.5, 7.5), (24.5, 7.5)]
    assert dot.points == ((33.5, 20.5),)
    assert {line.object, dot.object} == {4}


def test_corrections_are_as_thick_as_other_strokes_where_there_is_room_and_thinner_where_not():
    wrong = np.zeros((400, 400), bool)
    wrong[50:150, 50:350] = wrong[300, 50:350] = True
    wide, thin = _corrections(wrong, 1)
    assert wide.width == strokes_of(wrong).marks[0].width > thin.width
    seeds = Prompts(marks=(wide, thin)).seeds(wrong.shape)
    assert wrong[seeds == 1].all()
