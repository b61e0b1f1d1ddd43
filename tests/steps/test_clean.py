import numpy as np
import pytest
from scipy import ndimage

from masking_core.errors import PromptError
from masking_core.prompts import Point, Prompts
from masking_core.steps.clean import Clean, nearest, split


def scene():
    labels = np.zeros((60, 80), np.int32)
    labels[10:40, 10:40] = 1
    labels[20:24, 20:24] = 0  # a hole of 16 pixels
    labels[30:33, 50:53] = 1  # a speck of 9 pixels
    labels[45:60, 60:80] = 2
    return labels


def test_nothing_declared_changes_nothing():
    assert np.array_equal(Clean().apply(scene(), Prompts()), scene())


def test_specks_below_the_area_go_to_their_neighbour_and_others_stay():
    cleaned = Clean(specks=10).apply(scene(), Prompts())
    assert (cleaned[30:33, 50:53] == 0).all()
    assert (cleaned[20:24, 20:24] == 0).all()
    assert np.array_equal(Clean(specks=9).apply(scene(), Prompts()), scene())


def test_no_piece_is_smaller_than_the_area_afterwards():
    labels = np.random.default_rng(0).integers(0, 3, (50, 70)).astype(np.int32)
    labels[:, :20] = 0
    labels[:, 50:] = 2
    cleaned = Clean(specks=40).apply(labels, Prompts())
    before = max(ndimage.sum_labels(labels == k, ndimage.label(labels == k)[0]).max() for k in range(3))
    assert before >= 40
    for k in range(3):
        pieces, count = ndimage.label(cleaned == k)
        # Specks that join around a larger piece may make that larger; none of the pieces shrinks.
        assert all((pieces == i + 1).sum() >= 40 or count == 0 for i in range(count))


def test_holes_below_the_area_are_filled_and_the_outside_is_no_hole():
    cleaned = Clean(holes=17).apply(scene(), Prompts())
    assert (cleaned[20:24, 20:24] == 1).all()
    assert cleaned[0, 0] == 0
    assert np.array_equal(Clean(holes=16).apply(scene(), Prompts()), scene())


def test_large_enough_holes_agree_with_scipy():
    labels = (np.random.default_rng(1).random((40, 40)) < 0.55).astype(np.int32)
    filled = Clean(holes=1_000_000).apply(labels, Prompts())
    assert np.array_equal(filled == 1, ndimage.binary_fill_holes(labels == 1))


def test_the_largest_piece_of_each_object_stays():
    cleaned = Clean(pieces="largest").apply(scene(), Prompts())
    assert (cleaned[30:33, 50:53] == 0).all()
    assert (cleaned == 2).sum() == (scene() == 2).sum()


def test_pieces_touched_by_a_stroke_stay():
    cleaned = Clean(pieces="touched").apply(scene(), Prompts(marks=(Point(x=51.5, y=31.5, radius=1),)))
    assert (cleaned > 0).sum() == 9
    with pytest.raises(PromptError, match="Draw a stroke"):
        Clean(pieces="touched").apply(scene(), Prompts())


@pytest.mark.parametrize("count", [4, 300])
def test_majority_agrees_with_counting_votes_and_of_equals_takes_the_lowest_number(count):
    labels = np.random.default_rng(2).integers(0, count, (20, 30)).astype(np.int32)
    radius = 2
    rows, columns = np.ogrid[-radius : radius + 1, -radius : radius + 1]
    disc = (rows**2 + columns**2) <= radius**2
    cleaned = Clean(majority=radius).apply(labels, Prompts())
    votes = np.stack(
        [ndimage.correlate((labels == k).astype(float), disc.astype(float), mode="nearest") for k in range(count)]
    )
    assert np.array_equal(cleaned, np.rint(votes).argmax(axis=0))


def test_split_numbers_pieces_by_size():
    pieces = split(scene())
    areas = np.bincount(pieces.ravel())[1:]
    assert list(areas) == sorted(areas, reverse=True)
    assert len(areas) == 3
    assert np.array_equal(pieces > 0, scene() > 0)


def test_nearest_gives_the_label_of_the_nearest_known_pixel():
    labels = np.zeros((1, 9), np.int32)
    labels[0, 0], labels[0, 8] = 3, 5
    known = labels > 0
    assert nearest(labels, known)[0].tolist()[:4] == [3, 3, 3, 3]
    assert nearest(labels, known)[0].tolist()[5:] == [5, 5, 5, 5]


def test_where_nothing_or_everything_is_known_labels_stay():
    labels = np.array([[0, 2, 1], [1, 0, 2]], np.int32)
    for known in (np.zeros((2, 3), bool), np.ones((2, 3), bool)):
        assert np.array_equal(nearest(labels, known), labels)
