"""Several recipes on one picture: run two at a time, handed on as they finish."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from masking_core import Image, MaskingError, Prompts, Recipe, Result
from masking_core.recipe import PREVIEW_PIXELS
from pages.parts import compute

AT_ONCE = 2
"""Runs of one visitor at a time, so that others get their turn between them."""


@dataclass(frozen=True)
class Outcome:
    """What became of one recipe: a ``result``, or the sentence that says why there is none."""

    result: Result | None = None
    problem: str = ""


@dataclass(frozen=True)
class Scene:
    """What all recipes of a comparison are run on."""

    image: Image
    prompts: Prompts

    def run(self, recipe: Recipe, pixels: int = PREVIEW_PIXELS) -> Result:
        """Run ``recipe`` here and now, or take what is there already; raises :class:`MaskingError`."""
        return recipe.finish(compute.segment(self.image, recipe, self.prompts, preview=pixels))


def run_all(
    scene: Scene, recipes: Mapping[Any, Recipe], notice: Any, pixels: int = PREVIEW_PIXELS
) -> Iterator[tuple[Any, Outcome]]:
    """Every key of ``recipes`` with what became of its recipe, in the order in which they finish.

    ``notice``, an empty placeholder, shows how far they are. A change of any widget ends the calling script at one of
    the calls below; what is running is then told to stop, and what has finished is found again next time.
    """
    waiting = list(recipes.items())
    running: dict[Any, compute.Job] = {}
    begun = shown = time.monotonic()
    try:
        while waiting or running:
            while waiting and len(running) < AT_ONCE:
                key, recipe = waiting.pop(0)
                running[key] = compute.submit(lambda recipe=recipe: scene.run(recipe, pixels))
            for key in [key for key, job in running.items() if job.future.done()]:
                yield key, outcome(running.pop(key))
            now = time.monotonic()
            if running and now - begun > compute.PATIENCE and now - shown > 0.1:
                _tell(notice, len(recipes), waiting, running)
                shown = now
            time.sleep(0.005)
        notice.empty()
    finally:
        for job in running.values():
            job.unwanted = True


def outcome(job: compute.Job) -> Outcome:
    """What became of a job that is done and whose value is a result."""
    try:
        return Outcome(job.future.result())
    except MaskingError as error:
        return Outcome(problem=str(error))


def _tell(notice: Any, total: int, waiting: list[Any], running: dict[Any, compute.Job]) -> None:
    done = total - len(waiting) - len(running)
    ready = compute.getting_ready()
    job = next(iter(running.values()))
    words = f"{done} of {total} done. {job.doing} …" + (f" ({ready}: the first run is slower)" if ready else "")
    notice.progress((done + sum(each.fraction for each in running.values())) / total, words)


def pieces(mask: np.ndarray) -> int:
    """Connected pieces of a (H, W) bool mask, over edges."""
    return int(cv2.connectedComponents(mask.view(np.uint8), connectivity=4)[0]) - 1
