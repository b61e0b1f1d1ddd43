"""How much the basins of a relief matter, against the definition on a line of pixels."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.measure import label as pieces
from skimage.morphology import local_minima, reconstruction

from masking_core.kernels.watershed.basins import blobs, core, depth_inside, even_regions, insides, significant_basins

OVER = 256


def measures(relief):
    """Depth and volume of every basin by its bottom: water divides a line at its highest pixel, over and over."""
    depth, volume = {}, {}

    def held(begin, end, level):
        return sum(level - value for value in relief[begin:end])

    def survivors(begin, end):
        """The bottoms that outlive the others between two pixels: by depth, by volume."""
        peak = begin + int(np.argmax(relief[begin:end]))
        sides = [(a, b, *survivors(a, b)) for a, b in ((begin, peak), (peak + 1, end)) if a < b]
        if not sides:
            return peak, peak
        if len(sides) == 1:
            return sides[0][2:]
        shallow, deep = sorted(sides, key=lambda side: -relief[side[2]])
        depth[shallow[2]] = relief[peak] - relief[shallow[2]]
        small, large = sorted(sides, key=lambda side: held(*side[:2], relief[peak]))
        volume[small[3]] = held(*small[:2], relief[peak])
        return deep[2], large[3]

    deepest, fullest = survivors(0, len(relief))
    depth[deepest], volume[fullest] = OVER, held(0, len(relief), OVER)
    return depth, volume


@pytest.mark.parametrize("upright", [False, True])
@given(relief=st.lists(st.integers(0, 255), min_size=1, max_size=40, unique=True), depth=st.integers(1, 60))
def test_basins_are_chosen_by_depth_and_ranked_by_volume(upright, relief, depth):
    depths, volumes = measures(relief)
    wanted = sorted((bottom for bottom in depths if depths[bottom] >= depth), key=lambda b: (-volumes.get(b, 0), b))
    line = np.array([relief], np.uint8)
    markers = significant_basins(line.T if upright else line, 5, depth).ravel()
    assert [int(np.flatnonzero(markers == number)[0]) for number in range(markers.max() + 1)] == wanted[:5]


def test_the_end_of_a_row_is_not_beside_the_start_of_the_next():
    relief = np.array([[9, 9, 0], [0, 9, 9]], np.uint8)
    assert (significant_basins(relief, 9, 1) >= 0).sum() == 2


def test_basins_are_ranked_by_the_water_they_hold():
    levels = np.array([[9, 1, 9, 0, 0, 0, 9, 4, 5, 9]], np.uint8)
    assert np.flatnonzero(significant_basins(levels, 9, 1)[0] >= 0).tolist() == [1, 3, 7]
    assert significant_basins(levels, 9, 1)[0, [3, 7, 1]].tolist() == [0, 1, 2]
    assert np.flatnonzero(significant_basins(levels, 9, 6)[0] >= 0).tolist() == [1, 3]
    assert np.flatnonzero(significant_basins(levels, 1, 1)[0] >= 0).tolist() == [3]


@given(seed=st.integers(0, 2**32 - 1), shape=st.tuples(st.integers(1, 9), st.integers(1, 9)), depth=st.integers(1, 12))
def test_basins_of_a_depth_are_as_many_as_the_h_minima(seed, shape, depth):
    relief = np.random.default_rng(seed).integers(0, 31, shape).astype(np.uint8)
    levels = relief.astype(int)
    raised = reconstruction(
        levels + depth - 1, levels, method="erosion", footprint=np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]])
    )
    # What outlasts a rise by depth - 1 is at least that deep; a high border makes minima of flats at the frame.
    minima = local_minima(np.pad(raised, 1, constant_values=1000), connectivity=1)
    assert (significant_basins(relief, 1000, depth) >= 0).sum() == pieces(minima, connectivity=1).max()


def two_discs():
    """Lightness (H, W) of a large and a small bright disc that overlap, on grey, and which pixels are in which."""
    rows, columns = np.ogrid[:60, :100]
    large, small = (rows - 30) ** 2 + (columns - 35) ** 2 < 400, (rows - 30) ** 2 + (columns - 62) ** 2 < 144
    return np.where(large | small, 90, 40).astype(np.float32), large, small


def test_depth_is_the_distance_to_the_outline_and_the_frame_is_one():
    inside = np.ones((5, 9), bool)
    assert np.round(depth_inside(inside)).tolist() == [
        [min(y, x, 4 - y, 8 - x) + 1 for x in range(9)] for y in range(5)
    ]


def test_a_core_is_deep_inside():
    inside = np.zeros((40, 40), bool)
    inside[5:25, 5:25] = True
    deep = core(inside, 0.5)
    assert deep[10:20, 10:20].all()
    assert not deep[~inside].any()
    assert deep.sum() < 0.4 * inside.sum()


def test_what_stands_out_is_cut_at_its_neck_the_larger_piece_first():
    lightness, large, small = two_discs()
    lab = np.stack([lightness, np.zeros_like(lightness), np.zeros_like(lightness)])
    pieces_found = blobs(lab, 5, 20)
    assert set(np.unique(pieces_found)) == {0, 1, 2}
    assert ((pieces_found == 1) & large).sum() > 0.95 * (pieces_found == 1).sum()
    assert ((pieces_found == 2) & small).sum() > 0.95 * (pieces_found == 2).sum()
    assert (pieces_found > 0).sum() == pytest.approx((large | small).sum(), rel=0.03)


def test_what_stands_out_may_be_most_of_the_picture():
    lightness = np.full((60, 90), 40, np.float32)
    inside = np.zeros(lightness.shape, bool)
    inside[4:-4, 4:-4] = True
    lightness[inside] = 90
    lab = np.stack([lightness, np.zeros_like(lightness), np.zeros_like(lightness)])
    found = blobs(lab, 1, 20)
    assert (found[inside] == 1).mean() > 0.98
    assert not found[~inside].any()


def test_noise_of_the_ground_does_not_stand_out():
    rows, columns = np.mgrid[:60, :90]
    disc = np.hypot(rows - 30, columns - 45) < 18
    lab = np.random.default_rng(0).normal(0, 4, (3, 60, 90)).astype(np.float32)
    lab[0] += 60 * disc
    found = blobs(lab, 5, 25)
    assert (found[disc] > 0).mean() > 0.95
    assert (found[~disc] > 0).mean() < 0.02


def test_nothing_stands_out_of_one_colour():
    assert not blobs(np.full((3, 20, 30), 50, np.float32), 5, 20).any()


def test_regions_follow_the_edges_and_are_numbered_from_dark_to_light():
    lightness = np.repeat(np.array([[70, 20, 90]], np.float32), 20, axis=1).repeat(30, axis=0)
    levels = np.zeros(lightness.shape, np.uint8)
    levels[:, [19, 20, 39, 40]] = 200
    regions = even_regions(lightness, levels, 3, 50)
    assert [int(regions[15, x]) for x in (5, 30, 55)] == [2, 1, 3]
    seeds = insides(regions)
    assert set(np.unique(seeds)) == {-1, 1, 2, 3}
    assert (seeds[seeds > 0] == regions[seeds > 0]).all()
    assert (seeds[:, 19:21] == -1).all()


def test_the_core_of_a_disc_is_the_disc_of_half_its_radius():
    rows, columns = np.mgrid[:80, :80]
    away = np.hypot(rows - 40, columns - 40)
    seeds = insides((away < 30).astype(np.int32))
    assert (seeds[away < 14] == 1).all()
    assert (seeds[(away > 16) & (away < 30)] == -1).all()


def test_thin_parts_of_a_region_have_cores_of_their_own_and_hairs_have_none():
    regions = np.zeros((100, 160), np.int32)
    cv2.circle(regions, (50, 50), 35, 1, -1)
    regions[40:60, 80:130] = 1
    regions[50:53, 130:160] = 1
    seeds = insides(regions)
    assert (seeds[48:52, 95:120] == 1).all()
    assert (seeds[:, 134:] != 1).all()
    assert (seeds[50, 50], seeds[20, 50]) == (1, -1)
