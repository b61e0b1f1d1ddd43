"""K-means against brute force and scikit-learn: by colour, by colour and place, and how many clusters there are."""

import numpy as np
import pytest
from skimage import data
from sklearn import cluster
from threadpoolctl import threadpool_limits

from masking_core.errors import Cancelled, ParameterError
from masking_core.kernels.clustering import spatial
from masking_core.kernels.clustering.colour_histogram import colour_histogram
from masking_core.kernels.clustering.kmeans import kmeans, lloyd, seeding
from masking_core.kernels.clustering.partition import SeedsError, colour_partition, tied_pixels
from masking_core.kernels.clustering.spatial import FREE, Grid
from masking_core.kernels.clustering.spatial_partition import SAMPLE, _sample, spatial_partition
from masking_core.kernels.clustering.suggest import _BITS, elbow, simplified_silhouette, suggest
from masking_core.kernels.colour_space import from_rgb, planes, read_only
from masking_core.progress import listening

PICTURES = {name: getattr(data, name)()[::2, ::2] for name in ("chelsea", "coffee", "rocket")}


def cloud(n=500, seed=0):
    random = np.random.default_rng(seed)
    return random.uniform(0, 255, (n, 3)), random.integers(1, 9, n).astype(float)


def free(points):
    return np.full(len(points), -1, dtype=np.int32)


def lloyd_by_brute_force(x, centres, squared, iterations):
    """Plain Lloyd on the rows of x; an empty cluster stays where it is. Returns centres, labels, energies."""
    energies = []
    for step in range(iterations + 1):
        d = np.stack([squared(x, c) for c in centres], axis=1)
        labels = d.argmin(axis=1)
        energies.append(d.min(axis=1).sum())
        if step < iterations:
            centres = np.array(
                [x[labels == k].mean(axis=0) if (labels == k).any() else c for k, c in enumerate(centres)]
            )
    return centres, labels, energies


def inertia_of(rgb, colours):
    pixels = rgb.reshape(-1, 3).astype(float)
    return min_squared(pixels, colours).sum()


def min_squared(x, centres):
    return np.square(x[:, None] - centres[None]).sum(axis=2).min(axis=1)


# By colour


@pytest.mark.parametrize("clusters", [2, 3, 5])
@pytest.mark.parametrize("name", PICTURES)
def test_inertia_on_the_pixels_is_that_of_scikit_learn_within_half_a_percent(name, clusters):
    rgb = PICTURES[name]
    with threadpool_limits(1):
        reference = cluster.KMeans(clusters, n_init=10, random_state=0).fit(rgb.reshape(-1, 3).astype(float))
    assert inertia_of(rgb, colour_partition(rgb, clusters).colours) <= 1.005 * reference.inertia_


def test_lloyd_is_that_of_brute_force_on_repeated_points():
    points, weights = cloud()
    start = points[:4]
    repeated = np.repeat(points, weights.astype(int), axis=0)
    centres, _, energies = lloyd_by_brute_force(repeated, start, lambda x, c: np.square(x - c).sum(axis=1), 7)
    found = lloyd(points, weights, start, free(points), 7, 0.0)
    np.testing.assert_allclose(found.centres, centres, atol=1e-9)
    np.testing.assert_allclose(found.energy, energies)
    np.testing.assert_array_equal(found.labels, np.square(points[:, None] - centres[None]).sum(axis=2).argmin(axis=1))
    np.testing.assert_array_equal(found.weights, np.bincount(found.labels, weights))


def test_inertia_never_rises_and_is_that_of_the_result():
    points, weights = cloud()
    found = kmeans(points, weights, 6, precision=0)
    assert (np.diff(found.energy) <= 1e-9).all()
    assert found.energy[-1] == pytest.approx(weights @ min_squared(points, found.centres))


def test_a_converged_result_is_at_rest_to_the_precision():
    points, weights = cloud()
    found = kmeans(points, weights, 5, precision=0)
    assert found.converged
    means = np.stack([np.bincount(found.labels, weights * c) for c in points.T], axis=1) / found.weights[:, None]
    np.testing.assert_allclose(found.centres, means, atol=1e-9)
    assert kmeans(points, weights, 5, precision=20.0).iterations < found.iterations


