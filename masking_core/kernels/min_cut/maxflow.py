"""Exact minimum cuts of pixel grids: maximum flow by push-relabel, on residuals that lie in the grid itself.

Goldberg & Tarjan (1988), with habits that suit pictures. Distances are exact at the start of every phase (global
relabelling, Cherkassky & Goldberg 1997). Within a phase, excess descends in waves: from the farthest level to the
nearest, every pixel passes on what has gathered in it; what is stuck is lifted and waits for the next wave, so that
thousands of paths are filled by one visit of each pixel. A level that empties cuts off all above it (gap heuristic).

All numbers are integers, so the flow equals the energy of the cut to the last digit, and the answer is the same
everywhere. No n-link is stored twice and no list of n-links exists: a pixel takes about 50 bytes while its cut is
sought, and only pixels whose label is sought take any.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from masking_core.errors import ParameterError
from masking_core.progress import report

DOING = "Cutting"
MAX_LINK = 16_383
"""Largest weight of an n-link: a residual of up to twice that fits 16 bits."""
HARD = 8 * MAX_LINK + 1
"""A unary above the n-links of a pixel together, so that it decides. Larger ones are clipped, which alters no cut."""

_FAR = 2**30
_PATIENCE = 0.5  # pixels visited by waves, per pixel visited by relabelling, before distances are refreshed
_HORIZON, _PHASES = 4, 2  # how far distances are measured at first, and phases until that is doubled
_NOWHERE = 1  # the node that stands for three neighbours outside; 0 ends a list, and 0, 1, 2 have no n-links
_FIRST = 3
# A node's record is 32 bytes, half a cache line: 8 residuals of 16 bits, then these columns of 32 bits.
_UP, _DOWN, _EXCESS, _LINK = 4, 5, 6, 7


class Cut(NamedTuple):
    """A minimum cut.

    Attributes:
        foreground: (H, W) bool; of several minimum cuts, the one with the smallest foreground.
        flow: the maximum flow, which is the energy of the cut.
    """

    foreground: NDArray[np.bool_]
    flow: int


def cut(
    unary: NDArray[np.int32],
    nlinks: NDArray[np.int16],
    *,
    free: NDArray[np.bool_] | None = None,
    fixed: NDArray[np.bool_] | None = None,
) -> Cut:
    """Label a picture with the least energy; :class:`Grid` says how, and cuts again when the unaries change."""
    return Grid(nlinks, free=free, fixed=fixed).cut(unary)


class Grid:
    """The n-links of a picture, to be cut once or, with other unaries, again.

    The energy of a labelling is the sum of ``max(unary, 0)`` over background pixels, of ``max(-unary, 0)`` over
    foreground pixels, and of the weights of the n-links between the two. N-links that cost v if a is
    foreground and b is not, and w the other way round, come to one of (v + w) / 2, with (v - w) / 2 taken from the
    unary of a and added to that of b.

    The flow is kept between cuts, so that a cut after a small change of the unaries is fast (Kohli & Torr 2005). A grid
    must not be used by two threads at once.
    """

    def __init__(
        self,
        nlinks: NDArray[np.int16],
        *,
        free: NDArray[np.bool_] | None = None,
        fixed: NDArray[np.bool_] | None = None,
    ) -> None:
        """Lay out the grid.

        Args:
            nlinks: (4, H, W) int16 in [0, MAX_LINK], weights between a pixel and its neighbours right, below, right
                below and left below; those that lead out of the picture are ignored. Zeros in the latter two make a
                grid of 4 neighbours.
            free: (H, W) bool, the pixels to be labelled; None for all. N-links between two others are not read.
            fixed: (H, W) bool, the labels of the other pixels, True for foreground; None for background.

        Raises:
            ParameterError: an n-link has a weight outside its range, or an array another shape or type.
        """
        shape = nlinks.shape[-2:]
        self._free = np.ones(shape, np.bool_) if free is None else _require("free", free, np.bool_, shape)
        self._fixed = np.zeros(shape, np.bool_) if fixed is None else _require("fixed", fixed, np.bool_, shape)
        report(0.0, DOING)
        self._home = _homes(self._free)
        self._size = len(self._home)
        self._node = np.zeros((self._size, 8), np.int32)
        self._residual = self._node.view(np.int16)
        self._unary = np.zeros(self._size, np.int32)
        self._entrances = np.zeros(self._size, np.uint8)
        report(0.0, DOING)
        _number(self._home, shape[1], self._node)
        least, most, self._to_foreground = _lay_links(
            _require("nlinks", nlinks, np.int16, (4, *shape)),
            self._free,
            self._fixed,
            self._home,
            self._node,
            self._residual,
            self._entrances,
        )
        if least < 0 or most > MAX_LINK:
            given = least if least < 0 else most
            raise ParameterError(f"Weights of n-links must lie in 0…{MAX_LINK}, but {given} was given.")

    def cut(self, unary: NDArray[np.int32]) -> Cut:
        """Find the least energy.

        Args:
            unary: (H, W) int32, cost of background minus cost of foreground: positive favours foreground. Read at free
                pixels only; ± :data:`HARD` or beyond decides the pixel.

        Returns:
            The cut. Its flow counts the free pixels and the n-links that touch one.

        Raises:
            ParameterError: the unaries have another shape or type.
            Cancelled: the listener of :mod:`masking_core.progress` no longer wants the result.
        """
        distance, queue, bucket, count = np.zeros((4, self._size), np.int32)
        report(0.0, DOING)
        unary = _require("unary", unary, np.int32, self._free.shape)
        offered, roots = _lay_unary(unary, self._free, self._home, self._unary, self._node, distance, queue)
        reached = most = phase = 0
        beyond, active = True, 0
        while beyond or active:
            horizon = min(_HORIZON << phase // _PHASES, _FAR)
            roots, reached, top, limit, active, beyond = _measure(
                self._node, self._entrances, distance, queue, bucket, count, roots, reached, horizon
            )
            phase += 1 if active else _PHASES
            most = max(most, active)
            report(1 - active / max(most, 1), DOING)
            budget = int(_PATIENCE * reached)
            _drain(self._node, self._residual, self._entrances, distance, bucket, count, top, limit, budget)
        foreground = self._fixed.copy()
        unused = _read(self._free, self._home, self._node, distance, foreground)
        return Cut(foreground, self._to_foreground + offered - unused)


def _require(name: str, array: NDArray[Any], dtype: type[np.generic], shape: tuple[int, ...]) -> NDArray[Any]:
    """Return the array, contiguous; kernels check neither bounds nor types, and a silent cast could wrap."""
    if array.dtype != dtype or array.shape != shape:
        wanted, given = f"{shape} {np.dtype(dtype)}", f"{array.shape} {array.dtype}"
        raise ParameterError(f"The array {name} must be {wanted}, but {given} was given.")
    return np.ascontiguousarray(array)


def _homes(free: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Say which pixel each node stands for: free pixels have one, and so have those right and left of one.

    Nodes are numbered row by row. So the neighbours right and left of a free pixel are the nodes after and before it;
    and if any of the three neighbours above is free then all three, as far as they exist, are successive nodes, and
    ``_UP`` names the middle one; ``_DOWN`` likewise. Nodes that are not free have no n-links.
    """
    if free.size == 0:
        return np.zeros(_FIRST, np.int32)
    nodes = cv2.dilate(free.view(np.uint8), np.ones((1, 3), np.uint8))
    return np.concatenate([np.zeros(_FIRST, np.int32), np.flatnonzero(nodes).astype(np.int32)])


