from io import BytesIO

import numpy as np
import PIL.Image
import pytest

from masking_core import export, palette


def read(data):
    return PIL.Image.open(BytesIO(data))


@pytest.mark.parametrize("channels", [(), (3,), (4,)])
def test_pixels_come_back_exactly_and_only_the_srgb_tag_goes_out(channels):
    pixels = np.random.default_rng(0).integers(0, 256, (20, 30, *channels), dtype=np.uint8)
    picture = read(export.png(pixels))
    assert np.array_equal(np.asarray(picture), pixels)
    assert set(picture.info) <= {"srgb"}


def test_a_label_map_holds_object_numbers_and_shows_their_colours():
    labels = np.arange(12, dtype=np.int32).reshape(3, 4)
    picture = read(export.labels_png(labels))
    assert picture.mode == "P"
    assert np.array_equal(np.asarray(picture), labels)
    assert np.array_equal(np.asarray(picture.convert("RGB")), palette.paint(labels))


def test_many_objects_need_sixteen_bits():
    labels = np.array([[0, 300], [65_535, 7]], np.int32)
    assert np.array_equal(np.asarray(read(export.labels_png(labels))).astype(np.int32), labels)


def test_object_colours_differ():
    assert len({tuple(colour) for colour in palette.RGB.tolist()}) == len(palette.HEX)
    assert palette.hex_of(1) == palette.HEX[1] == palette.hex_of(1 + len(palette.HEX) - 1)
