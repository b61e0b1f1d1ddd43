"""What stands out is what differs from the frame; what runs into the frame does not."""

import cv2
import numpy as np
import pytest
from scipy.sparse import csgraph, csr_array

from masking_core.kernels.appearance import salience as s


def scene() -> tuple[np.ndarray, np.ndarray]:
    """A red disc on green ground, beside a red bar that runs out of the picture: (picture, where the disc is)."""
    picture = np.full((120, 160, 3), (60, 130, 60), np.uint8)
    disc = np.zeros((120, 160), np.uint8)
    cv2.circle(disc, (70, 60), 25, 1, -1)
    picture[disc > 0] = (200, 40, 40)
    picture[:, 135:] = (200, 40, 40)
    noise = np.random.default_rng(0).normal(0, 4, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8), disc > 0


def test_the_disc_stands_out_and_what_runs_out_of_the_picture_does_not():
    picture, disc = scene()
    found = s.salience(picture)
    assert found.dtype == np.float32
    assert (found.min(), found.max()) == (0, 1)
    assert found[disc].mean() > 0.6
    assert found[~disc].mean() < 0.1
    assert found[:, 140:].max() < 0.2


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (3, 4), (40, 7)])
def test_any_size_and_a_picture_of_one_colour(shape):
    assert not s.salience(np.full((*shape, 3), 90, np.uint8)).any()
    noisy = np.random.default_rng(1).integers(0, 256, (*shape, 3), dtype=np.uint8)
    assert np.isfinite(s.salience(noisy)).all()


def test_mirrored_picture_mirrored_salience():
    picture, _ = scene()
    found, mirrored = s.salience(picture), s.salience(np.ascontiguousarray(picture[:, ::-1]))
    assert np.abs(found - mirrored[:, ::-1]).mean() < 0.03


def test_of_things_that_are_alike_the_one_in_the_middle_stands_out_most():
    picture = np.full((120, 200, 3), (60, 130, 60), np.uint8)
    places = [(100, 60), (35, 30), (165, 30), (35, 90), (165, 90)]
    for x, y in places:
        cv2.circle(picture, (x, y), 14, (200, 40, 40), -1)
    found = s.salience(picture)
    middle, *corners = (found[y - 8 : y + 8, x - 8 : x + 8].mean() for x, y in places)
    assert middle > 2 * max(corners)
    assert max(corners) < 1.3 * min(corners)


def test_barrier_distance_is_exact_on_small_integer_pictures():
    """Brute force: the least range whose band of values connects a pixel with the frame."""
    values = np.random.default_rng(2).integers(0, 6, (9, 11)).astype(np.float32)
    found = s.barrier_distance(np.dstack([values, np.zeros_like(values), np.zeros_like(values)]))
    truth = np.full(values.shape, np.inf)
    frame = np.ones(values.shape, bool)
    frame[1:-1, 1:-1] = False
    for low in range(6):
        for high in range(low, 6):
            inside = (values >= low) & (values <= high)
            _, parts = cv2.connectedComponents(inside.astype(np.uint8), connectivity=4)
            reached = inside & np.isin(parts, np.unique(parts[frame & inside]))
            truth[reached] = np.minimum(truth[reached], high - low)
    assert (found >= truth).all()  # sweeps find a path, at best the best one
    assert np.mean(found == truth) > 0.9


def test_superpixels_are_numbered_without_gaps_and_their_neighbours_touch():
    picture, _ = scene()
    regions = s.superpixels(picture, cv2.cvtColor(np.float32(1 / 255) * picture, cv2.COLOR_RGB2LAB))
    assert np.array_equal(np.unique(regions.labels), np.arange(len(regions.colours)))
    assert np.array_equal(regions.adjacent, regions.adjacent.T)
    assert not regions.adjacent.diagonal().any()
    assert csgraph.connected_components(csr_array(regions.adjacent))[0] == 1
    assert regions.frame[regions.labels[0]].all()
    assert not regions.frame[regions.labels[60, 70]]


def patchwork(seed: int, rows: int = 4, columns: int = 6) -> s.Regions:
    """Squares in a grid, their colours at random; the two middle rows' inner ones are not at the frame."""
    rng = np.random.default_rng(seed)
    labels = np.arange(rows * columns).reshape(rows, columns)
    y, x = np.divmod(labels.ravel(), columns)
    adjacent = np.abs(y[:, None] - y) + np.abs(x[:, None] - x) == 1
    places = np.stack([(x + 0.5) / columns, (y + 0.5) / rows], axis=1) + rng.uniform(-0.02, 0.02, (len(y), 2))
    frame = (y == 0) | (y == rows - 1) | (x == 0) | (x == columns - 1)
    colours = rng.uniform(-30, 30, (len(y), 3))
    colours[3 * seed :] = colours[-1]  # many have one and the same
    return s.Regions(labels, colours, places, adjacent, frame)


