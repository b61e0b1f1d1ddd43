"""Contrast-sensitive n-links against the formula written out with numpy."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import data

from masking_core.errors import ParameterError
from masking_core.kernels.min_cut.contrast import boundary_cost, contrast_scale, halved, nlinks, quantise
from masking_core.kernels.min_cut.maxflow import HARD, MAX_LINK, cut

STEPS = ((0, 1), (1, 0), (1, 1), (1, -1))


def squared_differences(guide):
    """Yield, for each of the 4 directions, the slice of pixels that have the neighbour and the squared differences."""
    g = guide.astype(np.float64)
    height, width = g.shape[:2]
    for dy, dx in STEPS:
        here = slice(0, height - dy), slice(max(0, -dx), width - max(0, dx))
        there = slice(dy, height), slice(max(0, dx), width + min(0, dx))
        yield here, ((g[here] - g[there]) ** 2).sum(-1)


def written_out(guide, sensitivity, beta):
    weights = np.zeros((4, *guide.shape[:2]))
    for d, (here, squared) in enumerate(squared_differences(guide)):
        weights[d][here] = MAX_LINK * np.exp(-sensitivity * beta * squared) / (1 if d < 2 else np.sqrt(2))
    return weights


def random_guide(seed, height, width, channels, dtype):
    return (np.random.default_rng(seed).random((height, width, channels)) * 255).astype(dtype)


guides = st.builds(
    random_guide,
    st.integers(0, 2**32 - 1),
    st.integers(1, 9),
    st.integers(1, 9),
    st.integers(1, 5),
    st.sampled_from([np.uint8, np.float32]),
)


@given(guides, st.sampled_from([0.0, 0.3, 1.0, 5.0]))
@settings(max_examples=100, deadline=None)
def test_weights_follow_the_formula_to_half_a_step(guide, sensitivity):
    beta = contrast_scale(guide)
    weights = nlinks(guide, sensitivity=sensitivity)
    assert weights.dtype == np.int16
    assert np.abs(weights - written_out(guide, sensitivity, beta)).max() <= 0.501


@given(guides)
@settings(max_examples=100, deadline=None)
def test_the_scale_is_half_the_inverse_mean_squared_difference(guide):
    squared = np.concatenate([difference.ravel() for _, difference in squared_differences(guide)])
    if squared.size and squared.sum() > 0:
        assert contrast_scale(guide) == pytest.approx(1 / (2 * squared.mean()))
    else:
        assert contrast_scale(guide) == 0


def test_a_flat_picture_has_full_links_everywhere():
    weights = nlinks(np.full((4, 5, 3), 77, np.uint8))
    assert (weights[0, :, :-1] == MAX_LINK).all()
    assert (weights[2, :-1, :-1] == round(MAX_LINK / np.sqrt(2))).all()


def test_links_out_of_the_picture_are_zero():
    weights = nlinks(data.coffee()[:20, :30])
    assert not weights[0, :, -1].any()
    assert not weights[1:, -1].any()
    assert not weights[2, :, -1].any()
    assert not weights[3, :, 0].any()


def test_a_stronger_edge_has_a_weaker_link():
    step = np.array([[[0, 0, 0], [10, 10, 10], [60, 60, 60], [60, 60, 60]]], np.uint8)
    weak, strong, none = nlinks(step)[0, 0, :3]
    assert strong < weak < none == MAX_LINK


def test_brightness_and_contrast_of_the_picture_do_not_matter():
    guide = data.chelsea()[:80, :90].astype(np.float32)
    assert np.abs(nlinks(guide).astype(int) - nlinks(guide * 0.25 + 12)).max() <= 1


def test_a_large_picture_is_sampled_closely():
    guide = cv2.resize(data.coffee(), None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    squared = np.concatenate([difference.ravel() for _, difference in squared_differences(guide)])
    assert contrast_scale(guide) == pytest.approx(1 / (2 * squared.mean()), rel=0.03)


def test_where_gives_the_same_weights_around_its_pixels():
    guide = data.chelsea()[:60, :70]
    where = np.random.default_rng(0).random((60, 70)) < 0.1
    everywhere, some = nlinks(guide), nlinks(guide, where=where)
    for d, (dy, dx) in enumerate(STEPS):
        touches = where.copy()
        neighbour = np.roll(where, (-dy, -dx), (0, 1))
        inside = np.zeros_like(where)
        inside[: 60 - dy, max(0, -dx) : 70 - max(0, dx)] = True
        touches |= neighbour & inside
        assert np.array_equal(some[d][touches], everywhere[d][touches])


@given(guides)
@settings(max_examples=100, deadline=None)
def test_a_link_of_half_the_size_is_the_least_mean_of_three_places(guide):
    """Along a block's side two links lie abreast; on a diagonal, one that counts half and its two neighbours."""
    links, half = nlinks(guide), halved(nlinks(guide))
    height, width = guide.shape[:2]

    def mean(d, row, column):
        dy, dx = STEPS[d]

        def there(r, c):
            rows, columns = (0, height - 1 - dy), (max(0, -dx), width - 1 - max(0, dx))
            return float(links[d, np.clip(r, *rows), np.clip(c, *columns)])

        if dy == 0:
            return (there(row, column) + there(row + 1, column)) / 2
        if dx == 0:
            return (there(row, column) + there(row, column + 1)) / 2
        return (2 * there(row, column) + there(row - dx, column + 1) + there(row + dx, column - 1)) / 4

    expected = np.zeros(half.shape)
    for d, (dy, dx) in enumerate(STEPS):
        for y in range(half.shape[1] - dy):
            for x in range(max(0, -dx), half.shape[2] - max(0, dx)):
                places = [(2 * y + k * dy, 2 * x + max(0, -dx) + k * dx) for k in range(3)]
                on = [(r, c) for r, c in places if r + dy < height and c < width and 0 <= c + dx < width]
                expected[d, y, x] = min(mean(d, *place) for place in on)
    assert half.shape == (4, -(-height // 2), -(-width // 2))
    assert np.abs(half - expected).max() <= 0.5


def test_a_flat_picture_is_flat_at_half_the_size():
    flat = np.full((7, 10, 3), 77, np.uint8)
    assert np.array_equal(halved(nlinks(flat)), nlinks(flat[:4, :5]))


@pytest.mark.parametrize("column", range(3, 12))
def test_an_edge_is_as_cheap_to_follow_at_half_the_size(column):
    step = np.zeros((16, 16, 1), np.uint8)
    step[:, column:] = 200
    links = nlinks(step)
    assert halved(links)[0, :, :-1].min(axis=1).tolist() == [links[0, 0, column - 1]] * 8


def test_the_price_of_a_boundary_is_the_sum_of_its_links():
    links = np.full((4, 5, 6), 7, np.int16)
    square = np.zeros((5, 6), bool)
    square[1:4, 2:4] = True
    everywhere = 0
    for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1)):
        for y in range(5 - dy):
            for x in range(max(0, -dx), 6 - max(0, dx)):
                everywhere += square[y, x] != square[y + dy, x + dx]
    assert boundary_cost(links, square)[0] == 7 * everywhere
    assert boundary_cost(links, np.zeros((5, 6), bool)) == (0, 0)