@njit(cache=True, nogil=True)
def _around(p, node):
    """The nodes of the 8 neighbours; direction d ^ 4 is opposite to d. Unsigned, as numba checks the sign of others."""
    one, above, below = np.uint64(1), np.uint64(node[p, _UP]), np.uint64(node[p, _DOWN])
    return (p + one, below, below + one, below - one, p - one, above, above - one, above + one)


@njit(cache=True, nogil=True)
def _number(home, width, node):
    """Tell every node the nodes above and below it."""
    latest = np.full(width, _NOWHERE, np.int32)
    for p in range(_FIRST, len(home)):
        x = home[p] % width
        above = latest[x]
        latest[x] = p
        node[p, _UP] = node[p, _DOWN] = _NOWHERE
        if above != _NOWHERE and home[above] + width == home[p]:
            node[p, _UP] = above
            node[above, _DOWN] = p


@njit(cache=True, nogil=True)
def _lay_links(nlinks, free, fixed, home, node, residual, entrances):
    """Fill residuals between free pixels; an n-link to a fixed pixel becomes a pull on the free one.

    Returns the least and the largest weight, and the sum of the weights towards fixed foreground.
    """
    height, width = free.shape
    dy, dx = (0, 1, 1, 1, 0, -1, -1, -1), (1, 0, 1, -1, -1, 0, -1, 1)
    least = most = to_foreground = 0
    for p in range(_FIRST, len(home)):
        y, x = home[p] // width, home[p] % width
        if not free[y, x]:
            continue
        for d in range(8):
            y2, x2 = y + dy[d], x + dx[d]
            if y2 < 0 or y2 >= height or x2 < 0 or x2 >= width:
                continue
            weight = int(nlinks[d, y, x] if d < 4 else nlinks[d - 4, y2, x2])
            least, most = min(least, weight), max(most, weight)
            if free[y2, x2]:
                residual[p, d] = weight
                entrances[p] |= (weight > 0) << d
            elif fixed[y2, x2]:
                node[p, _EXCESS] -= weight
                to_foreground += weight
            else:
                node[p, _EXCESS] += weight
    return least, most, to_foreground


