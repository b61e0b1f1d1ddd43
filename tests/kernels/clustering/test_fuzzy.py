"""Fuzzy C-means against its definition, written out on pixels."""

import numpy as np
import pytest
from skimage import data

from masking_core.errors import Cancelled, ParameterError
from masking_core.kernels.clustering.colour_histogram import colour_histogram
from masking_core.kernels.clustering.fuzzy import fuzzy_c_means, memberships
from masking_core.kernels.clustering.fuzzy_partition import SMALL, fuzzy_partition
from masking_core.kernels.colour_space import from_rgb
from masking_core.progress import listening


def membership_by_definition(x, centres, fuzzifier):
    """u_ik = 1 / Σ_j (d_ik / d_ij) ** (2 / (m - 1)), for points off the centres."""
    d = np.linalg.norm(x[:, None] - centres[None], axis=2)
    return 1.0 / ((d[:, :, None] / d[:, None, :]) ** (2.0 / (fuzzifier - 1.0))).sum(axis=2)


def fuzzy_c_means_by_definition(x, centres, fuzzifier, iterations):
    for _ in range(iterations):
        powers = membership_by_definition(x, centres, fuzzifier) ** fuzzifier
        centres = powers.T @ x / powers.sum(axis=0)[:, None]
    return centres, membership_by_definition(x, centres, fuzzifier)


def small_picture():
    return data.coffee()[100:300:5, 150:450:6]


def points_of(rgb, bits=8):
    histogram = colour_histogram(rgb, bits=bits)
    return histogram.rgb, histogram.counts.astype(float)


START = np.array([[30.3, 20.1, 10.7], [150.2, 70.9, 40.3], [220.1, 190.6, 160.2]])


@pytest.mark.parametrize("fuzzifier", [1.1, 1.5, 2.0, 3.0, 5.0])
def test_iterations_on_distinct_colours_are_those_on_pixels(fuzzifier):
    rgb = small_picture()
    pixels = rgb.reshape(-1, 3).astype(float)
    centres, membership = fuzzy_c_means_by_definition(pixels, START, fuzzifier, 12)
    found = fuzzy_c_means(*points_of(rgb), START, fuzzifier=fuzzifier, max_iterations=12, precision=0)
    assert found.iterations == 12
    np.testing.assert_allclose(found.centres, centres, atol=1e-6)
    bins = colour_histogram(rgb, bits=8)
    spread = bins.spread(rgb, found.membership.astype(np.float32), np.float32(0)).reshape(membership.shape)
    np.testing.assert_allclose(spread, membership, atol=1e-6)


@pytest.mark.parametrize("fuzzifier", [1.1, 1.5, 2.0, 3.0])
@pytest.mark.parametrize("space", ["rgb", "lab"])
def test_memberships_of_a_picture_are_those_by_definition(space, fuzzifier):
    rgb = small_picture()
    pixels = from_rgb(rgb.reshape(-1, 3).astype(float), space)
    found = fuzzy_partition(
        rgb, 3, fuzzifier=fuzzifier, space=space, precision=1e-9, max_iterations=2000, membership=True
    )
    assert found.converged
    centres, membership = fuzzy_c_means_by_definition(pixels, from_rgb(found.colours, space), fuzzifier, 300)
    np.testing.assert_allclose(from_rgb(found.colours, space), centres, atol=2e-3)
    np.testing.assert_allclose(found.membership.reshape(-1, 3), membership, atol=1e-4)


def test_memberships_of_a_large_picture_are_close_to_those_by_definition():
    rgb = data.astronaut()[:, :300]
    assert rgb.shape[0] * rgb.shape[1] > SMALL
    found = fuzzy_partition(rgb, 3, precision=1e-4, membership=True)
    centres, membership = fuzzy_c_means_by_definition(rgb.reshape(-1, 3).astype(float), found.colours, 2.0, 10)
    np.testing.assert_allclose(found.colours, centres, atol=0.05)
    np.testing.assert_allclose(found.membership.reshape(-1, 3), membership, atol=1e-3)


