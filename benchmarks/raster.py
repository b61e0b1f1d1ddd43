"""How fast marks become pixels: strokes and regions on a 12-megapixel picture, OpenCV's own drawing beside them."""

from collections.abc import Callable, Iterator
from statistics import median
from time import perf_counter
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from masking_core.prompts import Ellipse, Polygon, Prompts, Rectangle, Stroke

SHAPE = (3000, 4000)
POINTS = 1200
REPEATS = 9


def rows() -> list[dict[str, Any]]:
    """Time every kind of mark: the median in milliseconds, and OpenCV's for the same shape (without its accuracy)."""
    return [
        {"mark": name, "work": work, "ms": _median(draw), "opencv_ms": _median(peer) if peer else None}
        for name, work, draw, peer in _cases()
    ]


def _cases() -> Iterator[tuple[str, str, Callable[[], object], Callable[[], object] | None]]:
    for path, points in (("scribble", scribble()), ("all over", all_over())):
        for width in (6, 30, 100, 400):
            stroke = Stroke(points=points.tolist(), width=width)
            name = f"{path}, {POINTS} points, {width} px wide"
            yield name, "hard", lambda s=stroke: s.mask(SHAPE), lambda p=points, w=width: _polylines(p, w)
            yield name, "soft", lambda s=stroke: s.coverage(SHAPE), None
    lasso = Polygon(points=all_over().tolist())
    whole = {"x": 0, "y": 0, "width": SHAPE[1], "height": SHAPE[0]}
    for region in (Rectangle(**whole), Rectangle(**whole, angle=30), Ellipse(**whole), lasso):
        name = f"{region.kind} as large as the picture{', turned' if getattr(region, 'angle', 0) else ''}"
        yield name, "hard", lambda r=region: r.mask(SHAPE), None
        yield name, "soft", lambda r=region: r.coverage(SHAPE), None
    strokes = Prompts(marks=[Stroke(points=scribble(seed).tolist(), width=30, object=seed % 3) for seed in range(60)])
    yield f"60 strokes of {POINTS} points", "seeds", lambda: strokes.seeds(SHAPE), None
    trimap = Prompts.from_trimap(np.kron(np.random.default_rng(0).integers(0, 256, (30, 40)), np.ones((100, 100), int)))
    yield "trimap of 12 megapixels", "seeds", lambda: trimap.seeds(SHAPE), None


def scribble(seed: int = 0) -> NDArray[np.float64]:
    """A stroke as by hand: (1200, 2), wandering about the middle of the picture."""
    steps = np.random.default_rng(seed).normal(0, 8, (POINTS, 2))
    return np.cumsum(steps, axis=0) + np.array(SHAPE[::-1]) / 2


def all_over() -> NDArray[np.float64]:
    """A stroke that crosses the whole picture again and again: (1200, 2), 50 pixels a step."""
    turn = np.linspace(0, 40, POINTS)
    return np.column_stack([2000 + 1700 * np.sin(0.9 * turn), 1500 + 1300 * np.cos(1.1 * turn)])


def _polylines(points: NDArray[np.float64], width: int) -> None:
    picture = np.zeros(SHAPE, np.uint8)
    cv2.polylines(picture, [np.rint(points).astype(np.int32)], isClosed=False, color=1, thickness=width)


def _median(work: Callable[[], object]) -> float:
    work()
    seconds = []
    for _ in range(REPEATS):
        start = perf_counter()
        work()
        seconds.append(perf_counter() - start)
    return round(1000 * median(seconds), 2)