@pytest.mark.parametrize("limit", [0, 1, 5, 12])
def test_iterations_are_at_most_as_many_as_allowed(limit):
    points, weights = cloud()
    found = kmeans(points, weights, 8, max_iterations=limit, precision=0)
    assert found.iterations == limit
    assert not found.converged


def test_seeding_draws_distinct_points_far_from_one_another():
    points = np.repeat(np.array([[0.0, 0, 0], [100, 0, 0], [0, 100, 0]]), 50, axis=0)
    for seed in range(20):
        start = seeding(points, np.ones(150), 3, free(points), np.random.default_rng(seed))
        assert len(np.unique(start, axis=0)) == 3


def test_fewer_distinct_colours_than_clusters_make_fewer_clusters():
    assert len(kmeans(np.full((9, 3), 7.0), np.ones(9), 4).centres) == 1
    two = kmeans(np.repeat([[1.0, 2, 3], [4, 5, 6]], 5, axis=0), np.ones(10), 4)
    np.testing.assert_array_equal(np.sort(two.centres, axis=0), [[1, 2, 3], [4, 5, 6]])
    assert two.energy[-1] == 0


def test_an_empty_cluster_takes_the_point_that_costs_most():
    points = np.array([[0.0, 0, 0], [1, 0, 0], [50, 0, 0], [100, 0, 0]])
    start = np.array([[0.5, 0, 0], [75, 0, 0], [999, 999, 999]])
    found = lloyd(points, np.ones(4), start, free(points), 10, 0.0)
    assert list(found.labels) == [0, 0, 2, 1]
    assert (found.weights > 0).all()


def test_an_empty_cluster_stays_empty_where_every_point_is_a_centre():
    points, start = np.array([[0.0, 0, 0], [9, 0, 0]]), np.array([[0.0, 0, 0], [9, 0, 0], [99, 0, 0]])
    found = lloyd(points, np.ones(2), start, free(points), 10, 0.0)
    np.testing.assert_array_equal(found.path, [start] * 2)
    assert found.weights.tolist() == [1, 1, 0]


def test_an_empty_cluster_takes_no_point_that_is_tied():
    points = np.array([[0.0, 0, 0], [200, 0, 0], [50, 0, 0], [56, 0, 0]])
    tied = np.array([0, 0, -1, -1], np.int32)
    start = np.array([[100.0, 0, 0], [52, 0, 0], [999, 999, 999]])
    found = lloyd(points, np.ones(4), start, tied, 10, 0.0)
    assert sorted(found.centres[:, 0]) == [50, 56, 100]


def test_tied_points_start_their_cluster_and_never_leave_it():
    points, weights = cloud()
    tied = free(points)
    tied[:20], tied[20:30] = 1, 0
    start = seeding(points, weights, 4, tied, np.random.default_rng(0))
    np.testing.assert_allclose(start[1], np.average(points[:20], axis=0, weights=weights[:20]))
    found = kmeans(points, weights, 4, tied=tied)
    assert (found.labels[:20] == 1).all()
    assert (found.labels[20:30] == 0).all()
    squared = np.square(points[:, None] - found.centres[None]).sum(axis=2)
    np.testing.assert_array_equal(found.labels[30:], squared[30:].argmin(axis=1))
    assert found.energy[-1] == pytest.approx(weights @ squared[np.arange(500), found.labels])


def test_starts_are_drawn_as_often_as_their_weight_and_squared_distance_say():
    points = np.array([[0.0, 0, 0], [1, 0, 0], [0, 2, 0], [0, 0, 3]])
    weights, tied = np.array([1.0, 9, 4, 2]), np.array([0, -1, -1, -1], np.int32)
    drawn = [seeding(points, weights, 2, tied, np.random.default_rng(seed))[1] for seed in range(400)]
    shares = [(np.array(drawn) == point).all(axis=1).mean() for point in points]
    np.testing.assert_allclose(shares, np.array([0, 9, 16, 18]) / 43, atol=0.06)


