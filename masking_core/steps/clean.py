"""Label map in, label map out: tidying what a method found before anything is kept."""

from typing import Annotated, ClassVar, Literal

import cv2
import numpy as np
import skimage
from numpy.typing import NDArray
from pydantic import Field

from masking_core import label_map
from masking_core.arrays import Labels
from masking_core.errors import PromptError
from masking_core.parameters import Declared, Show
from masking_core.progress import reporting
from masking_core.prompts import Prompts

DOING = "Tidying the objects"


class Clean(Declared):
    """Steps on the label map, in this order: majority, specks, holes, pieces."""

    title: ClassVar[str] = "Clean-up"

    majority: Annotated[
        int,
        Field(
            ge=0, le=20, title="Majority", description="Every pixel takes the label most frequent within this radius."
        ),
        Show(unit="px"),
    ] = 0
    specks: Annotated[
        int,
        Field(
            ge=0, le=100_000, title="Remove specks", description="Pieces below this area go to their nearest neighbour."
        ),
        Show(unit="px²", step=10),
    ] = 0
    holes: Annotated[
        int,
        Field(
            ge=0, le=1_000_000, title="Fill holes", description="Holes in an object below this area become part of it."
        ),
        Show(unit="px²", step=10),
    ] = 0
    pieces: Annotated[
        Literal["all", "largest", "touched"],
        Field(title="Pieces", description="Which connected pieces of each object stay; the others become background."),
        Show(labels={"all": "All", "largest": "The largest of each object", "touched": "Those touched by a stroke"}),
    ] = "all"
    split: Annotated[
        bool,
        Field(title="Split pieces", description="Make every connected piece an object of its own, the largest first."),
    ] = False

    def apply(self, labels: Labels, prompts: Prompts) -> Labels:
        """Tidy ``labels``, (H, W) int32 with 0 background; ``prompts`` are in its pixels.

        Raises:
            PromptError: pieces are to be chosen by strokes and there is none.
        """
        if self.majority:
            labels = _majority(labels, self.majority)
        if self.specks:
            labels = _without_specks(labels, self.specks)
        if self.holes:
            labels = _without_holes(labels, self.holes)
        if self.pieces == "largest":
            labels = _keep_pieces(labels, None)
        elif self.pieces == "touched":
            seeds = prompts.seeds(labels.shape)
            if not (seeds > 0).any():
                raise PromptError('Draw a stroke on the pieces to keep: "Pieces" is set to those touched by a stroke.')
            labels = _keep_pieces(labels, seeds > 0)
        return split(labels) if self.split else labels


def _pieces(mask: NDArray[np.bool_]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """4-connected pieces of ``mask``, numbered from 1, and their areas (index 0: what is outside)."""
    count, pieces = cv2.connectedComponents(mask.view(np.uint8), connectivity=4)
    return pieces, np.bincount(pieces.ravel(), minlength=count)


def _majority(labels: Labels, radius: int) -> Labels:
    kernel = skimage.morphology.disk(radius, dtype=np.float32)
    winner = labels.copy()
    most = np.full(labels.shape, -1, np.float32)
    for label in reporting([0, *label_map.objects(labels)], DOING):
        votes = cv2.filter2D((labels == label).astype(np.float32), -1, kernel, borderType=cv2.BORDER_REPLICATE)
        # FFT rounding must not decide a tie: a strictly larger vote by a whole pixel does.
        better = votes > most + 0.5
        winner[better] = label
        most[better] = votes[better]
    return winner


def _without_specks(labels: Labels, area: int) -> Labels:
    speck = np.zeros(labels.shape, bool)
    for label in reporting([0, *label_map.objects(labels)], DOING):
        pieces, areas = _pieces(labels == label)
        small = areas < area
        small[0] = False
        speck |= small[pieces]
    return nearest(labels, ~speck)


def nearest(labels: Labels, known: NDArray[np.bool_]) -> Labels:
    """Give every pixel outside ``known`` the label of the nearest known pixel (Euclidean)."""
    if known.all() or not known.any():
        return labels
    _, index = cv2.distanceTransformWithLabels(
        (~known).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    value = np.zeros(int(index.max()) + 1, np.int32)
    value[index[known]] = labels[known]
    filled: Labels = value[index]
    return filled


def _without_holes(labels: Labels, area: int) -> Labels:
    filled = labels.copy()
    for label in reporting(label_map.objects(labels), DOING):
        pieces, areas = _pieces(labels != label)
        hole = areas < area
        hole[0] = False
        hole[np.unique(np.concatenate([pieces[0], pieces[-1], pieces[:, 0], pieces[:, -1]]))] = False
        filled[hole[pieces]] = label
    return filled


def _keep_pieces(labels: Labels, touched: NDArray[np.bool_] | None) -> Labels:
    kept = np.zeros_like(labels)
    for label in reporting(label_map.objects(labels), DOING):
        pieces, areas = _pieces(labels == label)
        areas[0] = 0
        stays = np.zeros(len(areas), bool)
        stays[areas.argmax() if touched is None else np.unique(pieces[touched])] = True
        stays[0] = False
        kept[stays[pieces]] = label
    return kept


def split(labels: Labels) -> Labels:
    """Number every 4-connected piece of every object anew, from 1, the largest first (ties: in reading order)."""
    numbered = np.zeros_like(labels)
    count = 0
    for label in reporting(label_map.objects(labels), DOING):
        pieces, areas = _pieces(labels == label)
        numbered[pieces > 0] = pieces[pieces > 0] + count
        count += len(areas) - 1
    areas = np.bincount(numbered.ravel(), minlength=count + 1)[1:]
    rank = np.zeros(count + 1, np.int32)
    rank[1 + np.argsort(-areas, kind="stable")] = np.arange(1, count + 1)
    return rank[numbered]