@pytest.mark.parametrize("fuzzifier", [1.1, 2.0, 5.0])
def test_memberships_lie_between_0_and_1_and_sum_to_1(fuzzifier):
    found = fuzzy_partition(data.rocket()[::4, ::4], 4, fuzzifier=fuzzifier, membership=True)
    assert found.membership.dtype == np.float32
    assert found.membership.min() >= 0
    assert found.membership.max() <= 1
    np.testing.assert_allclose(found.membership.sum(axis=2), 1, atol=1e-6)


def test_labels_are_the_clusters_of_highest_membership_kept_or_not():
    rgb = data.chelsea()[::3, ::3]
    found = fuzzy_partition(rgb, 3, membership=True)
    np.testing.assert_array_equal(found.labels, found.membership.argmax(axis=2))
    alone = fuzzy_partition(rgb, 3)
    assert alone.membership is None
    np.testing.assert_array_equal(alone.labels, found.labels)


@pytest.mark.parametrize("fuzzifier", [1.01, 1.1, 2.0, 5.0])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_colour_on_a_centre_belongs_to_it_alone(fuzzifier, dtype):
    centres = np.array([[0.0, 0, 0], [9, 9, 9], [255, 255, 255]])
    free = np.full(3, -1, dtype=np.int32)
    membership, labels = memberships(centres.T.astype(dtype), free, centres, fuzzifier)
    assert membership.dtype == dtype
    np.testing.assert_allclose(membership, np.eye(3), atol=1e-12)
    assert list(labels) == [0, 1, 2]


def test_centres_in_one_place_share_what_is_there():
    centres = np.array([[7.0, 7, 7], [7, 7, 7], [90, 90, 90]])
    free = np.full(2, -1, dtype=np.int32)
    membership, _ = memberships(np.array([[7.0, 8]] * 3), free, centres, 2.0)
    np.testing.assert_allclose(membership[:, :2], 0.5, atol=1e-3)


def test_the_objective_never_rises_and_is_that_of_the_result():
    points, weights = points_of(small_picture())
    found = fuzzy_c_means(points, weights, START, precision=1e-6)
    assert (np.diff(found.objective) <= 1e-9 * found.objective[0]).all()
    squared = np.square(points[:, None] - found.centres[None]).sum(axis=2)
    assert found.objective[-1] == pytest.approx(float(weights @ (found.membership**2 * squared).sum(axis=1)))


def test_iterations_stop_when_told_and_say_so():
    points, weights = points_of(small_picture())
    assert fuzzy_c_means(points, weights, START, max_iterations=3).iterations == 3
    assert not fuzzy_c_means(points, weights, START, max_iterations=3).converged
    loose, tight = (fuzzy_c_means(points, weights, START, precision=p) for p in (1.0, 1e-6))
    assert loose.converged
    assert tight.converged
    assert loose.iterations < tight.iterations
    picture = fuzzy_partition(data.coffee()[::4, ::4], 3, max_iterations=2)
    assert picture.iterations == 2
    assert not picture.converged


@pytest.mark.parametrize("limit", [1, 7, 30])
def test_iterations_on_both_histograms_are_counted_once(limit):
    found = fuzzy_partition(data.coffee()[::8, ::8], 4, precision=0, max_iterations=limit)
    assert found.iterations == limit
    assert len(found.path) == len(found.energy) == limit + 1


def test_partition_coefficient_and_entropy_run_from_crisp_to_undecided():
    points, weights = points_of(small_picture())
    crisp, soft, softest = (fuzzy_c_means(points, weights, START, fuzzifier=m) for m in (1.1, 2.0, 5.0))
    assert 1 > crisp.partition_coefficient > soft.partition_coefficient > softest.partition_coefficient > 1 / 3
    assert 0 < crisp.partition_entropy < soft.partition_entropy < softest.partition_entropy < np.log(3)
    u = np.clip(soft.membership, 1e-300, 1)
    assert soft.partition_coefficient == pytest.approx(np.average((u**2).sum(axis=1), weights=weights))
    assert soft.partition_entropy == pytest.approx(np.average(-(u * np.log(u)).sum(axis=1), weights=weights))


