"""How good a mask, an alpha or a soft map is against the truth.

Every function takes ``ignored``, the pixels that never count (mixed pixels in a truth, say); ``None`` counts all.
An empty share is perfect: nothing claimed is nothing wrong, so 0/0 is 1 for the scores and 0 for the errors.
"""

from __future__ import annotations

import cv2
import numpy as np
import scipy
from numpy.typing import NDArray

from masking_core.arrays import Mask
from masking_core.errors import ParameterError

Alpha = NDArray[np.floating]

GRADIENT_SIGMA = 1.4  # pixels; Rhemann et al. 2009
CONNECTIVITY_STEP = 0.1
CONNECTIVITY_SLACK = 0.15  # θ of Rhemann et al. 2009: smaller gaps are not a lost connection


def iou(mask: Mask, truth: Mask, ignored: Mask | None = None) -> float:
    """Intersection over union (Jaccard 1912) of two (H, W) bool masks, in [0, 1].

    >>> iou(np.array([[True, True, False]]), np.array([[True, False, False]]))
    0.5
    """
    both, only_mask, only_truth, _ = _counts(mask, truth, ignored)
    return _share(both, both + only_mask + only_truth)


def dice(mask: Mask, truth: Mask, ignored: Mask | None = None) -> float:
    """Dice coefficient (Dice 1945), twice the intersection over the sum of the areas, in [0, 1]."""
    both, only_mask, only_truth, _ = _counts(mask, truth, ignored)
    return _share(2 * both, 2 * both + only_mask + only_truth)


def precision(mask: Mask, truth: Mask, ignored: Mask | None = None) -> float:
    """Share of the mask that is true, in [0, 1]."""
    both, only_mask, _, _ = _counts(mask, truth, ignored)
    return _share(both, both + only_mask)


def recall(mask: Mask, truth: Mask, ignored: Mask | None = None) -> float:
    """Share of the truth that the mask has, in [0, 1]."""
    both, _, only_truth, _ = _counts(mask, truth, ignored)
    return _share(both, both + only_truth)


def error_rate(mask: Mask, truth: Mask, ignored: Mask | None = None) -> float:
    """Wrong pixels over counted pixels, in [0, 1]."""
    both, only_mask, only_truth, neither = _counts(mask, truth, ignored)
    return 1.0 - _share(both + neither, both + neither + only_mask + only_truth)


def boundary_f(mask: Mask, truth: Mask, tolerance: float, ignored: Mask | None = None) -> float:
    """F-measure of the outlines (Martin, Fowlkes, Malik 2004), in [0, 1].

    A pixel of one outline is right when a pixel of the other lies within ``tolerance`` pixels (Euclidean). An outline
    is the inner one: pixels of the mask with one of their four neighbours outside; the picture's frame is no outline.
    """
    _counts(mask, truth, ignored)
    counted = _counted(mask, ignored)
    ours, theirs = _outline(mask), _outline(truth)
    precise = _share_near(ours & counted, theirs, tolerance)
    recalled = _share_near(theirs & counted, ours, tolerance)
    return 0.0 if precise + recalled == 0 else 2 * precise * recalled / (precise + recalled)


def sad(alpha: Alpha, truth: Alpha, ignored: Mask | None = None) -> float:
    """Sum of absolute differences of two (H, W) alphas in [0, 1]; in pixels, papers divide by 1000."""
    return float(np.abs(_difference(alpha, truth, ignored)).sum())


def mse(alpha: Alpha, truth: Alpha, ignored: Mask | None = None) -> float:
    """Mean squared difference of two (H, W) alphas in [0, 1]."""
    difference = _difference(alpha, truth, ignored)
    return float(np.square(difference).mean()) if difference.size else 0.0


def mae(alpha: Alpha, truth: Alpha, ignored: Mask | None = None) -> float:
    """Mean absolute difference of two (H, W) maps in [0, 1]."""
    difference = _difference(alpha, truth, ignored)
    return float(np.abs(difference).mean()) if difference.size else 0.0