def test_pixels_are_drawn_as_often_as_their_squared_distance_says():
    free = np.zeros((5, 4))
    free[0] = 0, 1, 2, 3  # colours, at one place
    measure = spatial.distance("sum", 4, 2, 1.0)
    drawn = [spatial.seeding(free, measure, free[:, :1].T, 2, np.random.default_rng(seed))[1, 0] for seed in range(400)]
    shares = np.bincount(np.array(drawn, int), minlength=4) / 400
    np.testing.assert_allclose(shares, np.array([0, 1, 4, 9]) / 14, atol=0.06)


def test_no_point_that_is_tied_starts_another_cluster():
    points = np.array([(0, 0, 0), (250, 0, 0), (0, 250, 0), (0, 0, 250), (100, 100, 100), (90, 90, 90)], float)
    tied = np.array([0, 0, 1, 1, -1, -1], np.int32)
    for seed in range(5):
        centres = seeding(points, np.ones(6), 4, tied, np.random.default_rng(seed))
        assert sorted(centres[2:, 0]) == [90, 100]


def test_only_tied_clusters_need_no_drawing():
    points, weights = cloud()
    tied = free(points)
    tied[0], tied[1] = 0, 1
    one, other = (kmeans(points, weights, 2, tied=tied, seed=seed) for seed in (0, 5))
    np.testing.assert_array_equal(one.labels, other.labels)


def test_clusters_of_a_picture_run_from_dark_to_light_and_do_not_depend_on_the_order_of_pixels():
    rgb = PICTURES["coffee"]
    order = np.random.default_rng(0).permutation(rgb.shape[0] * rgb.shape[1])
    one = colour_partition(rgb, 4)
    other = colour_partition(rgb.reshape(-1, 3)[order].reshape(rgb.shape), 4)
    assert (np.diff(from_rgb(one.colours, "lab")[:, 0]) > 0).all()
    np.testing.assert_array_equal(one.colours, other.colours)
    np.testing.assert_array_equal(one.labels.ravel()[order], other.labels.ravel())


@pytest.mark.parametrize("space", ["rgb", "lab"])
def test_pixels_are_labelled_by_the_nearest_colour_but_for_the_width_of_a_bin(space):
    rgb = PICTURES["rocket"]
    found = colour_partition(rgb, 4, space=space)
    points = from_rgb(rgb.reshape(-1, 3).astype(float), space)
    distance = np.linalg.norm(points[:, None] - from_rgb(found.colours, space)[None], axis=2)
    own = np.take_along_axis(distance, found.labels.reshape(-1, 1).astype(int), axis=1)[:, 0]
    assert (own <= distance.min(axis=1) + 8).all()
    assert (found.labels.ravel() == distance.argmin(axis=1)).mean() > 0.98


def test_objects_keep_their_numbers_when_a_parameter_moves():
    rgb = PICTURES["rocket"]
    one = colour_partition(rgb, 3, seed=0)
    for other in (colour_partition(rgb, 3, seed=9), colour_partition(rgb, 3, precision=1.0)):
        assert (one.labels == other.labels).mean() > 0.97


def stripes():
    rgb = np.zeros((30, 40, 3), dtype=np.uint8)
    rgb[:, 10:20], rgb[:, 20:30], rgb[:, 30:] = 90, 170, 250
    return rgb


def test_a_mark_ties_its_colour_to_its_number():
    seeds = np.full((30, 40), -1)
    seeds[3, 35], seeds[8:12, 13] = 0, 1
    found = colour_partition(stripes(), 4, seeds=seeds)
    np.testing.assert_array_equal(found.labels[0, ::10], [2, 1, 3, 0])
    np.testing.assert_allclose(found.colours[:, 0], [250, 90, 0, 170])


def test_one_object_may_be_marked_on_several_colours():
    seeds = np.full((30, 40), -1)
    seeds[5, 5], seeds[5, 35] = 0, 0
    found = colour_partition(stripes(), 2, seeds=seeds)
    assert (found.labels[:, :10] == 0).all()
    assert (found.labels[:, 30:] == 0).all()
    assert 1 in found.labels


