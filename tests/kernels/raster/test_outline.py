"""What holds of the edges of every outline."""

import numpy as np
import pytest

from masking_core.kernels.raster import outline
from masking_core.kernels.raster.outline import BOTTOM, BULGE, DIRECTION, TOP

SHAPES = {
    "rectangle": lambda: outline.rectangle(3.2, 4.1, 20, 11),
    "turned rectangle": lambda: outline.rectangle(3.2, 4.1, 20, 11, 33),
    "ellipse": lambda: outline.ellipse(3.2, 4.1, 20, 11),
    "turned ellipse": lambda: outline.ellipse(3.2, 4.1, 20, 11, 33),
    "arc": lambda: outline.arc(3.2, 4.1, 20, 11, 30, 200, pie=False),
    "pie": lambda: outline.arc(3.2, 4.1, 20, 11, 30, 200, pie=True),
    "backwards": lambda: outline.arc(3.2, 4.1, 20, 11, 30, -100, pie=True),
    "polygon": lambda: outline.lines(np.array([(0.0, 0), (9, 2), (4, 8), (7, 1)])),
}


@pytest.mark.parametrize("make", SHAPES.values(), ids=SHAPES)
def test_an_outline_goes_up_as_often_as_down(make):
    edges = make()
    for y in np.linspace(edges[:, TOP].min(), edges[:, BOTTOM].max(), 97)[1:-1] + 0.001:  # beside the corners
        crossed = (edges[:, TOP] < y) & (y < edges[:, BOTTOM])
        assert edges[crossed, DIRECTION].sum() == 0


@pytest.mark.parametrize("sweep", [360, -360, 500])
def test_an_arc_once_around_is_an_ellipse(sweep):
    whole = outline.arc(1, 2, 30, 20, 45, sweep, pie=False)
    np.testing.assert_array_equal(whole, outline.ellipse(1, 2, 30, 20))


def test_an_ellipse_bulges_to_both_sides_alike():
    left, right = sorted(outline.ellipse(1, 2, 30, 20, 25)[:, BULGE])
    assert left == -right < 0


def test_a_curve_that_is_straight_is_one_side_of_its_polygon():
    corners = np.array([(10.0, 20), (70, 25), (40, 90)])
    ends = np.roll(corners, -1, axis=0)
    path = np.stack([corners, corners + (ends - corners) / 3, corners + (ends - corners) * 2 / 3], axis=1)
    np.testing.assert_allclose(outline.bezier(path.reshape(-1, 2)), corners)