@njit(cache=True, nogil=True)
def _lay_unary(unary, free, home, current, node, distance, queue):
    """Replace the unaries in force by new ones, and queue the pixels that can absorb flow.

    Background pushes and foreground absorbs: what a pixel has still to push, or (negative) can still absorb, is its
    excess. Returns the sum of positive unaries and the number of pixels queued.
    """
    width = free.shape[1]
    offered = roots = 0
    for p in range(_FIRST, len(home)):
        y, x = home[p] // width, home[p] % width
        if free[y, x]:
            value = min(max(unary[y, x], -HARD), HARD)
            node[p, _EXCESS] += current[p] - value
            current[p] = value
            offered += max(value, 0)
            distance[p] = _FAR
            if node[p, _EXCESS] < 0:
                queue[roots] = p
                roots += 1
    return offered, roots


@njit(cache=True, nogil=True)
def _measure(node, entrances, distance, queue, bucket, count, roots, reached, horizon):
    """Measure every pixel's distance, in n-links with a residual, to a pixel that absorbs, by breadth-first search.

    Pixels with something to push that can reach one are put into the bucket of their level. The queue of the search
    before this one begins with its roots, and tells which distances are to be forgotten.

    Returns the number of roots and of pixels reached, the highest level with something to push (-1 if there is none),
    the highest level, the number of pixels with something to push, and whether there is more beyond the horizon.
    """
    for i in range(reached):
        distance[queue[i]] = _FAR
    roots = _begin(node, distance, queue, roots)
    count[0] = roots
    begin, end = 0, roots  # where the pixels of a level stand in the queue
    level = active = 0
    top = -1
    while begin < end and level < horizon:
        level += 1
        begin, end = end, _next_level(node, entrances, distance, queue, begin, end, level)
        count[level] = end - begin
        waiting = _wait(node, queue, bucket, begin, end, level)
        active += waiting
        if waiting > 0:
            top = level
    return roots, end, top, level, active, begin < end


@njit(cache=True, nogil=True)
def _begin(node, distance, queue, roots):
    """Keep in the queue those of its first ``roots`` pixels that can still absorb, at distance 0; returns how many."""
    kept = 0
    for i in range(roots):
        p = queue[i]
        if node[p, _EXCESS] < 0:
            distance[p] = 0
            queue[kept] = p
            kept += 1
    return kept


