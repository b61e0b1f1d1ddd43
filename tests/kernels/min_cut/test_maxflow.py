"""Cuts of pixel grids: as cheap as an independent solver says, and priced as claimed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import maximum_flow

from masking_core.errors import Cancelled, ParameterError
from masking_core.kernels.min_cut.maxflow import HARD, MAX_LINK, Grid, cut
from masking_core.progress import listening

STEPS = ((0, 1), (1, 0), (1, 1), (1, -1))


def pairs(shape, nlinks):
    """Yield the flat indices of the two ends, and the weights, of every n-link inside the picture."""
    index = np.arange(shape[0] * shape[1]).reshape(shape)
    for (dy, dx), weights in zip(STEPS, nlinks.astype(np.int64), strict=True):
        rows, columns = slice(0, shape[0] - dy), slice(max(0, -dx), shape[1] - max(0, dx))
        ends = index[dy:, slice(max(0, dx), shape[1] + min(0, dx))]
        yield index[rows, columns].ravel(), ends.ravel(), weights[rows, columns].ravel()


def energy(foreground, unary, nlinks, free=None):
    """Add up what a labelling costs, counting the free pixels and the n-links that touch one."""
    free = np.ones(foreground.shape, bool) if free is None else free
    unary = unary.astype(np.int64)
    total = np.where(foreground, np.maximum(-unary, 0), np.maximum(unary, 0))[free].sum()
    label, free = foreground.ravel(), free.ravel()
    for a, b, weight in pairs(foreground.shape, nlinks):
        total += weight[(label[a] != label[b]) & (free[a] | free[b])].sum()
    return int(total)


def scipy_flow(unary, nlinks):
    """Solve the same problem with scipy: an independent oracle."""
    n = unary.size
    u = unary.ravel().astype(np.int64)
    rows, columns, weights = [np.full(n, n), np.arange(n)], [np.arange(n), np.full(n, n + 1)], [u.clip(0), (-u).clip(0)]
    for a, b, weight in pairs(unary.shape, nlinks):
        rows += [a, b]
        columns += [b, a]
        weights += [weight, weight]
    flat = [np.concatenate(parts) for parts in (weights, rows, columns)]
    graph = coo_array((flat[0].astype(np.int32), (flat[1], flat[2])), shape=(n + 2, n + 2)).tocsr()
    return int(maximum_flow(graph, n, n + 1).flow_value)


def random_problem(seed, height, width, reach, strength, neighbours=8):
    rng = np.random.default_rng(seed)
    unary = rng.integers(-reach, reach + 1, (height, width)).astype(np.int32)
    unary[rng.random((height, width)) < rng.random()] = 0
    nlinks = rng.integers(0, strength + 1, (4, height, width)).astype(np.int16)
    nlinks[:, rng.random((height, width)) < 0.2] = 0
    nlinks[neighbours // 2 :] = 0
    return unary, nlinks


problems = st.builds(
    random_problem,
    st.integers(0, 2**32 - 1),
    st.integers(1, 14),
    st.integers(1, 14),
    st.sampled_from([1, 5, 300, 20_000, HARD]),
    st.sampled_from([0, 1, 4, 300, MAX_LINK]),
    st.sampled_from([4, 8]),
)


@given(problems)
@settings(max_examples=400, deadline=None)
def test_the_flow_is_the_maximum_flow_and_the_energy_of_the_cut(problem):
    unary, nlinks = problem
    foreground, flow = cut(unary, nlinks)
    assert flow == scipy_flow(unary, nlinks)
    assert flow == energy(foreground, unary, nlinks)


@pytest.mark.parametrize("seed", range(4))
def test_it_agrees_with_scipy_where_paths_are_long(seed):
    """Few pixels push and absorb, so that flow has to wind through the whole grid."""
    rng = np.random.default_rng(seed)
    unary = np.zeros((40, 60), np.int32)
    unary[5:35, 2], unary[5:35, -3] = HARD, -HARD
    nlinks = (rng.random((4, 40, 60)) ** 6 * 500).astype(np.int16)
    foreground, flow = cut(unary, nlinks)
    assert flow == scipy_flow(unary, nlinks) == energy(foreground, unary, nlinks)


@given(problems, st.integers(0, 2**32 - 1))
@settings(max_examples=200, deadline=None)
def test_fixed_pixels_act_as_hard_constraints_do(problem, seed):
    unary, nlinks = problem
    rng = np.random.default_rng(seed)
    free, fixed = rng.random(unary.shape) < rng.random(), rng.random(unary.shape) < 0.5
    foreground, flow = cut(unary, nlinks, free=free, fixed=fixed)
    constrained = np.where(free, unary, np.where(fixed, HARD, -HARD)).astype(np.int32)
    assert np.array_equal(foreground, cut(constrained, nlinks).foreground)
    assert np.array_equal(foreground[~free], fixed[~free])
    assert flow == energy(foreground, unary, nlinks, free)


@given(problems, st.integers(0, 2**32 - 1), st.integers(1, 4))
@settings(max_examples=200, deadline=None)
def test_cutting_again_gives_what_a_fresh_grid_gives(problem, seed, times):
    unary, nlinks = problem
    rng = np.random.default_rng(seed)
    grid = Grid(nlinks)
    for _ in range(times):
        again, fresh = grid.cut(unary), cut(unary, nlinks)
        assert again.flow == fresh.flow
        assert np.array_equal(again.foreground, fresh.foreground)
        changed = rng.random(unary.shape) < 0.3
        unary = np.where(changed, rng.integers(-HARD, HARD + 1, unary.shape), unary).astype(np.int32)


@given(problems)
@settings(max_examples=100, deadline=None)
def test_of_equal_cuts_it_takes_the_smallest_foreground(problem):
    """A pixel is foreground in the smallest minimum cut if and only if forcing it to background costs more."""
    unary, nlinks = problem
    foreground, flow = cut(unary, nlinks)
    rng = np.random.default_rng(0)
    for y, x in zip(*(rng.integers(0, n, 4) for n in unary.shape), strict=True):
        free = np.ones(unary.shape, bool)
        free[y, x] = False
        forced = cut(unary, nlinks, free=free).flow + max(int(unary[y, x]), 0)
        assert (forced > flow) == foreground[y, x]


@pytest.mark.parametrize("value", [HARD, HARD + 1, 2**31 - 1])
def test_hard_constraints_hold_against_the_heaviest_links(value):
    unary = np.full((5, 5), -value, np.int32)
    unary[2, 2] = value
    foreground, flow = cut(unary, np.full((4, 5, 5), MAX_LINK, np.int16))
    assert foreground.sum() == 1
    assert foreground[2, 2]
    assert flow == 8 * MAX_LINK


def test_the_extremes_of_every_type_do_not_overflow():
    unary = np.full((300, 300), np.iinfo(np.int32).min, np.int32)
    unary[:, ::2] = np.iinfo(np.int32).max
    foreground, flow = cut(unary, np.full((4, 300, 300), MAX_LINK, np.int16))
    assert np.array_equal(foreground, unary > 0)
    assert flow == energy(foreground, np.clip(unary, -HARD, HARD), np.full((4, 300, 300), MAX_LINK, np.int16))
    assert flow > 2**31


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (2, 1), (1, 2), (2, 2)])
@pytest.mark.parametrize("sign", [1, -1, 0])
def test_degenerate_sizes_and_one_sided_unaries(shape, sign):
    unary = np.full(shape, sign * 7, np.int32)
    foreground, flow = cut(unary, np.full((4, *shape), 9, np.int16))
    assert flow == 0
    assert foreground.shape == shape
    assert (foreground == (sign > 0)).all()


@pytest.mark.parametrize("shape", [(1, 40), (40, 1)])
def test_lines_of_pixels_agree_with_scipy(shape):
    for seed in range(20):
        unary, nlinks = random_problem(seed, *shape, 50, 30)
        foreground, flow = cut(unary, nlinks)
        assert flow == scipy_flow(unary, nlinks) == energy(foreground, unary, nlinks)


@pytest.mark.parametrize("shape", [(0, 5), (5, 0)])
def test_a_picture_without_pixels_has_an_empty_cut(shape):
    foreground, flow = cut(np.zeros(shape, np.int32), np.zeros((4, *shape), np.int16))
    assert foreground.shape == shape
    assert flow == 0


def test_nothing_free_leaves_the_fixed_labels():
    unary, nlinks = random_problem(0, 6, 7, 50, 50)
    fixed = np.random.default_rng(0).random((6, 7)) < 0.5
    foreground, flow = cut(unary, nlinks, free=np.zeros((6, 7), bool), fixed=fixed)
    assert np.array_equal(foreground, fixed)
    assert flow == 0


def test_a_directed_link_is_an_undirected_one_with_unaries():
    """The recipe in the docstring, tried on every labelling of two pixels."""
    v, w = 10, 4
    for u0 in range(-12, 13, 3):
        for u1 in range(-12, 13, 3):
            cost = {
                (a, b): max(-u0 if a else u0, 0) + max(-u1 if b else u1, 0) + v * (a and not b) + w * (b and not a)
                for a in (False, True)
                for b in (False, True)
            }
            unary = np.array([[u0 - (v - w) // 2, u1 + (v - w) // 2]], np.int32)
            link = np.zeros((4, 1, 2), np.int16)
            link[0, 0, 0] = (v + w) // 2
            a, b = cut(unary, link).foreground[0].tolist()
            assert cost[a, b] == min(cost.values())


def test_the_same_input_gives_the_same_output_and_is_left_alone():
    unary, nlinks = random_problem(3, 60, 80, 400, 300)
    kept = unary.copy(), nlinks.copy()
    first, second = cut(unary, nlinks), cut(unary, nlinks)
    assert np.array_equal(first.foreground, second.foreground)
    assert np.array_equal(unary, kept[0])
    assert np.array_equal(nlinks, kept[1])


def test_memory_layout_does_not_matter():
    unary, nlinks = random_problem(4, 30, 20, 400, 300)
    strange = cut(np.asfortranarray(unary), np.asfortranarray(nlinks))
    assert np.array_equal(strange.foreground, cut(unary, nlinks).foreground)


def test_a_cancelled_cut_can_be_taken_up_again():
    unary, nlinks = random_problem(5, 60, 80, 400, 300)
    grid = Grid(nlinks)
    calls = iter([True, True, False])
    with listening(lambda _fraction, _doing: next(calls)), pytest.raises(Cancelled):
        grid.cut(unary)
    assert np.array_equal(grid.cut(unary).foreground, cut(unary, nlinks).foreground)


@pytest.mark.parametrize("weight", [-1, MAX_LINK + 1])
def test_weights_out_of_range_are_refused(weight):
    nlinks = np.zeros((4, 3, 3), np.int16)
    nlinks[1, 1, 1] = weight
    with pytest.raises(ParameterError, match=f"{weight} was given"):
        cut(np.zeros((3, 3), np.int32), nlinks)


@pytest.mark.parametrize(
    ("unary", "nlinks", "masks"),
    [
        (np.zeros((3, 4), np.int32), np.zeros((4, 3, 3), np.int16), {}),
        (np.zeros((3, 3), np.float32), np.zeros((4, 3, 3), np.int16), {}),
        (np.zeros((3, 3), np.int32), np.zeros((2, 3, 3), np.int16), {}),
        (np.zeros((3, 3), np.int32), np.zeros((4, 3, 3), np.int32), {}),
        (np.zeros((3, 3), np.int32), np.zeros((4, 3, 3), np.int16), {"free": np.ones((3, 4), bool)}),
        (np.zeros((3, 3), np.int32), np.zeros((4, 3, 3), np.int16), {"fixed": np.ones((3, 3), np.uint8)}),
    ],
)
def test_arrays_of_another_shape_or_type_are_refused(unary, nlinks, masks):
    with pytest.raises(ParameterError, match="must be"):
        cut(unary, nlinks, **masks)