def test_marks_that_colour_cannot_tell_apart_are_an_error():
    seeds = np.full((30, 40), -1)
    seeds[5, 5], seeds[20, 5] = 0, 1
    with pytest.raises(SeedsError, match="a colour of its own") as caught:
        colour_partition(stripes(), 3, seeds=seeds)
    assert caught.value.cluster == 1


def test_a_pixel_of_a_colour_that_nothing_inside_the_mask_has_is_tied_to_nothing():
    rgb = np.repeat(np.repeat(np.uint8([[0, 90, 250]]), 3, axis=1)[..., None], 3, axis=2)
    mask, seeds = np.repeat([[True, True, False]], 3, axis=1), np.full((1, 9), -1)
    seeds[0, 0], seeds[0, 3] = 0, 1
    tied = tied_pixels(colour_histogram(rgb, mask), rgb, mask, seeds)
    assert tied.tolist() == [[0, 0, 0, 1, 1, 1, -1, -1, -1]]


def test_a_mark_on_a_colour_that_went_to_another_object_holds_where_it_was_made():
    seeds = np.full((30, 40), -1)
    seeds[5:9, 5], seeds[20, 5], seeds[20, 35] = 0, 1, 1
    found = colour_partition(stripes(), 3, seeds=seeds)
    assert found.labels[20, 5] == 1
    assert found.labels[21, 5] == 0


@pytest.mark.parametrize("partition", [colour_partition, spatial_partition])
def test_outside_the_mask_nothing_is_counted_or_labelled(partition):
    rgb = PICTURES["chelsea"].copy()
    mask = np.zeros(rgb.shape[:2], dtype=bool)
    mask[20:90, 50:180] = True
    one = partition(rgb, 3, mask=mask)
    assert (one.labels[~mask] == -1).all()
    assert (one.labels[mask] >= 0).all()
    rgb[~mask] = 0
    other = partition(rgb, 3, mask=mask)
    np.testing.assert_array_equal(one.labels, other.labels)
    with pytest.raises(ParameterError, match="mask must hold"):
        partition(rgb, 3, mask=np.zeros_like(mask))


@pytest.mark.parametrize("partition", [colour_partition, spatial_partition])
def test_marks_outside_the_mask_are_no_marks(partition):
    seeds = np.full((30, 40), -1)
    seeds[5, 35] = 0
    mask = np.zeros((30, 40), dtype=bool)
    mask[:, :25] = True
    with pytest.raises(SeedsError, match="of its own inside the mask; 0 has none"):
        partition(stripes(), 3, seeds=seeds, mask=mask)


@pytest.mark.parametrize("partition", [colour_partition, spatial_partition])
def test_the_same_seed_gives_the_same_partition_and_cancelling_is_possible(partition):
    rgb = PICTURES["chelsea"]
    one, other = partition(rgb, 5, seed=7), partition(rgb, 5, seed=7)
    np.testing.assert_array_equal(one.labels, other.labels)
    assert one.energy == other.energy
    with listening(lambda fraction, doing: False), pytest.raises(Cancelled):
        partition(rgb, 3)


# By colour and place


def squared_distance(metric, ratio):
    def squared(x, c):
        colour, place = np.square(x[:, :3] - c[:3]).sum(axis=1), np.square(x[:, 3:] - c[3:]).sum(axis=1)
        return (colour + 1) * (place + 1) if metric == "product" else colour + ratio * place

    return squared


def pixels_with_places(rgb, space="rgb"):
    y, x = np.mgrid[: rgb.shape[0], : rgb.shape[1]] + 0.5
    return np.concatenate([from_rgb(rgb.reshape(-1, 3), space), x.reshape(-1, 1), y.reshape(-1, 1)], axis=1)


