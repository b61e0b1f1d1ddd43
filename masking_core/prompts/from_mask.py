"""Strokes computed from a mask: a first guess becomes marks that a person can move, erase and add to."""

from collections.abc import Callable

import cv2
import numpy as np
import scipy
import skimage
from numpy.typing import NDArray

from masking_core.arrays import Mask
from masking_core.kernels import sizes
from masking_core.metrics import iou
from masking_core.prompts import Prompts
from masking_core.prompts.marks import Stroke

Line = NDArray[np.float64]

VIEW = 40_000
"""Pixels at which strokes are looked for."""
WIDTH = 0.012  # of the picture's scale, the root of its area
GAP = 0.06  # of the scale, from the object to the strokes beside it
LEAST_GAP = 2.5  # pixels of the view: nearer ones would be simplified onto the object
PARTS = 3
"""Most pieces of an object that get a stroke of their own."""
SMALL = 0.05  # of the largest piece: smaller ones get none
SHORT = 0.05  # of the scale: shorter strokes beside the object are left out
STRAIGHT = 1.0  # pixels of the view by which a stroke may be simplified
ROUNDS = 12
"""How often strokes are added until they give the mask back."""
AT_ONCE = 4
"""Strokes on each side that are added at once."""
ENOUGH = 0.98
"""Agreement (IoU) with the mask at which no more strokes are added."""


def strokes_of(mask: Mask, object: int = 1) -> Prompts:
    """Draw what a mask says: strokes along the middle of its pieces, and beside them for the background.

    A stroke on a piece follows the longest way through its skeleton (Zhang & Suen 1984); those for the background run
    around the mask at some distance, except along the picture's frame.

    Args:
        mask: (H, W) bool, the object.
        object: the number of the object.

    Returns:
        Marks in pixels of the mask's picture; none where the mask is empty or everything.
    """
    height, width = mask.shape
    factor = min(1.0, (VIEW / mask.size) ** 0.5)
    small = sizes.reduced(mask.astype(np.uint8), factor)
    stretch = np.array([width / small.shape[1], height / small.shape[0]])
    drawn = [(object, line) for line in _inner(small)] + [(0, line) for line in _outer(small)]
    thick = max(1.0, WIDTH * mask.size**0.5)
    return Prompts(
        marks=tuple(
            Stroke(points=tuple(map(tuple, ((line + 0.5) * stretch).tolist())), width=thick, object=number)
            for number, line in drawn
        )
    )


def strokes_giving(mask: Mask, cut: Callable[[Prompts], Mask], object: int = 1) -> Prompts:
    """Strokes from which a method finds a mask again: those of :func:`strokes_of`, and more where it errs.

    Like a person who corrects a result, it looks at what the method makes of the strokes and draws on the largest
    pieces that are missing or too many, until the mask and what is found agree.

    Args:
        mask: (H, W) bool, the object.
        cut: what the method makes of marks, (H, W) bool.
        object: the number of the object.

    Returns:
        Marks in pixels of the mask's picture: of all that were tried, those that give the mask back best.

    Raises:
        MaskingError: see the method.
    """
    marks = strokes_of(mask, object)
    best, agreed = marks, 0.0
    for _ in range(ROUNDS):
        found = cut(marks)
        now = iou(found, mask)
        if now > agreed:
            best, agreed = marks, now
        if now > ENOUGH:
            break
        more = [*_corrections(mask & ~found, object), *_corrections(found & ~mask, 0)]
        marks = Prompts(marks=(*marks.marks, *more))
    return best


def _corrections(wrong: Mask, object: int) -> list[Stroke]:
    """Strokes on the largest pieces of a (H, W) bool error, thin enough to stay inside them."""
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(wrong.astype(np.uint8), connectivity=4)
    areas = stats[1:, cv2.CC_STAT_AREA]
    drawn: list[Stroke] = []
    for number in np.argsort(-areas, kind="stable")[:AT_ONCE] + 1:
        x, y, width, height = stats[number, :4]
        piece = pieces[y : y + height, x : x + width] == number
        deep = cv2.distanceTransform(np.pad(piece.astype(np.uint8), 1), cv2.DIST_L2, cv2.DIST_MASK_PRECISE).max()
        line = np.add(_longest_way(piece), (x + 0.5, y + 0.5))
        thick = max(1.0, min(float(deep), WIDTH * wrong.size**0.5))
        drawn.append(Stroke(points=tuple(map(tuple, line.tolist())), width=thick, object=object))
    return drawn


def _inner(mask: NDArray[np.uint8]) -> list[Line]:
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(mask)
    areas = stats[1:, cv2.CC_STAT_AREA]
    largest = [int(n) for n in np.argsort(-areas, kind="stable")[:PARTS] if areas[n] >= SMALL * areas.max()]
    return [_longest_way(pieces == n + 1) for n in largest]


def _longest_way(piece: Mask) -> Line:
    """The longest of the shortest ways between two ends of a piece's skeleton: (N, 2) x, y; one point at least."""
    inside = cv2.distanceTransform(np.pad(piece.astype(np.uint8), 1), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
    deep = inside >= min(2.0, float(inside.max()))
    pixels = np.argwhere(skimage.morphology.skeletonize(deep))
    if len(pixels) < 2:
        row, column = np.unravel_index(int(inside.argmax()), piece.shape)
        return np.array([[column, row]], float)
    place = {tuple(pixel): number for number, pixel in enumerate(pixels.tolist())}
    near = [
        (number, place[row + dy, column + dx])
        for (row, column), number in place.items()
        for dy, dx in ((0, 1), (1, -1), (1, 0), (1, 1))
        if (row + dy, column + dx) in place
    ]
    one, other = np.array(near or [(0, 0)]).T
    graph = scipy.sparse.csr_array((np.ones(len(one)), (one, other)), shape=(len(pixels), len(pixels)))
    end = _farthest(graph, 0)[0]
    last, before = _farthest(graph, end)
    way = [last]
    while way[-1] != end:
        way.append(int(before[way[-1]]))
    return _straightened(pixels[way][:, ::-1])


def _farthest(graph: "scipy.sparse.csr_array", start: int) -> tuple[int, NDArray[np.integer]]:
    distance, before = scipy.sparse.csgraph.dijkstra(graph, directed=False, indices=start, return_predecessors=True)
    return int(np.argmax(np.where(np.isfinite(distance), distance, 0))), before


def _outer(mask: NDArray[np.uint8]) -> list[Line]:
    scale = mask.size**0.5
    if not mask.any():
        return []
    away = cv2.distanceTransform(1 - mask, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    grown = (away < min(max(GAP * scale, LEAST_GAP), float(away.max()) / 2 + 1)).astype(np.uint8)
    height, width = mask.shape
    found: list[Line] = []
    for outline in cv2.findContours(grown, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]:
        line = outline.reshape(-1, 2)
        x, y = line.T
        inner = (x > 0) & (y > 0) & (x < width - 1) & (y < height - 1)
        first = int(np.argmin(inner))  # begin where the outline comes from the frame, if it does
        line, inner = np.roll(line, -first, axis=0), np.roll(inner, -first)
        ends = np.flatnonzero(np.diff(np.concatenate([[False], inner, [False]]).astype(np.int8)))
        found += [line[a:b] for a, b in ends.reshape(-1, 2) if b - a >= SHORT * scale]
    return [_straightened(line) for line in found]


def _straightened(line: NDArray[np.number]) -> Line:
    simple = cv2.approxPolyDP(np.ascontiguousarray(line, np.int32).reshape(-1, 1, 2), STRAIGHT, False)
    return np.asarray(simple.reshape(-1, 2), float)
