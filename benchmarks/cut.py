"""Exact and banded cuts of photographs: time, memory, and how well they agree; PyMaxflow beside, where it is installed.

The pictures are those of scikit-image, scaled to size, with a little noise in place of the detail that scaling cannot
add. Unaries are log likelihood ratios of colour histograms learned from a drawn stroke and from the picture's frame.
"""

from __future__ import annotations

import importlib.util
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage import data

from masking_core.kernels.min_cut.coarse_to_fine import Pyramid, banded_cut, from_array
from masking_core.kernels.min_cut.contrast import boundary_cost, nlinks, quantise
from masking_core.kernels.min_cut.maxflow import cut
from masking_core.metrics import iou

PICTURES = ("astronaut", "coffee", "chelsea")
SMOOTHNESS = 50.0
EXACT_UP_TO = 4.0  # megapixels
PEER_UP_TO = 1.0
REPEATS = 5

Problem = tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.int32]]
Row = dict[str, Any]


def rows(sizes: Iterable[float] = (0.25, 1, 4), repeats: int = REPEATS) -> list[Row]:
    """Measure every picture at every size.

    Args:
        sizes: megapixels.
        repeats: the times are medians of so many runs; compilation is not in them.

    Returns:
        One row a picture and size: seconds, bytes a pixel, overlap (IoU) of the banded with the exact cut, and by what
        share of its energy the banded one is dearer. Keys of what was not measured are missing.
    """
    _measure(*problem(PICTURES[0], 0.02), 1, exact=True)
    return [_row(name, size, repeats) for size in sizes for name in PICTURES]