@pytest.mark.parametrize("metric", ["product", "sum"])
@pytest.mark.parametrize("name", PICTURES)
def test_clusters_by_colour_and_place_are_those_of_brute_force(name, metric):
    rgb = PICTURES[name][::4, ::4]
    x = pixels_with_places(rgb)
    start = x[np.random.default_rng(1).choice(len(x), 4, replace=False)]
    measure = spatial.distance(metric, len(x), 4, 10.0)
    grid = spatial.Grid(read_only(planes(rgb, "rgb")), read_only(np.full(rgb.shape[:2], -1, dtype=np.int8)))
    found = spatial.lloyd(grid, measure, start, 15, 0.0)
    squared = squared_distance(metric, 100.0 / (len(x) / 4))
    centres, labels, energies = lloyd_by_brute_force(x, start, squared, found.iterations)
    np.testing.assert_array_equal(found.labels.ravel(), labels)
    np.testing.assert_allclose(found.centres, centres, atol=1e-9)
    np.testing.assert_allclose(found.energy, energies)


@pytest.mark.parametrize("metric", ["product", "sum"])
def test_starts_are_drawn_by_the_distance_that_clusters_are_made_by(metric):
    x = pixels_with_places(PICTURES["coffee"][:20, :30])
    squared = squared_distance(metric, 100.0 / (600 / 4))
    for centre in x[[0, 77, 599]]:
        floor = 1 if metric == "product" else 0  # what a pixel is from itself
        found = spatial._squared(x.T, centre, spatial.distance(metric, 600, 4, 10.0))
        np.testing.assert_allclose(found, squared(x, centre) - floor, atol=1e-6)
        assert found[(x == centre).all(axis=1)] == 0


@pytest.mark.parametrize("metric", ["product", "sum"])
@pytest.mark.parametrize("flat", [False, True])
def test_centres_rest_when_neither_colour_nor_place_moves_more_than_the_precision(metric, flat):
    rgb = PICTURES["coffee"][:60:2, :80:2]
    rgb = np.full_like(rgb, 90) if flat else rgb
    measure = spatial.distance(metric, 1200, 4, 10.0)
    grid = spatial.Grid(read_only(planes(rgb, "rgb")), read_only(np.full(rgb.shape[:2], -1, dtype=np.int8)))
    found = spatial.lloyd(grid, measure, pixels_with_places(rgb)[[0, 50, 700, 1100]], 200, 0.5)
    moves = np.diff(found.path, axis=0)
    in_colour, in_place = (np.linalg.norm(part, axis=2).max(axis=1) for part in (moves[..., :3], moves[..., 3:]))
    rests = (in_colour <= 0.5) & (in_place <= 0.005 * np.sqrt(1200 / 4))
    assert found.converged
    assert rests.tolist() == [False] * (len(moves) - 1) + [True]


@pytest.mark.parametrize("metric", ["product", "sum"])
def test_a_centre_without_pixels_stays_where_it_is(metric):
    rgb = PICTURES["coffee"][:20, :30]
    grid = spatial.Grid(read_only(planes(rgb, "rgb")), read_only(np.full(rgb.shape[:2], -1, dtype=np.int8)))
    start = pixels_with_places(rgb)[[5, 300, 5]]  # of two at one place the first has all pixels
    found = spatial.lloyd(grid, spatial.distance(metric, 600, 3, 10.0), start, 1, 0.0)
    assert np.array_equal(found.centres[2], start[2])
    assert not np.array_equal(found.centres[:2], start[:2])


@pytest.mark.parametrize("space", ["rgb", "lab"])
@pytest.mark.parametrize("metric", ["product", "sum"])
def test_a_large_picture_ends_at_rest_on_all_its_pixels(metric, space):
    rgb = data.coffee()
    x = pixels_with_places(rgb, space)
    assert len(x) > SAMPLE
    found = spatial_partition(rgb, 3, metric=metric, compactness=20.0, space=space, precision=0.2)
    assert found.converged
    means = np.array([x[found.labels.ravel() == k].mean(axis=0) for k in range(3)])
    side = np.sqrt(len(x) / 3)
    np.testing.assert_allclose(means[:, 3:], found.places, atol=0.01 * side)
    squared = squared_distance(metric, (20.0 / side) ** 2)
    centres, labels, _ = lloyd_by_brute_force(x, means, squared, 1)
    assert np.linalg.norm((centres - means)[:, :3], axis=1).max() < 0.4
    assert np.linalg.norm((centres - means)[:, 3:], axis=1).max() < 0.004 * side
    assert (labels == found.labels.ravel()).mean() > 0.995


