"""Several recipes on one picture, handed on as they finish."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import cv2
import numpy as np

from masking_core import Image, MaskingError, Prompts, Recipe, Result
from masking_core.arrays import Mask
from masking_core.recipe import PREVIEW_PIXELS
from studio import compute, state

AT_ONCE = 2
"""Runs of one visitor that are queued at a time: the next is there when one ends."""


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
        return recipe.finish(compute.segment(self.image, recipe, self.prompts, pixels=pixels))


class Runs:
    """Recipes being run on a scene, by key, in their order; the first begin at once."""

    def __init__(self, scene: Scene, recipes: Mapping[Any, Recipe], pixels: int = PREVIEW_PIXELS) -> None:
        self._scene, self._pixels, self._total = scene, pixels, len(recipes)
        self._waiting = list(recipes.items())
        self._running: dict[Any, compute.Job] = {}
        self._fill()

    def finished(self, notice: Any) -> Iterator[tuple[Any, Outcome]]:
        """Every key with what became of its recipe, in the order in which they finish.

        ``notice``, an empty placeholder, shows how far they are. A change of any widget ends the calling script at one
        of the calls below; what is running is then told to stop, and what has finished is found again next time.
        """
        begun = shown = time.monotonic()
        try:
            while self._running:
                for key in [key for key, job in self._running.items() if job.done]:
                    done = outcome(self._running.pop(key))
                    self._fill()
                    yield key, done
                state.give_way()
                now = time.monotonic()
                if self._running and now - begun > compute.PATIENCE and now - shown > compute.RHYTHM:
                    self._tell(notice)
                    shown = now
                time.sleep(0.005)
            notice.empty()
        finally:
            for job in self._running.values():
                job.cancel()

    def _fill(self) -> None:
        while self._waiting and len(self._running) < AT_ONCE:
            key, recipe = self._waiting.pop(0)
            self._running[key] = compute.submit(partial(self._scene.run, recipe, self._pixels))

    def _tell(self, notice: Any) -> None:
        done = self._total - len(self._waiting) - len(self._running)
        words = f"{done} of {self._total} done. {compute.waiting_words(next(iter(self._running.values())))}"
        share = done + sum(job.fraction for job in self._running.values())
        notice.progress(min(max(share / self._total, 0.0), 1.0), words)


def outcome(job: compute.Job) -> Outcome:
    """What became of a job that is done and whose value is a result."""
    try:
        return Outcome(job.future.result())
    except MaskingError as error:
        return Outcome(problem=str(error))


def pieces(mask: Mask) -> int:
    """Connected pieces of a (H, W) bool mask, over edges."""
    return int(cv2.connectedComponents(mask.view(np.uint8), connectivity=4)[0]) - 1
