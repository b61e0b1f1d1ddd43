"""Maps of a crop, read where the picture's pixels are."""

import numpy as np
import pytest

from masking_core.kernels.raster.placing import Crop, along_edges, read_at

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
def test_on_a_smaller_copy_a_pixel_is_the_mean_of_those_it_stands_for(factor):
    values = ramp(20, 30)
    placed = read_at(values, CROP, (FULL[0] // factor, FULL[1] // factor), FULL)
    blocks = values.reshape(20 // factor, factor, 30 // factor, factor).mean(axis=(1, 3))
    rows, columns = slice(10 // factor, 30 // factor), slice(20 // factor, 50 // factor)
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