def test_a_sum_without_compactness_is_colour_alone():
    rgb = PICTURES["rocket"]
    alone, placed = colour_partition(rgb, 3, precision=0.01), spatial_partition(rgb, 3, metric="sum", compactness=0)
    assert (alone.labels == placed.labels).mean() > 0.97


def test_the_more_compactness_the_closer_clusters_lie_around_their_place():
    rgb = PICTURES["coffee"]

    def spread(compactness):
        found = spatial_partition(rgb, 4, metric="sum", compactness=compactness)
        places = pixels_with_places(rgb)[:, 3:]
        return np.square(places - found.places[found.labels.ravel()]).sum()

    assert spread(0) > spread(20) > spread(200)


def test_the_energy_of_the_sum_never_rises_on_a_small_picture():
    found = spatial_partition(PICTURES["coffee"], 4, metric="sum", precision=0)
    assert (np.diff(found.energy) <= 1e-9 * found.energy[0]).all()


def test_the_product_does_not_depend_on_the_unit_of_length():
    rgb = PICTURES["coffee"]
    small, large = spatial_partition(rgb, 3), spatial_partition(rgb.repeat(2, axis=0).repeat(2, axis=1), 3)
    assert (small.labels == large.labels[::2, ::2]).mean() > 0.98


def test_places_tell_apart_what_colour_cannot():
    rgb = np.full((40, 60, 3), 200, dtype=np.uint8)
    rgb[10:30, 5:20], rgb[10:30, 40:55] = 20, 20
    seeds = np.full((40, 60), -1)
    seeds[20, 12], seeds[20, 48] = 0, 1
    found = spatial_partition(rgb, 3, seeds=seeds)
    assert (found.labels[10:30, 5:20] == 0).all()
    assert (found.labels[10:30, 40:55] == 1).all()


def test_marked_pixels_never_leave_their_cluster():
    rgb = data.coffee()
    seeds = np.full(rgb.shape[:2], -1)
    seeds[7, 3:90:7], seeds[200:203, 300] = 1, 0
    found = spatial_partition(rgb, 3, seeds=seeds)
    np.testing.assert_array_equal(found.labels[seeds >= 0], seeds[seeds >= 0])


def test_a_mask_of_stripes_between_the_samples_is_divided_all_the_same():
    rgb = data.coffee()
    mask = np.zeros(rgb.shape[:2], dtype=bool)
    mask[::7] = True
    found = spatial_partition(rgb, 2, mask=mask)
    assert set(np.unique(found.labels[mask])) == {0, 1}


def test_one_colour_and_one_pixel_are_pictures_too():
    flat = np.full((6, 8, 3), 90, dtype=np.uint8)
    assert len(colour_partition(flat, 3).colours) == 1
    assert np.isfinite(spatial_partition(flat, 3).colours).all()
    for partition in (colour_partition, spatial_partition):
        assert partition(flat[:1, :1], 2).labels.tolist() == [[0]]


# How many


