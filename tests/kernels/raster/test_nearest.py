"""The first of the nearest pairs, as all distances say it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from masking_core import Cancelled
from masking_core.kernels.raster import nearest
from masking_core.progress import listening

LINES = arrays(np.int8, st.tuples(st.integers(1, 12), st.just(2)), elements=st.integers(-5, 5))


@given(LINES, LINES, st.sampled_from([1, 7, 10_000]))
def test_it_is_the_least_of_all_distances_and_the_first(points, others, pairs):
    points, others = points / 2, others / 2
    apart = np.linalg.norm(points[:, None] - others[None], axis=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nearest, "PAIRS", pairs)
        assert nearest.nearest(points, others) == np.unravel_index(apart.argmin(), apart.shape)


def test_many_points_are_told_of_and_stop(monkeypatch):
    points, told = np.random.default_rng(0).random((40, 2)), []
    monkeypatch.setattr(nearest, "PAIRS", 400)
    with listening(lambda *word: told.append(word)):
        nearest.nearest(points, points + 1)
    assert len(told) == 4
    with listening(lambda *_: False), pytest.raises(Cancelled):
        nearest.nearest(points, points)