def problem(name: str, megapixels: float) -> Problem:
    """Return a picture (H, W, 3), its unaries (H, W) and its seeds (H, W: -1, 0 or 1)."""
    original = getattr(data, name)()[..., :3]
    factor = (megapixels * 1e6 / (original.shape[0] * original.shape[1])) ** 0.5
    scaled = cv2.resize(original, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    noise = np.random.default_rng(0).normal(0, 2, scaled.shape)
    picture = np.clip(scaled + noise, 0, 255).astype(np.uint8)
    height, width = picture.shape[:2]
    seeds = np.full((height, width), -1, np.int32)
    frame = max(1, width // 40)
    seeds[:frame] = seeds[:, :frame] = seeds[:, -frame:] = 0
    x, y = width / 2, height / 2
    drawn = np.zeros((height, width), np.uint8)
    for dx, dy in ((0.05, 0.2), (0.1, -0.03)):
        ends = [(round(x + s * dx * width), round(y + s * dy * height)) for s in (-1, 1)]
        cv2.line(drawn, *ends, 1, max(1, width // 100))
    seeds[drawn > 0] = 1
    return picture, _log_ratio(picture, seeds), seeds


def _log_ratio(picture: NDArray[np.uint8], seeds: NDArray[np.int32]) -> NDArray[np.float32]:
    """Compare smoothed 16 × 16 × 16 colour histograms of the two kinds of seeds."""
    bins = (picture >> 4).astype(np.int64) @ np.array([256, 16, 1])
    logs = []
    for label in (1, 0):
        counts = np.bincount(bins[seeds == label], minlength=4096).reshape(16, 16, 16).astype(np.float32)
        for axis in range(3):
            pad = [(1, 1) if a == axis else (0, 0) for a in range(3)]
            p = np.moveaxis(np.pad(counts, pad), axis, 0)
            counts = np.moveaxis(0.25 * p[:-2] + 0.5 * p[1:-1] + 0.25 * p[2:], 0, axis)
        logs.append(np.log(counts.ravel() / counts.sum() + 1e-5))
    return np.asarray((logs[0] - logs[1])[bins], np.float32)


def _row(name: str, megapixels: float, repeats: int) -> Row:
    exact = megapixels <= EXACT_UP_TO
    row: Row = {"picture": name, "megapixels": megapixels}
    row |= _measure(*problem(name, megapixels), repeats, exact=exact)
    if exact:
        row["exact_bytes_per_pixel"] = _memory("ours", name, megapixels)
    if megapixels <= PEER_UP_TO and importlib.util.find_spec("maxflow") is not None:
        row |= _measure_peer(*problem(name, megapixels), repeats)
        row["pymaxflow_bytes_per_pixel"] = _memory("pymaxflow", name, megapixels)
        row["times_pymaxflow"] = row["pymaxflow_seconds"] / row["exact_seconds"]
    return row


def _measure(
    picture: NDArray[np.uint8], unary: NDArray[np.float32], seeds: NDArray[np.int32], repeats: int, *, exact: bool
) -> Row:
    pyramid, pyramid_seconds = _timed(lambda: Pyramid.of(picture), repeats)
    unary_at = from_array(unary, pyramid)
    labels, seconds = _timed(lambda: banded_cut(pyramid, unary_at, smoothness=SMOOTHNESS, seeds=seeds), repeats)
    row: Row = {"pyramid_seconds": pyramid_seconds, "banded_seconds": seconds}
    if exact:
        steps, links = integers(picture, unary, seeds)
        found, row["exact_seconds"] = _timed(lambda: cut(steps, links), repeats)
        row["flow"] = found.flow
        row["overlap"] = iou(labels, found.foreground)
        row["excess_energy"] = energy(labels, steps, links) / found.flow - 1
    return row


def integers(
    picture: NDArray[np.uint8], unary: NDArray[np.float32], seeds: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int16]]:
    """Return the energy as the exact solver takes it, seeds as infinite unaries."""
    hard = np.where(seeds == 1, np.inf, np.where(seeds == 0, -np.inf, unary))
    return quantise(hard, SMOOTHNESS), nlinks(picture)


def energy(labels: NDArray[np.bool_], unary: NDArray[np.int32], links: NDArray[np.int16]) -> float:
    """What a labelling costs, in the solver's units."""
    against = np.where(labels, -unary, unary)
    return boundary_cost(links, labels)[0] + float(np.maximum(against, 0).sum(dtype=np.int64))


def _timed(run: Callable[[], Any], repeats: int) -> tuple[Any, float]:
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        result = run()
        seconds.append(time.perf_counter() - start)
    return result, statistics.median(seconds)


def _measure_peer(
    picture: NDArray[np.uint8], unary: NDArray[np.float32], seeds: NDArray[np.int32], repeats: int
) -> Row:
    steps, links = integers(picture, unary, seeds)
    flow, seconds = _timed(lambda: pymaxflow(steps, links), repeats)
    return {"pymaxflow_seconds": seconds, "pymaxflow_flow": int(flow)}


def pymaxflow(unary: NDArray[np.int32], links: NDArray[np.int16]) -> int:
    """Solve with PyMaxflow, building its graph included, as ours includes building the grid; return the flow."""
    import maxflow

    graph = maxflow.GraphInt(unary.size, 4 * unary.size)
    nodes = graph.add_grid_nodes(unary.shape)
    for weights, (row, column) in zip(links.astype(np.int32), ((1, 2), (2, 1), (2, 2), (2, 0)), strict=True):
        structure = np.zeros((3, 3), int)
        structure[row, column] = 1
        graph.add_grid_edges(nodes, weights, structure, symmetric=True)
    graph.add_grid_tedges(nodes, np.maximum(unary, 0), np.maximum(-unary, 0))
    flow: int = graph.maxflow()
    graph.get_grid_segments(nodes)
    return flow


def _memory(solver: str, name: str, megapixels: float) -> float | None:
    """Bytes a pixel by which a fresh process grows at its peak while it solves, its input not counted; Linux only."""
    if not Path("/proc/self/clear_refs").exists():
        return None
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "problem.npz"
        steps, links = integers(*problem(name, megapixels))
        np.savez(file, steps=steps, links=links)
        command = [sys.executable, "-m", "benchmarks.cut", solver, str(file)]
        return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _growth(solver: str, file: str) -> float:
    solve: Callable[..., Any] = {"ours": cut, "pymaxflow": pymaxflow}[solver]
    solve(np.zeros((9, 9), np.int32), np.zeros((4, 9, 9), np.int16))
    with np.load(file) as arrays:
        steps, links = arrays["steps"], arrays["links"]
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts again from what is held now
    before = _peak()
    solve(steps, links)
    return (_peak() - before) / steps.size


def _peak() -> int:
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    print(_growth(*sys.argv[1:]))
