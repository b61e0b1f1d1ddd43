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
    assert csgraph.connected_components(csr_array(regions.adjacent))[0] == 1
    assert regions.frame[regions.labels[0]].all()
    assert not regions.frame[regions.labels[60, 70]]
