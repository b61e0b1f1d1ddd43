"""Why a cut-out is empty, in one sentence."""

import numpy as np
from numpy.typing import NDArray

from masking_core import label_map
from masking_core.arrays import Alpha, Labels
from masking_core.image import Image
from masking_core.prompts import Prompts

_VISIBLE = 0.5 / 255


def why_empty(image: Image, prompts: Prompts, labels: Labels, kept: tuple[int, ...], alpha: Alpha) -> tuple[str, ...]:
    """One sentence on why nothing can be seen of ``alpha``; none if something can.

    Args:
        image: the picture, (H, W).
        prompts: the marks in its pixels.
        labels: (H, W) int32, what was found.
        kept: the objects that are kept.
        alpha: (H, W) float32 in [0, 1], what became of them.
    """
    if alpha.max() >= _VISIBLE:
        return ()
    return (f"The cut-out is empty: {_reason(image, prompts, labels, kept)}",)


def _reason(image: Image, prompts: Prompts, labels: Labels, kept: tuple[int, ...]) -> str:
    found = label_map.objects(labels)
    if not found and prompts.marks and bool((prompts.seeds(labels.shape) == 0).all()):
        return "the whole picture is marked as background."
    if not found and image.alpha is not None and _hidden(image.alpha, prompts):
        return "the picture is transparent where you drew."
    if not found and any(region.operation != "add" for region in prompts.regions):
        return "the regions take away all that they add."
    if not found:
        return "no object was found. Paint on the object, or draw around it."
    if not kept:
        return "none of the objects that were found is kept. Pick one, or choose another rule for what is kept."
    if image.alpha is not None and not np.any(image.alpha[label_map.selected(labels, kept)]):
        return "the picture is transparent where the object is."
    return "the settings of the edge remove all of the object. Shrink it less."


def _hidden(alpha: NDArray[np.uint8], prompts: Prompts) -> bool:
    """Whether regions are drawn, and all of them where nothing can be seen."""
    drawn = prompts.bounds(alpha.shape)
    return drawn is not None and bool(drawn.any()) and not alpha[drawn].any()
