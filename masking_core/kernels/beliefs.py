"""What a pixel's colour, and its way to the marks, say about whether it is foreground: the unaries of a graph cut.

Colour models are learned from strokes (Boykov & Jolly 2001) or from a region (Rother, Kolmogorov & Blake 2004), and
learned again from the cut they lead to. Strokes add the geodesic distances of Bai & Sapiro (2009) and Gulshan et al.
(2010), so that a far look-alike is not taken; a region adds that objects fill an ellipse in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from masking_core.kernels.colour_models import Mixture, Palette, fit_mixture, gather_palette, log_likelihood
from masking_core.kernels.geodesic import FAR, geodesic_distance
from masking_core.progress import report

Mask = NDArray[np.bool_]
Field = NDArray[np.float32]
CutWith = Callable[[Field], Mask]
"""Given unaries (h, w), the foreground (h, w) of the least energy, marks respected."""

CERTAINTY = 3.0
"""Colour alone never says more than this, in natural logarithms of a likelihood ratio."""
FEW = 20
"""Pixels below which a model is not learned again."""
FRAME = 0.03
"""Width of the picture's frame, which is likely background, as a share of the side of a square of its area."""


@dataclass(frozen=True, eq=False)
class View:
    """What is learned from: a picture of about 0.1 megapixels.

    Attributes:
        lab: (h, w, 3) float32 CIELAB.
        smooth: the same, slightly blurred, so that noise does not lengthen ways.
        palette: its colours.
    """

    lab: Field
    smooth: Field
    palette: Palette

    @classmethod
    def of(cls, lab: Field) -> View:
        """See what there is to see in CIELAB planes (3, h, w) float32."""
        picture = np.ascontiguousarray(np.moveaxis(lab, 0, 2))
        blurred = cv2.GaussianBlur(picture, (0, 0), max(0.3, _side(picture.shape[:2]) / 283))
        return cls(picture, blurred, gather_palette(picture.reshape(-1, 3)))

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width."""
        return self.lab.shape[0], self.lab.shape[1]


@dataclass(frozen=True, eq=False)
class Belief:
    """Unaries of any pixel: of its colour by two mixtures, and of its place by a smooth field.

    Attributes:
        foreground, background: mixtures of CIELAB colours.
        place: (h, w) float32, what the place adds, at the size of the view.
        cut: (h, w) bool, the foreground of the last round.
        rounds: how often the models were learned.
    """

    foreground: Mixture
    background: Mixture
    place: Field
    cut: Mask
    rounds: int

    def of_colours(self, lab: Field) -> Field:
        """What colours (n, 3) float32 CIELAB say: (n,) float32, positive for foreground."""
        ratio = log_likelihood(self.foreground, lab) - log_likelihood(self.background, lab)
        return np.clip(ratio, -CERTAINTY, CERTAINTY)


@dataclass(frozen=True)
class Learning:
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


def from_strokes(view: View, seeds: NDArray[np.integer], cut_with: CutWith, learning: Learning) -> Belief:
    """Learn from strokes on the foreground and, if there are any, on the background.

    The picture's frame counts as background too, but less than a stroke.

    Args:
        view: the picture.
        seeds: (h, w): 1 foreground, some of it; 0 background; -1 neither.
        cut_with: cuts the view.
        learning: how.
    """
    marked, unmarked = seeds == 1, seeds == 0
    frame = _frame(view.shape) & (seeds == -1)
    inner = marked.astype(np.float32)
    outer = unmarked + frame * np.float32(0.3 * max(unmarked.sum(), 0.02 * seeds.size) / max(int(frame.sum()), 1))
    if not outer.any():
        outer = (seeds == -1).astype(np.float32)

    def weights(cut: Mask | None) -> tuple[Field, Field]:
        if cut is None:
            return inner, outer
        # What was marked goes on to count for a quarter, however small it is beside what was cut.
        return _joined(cut, inner), _joined(~cut, outer)

    def place(ratio: Field) -> Field:
        return np.float32(learning.reach) * _nearness(view, marked, unmarked, ratio, framed=True)

    return _learn(view, weights, place, cut_with, learning)


def from_region(view: View, region: Mask, seeds: NDArray[np.integer], cut_with: CutWith, learning: Learning) -> Belief:
    """Learn from a region (h, w) that the object lies in, and from the strokes, if any; arguments as above.

    Everything outside is background; the closer to the region, the more it tells about the background inside.
    """
    outside, marked = ~region, seeds == 1
    prior = (4.0 * (0.87 - _ellipse(region))).astype(np.float32)
    likely = 1 / (1 + np.exp(-prior))
    near = cv2.distanceTransform(outside.view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5) / _side(view.shape)
    outer = outside * np.exp(-near / 0.4) + (seeds == 0) + _frame(view.shape) * 0.2
    outer = (outer * (region.sum() / max(float(outer.sum()), 1e-6))).astype(np.float32)
    inner = marked.astype(np.float32)

    def weights(cut: Mask | None) -> tuple[Field, Field]:
        if cut is None:
            first = region * likely
            return _joined(first, inner) if marked.any() else first, outer + region * (1 - likely) * np.float32(0.5)
        own = cut.astype(np.float32)
        return _joined(own, inner) if marked.any() else own, outer + (region & ~cut)

    def place(ratio: Field) -> Field:
        shaped = np.float32(0.3) * prior
        if not marked.any():
            return shaped
        nearness = _nearness(view, marked, outside | (seeds == 0), ratio, framed=False)
        return shaped + np.float32(learning.reach) * nearness

    return _learn(view, weights, place, cut_with, learning)


def _learn(
    view: View,
    weights: Callable[[Mask | None], tuple[Field, Field]],
    place: Callable[[Field], Field],
    cut_with: CutWith,
    learning: Learning,
) -> Belief:
    colours = view.lab.reshape(-1, 3)
    cut: Mask | None = None
    belief: Belief | None = None
    for round_ in range(learning.rounds + 1):
        if cut is not None and min(cut.sum(), (~cut).sum()) < FEW:
            break
        report(round_ / (learning.rounds + 1), "Learning colours")
        inner, outer = weights(cut)
        models = (_mixture(view, inner, learning), _mixture(view, outer, learning))
        belief = Belief(*models, np.zeros(view.shape, np.float32), np.zeros(view.shape, bool), round_ + 1)
        ratio = belief.of_colours(colours).reshape(view.shape)
        field = place(ratio)
        before, cut = cut, cut_with(ratio + field)
        belief = replace(belief, place=field, cut=cut)
        if before is not None and np.count_nonzero(before != cut) <= learning.precision * cut.size:
            break
    assert belief is not None
    return belief


def _mixture(view: View, weights: Field, learning: Learning) -> Mixture:
    return fit_mixture(view.palette, np.ascontiguousarray(weights, np.float32).ravel(), learning.colours)


def _joined(cut: NDArray[np.generic], marked: Field) -> Field:
    joined: Field = cut + marked * np.float32(cut.sum() / (3 * marked.sum()))
    return joined


def _nearness(view: View, marked: Mask, unmarked: Mask, ratio: Field, *, framed: bool) -> Field:
    """From -1 at the background's strokes to 1 at the foreground's, by the lengths of the ways to them."""
    side = _side(view.shape)
    posterior = cv2.GaussianBlur(1 / (1 + np.exp(-ratio)), (0, 0), max(0.3, side / 283))
    features = np.dstack([view.smooth, posterior * np.float32(40)])
    ends = np.where(unmarked, np.float32(0), FAR)
    if framed:  # a way to the frame ends at background too, though not as surely
        ends[_border(view.shape) & (ends > 0) & ~marked] = 40
    step = 2 * 400 / side
    inner = geodesic_distance(np.where(marked, np.float32(0), FAR), features, step)
    outer = geodesic_distance(ends, features, step)
    nearness: Field = (outer - inner) / (outer + inner + np.float32(1e-6))
    return nearness


def _side(shape: tuple[int, ...]) -> float:
    """Side of the square of the same area: the unit of length that does not change with the view's size."""
    return float(np.sqrt(shape[0] * shape[1]))


def _border(shape: tuple[int, int], width: int = 1) -> Mask:
    border = np.ones(shape, bool)
    border[width:-width, width:-width] = False
    return border


def _frame(shape: tuple[int, int]) -> Mask:
    return _border(shape, max(1, int(FRAME * _side(shape))))


def _ellipse(region: Mask) -> Field:
    """How far from the middle of the region's box, 1 on the ellipse that fills it: (h, w) float32."""
    rows, columns = np.flatnonzero(region.any(axis=1)), np.flatnonzero(region.any(axis=0))
    y = (np.arange(region.shape[0]) - (rows[0] + rows[-1]) / 2) / ((rows[-1] - rows[0] + 1) / 2)
    x = (np.arange(region.shape[1]) - (columns[0] + columns[-1]) / 2) / ((columns[-1] - columns[0] + 1) / 2)
    return np.hypot(y[:, None], x[None, :]).astype(np.float32)