def test_without_contrast_a_boundary_costs_the_most_it_can():
    square = np.zeros((9, 9), bool)
    square[3:6, 2:7] = True
    cost, most = boundary_cost(nlinks(np.zeros((9, 9, 3), np.uint8)), square)
    assert cost == pytest.approx(most, rel=1e-4)


def test_scaled_unaries_stand_to_links_as_the_smoothness_says():
    """One pixel against eight neighbours of the other opinion gives in when its unary falls below the links."""
    around = 4 + 4 / np.sqrt(2)
    links = nlinks(np.zeros((3, 3, 3), np.uint8))
    for smoothness in (0.5, 20.0, 400.0):
        for factor, stays in ((0.99, False), (1.01, True)):
            unary = np.full((3, 3), -np.inf)
            unary[1, 1] = factor * around * smoothness
            assert cut(quantise(unary, smoothness), links).foreground[1, 1] == stays


def test_infinite_unaries_are_hard():
    assert quantise(np.array([np.inf, -np.inf]), 3.0).tolist() == [HARD, -HARD]


@pytest.mark.parametrize("smoothness", [0.0, -1.0, float("nan")])
def test_smoothness_must_be_positive(smoothness):
    with pytest.raises(ParameterError, match="smoothness"):
        quantise(np.zeros(3), smoothness)


@pytest.mark.parametrize("sensitivity", [-0.1, float("nan")])
def test_sensitivity_must_not_be_negative(sensitivity):
    with pytest.raises(ParameterError, match="sensitivity"):
        nlinks(np.zeros((3, 3, 3), np.uint8), sensitivity=sensitivity)
