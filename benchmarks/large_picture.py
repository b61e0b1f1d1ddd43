"""``python -m benchmarks.large_picture METHOD MEGAPIXELS``: one picture in a process of its own.

Prints the processor seconds of a run, the least of three, those that the system took beside them to hand out memory,
and the most bytes a pixel that the run took beyond the picture. A virtual machine may take very long to hand out
memory, so that its seconds say little of ours.
"""

import os
import sys
import threading
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from masking_core import Image, Prompts, Recipe
from masking_core.methods import METHODS
from masking_core.prompts import Stroke

TILE = 256


def picture(side: int) -> NDArray[np.uint8]:
    """A bright disc on dark noise, (side, side, 3) uint8, made in place."""
    noise = np.random.default_rng(0).integers(0, 30, (TILE, TILE, 3), dtype=np.uint8)
    rgb = np.empty((side, side, 3), np.uint8)
    for top in range(0, side, TILE):
        for left in range(0, side, TILE):
            part = rgb[top : top + TILE, left : left + TILE]
            rows, columns = np.ogrid[top : top + part.shape[0], left : left + part.shape[1]]
            inside = (rows - side / 2) ** 2 + (columns - side / 2) ** 2 < (side / 3) ** 2
            part[...] = noise[: part.shape[0], : part.shape[1]]
            part += inside[..., None].astype(np.uint8) * np.array([190, 140, 60], np.uint8)
    return rgb


def marks(side: int, method: str) -> Prompts:
    """A stroke on the disc and one beside it, where the method takes strokes into account."""
    if method != "graph_cut":
        return Prompts()
    inner = ((0.4 * side, 0.5 * side), (0.6 * side, 0.5 * side))
    outer = ((0.03 * side, 0.03 * side), (0.9 * side, 0.03 * side))
    return Prompts(marks=(Stroke(points=inner, width=side / 100), Stroke(points=outer, width=side / 100, object=0)))


def main(method: str, megapixels: float) -> None:
    """Measure one run."""
    cv2.setNumThreads(1)
    side = round((megapixels * 1e6) ** 0.5)
    two = {"objects": 2} if method == "kmeans" else {}  # or the noise is parted in two
    recipe, prompts = Recipe(method=METHODS[method](**two)), marks(side, method)
    rgb = picture(side)
    small = Image.from_array(rgb[:: side // 200, :: side // 200])
    recipe.run(small, prompts.scaled(small.size[0] / side))  # its kernels are ready
    most, ended = [_resident()], threading.Event()
    before = most[0]

    def watch() -> None:
        while not ended.wait(0.005):
            most[0] = max(most[0], _resident())

    watching = threading.Thread(target=watch)
    watching.start()
    own, system = min(_seconds(recipe, Image(rgb), prompts) for _ in range(3))
    ended.set()
    watching.join()
    print(f"{own:.3f} {system:.3f} {(most[0] - before) / (side * side):.2f}")


def _seconds(recipe: Recipe, image: Image, prompts: Prompts) -> tuple[float, float]:
    begun = os.times()
    result = recipe.run(image, prompts)
    ended = os.times()
    assert 0.3 < float((result.alpha >= 0.5).mean()) < 0.4
    return ended.user - begun.user, ended.system - begun.system


def _resident() -> int:
    """Bytes of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