def gradient_error(alpha: Alpha, truth: Alpha, ignored: Mask | None = None) -> float:
    """Gradient error of an alpha (Rhemann et al. 2009): sum of squared differences of the gradients' magnitudes.

    Gradients are first derivatives of a Gaussian of 1.4 pixels, their kernels scaled to unit Euclidean norm; the sum is
    in pixels, papers divide by 1000.
    """
    _difference(alpha, truth, ignored)
    difference = _gradient_magnitude(alpha) - _gradient_magnitude(truth)
    return float(np.square(difference[_counted(alpha, ignored)]).sum())


def connectivity_error(alpha: Alpha, truth: Alpha, ignored: Mask | None = None) -> float:
    """How much of an alpha lost its connection (Rhemann et al. 2009), in pixels; papers divide by 1000.

    A pixel's level is the highest threshold (in steps of 0.1) at which it is still 4-connected to the source, the
    largest region where both alphas reach that threshold; what it has above it, if at least 0.15, is unconnected.
    """
    _difference(alpha, truth, ignored)
    level = _connected_level(alpha, truth)
    difference = _unconnected(alpha, level) - _unconnected(truth, level)
    return float(np.abs(difference[_counted(alpha, ignored)]).sum())


def precision_recall_curves(soft: Alpha, truth: Mask, ignored: Mask | None = None) -> NDArray[np.float64]:
    """Precision and recall of a soft map in [0, 1] at each of the 256 thresholds k / 255, from which on is foreground.

    Returns (2, 256) float64.
    """
    _same_shape(soft, truth)
    counted = _counted(soft, ignored)
    # the small constant undoes the rounding of k / 255 * 255 just below k
    level = np.clip(np.floor(soft[counted] * 255.0 + 1e-4), 0, 255).astype(np.intp)
    inside = truth[counted]
    hits = np.bincount(level[inside], minlength=256)[::-1].cumsum()[::-1]
    claims = np.bincount(level, minlength=256)[::-1].cumsum()[::-1]
    total = int(inside.sum())
    precise = np.divide(hits, claims, out=np.ones(256), where=claims > 0)
    recalled = hits / total if total else np.ones(256)
    return np.stack([precise, recalled])


def f_measure(precision_recall: NDArray[np.float64], beta2: float = 0.3) -> NDArray[np.float64]:
    """The weighted harmonic mean of precision and recall (2, N), (N,) float64; 0 where both are (Achanta et al. 2009).

    A set's figure is the maximum over thresholds of its pictures' mean curve; of F, or of precision and recall.
    """
    precise, recalled = precision_recall
    below = beta2 * precise + recalled
    found: NDArray[np.float64] = np.zeros_like(below)
    np.divide((1 + beta2) * precise * recalled, below, out=found, where=below > 0)
    return found


def scores(alpha: Alpha, truth: Alpha, tolerance: float, ignored: Mask | None = None) -> dict[str, float]:
    """The measures of a cut-out by name: those of masks from 0.5 on, ``mae`` and ``sad`` of the soft alphas.

    Args:
        alpha, truth: (H, W) in [0, 1].
        tolerance: of :func:`boundary_f`, in pixels.
        ignored: (H, W) bool, pixels that never count.

    >>> truth = np.eye(20, dtype=np.float32)
    >>> scores(truth, truth, tolerance=1)["iou"]
    1.0
    """
    mask, true = alpha >= 0.5, truth >= 0.5
    return {
        **{each.__name__: each(mask, true, ignored) for each in (iou, dice, precision, recall, error_rate)},
        "boundary_f": boundary_f(mask, true, tolerance, ignored),
        "mae": mae(alpha, truth, ignored),
        "sad": sad(alpha, truth, ignored),
    }