def blobs(n, seed=0):
    random = np.random.default_rng(seed)
    colours = np.array([[30, 30, 30], [220, 40, 40], [40, 200, 60], [60, 60, 230], [240, 240, 240]])[:n]
    return np.clip(colours[random.integers(0, n, (80, 90))] + random.normal(0, 6, (80, 90, 3)), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("space", ["rgb", "lab"])
@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_as_many_clusters_are_suggested_as_there_are_groups_of_colours(n, space):
    found = suggest(blobs(n), 8, space=space)
    assert found.best == n
    assert found.clusters == tuple(range(2, 9))
    assert len(found.silhouette) == len(found.inertia) == 7
    if n > 2:
        assert found.elbow in (n - 1, n)


def test_suggestions_end_at_the_number_of_colours():
    assert suggest(np.full((5, 5, 3), 9, dtype=np.uint8)).best == 1
    found = suggest(stripes()[:, :20])
    assert found.best == found.elbow == 2
    assert found.clusters == (2,)
    assert found.silhouette == (1.0,)


def test_the_silhouette_is_the_mean_of_that_of_every_point():
    points, weights = cloud(60)
    centres = points[:4] + 1
    scores = []
    for point in np.repeat(points, weights.astype(int), axis=0):
        a, b = sorted(np.linalg.norm(point - c) for c in centres)[:2]
        scores.append((b - a) / max(a, b))
    assert simplified_silhouette(points, weights, centres) == pytest.approx(np.mean(scores))


def test_the_inertia_of_a_suggestion_is_that_of_scikit_learn():
    rgb = PICTURES["coffee"][::4, ::4]
    histogram = colour_histogram(rgb, bits=_BITS)
    points, counts = histogram.points("rgb"), histogram.counts
    for clusters, inertia in enumerate(suggest(rgb, 5).inertia, 2):
        with threadpool_limits(1):
            reference = cluster.KMeans(clusters, n_init=10, random_state=0).fit(points, sample_weight=counts)
        assert inertia == pytest.approx(reference.inertia_, rel=0.01)


@pytest.mark.parametrize(("groups", "largest"), [(3, 3), (5, 3), (5, 6), (4, 8)])
def test_the_elbow_lies_farthest_below_the_line_between_the_ends_of_the_curve(groups, largest):
    found = suggest(blobs(groups), largest)
    histogram = colour_histogram(blobs(groups), bits=_BITS)
    points, counts = histogram.points("rgb"), histogram.counts
    alone = counts @ np.square(points - np.average(points, axis=0, weights=counts)).sum(axis=1)
    curve = np.array([alone, *found.inertia])
    below = [np.interp(number, [1, largest], curve[[0, -1]]) - inertia for number, inertia in enumerate(curve, 1)]
    assert found.elbow == 1 + np.argmax(below)


def test_the_elbow_is_where_a_curve_bends():
    assert elbow(np.array([100.0, 50, 10, 9, 8, 7])) == 2
    assert elbow(np.array([5.0, 5, 5])) == 0


def test_the_histogram_is_what_the_picture_is_clustered_on():
    rgb = PICTURES["chelsea"]
    histogram = colour_histogram(rgb)
    found = kmeans(histogram.rgb, histogram.counts.astype(float), 3)
    np.testing.assert_allclose(np.sort(found.centres, axis=0), np.sort(colour_partition(rgb, 3).colours, axis=0))


def test_only_a_large_picture_is_solved_on_a_sample_first():
    ties = np.full((150, 200), FREE, np.int8)
    small = Grid(np.zeros((3, *ties.shape), np.float32), ties)
    assert _sample(small, small.pixels) is small
    ties = ties.repeat(4, axis=0).repeat(4, axis=1)
    large = Grid(np.zeros((3, *ties.shape), np.float32), ties)
    assert large.pixels / 17 < _sample(large, large.pixels).pixels <= SAMPLE


def test_the_energy_of_a_sample_is_told_as_that_of_the_picture():
    rgb = PICTURES["chelsea"].repeat(2, axis=0).repeat(2, axis=1)
    assert rgb.shape[0] * rgb.shape[1] > SAMPLE
    energy = np.array(spatial_partition(rgb, 3, metric="sum").energy)
    assert energy.max() / energy.min() < 5


def test_features_are_colour_and_place_of_the_pixels_of_a_tie():
    colours = np.arange(3 * 4 * 6, dtype=np.float32).reshape(3, 4, 6)
    ties = np.full((4, 6), FREE, np.int8)
    ties[1, 4] = ties[3, 2] = 1
    expected = [[10, 20], [34, 44], [58, 68], [4.5, 2.5], [1.5, 3.5]]
    np.testing.assert_array_equal(Grid(colours, ties).features(1), expected)
    sample = Grid(colours, ties).every(2)
    np.testing.assert_array_equal(sample.features(FREE)[3:, 0], [1.5, 1.5])
    np.testing.assert_array_equal(sample.colours, colours[:, 1::2, 1::2])


@pytest.mark.parametrize("partition", [colour_partition, spatial_partition])
def test_progress_goes_from_nothing_to_all(partition):
    told = []
    with listening(lambda fraction, doing: told.append(fraction)):
        partition(PICTURES["chelsea"], 6, precision=0, max_iterations=120)
    assert told
    assert all(0 <= fraction <= 1 for fraction in told)