@pytest.mark.parametrize("unlike", [8, 15])
def test_what_has_the_frames_very_colour_is_the_frames_ground(unlike):
    r = patchwork(0)
    r.colours[:], r.colours[unlike] = (50, 0, 0), (50, 60, 60)
    found = s.unconnected(r)
    assert found[unlike] > 3 * np.delete(found, unlike).max()


def between_0_and_1(values):
    return (values - min(values)) / (max(values) - min(values))


@pytest.mark.parametrize("seed", [2, 5, 8])
def test_boundary_connectivity_is_that_of_the_paper_written_out(seed):
    """Zhu et al. (2014), equations 1 to 9: geodesics by Floyd and Warshall, the optimum by least squares."""
    r = patchwork(seed)
    every = range(len(r.frame))
    apart = [[np.linalg.norm(r.colours[i] - r.colours[j]) for j in every] for i in every]
    way = np.array(
        [
            [0 if i == j else apart[i][j] if r.adjacent[i, j] or (r.frame[i] and r.frame[j]) else np.inf for j in every]
            for i in every
        ]
    )
    for k in every:
        way = np.minimum(way, way[:, [k]] + way[[k], :])
    alike = np.exp(-(way**2) / (2 * s.ALIKE**2))
    connectivity = [sum(alike[i][j] for j in every if r.frame[j]) / sum(alike[i]) ** 0.5 for i in every]
    background = [1 - np.exp(-(c**2) / 2) for c in connectivity]
    far = [[np.linalg.norm(r.places[i] - r.places[j]) for j in every] for i in every]
    contrast = between_0_and_1(
        [sum(apart[i][j] * np.exp(-(far[i][j] ** 2) / (2 * s.NEAR**2)) * background[j] for j in every) for i in every]
    )
    unit = np.eye(len(every))
    terms = [((s.FRAME_WEIGHT * background[i]) ** 0.5 * unit[i], 0) for i in every]
    terms += [(contrast[i] ** 0.5 * unit[i], contrast[i] ** 0.5) for i in every]
    for i in every:
        for j in range(i):
            common = any(r.adjacent[i, k] and r.adjacent[k, j] for k in every)
            if r.adjacent[i, j] or common or (r.frame[i] and r.frame[j]):
                weight = np.exp(-(apart[i][j] ** 2) / (2 * s.ALIKE**2)) + s.LEAST_LINK
                terms.append((weight**0.5 * (unit[i] - unit[j]), 0))
    wanted = np.linalg.lstsq(*map(np.array, zip(*terms, strict=True)), rcond=None)[0]
    np.testing.assert_allclose(s.unconnected(r), wanted, atol=1e-6)


@pytest.mark.parametrize("seed", [2, 5, 8])
def test_ranking_against_the_frame_is_that_of_the_paper_written_out(seed):
    """Yang et al. (2013), equations 3 to 9: what is not like any of the four sides ranks what is salient."""
    r = patchwork(seed)
    every = range(len(r.frame))
    apart = np.array([[np.linalg.norm(r.colours[i] - r.colours[j]) for j in every] for i in every])
    weights = np.zeros_like(apart)
    near = [
        (i, j)
        for i in every
        for j in every
        if i != j
        and (
            r.adjacent[i, j] or (r.frame[i] and r.frame[j]) or any(r.adjacent[i, k] and r.adjacent[k, j] for k in every)
        )
    ]
    low, high = (pick(apart[pair] for pair in near) for pick in (min, max))
    for pair in near:
        weights[pair] = np.exp(-(apart[pair] - low) / (high - low) / s.RANKING_SCALE)

    def ranked(queries):
        total = np.zeros(len(every))
        for query in queries:
            answer = np.linalg.solve(
                np.diag(weights.sum(axis=1)) - s.RANKING_REACH * weights, np.eye(len(every))[query]
            )
            answer[query] = 0  # what a superpixel says of itself does not count
            total += answer
        return between_0_and_1(total)

    unlike = 1
    x, y = r.places.T
    for side in (x < s.SIDE, x > 1 - s.SIDE, y < s.SIDE, y > 1 - s.SIDE):
        if (queries := np.flatnonzero(side & r.frame)).size:
            unlike = unlike * (1 - ranked(queries))
    wanted = ranked(np.flatnonzero(unlike > np.mean(unlike)))
    np.testing.assert_allclose(s.unlike_frame(r), wanted, atol=1e-5)


def test_what_has_no_side_to_be_unlike_ranks_nowhere():
    r = patchwork(5)
    inward = r._replace(places=0.25 + r.places / 2)
    assert s.unlike_frame(r).any()
    assert not s.unlike_frame(inward).any()