def _same_shape(ours: NDArray[np.generic], theirs: NDArray[np.generic]) -> None:
    if ours.shape != theirs.shape or ours.ndim != 2:
        raise ParameterError(f"A measure compares two (H, W) arrays of one shape; given {ours.shape}, {theirs.shape}.")


def _counted(like: NDArray[np.generic], ignored: Mask | None) -> Mask:
    if ignored is None:
        return np.ones(like.shape, dtype=bool)
    _same_shape(like, ignored)
    return ~ignored


def _counts(mask: Mask, truth: Mask, ignored: Mask | None) -> tuple[int, int, int, int]:
    """Pixels in (both, only the mask, only the truth, neither)."""
    _same_shape(mask, truth)
    if mask.dtype != np.bool_ or truth.dtype != np.bool_:
        raise ParameterError(f"A mask is an array of bool; given {mask.dtype} and {truth.dtype}.")
    counted = _counted(mask, ignored)
    ours, theirs = mask[counted], truth[counted]
    both = int(np.count_nonzero(ours & theirs))
    only_mask, only_truth = int(np.count_nonzero(ours)) - both, int(np.count_nonzero(theirs)) - both
    return both, only_mask, only_truth, ours.size - both - only_mask - only_truth


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _difference(alpha: Alpha, truth: Alpha, ignored: Mask | None) -> NDArray[np.float64]:
    _same_shape(alpha, truth)
    counted = _counted(alpha, ignored)
    return alpha[counted].astype(np.float64) - truth[counted].astype(np.float64)


def _outline(mask: Mask) -> Mask:
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    # a constant frame of 1 keeps the picture's edge from being eroded
    inner = cv2.erode(mask.astype(np.uint8), cross, borderType=cv2.BORDER_CONSTANT, borderValue=1)
    outline: Mask = mask & (inner == 0)
    return outline


def _share_near(pixels: Mask, others: Mask, tolerance: float) -> float:
    count = int(np.count_nonzero(pixels))
    if count == 0 or not others.any():
        return float(count == 0)
    distance = cv2.distanceTransform((~others).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return float(np.count_nonzero(distance[pixels] <= tolerance)) / count


def _gradient_magnitude(alpha: Alpha) -> NDArray[np.float64]:
    reach = np.arange(-4, 5, dtype=np.float64)  # the kernel falls below 1 % of a pixel's weight beyond 4
    bell = np.exp(-(reach**2) / (2 * GRADIENT_SIGMA**2))
    slope = reach * bell
    bell, slope = bell / np.linalg.norm(bell), slope / np.linalg.norm(slope)
    picture = alpha.astype(np.float64)
    across = cv2.sepFilter2D(picture, cv2.CV_64F, slope, bell, borderType=cv2.BORDER_REPLICATE)
    down = cv2.sepFilter2D(picture, cv2.CV_64F, bell, slope, borderType=cv2.BORDER_REPLICATE)
    slopes: NDArray[np.float64] = np.hypot(across, down)
    return slopes


def _connected_level(alpha: Alpha, truth: Alpha) -> NDArray[np.float64]:
    level = np.zeros(alpha.shape)
    common = np.minimum(alpha, truth)
    for step in range(1, round(1 / CONNECTIVITY_STEP) + 1):
        threshold = step * CONNECTIVITY_STEP
        labels, found = scipy.ndimage.label(common >= threshold - 1e-6)
        if found == 0:
            break
        source = 1 + int(np.argmax(np.bincount(labels.ravel())[1:]))
        # a pixel cut off at one threshold stays cut off at higher ones
        level[(labels == source) & (level >= threshold - 1.5 * CONNECTIVITY_STEP)] = threshold
    return level


def _unconnected(alpha: Alpha, level: NDArray[np.float64]) -> NDArray[np.float64]:
    above = alpha.astype(np.float64) - level
    return np.where(above >= CONNECTIVITY_SLACK, above, 0.0)
