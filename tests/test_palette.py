"""Every object has a colour of its own, the same in pictures and in words."""

from itertools import pairwise

import numpy as np

from masking_core import palette


def test_a_painted_number_has_the_colour_that_is_told_and_neighbours_differ():
    numbers = np.arange(40, dtype=np.int32)[None]
    told = [tuple(bytes.fromhex(palette.hex_of(number)[1:])) for number in range(40)]
    assert [tuple(colour) for colour in palette.paint(numbers)[0].tolist()] == told
    assert all(one != other for one, other in pairwise(told))
    assert told[0] not in told[1:]
    assert len(set(told)) == len(palette.HEX)


def test_a_tint_lies_where_it_is_told_to_and_lets_the_picture_through():
    picture = np.full((2, 3, 3), 100, np.uint8)
    labels = np.array([[1, 1, 1], [2, 2, 2]], np.int32)
    where = np.array([[True, False, True], [False, True, False]])
    shown = palette.tinted(picture, labels, where)
    assert (shown[~where] == 100).all()
    wanted = 0.4 * picture + 0.6 * palette.RGB[labels]
    assert np.abs(shown[where] - wanted[where]).max() <= 1


def test_a_trimap_is_black_white_and_orange_between():
    shown = palette.paint_trimap(np.array([[0, 1, 128, 254, 255]], np.uint8))[0]
    assert shown[[0, 4]].tolist() == [[0, 0, 0], [255, 255, 255]]
    assert (shown[1:4] == palette.RGB[2]).all()