@njit(cache=True, nogil=True)
def _next_level(node, entrances, distance, queue, begin, end, level):
    """Queue every pixel not yet reached that has a residual to one of queue[begin:end]; returns the queue's new end."""
    one, last = np.uint64(1), np.uint64(end)
    for i in range(begin, end):
        p = np.uint64(queue[i])
        around = _around(p, node)
        open_ = entrances[p]
        for d in range(8):
            q = around[d]
            if (distance[q] == _FAR) & (open_ >> d & 1):  # one branch, not two: half the time
                distance[q] = level
                queue[last] = q
                last += one
    return np.int64(last)


@njit(cache=True, nogil=True)
def _wait(node, queue, bucket, begin, end, level):
    """Put those of queue[begin:end] with something to push into the bucket of their level; returns how many."""
    waiting = 0
    for i in range(begin, end):
        q = np.uint64(queue[i])
        if node[q, _EXCESS] > 0:
            node[q, _LINK] = bucket[level]
            bucket[level] = q
            waiting += 1
    return waiting


@njit(cache=True, nogil=True)
def _pass_on(p, level, limit, node, residual, entrances, distance, bucket):
    """Let a pixel push its excess to neighbours one level nearer.

    Returns what is left, and the lowest level of a neighbour that could take some of it, ``limit`` if there is none.
    """
    around = _around(p, node)
    left = node[p, _EXCESS]
    below = limit
    for d in range(8):
        room = np.int32(residual[p, d])
        if room > 0:
            q = around[d]
            if distance[q] == level - 1:
                amount = min(left, room)
                residual[p, d] = room - amount
                residual[q, d ^ 4] += amount
                entrances[p] |= 1 << d
                if amount == room:
                    entrances[q] &= ~(1 << (d ^ 4))
                if node[q, _EXCESS] <= 0 and node[q, _EXCESS] + amount > 0:
                    node[q, _LINK] = bucket[level - 1]
                    bucket[level - 1] = q
                node[q, _EXCESS] += amount
                left -= amount
                if left == 0:
                    break
            else:
                below = min(below, distance[q])
    node[p, _EXCESS] = left
    return left, below


@njit(cache=True, nogil=True)
def _drain(node, residual, entrances, distance, bucket, count, top, limit, budget):
    """Let excess descend in waves until none is left within the limit, or ``budget`` pixels were visited.

    ``limit`` is the highest level a pixel may be lifted to; ``top`` the highest bucket in use.
    """
    visits = 0
    highest = top
    while top >= 0 and visits < budget:
        next_top = -1
        for level in range(top, -1, -1):
            p = np.uint64(bucket[level])
            bucket[level] = 0
            while p != 0:
                visits += 1
                follower = np.uint64(node[p, _LINK])
                left, below = _pass_on(p, level, limit, node, residual, entrances, distance, bucket)
                if left > 0:
                    count[level] -= 1
                    if count[level] == 0:
                        limit = min(limit, level - 1)
                    if below < limit:
                        distance[p] = below + 1
                        count[below + 1] += 1
                        node[p, _LINK] = bucket[below + 1]
                        bucket[below + 1] = p
                        next_top = max(next_top, below + 1)
                    else:
                        distance[p] = _FAR
                p = follower
        highest = max(highest, next_top)
        top = min(next_top, limit)
    bucket[: highest + 1] = 0


@njit(cache=True, nogil=True)
def _read(free, home, node, distance, foreground):
    """Call foreground what can still reach a pixel that absorbs; returns how much all of those can still absorb."""
    width = free.shape[1]
    unused = 0
    for p in range(_FIRST, len(home)):
        y, x = home[p] // width, home[p] % width
        if free[y, x]:
            foreground[y, x] = distance[p] < _FAR
            unused -= min(node[p, _EXCESS], 0)
    return unused
