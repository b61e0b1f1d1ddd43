"""A picture with what its mask has right and wrong, read from the files."""

import numpy as np

from masking_core.arrays import Picture
from masking_core.batch import places
from masking_core.batch.item import Item
from masking_core.batch.places import Place
from masking_core.batch.report import errors_over
from masking_core.batch.scoring import Pair
from masking_core.batch.truth import open_mask, open_truth
from masking_core.errors import MaskingError
from masking_core.image import Image
from masking_core.image.limits import Limits
from masking_core.steps.backgrounds import Transparent

MASKS = ("mask", "cutout")
"""What is a mask, or has one as its alpha; so is the picture on a background that is transparent."""


def show_item(item: Item) -> Picture | None:
    """(H, W, 3) uint8: an item's picture, its mask and its truth; None where one of them cannot be read."""
    masks = (*MASKS, "composed") if isinstance(item.recipe.background, Transparent) else MASKS
    kind = next((kind for kind in masks if kind in item.writes), None)
    if kind is None or item.truth is None:
        return None
    return _shown(item.source, Place(item.writes[kind]), item.truth, item.limits)


def show_pair(pair: Pair, picture: Place | None) -> Picture | None:
    """(H, W, 3) uint8: a mask and its truth, over the picture if it is known, else over white."""
    return None if pair.mask is None else _shown(picture, pair.mask, pair.truth, pair.limits)


def _shown(picture: Place | None, mask: Place, truth: Place, limits: Limits) -> Picture | None:
    try:
        true = open_truth(places.read(truth, limits), truth.name, limits).alpha
        size = true.shape[1], true.shape[0]
        ours = open_mask(places.read(mask, limits), mask.name, limits, size)
        rgb = np.full((*true.shape, 3), 255, np.uint8)
        if picture is not None:
            rgb = Image.open(places.read(picture, limits), limits=limits).rgb
    except MaskingError:  # the entry says what failed
        return None
    return errors_over(rgb, ours >= 0.5, true >= 0.5)
