"""Small maps on large pictures: in the right place, and along the picture's edges."""

import numpy as np
import pytest

from masking_core.kernels.raster.placing import Crop, along_edges, read_at


def test_a_map_is_placed_where_its_crop_is():
    values = np.ones((8, 8), np.float32)
    placed = read_at(values, Crop(10, 20, 30, 60), (50, 80), (50, 80))
    wanted = np.zeros((50, 80), np.float32)
    wanted[10:30, 20:60] = 1
    assert np.array_equal(placed, wanted)


def test_a_map_of_the_pictures_own_size_is_itself():
    values = np.random.default_rng(0).random((13, 17), np.float32)
    assert read_at(values, Crop(0, 0, 13, 17), (13, 17), (13, 17)) == pytest.approx(values, abs=1e-6)


def test_a_slope_stays_a_slope_at_any_size():
    values = np.tile((np.arange(16, dtype=np.float32) + 0.5) / 16, (4, 1))
    placed = read_at(values, Crop(0, 0, 40, 160), (40, 160), (40, 160))
    wanted = (np.arange(160) + 0.5) / 160
    assert placed[20, 5:-5] == pytest.approx(wanted[5:-5], abs=1e-3)
    small = read_at(values, Crop(0, 0, 40, 160), (2, 8), (40, 160))
    assert small[0] == pytest.approx((np.arange(8) + 0.5) / 8, abs=1e-5)


def test_a_preview_reads_the_same_map():
    values = np.random.default_rng(1).random((6, 6), np.float32)
    full = read_at(values, Crop(12, 20, 60, 100), (72, 120), (72, 120))
    half = read_at(values, Crop(12, 20, 60, 100), (36, 60), (72, 120))
    assert half[8:28, 12:48] == pytest.approx(full[16:56, 24:96].reshape(20, 2, 36, 2).mean(axis=(1, 3)), abs=0.02)


def picture_with_an_edge(height=120, width=160, edge=73):
    picture = np.full((height, width, 3), 40, np.uint8)
    picture[:, edge:] = 200
    return picture


def test_a_blurred_edge_goes_where_the_pictures_is():
    picture = picture_with_an_edge()
    values = np.zeros((30, 40), np.float32)
    values[:, 19:] = 1  # a pixel of the map wide is 4 of the picture's: the edge is at 76, not at 73
    values[:, 18] = 0.5
    refined = along_edges(values, picture)
    bilinear = read_at(values, Crop(0, 0, 120, 160), (120, 160), (120, 160))
    truth = np.arange(160) >= 73
    assert np.abs(refined[60] - truth).sum() < 0.6 * np.abs(bilinear[60] - truth).sum()
    assert refined.min() >= 0
    assert refined.max() <= 1


def test_a_flat_picture_leaves_the_map_and_a_flat_map_is_left():
    values = np.zeros((20, 20), np.float32)
    values[:, 10:] = 1
    refined = along_edges(values, np.full((20, 20, 3), 90, np.uint8))
    assert refined[:, 0].max() < 0.01
    assert refined[:, -1].min() > 0.99
    level = np.full((20, 20), 0.25, np.float32)
    assert along_edges(level, picture_with_an_edge()) == pytest.approx(0.25, abs=1e-3)


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (3, 2)])
def test_tiny_pictures(shape):
    refined = along_edges(np.full((8, 8), 0.5, np.float32), np.zeros((*shape, 3), np.uint8))
    assert refined.shape == shape
    assert refined == pytest.approx(0.5, abs=1e-3)