def test_marked_colours_belong_to_their_object_wholly():
    rgb = data.coffee()[::4, ::4]
    seeds = np.full(rgb.shape[:2], -1)
    seeds[5:10, 5:10], seeds[45:50, 70:75] = 1, 0
    found = fuzzy_partition(rgb, 3, seeds=seeds, membership=True)
    for cluster in (0, 1):
        assert (found.labels[seeds == cluster] == cluster).all()
        assert (found.membership[seeds == cluster][:, cluster] == 1).all()


def test_outside_the_mask_nothing_is_counted_or_labelled():
    rgb = data.chelsea()[::3, ::3].copy()
    mask = np.zeros(rgb.shape[:2], dtype=bool)
    mask[20:70, 30:90] = True
    one = fuzzy_partition(rgb, 3, mask=mask, membership=True)
    assert (one.labels[~mask] == -1).all()
    assert (one.membership[~mask] == 0).all()
    rgb[~mask] = 255 - rgb[~mask]
    other = fuzzy_partition(rgb, 3, mask=mask, membership=True)
    np.testing.assert_array_equal(one.labels, other.labels)
    np.testing.assert_array_equal(one.membership, other.membership)
    with pytest.raises(ParameterError, match="mask must hold"):
        fuzzy_partition(rgb, 3, mask=np.zeros_like(mask))


def test_the_order_of_many_points_changes_nothing():
    random = np.random.default_rng(0)
    points, weights = random.uniform(0, 255, (2500, 3)), random.integers(1, 9, 2500).astype(float)
    tied = np.where(points[:, 0] > 250, 2, np.where(points[:, 0] < 3, 1, -1)).astype(np.int32)
    order = random.permutation(2500)
    one = fuzzy_c_means(points, weights, START, tied=tied, max_iterations=5)
    other = fuzzy_c_means(points[order], weights[order], START, tied=tied[order], max_iterations=5)
    np.testing.assert_allclose(one.centres, other.centres, atol=1e-9)
    np.testing.assert_allclose(one.objective, other.objective)
    np.testing.assert_allclose(one.membership[order], other.membership, atol=1e-12)
    assert (one.membership[tied >= 0, tied[tied >= 0]] == 1).all()


def test_fewer_colours_than_clusters_make_fewer_clusters():
    flat = fuzzy_partition(np.full((5, 6, 3), 80, dtype=np.uint8), 3, membership=True)
    assert flat.membership.shape == (5, 6, 1)
    np.testing.assert_allclose(flat.colours, 80)
    two = np.full((5, 6, 3), 80, dtype=np.uint8)
    two[2:] = 200
    found = fuzzy_partition(two, 4, membership=True)
    assert list(np.unique(found.labels)) == [0, 1]
    assert np.isfinite(found.membership).all()


def test_the_same_seed_gives_the_same_result_and_cancelling_is_possible():
    rgb = data.rocket()[::3, ::3]
    one, other = fuzzy_partition(rgb, 4, seed=3), fuzzy_partition(rgb, 4, seed=3)
    np.testing.assert_array_equal(one.labels, other.labels)
    assert one.energy == other.energy
    with listening(lambda fraction, doing: False), pytest.raises(Cancelled):
        fuzzy_partition(rgb, 3)


def test_a_cluster_that_nothing_belongs_to_stays_where_it_is():
    points, weights = np.array([[10.0, 10, 10], [20, 20, 20]]), np.ones(2)
    start = np.array([[0.0, 0, 0], [99, 99, 99]])
    found = fuzzy_c_means(points, weights, start, tied=np.zeros(2, np.int32))
    np.testing.assert_allclose(found.centres, [[15, 15, 15], [99, 99, 99]])
