"""Load or compile every kernel before somebody waits for it."""

from contextlib import suppress

import numpy as np

from masking_core.errors import ModelError, PromptError
from masking_core.image import Image
from masking_core.methods import METHODS
from masking_core.methods.clustering.kmeans import KMeans
from masking_core.progress import report
from masking_core.prompts import Prompts
from masking_core.prompts.from_mask import strokes_of
from masking_core.recipe import Recipe
from masking_core.shapes.outlines import outlines_of_mask
from masking_core.steps.edge import STYLES


def warm_up(*first: Recipe) -> None:
    """Run every method once on a small picture; takes some seconds, or a minute the first time on a machine.

    Args:
        first: what will most likely be asked for first; it is made ready before everything else.
    """
    rows, columns = np.ogrid[:64, :96]
    disc = (rows - 32) ** 2 + (columns - 48) ** 2 < 400
    noise = np.random.default_rng(0).integers(0, 60, (64, 96, 3))
    image = Image.from_array((noise + disc[..., None] * 150).astype(np.uint8))
    steps = len(METHODS) + len(first) + 2
    for step, recipe in enumerate(first):
        report(step / steps, f"Getting {recipe.method.title} ready")
        with suppress(PromptError, ModelError):
            _ = recipe.run(image).cutout
    for step, method in enumerate(METHODS.values(), len(first)):
        report(step / steps, f"Getting {method.title} ready")
        for prompts in (Prompts(), strokes_of(disc), Prompts.from_box(20, 8, 76, 56)):
            try:
                Recipe(method=method()).run(image, prompts)
            except PromptError:  # a method that cannot do without other marks has said so
                continue
            except ModelError:  # its network is not on this machine, as it will say when it is asked for
                break
    report((steps - 2) / steps, "Getting soft edges ready")
    for style in STYLES.values():
        _ = Recipe(method=KMeans(objects=2), edge=style).run(image).cutout
    report((steps - 1) / steps, "Getting outlines ready")
    ring = disc & ((rows - 32) ** 2 + (columns - 48) ** 2 > 100)
    _ = [piece.keyholed for piece in outlines_of_mask(ring).pieces]
