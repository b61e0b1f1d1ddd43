"""Learning what is foreground from marks: colour models and cuts in turn (Rother, Kolmogorov & Blake 2004).

Strokes are learned from as in :mod:`masking_core.kernels.appearance.unaries`, a region as in
:mod:`masking_core.kernels.appearance.box`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from masking_core.arrays import Mask
from masking_core.kernels.appearance import box, unaries
from masking_core.kernels.appearance.box import Start
from masking_core.kernels.appearance.prior import Prior, agreement
from masking_core.kernels.appearance.unaries import COLOUR_LIMIT, LEANING, Features, Models, Plane
from masking_core.progress import report

CutWith = Callable[[Plane, float], Mask]
"""Given unaries (h, w) and a share of the usual smoothness, the foreground (h, w) of the least energy, marks kept."""
Weights = tuple[Plane, Plane]

SALIENCE_WEIGHT = 3.0
"""Most that salience may say in a unary."""
SALIENCE_STEP = 0.2
LEAST_WEIGHT = np.float32(0.3)
"""Of a pixel on the side of the cut that its salience speaks against."""
LEAST_LIKELY = np.float32(1e-3)
"""What a pixel counts at least for either side's first colours, where a map is learned from."""
AGREEMENT_WEIGHT = 0.5
"""Of a cut's agreement with a map, beside how much it looks like what a box was drawn around."""
AMOUNTS = (0.25, 0.5, 1.0, 2.0)
"""By how much unaries are moved to see which pixels change sides, in natural logarithms."""
FEW = 20
"""Pixels of one side below which its model is not learned again."""


@dataclass(frozen=True, eq=False)
class AppearanceModel:
    """Unaries of any pixel: of its colour by two mixtures, and of its place by a smooth field.

    Attributes:
        models: mixtures of the foreground's and the background's colours.
        place: (h, w) float32, what the place adds, at the size that was learned from.
        smoothness: share of the usual smoothness that the cut takes.
        limit: the most that a colour may say.
        cut: (h, w) bool, the foreground of the last round.
        rounds: how often the models were learned.
        before: what was believed a round earlier; None in the first.
    """

    models: Models
    place: Plane
    smoothness: float
    limit: float
    cut: Mask
    rounds: int
    before: AppearanceModel | None = None

    @property
    def history(self) -> tuple[AppearanceModel, ...]:
        """The belief of every round, the first one first."""
        return (*(self.before.history if self.before else ()), self)

    def of_colours(self, lab: Plane) -> Plane:
        """What colours (n, 3) float32 CIELAB say: (n,) float32, positive for foreground."""
        return np.clip(unaries.margin_of(self.models, lab), -self.limit, self.limit)

    def of_colour(self, features: Features) -> Plane:
        """What the colour of each pixel that was learned from says: (h, w) float32."""
        return np.clip(unaries.margin_of_pixels(self.models, features), -self.limit, self.limit)

    def of_pixels(self, features: Features) -> Plane:
        """The unaries of all pixels that were learned from: (h, w) float32."""
        return self.of_colour(features) + self.place


@dataclass(frozen=True)
class LearningSettings:
    """How models are learned.

    Attributes:
        colours: Gaussians a mixture.
        rounds: how often the models are learned again from the cut they lead to.
        precision: share of the pixels; a round that changes fewer is the last.
        reach: what the ways to the strokes weigh beside colour.
    """

    colours: int
    rounds: int
    precision: float
    reach: float


def from_strokes(
    features: Features,
    seeds: NDArray[np.integer],
    cut_with: CutWith,
    learning: LearningSettings,
    prior: Prior | None = None,
) -> AppearanceModel:
    """Learn from strokes, and from the picture's frame as likely background.

    Args:
        features: of the picture, (h, w).
        seeds: (h, w): 1 foreground, some of it; 0 background; -1 neither.
        cut_with: cuts the picture.
        learning: how.
        prior: a map of the likely object, if there is one.
    """
    first = unaries.seed_weights(seeds, frame=True)
    if not first[1].any():
        first = first[0], (seeds == -1).astype(np.float32)

    def weights(cut: Mask | None) -> Weights:
        return first if cut is None else unaries.cut_weights(cut, first)

    near = unaries.geodesic_margin(features, seeds, frame=True)
    place = np.float32(learning.reach) * near + np.float32(LEANING)
    place = place if prior is None else place + prior.says
    return _learned(features, weights, place, cut_with, learning, limit=unaries.colour_limit(seeds))


