"""A colour histogram loses nothing that a sum over the picture needs, and a colour space is what it says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from skimage import color, data

from masking_core.kernels.clustering.colour_histogram import colour_histogram
from masking_core.kernels.colour_space import by_darkness, from_rgb, planes, to_rgb

pictures = arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=12).map(lambda shape: (*shape, 3)))


def binned(rgb, bits):
    """The bins by brute force: {leading bits: pixels (n, 3)}."""
    bins = {}
    for pixel in rgb.reshape(-1, 3):
        bins.setdefault(tuple(pixel >> (8 - bits)), []).append(pixel)
    return dict(sorted(bins.items()))


@settings(deadline=None, max_examples=40)
@given(pictures, st.integers(1, 8))
def test_bins_are_the_pixels_that_agree_in_their_leading_bits(rgb, bits):
    histogram, truth = colour_histogram(rgb, bits=bits), binned(rgb, bits)
    assert [tuple(c.astype(int) >> (8 - bits)) for c in histogram.rgb] == list(truth)
    assert list(histogram.counts) == [len(pixels) for pixels in truth.values()]
    np.testing.assert_allclose(histogram.rgb, [np.mean(pixels, axis=0) for pixels in truth.values()], atol=1e-12)
    assert (np.diff(histogram.keys) > 0).all()


@pytest.mark.parametrize("bits", [4, 5, 6])
def test_a_table_and_sorting_count_alike(bits):
    rgb = data.coffee()
    table, tile = colour_histogram(rgb, bits=bits), rgb[:30, :40]
    alone = colour_histogram(np.tile(tile, (20, 20, 1)), bits=bits)  # large enough for the table
    by_sorting = colour_histogram(tile, bits=bits)
    np.testing.assert_array_equal(alone.keys, by_sorting.keys)
    np.testing.assert_array_equal(alone.counts, 400 * by_sorting.counts)
    np.testing.assert_array_equal(alone.rgb, by_sorting.rgb)
    np.testing.assert_allclose(table.counts @ table.rgb, rgb.reshape(-1, 3).sum(axis=0, dtype=float), rtol=1e-12)


def test_the_order_of_pixels_does_not_matter():
    rgb = data.chelsea()
    shuffled = np.random.default_rng(0).permutation(rgb.reshape(-1, 3)).reshape(rgb.shape)
    one, other = colour_histogram(rgb), colour_histogram(shuffled)
    np.testing.assert_array_equal(one.keys, other.keys)
    np.testing.assert_array_equal(one.rgb, other.rgb)


@pytest.mark.parametrize("size", [(8, 9), (300, 451)])
def test_only_pixels_inside_the_mask_count(size):
    rgb = data.chelsea()[: size[0], : size[1]]
    mask = np.random.default_rng(0).random(size) < 0.3
    one, other = colour_histogram(rgb, mask), colour_histogram(rgb[mask][None])
    np.testing.assert_array_equal(one.keys, other.keys)
    np.testing.assert_array_equal(one.counts, other.counts)
    np.testing.assert_array_equal(one.rgb, other.rgb)
    assert not len(colour_histogram(rgb, np.zeros(size, dtype=bool)).keys)


def test_crops_and_read_only_pictures_are_pictures():
    rgb = data.astronaut()
    crop = rgb[100:150, 200:280]
    locked = crop.copy()
    locked.setflags(write=False)
    one, other = colour_histogram(crop), colour_histogram(locked)
    np.testing.assert_array_equal(one.rgb, other.rgb)
    np.testing.assert_array_equal(one.counts, other.counts)


def test_every_pixel_gets_what_its_bin_has():
    rgb = data.rocket()
    histogram = colour_histogram(rgb)
    means = histogram.spread(rgb, histogram.rgb.astype(np.float32), np.float32(-1))
    assert means.shape == rgb.shape
    assert np.abs(means - rgb).max() <= 3
    labels = histogram.spread(rgb, np.arange(len(histogram.keys), dtype=np.int32), np.int32(-1))
    assert labels.shape == rgb.shape[:2]
    np.testing.assert_array_equal(np.bincount(labels.ravel()), histogram.counts)


def test_a_colour_that_was_not_counted_has_no_value():
    histogram = colour_histogram(np.zeros((2, 2, 3), dtype=np.uint8))
    other = np.full((3, 4, 3), 200, dtype=np.uint8)
    assert (histogram.spread(other, np.array([5], dtype=np.int32), np.int32(-1)) == -1).all()
    assert (histogram.spread(other, np.ones((1, 2), dtype=np.float32), np.float32(0)) == 0).all()


def test_marks_tie_the_bin_under_most_of_them():
    rgb = np.zeros((2, 4, 3), dtype=np.uint8)
    rgb[1] = 100
    histogram = colour_histogram(rgb)
    seeds = np.array([[-1, 1, 1, 0], [-1, -1, -1, -1]])
    assert list(histogram.tied(rgb, seeds, 2)) == [1, -1]
    seeds = np.array([[1, 1, 0, 0], [2, -1, -1, -1]])
    assert list(histogram.tied(rgb, seeds, 3)) == [0, 2]


def test_marks_on_colours_outside_the_histogram_tie_nothing():
    rgb = np.zeros((2, 2, 3), dtype=np.uint8)
    rgb[1] = 250
    histogram = colour_histogram(rgb, np.array([[True, True], [False, False]]))
    assert list(histogram.tied(rgb, np.array([[-1, -1], [0, 0]]), 1)) == [-1]


def test_lab_bins_are_close_to_the_mean_lab_colour_of_their_pixels():
    random = np.random.default_rng(0)
    dark, any_colour = random.integers(0, 48, (200, 300, 3)), random.integers(0, 256, (400, 300, 3))
    rgb = np.concatenate([dark, any_colour]).astype(np.uint8)
    histogram = colour_histogram(rgb)
    index = histogram.spread(rgb, np.arange(len(histogram.keys), dtype=np.int32), np.int32(-1)).ravel()
    lab = color.rgb2lab(rgb).reshape(-1, 3)
    means = np.stack([np.bincount(index, lab[:, c]) for c in range(3)], axis=1) / histogram.counts[:, None]
    error = np.linalg.norm(histogram.points("lab") - means, axis=1)
    assert error.max() < 0.06
    assert np.average(error, weights=histogram.counts) < 0.01


@pytest.mark.parametrize("space", ["rgb", "lab"])
def test_planes_are_the_picture_in_the_colour_space(space):
    rgb = np.random.default_rng(0).integers(0, 256, (60, 70, 3)).astype(np.uint8)
    truth = color.rgb2lab(rgb) if space == "lab" else rgb
    found = planes(rgb, space)
    assert found.dtype == np.float32
    np.testing.assert_allclose(np.moveaxis(found, 0, 2), truth, atol=1e-3)


@pytest.mark.parametrize("space", ["rgb", "lab"])
def test_a_colour_comes_back_from_its_colour_space(space):
    rgb = np.random.default_rng(0).uniform(0, 255, (500, 3))
    rgb[:8] = np.array(np.meshgrid(*[[0, 255]] * 3)).reshape(3, 8).T
    np.testing.assert_allclose(to_rgb(from_rgb(rgb, space), space), rgb, atol=0.02)


def test_a_colour_outside_the_screen_is_clipped_without_a_warning(recwarn):
    rgb = to_rgb(np.array([[5.0, 80.0, -120.0], [120.0, 0.0, 0.0]]), "lab")
    assert rgb.min() >= 0
    assert rgb.max() <= 255
    assert not recwarn.list


@pytest.mark.parametrize("space", ["rgb", "lab"])
def test_clusters_are_numbered_from_dark_to_light_however_they_came(space):
    random = np.random.default_rng(0)
    centres = from_rgb(random.uniform(0, 255, (7, 3)), space)
    lightness = color.rgb2lab(to_rgb(centres, space) / 255)[:, 0]
    expected = centres[np.argsort(lightness)]
    for _ in range(5):
        shuffled = random.permutation(centres)
        np.testing.assert_array_equal(shuffled[by_darkness(shuffled, space)], expected)


def test_clusters_that_somebody_numbered_stay_where_they_are():
    grey = np.array([[250.0] * 3, [100.0] * 3, [200.0] * 3, [10.0] * 3])
    assert list(by_darkness(grey, "rgb", keep=2)) == [0, 1, 3, 2]
    assert list(by_darkness(grey, "rgb", keep=4)) == [0, 1, 2, 3]


def test_equally_light_clusters_are_numbered_by_their_other_coordinates():
    centres = np.array([[50.0, 0, 0, 9, 1], [50.0, 0, 0, 2, 5], [50.0, -3, 0, 7, 7]])
    assert list(by_darkness(centres, "lab")) == [2, 1, 0]
