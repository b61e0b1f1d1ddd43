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


def test_a_middle_on_the_left_or_upper_end_of_a_crop_lies_in_it_and_on_the_right_or_lower_one_does_not():
    placed = read_at(np.ones((4, 4), np.float32), Crop(5, 3, 9, 11), (8, 8), (16, 16))
    assert np.argwhere(placed).min(axis=0).tolist() == [2, 1]
    assert np.argwhere(placed).max(axis=0).tolist() == [3, 4]


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


FULL = (40, 60)
CROP = Crop(10, 20, 30, 50)


def ramp(height, width):
    return np.random.default_rng(0).random((height, width)).astype(np.float32)


def test_a_map_of_the_crops_size_lies_where_the_crop_does():
    values = ramp(20, 30)
    placed = read_at(values, CROP, FULL, FULL)
    np.testing.assert_allclose(placed[CROP.rows, CROP.columns], values, atol=1e-6)
    placed[CROP.rows, CROP.columns] = 0
    assert not placed.any()


@pytest.mark.parametrize("factor", [2, 5])
@pytest.mark.parametrize("crop", [CROP, Crop(20, 30, 40, 60)])
def test_on_a_smaller_copy_a_pixel_is_the_mean_of_those_it_stands_for(factor, crop):
    values = ramp(20, 30)
    placed = read_at(values, crop, (FULL[0] // factor, FULL[1] // factor), FULL)
    blocks = values.reshape(20 // factor, factor, 30 // factor, factor).mean(axis=(1, 3))
    rows, columns = (slice(part.start // factor, part.stop // factor) for part in (crop.rows, crop.columns))
    np.testing.assert_allclose(placed[rows, columns], blocks, atol=1e-6)


def test_between_the_pixels_of_a_map_it_is_interpolated():
    values = np.tile(np.arange(6, dtype=np.float32), (4, 1))
    placed = read_at(values, CROP, FULL, FULL)
    middles = (np.arange(20, 50) + 0.5 - 20) / 5 - 0.5
    np.testing.assert_allclose(placed[20, 20:50], middles.clip(0, 5), atol=1e-5)


def test_a_wide_picture_is_read_in_parts():
    values = ramp(2, 20_000)
    placed = read_at(values, Crop(0, 0, 2, 20_000), (2, 20_000), (2, 20_000))
    np.testing.assert_allclose(placed, values, atol=1e-5)


def test_a_coarse_map_finds_the_edges_of_the_picture():
    rows, columns = np.ogrid[:120, :160]
    disc = (rows - 60) ** 2 + (columns - 83) ** 2 < 40**2
    picture = np.where(disc[..., None], np.uint8((200, 60, 40)), np.uint8((40, 90, 160)))
    coarse = disc.reshape(15, 8, 20, 8).mean(axis=(1, 3)).astype(np.float32)
    found = along_edges(coarse, picture) >= 0.5
    plain = read_at(coarse, Crop(0, 0, 120, 160), (120, 160), (120, 160)) >= 0.5
    assert (found != disc).sum() < 0.3 * (plain != disc).sum()