def from_salience(
    features: Features, salience: Plane, seeds: NDArray[np.integer], cut_with: CutWith, learning: LearningSettings
) -> AppearanceModel:
    """Learn from what stands out, (h, w) float32 in [0, 1]; ``seeds`` can only say what is background.

    The foreground begins above half of Otsu's threshold (1979) of the salience, and the salience stays a part of every
    pixel's unary: colours alone would take every look-alike.
    """
    likely = np.where(seeds == 0, np.float32(0), salience)
    bytes_ = np.rint(likely * 255).astype(np.uint8)
    threshold = np.float32(cv2.threshold(bytes_, 0, 255, cv2.THRESH_OTSU)[0] / 255 / 2)
    place = np.float32(SALIENCE_WEIGHT) * np.tanh((likely - threshold) / np.float32(SALIENCE_STEP))
    above = likely > threshold

    def weights(cut: Mask | None) -> Weights:
        if cut is None:
            return (likely * above, (1 - likely) * ~above) if above.any() else (1 - likely, 1 - likely)
        return cut * (LEAST_WEIGHT + likely), ~cut * (LEAST_WEIGHT + 1 - likely)

    return _learned(features, weights, place.astype(np.float32), cut_with, learning)


def from_map(features: Features, prior: Prior, cut_with: CutWith, learning: LearningSettings) -> AppearanceModel:
    """Learn from a map of the likely object alone, which stays a part of every pixel's unary."""

    def weights(cut: Mask | None) -> Weights:
        likely = prior.likely + LEAST_LIKELY, 1 - prior.likely + LEAST_LIKELY
        return likely if cut is None else (cut * (LEAST_WEIGHT + likely[0]), ~cut * (LEAST_WEIGHT + likely[1]))

    return _learned(features, weights, prior.says, cut_with, learning)


def from_region(
    features: Features,
    region: Mask,
    links: NDArray[np.int16],
    cut_with: CutWith,
    learning: LearningSettings,
    prior: Prior | None = None,
) -> AppearanceModel:
    """Learn from a region (h, w) that the object lies in: of several beginnings, the one with the best end.

    Strokes inside are kept to by ``cut_with``, and are no more than that: models learned from them, and the ways to
    them, made cuts worse. ``links`` (4, h, w) are the picture's n-links; the other arguments are as above.
    """
    starts = box.box_starts(region)
    if prior is not None:
        starts = tuple(start._replace(leaning=start.leaning + prior.says) for start in starts)

    def score(found: AppearanceModel) -> float:
        alike = AGREEMENT_WEIGHT * agreement(prior.likely, found.cut, region) if prior is not None else 0.0
        return box.box_score(features, links, region, found.cut) + alike

    return max((_from_start(features, region, start, cut_with, learning) for start in starts), key=score)


def uncertainty_of_cut(unary: Plane, smoothness: float, cut_with: CutWith) -> Plane:
    """How little evidence would put each pixel on the other side: (h, w) float32, from 0 to nearly 1.

    The cut is made again with all unaries moved by some amounts to either side; the cuts are nested (Gallo, Grigoriadis
    & Tarjan 1989), so that the least amount that moves a pixel is well defined; 1 is none, 0.2 the largest.
    """
    close = np.zeros(unary.shape, np.float32)
    for amount in sorted(AMOUNTS, reverse=True):
        less, more = (cut_with(unary + np.float32(by), smoothness) for by in (-amount, amount))
        close[less != more] = 1 - amount / (1.25 * max(AMOUNTS))
    return close


def _from_start(
    features: Features, region: Mask, start: Start, cut_with: CutWith, learning: LearningSettings
) -> AppearanceModel:
    return _learned(
        features,
        lambda cut: box.box_weights(start, region, cut),
        start.leaning,
        cut_with,
        learning,
        smoothness=start.smoothness,
    )


def _learned(
    features: Features,
    weights: Callable[[Mask | None], Weights],
    place: Plane,
    cut_with: CutWith,
    learning: LearningSettings,
    *,
    smoothness: float = 1.0,
    limit: float = COLOUR_LIMIT,
) -> AppearanceModel:
    belief: AppearanceModel | None = None
    for done in range(learning.rounds + 1):
        report(done / (learning.rounds + 1), "Learning colours")
        models = unaries.colour_models(features, weights(belief.cut if belief else None), learning.colours)
        margin = np.clip(unaries.margin_of_pixels(models, features), -limit, limit)
        cut = cut_with(margin + place, smoothness)
        settled = belief is not None and np.count_nonzero(belief.cut != cut) <= learning.precision * cut.size
        belief = AppearanceModel(models, place, smoothness, limit, cut, done + 1, belief)
        if settled or min(np.count_nonzero(cut), np.count_nonzero(~cut)) < FEW:
            break
    assert belief is not None
    return belief
