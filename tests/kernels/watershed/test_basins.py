"""How much the basins of a relief matter, against the definition on a line of pixels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from masking_core.kernels.watershed.basins import significant_basins

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
