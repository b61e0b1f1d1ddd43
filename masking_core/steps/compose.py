"""Putting the cut-out on its background."""

from functools import lru_cache

import cv2
import numpy as np

from masking_core.arrays import Alpha, Picture
from masking_core.errors import ParameterError
from masking_core.image import Image
from masking_core.kernels.feather import gaussian
from masking_core.kernels.linear_light import to_linear, to_srgb
from masking_core.progress import bands, report
from masking_core.steps.backgrounds import Background, Transparent
from masking_core.steps.backgrounds.background import rgb_of
from masking_core.steps.cut_out import cut_out

DOING = "Painting the background"
FLATNESS = 0.12
"""Height of a contact shadow over that of its object."""


def compose(image: Image, alpha: Alpha, background: Background, colours: Picture | None = None) -> Picture:
    """Put ``background`` behind ``image``: (H, W, 4) uint8, straight alpha.

    Half-transparent pixels are mixed in linear light, where adding light is adding numbers: mixed as sRGB values, a red
    edge on green turns dark. ``blending="srgb"`` of the background mixes the values as they are stored.

    Args:
        image: the picture; its own alpha, if any, has already gone into ``alpha``.
        alpha: (H, W) float32 in [0, 1], how much of the picture stays.
        background: what shows where it does not.
        colours: (H, W, 3) uint8, the object's own colours along its edge; the picture's where None.

    Raises:
        ParameterError: ``alpha`` is not of the picture's size.
        ImageError: the background's picture cannot be opened.

    >>> from masking_core import Colour
    >>> image = Image.from_array(np.zeros((1, 2, 3), np.uint8))
    >>> compose(image, np.array([[1, 0]], np.float32), Colour(colour="#ffffff")).tolist()
    [[[0, 0, 0, 255], [255, 255, 255, 255]]]
    """
    if alpha.shape != image.rgb.shape[:2]:
        raise ParameterError(f"alpha must be {image.rgb.shape[:2]} like the picture; {alpha.shape} was given.")
    colours = image.rgb if colours is None else colours
    if isinstance(background, Transparent) and background.shadow == "none":
        return cut_out(colours, alpha)
    behind = np.ascontiguousarray(background.paint(image, alpha))
    if background.match_light and background.opaque:
        colours = _matched(colours, alpha, behind, background.match_light)
    if background.shadow != "none":
        behind = _over(_shadow(alpha, background), behind, background.blending)
    return _over(cut_out(colours, alpha), behind, background.blending)


def _over(top: Picture, below: Picture, blending: str) -> Picture:
    """One picture over another (Porter & Duff 1984): ``top`` (H, W, 4), ``below`` (H, W, 3 or 4); (H, W, 4) uint8."""
    report(0.5, DOING)
    share = np.ascontiguousarray(top[..., 3])
    result: Picture = cv2.cvtColor(below, cv2.COLOR_RGB2RGBA) if below.shape[2] == 3 else below.copy()
    cv2.copyTo(top, cv2.compare(share, 255, cv2.CMP_EQ), result)
    for band in bands(share.shape, DOING):
        _mix(top[band], result[band], blending)
        if below.shape[2] == 4:
            result[band][result[band][..., 3] == 0] = 0
    return result


def _mix(top: Picture, result: Picture, blending: str) -> None:
    """Mix the pixels that are neither all of the one nor all of the other, which are few, in place."""
    soft = np.nonzero(cv2.inRange(np.ascontiguousarray(top[..., 3]), 1, 254))
    upper, lower = top[soft], result[soft]
    a = upper[:, 3:].astype(np.float32) / np.float32(255)
    b = lower[:, 3:].astype(np.float32) / np.float32(255) * (1 - a)
    if blending == "linear":
        result[soft[0], soft[1], :3] = to_srgb((to_linear(upper[:, :3]) * a + to_linear(lower[:, :3]) * b) / (a + b))
    else:
        result[soft[0], soft[1], :3] = np.rint((upper[:, :3] * a + lower[:, :3] * b) / (a + b))
    result[soft[0], soft[1], 3] = np.rint((a + b)[:, 0] * 255)


def _shadow(alpha: Alpha, background: Background) -> Picture:
    """The shadow that the cut-out throws: (H, W, 4) uint8."""
    height, width = alpha.shape
    matrix = np.array([[1, 0, background.shadow_x], [0, 1, background.shadow_y]], np.float64)
    if background.shadow == "contact":
        rows = np.flatnonzero((alpha >= 0.5).any(axis=1))
        foot = float(rows[-1]) if rows.size else 0.0
        # The outline, lying flat on the ground that the object stands on.
        matrix[1] = 0, FLATNESS, foot * (1 - FLATNESS) + background.shadow_y
    thrown = cv2.warpAffine(alpha, matrix, (width, height), flags=cv2.INTER_LINEAR)
    if background.shadow_blur:
        thrown = gaussian(np.asarray(thrown, np.float32), background.shadow_blur / 2)
    painted = np.empty((height, width, 4), np.uint8)
    for band in bands(alpha.shape, DOING):
        painted[band][..., :3] = rgb_of(background.shadow_colour)
        painted[band][..., 3] = np.rint(np.clip(thrown[band], 0, 1) * background.shadow_strength * 255)
    return painted


def _matched(colours: Picture, alpha: Alpha, behind: Picture, amount: float) -> Picture:
    """``colours`` with their mean in L*a*b* moved by ``amount`` of what parts it from that of ``behind``.

    Colour transfer after Reinhard et al. (2001), of the mean alone: a plain background has no spread to hand on.
    """
    if not alpha.any():
        return colours
    own, other = (
        cv2.cvtColor(np.ascontiguousarray(item[..., :3]).astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
        for item in (colours, behind)
    )
    weight = None if behind.shape[2] == 3 else behind[..., 3].reshape(-1)
    goal = np.average(other.reshape(-1, 3), axis=0, weights=weight if weight is None or weight.any() else None)
    mean = np.average(own.reshape(-1, 3), axis=0, weights=alpha.reshape(-1))
    moved = cv2.cvtColor((own + amount * (goal - mean)).astype(np.float32), cv2.COLOR_LAB2RGB)
    shifted: Picture = np.rint(np.clip(moved, 0, 1) * 255).astype(np.uint8)
    return shifted


def on_checkerboard(rgba: Picture, size: int = 12) -> Picture:
    """A (H, W, 4) uint8 picture over the pattern that means "transparent": (H, W, 3) uint8, squares of ``size``."""
    alpha = rgba[..., 3].astype(np.float32) / np.float32(255)
    board = _checkerboard(rgba.shape[0], rgba.shape[1], size)
    over: Picture = cv2.blendLinear(cv2.cvtColor(rgba, cv2.COLOR_RGBA2RGB), board, alpha, 1 - alpha)
    return over


@lru_cache(maxsize=16)
def _checkerboard(height: int, width: int, size: int) -> Picture:
    rows, columns = np.ogrid[:height, :width]
    light = (rows // size + columns // size) % 2 == 0
    return np.asarray(cv2.cvtColor(np.where(light, np.uint8(245), np.uint8(205)), cv2.COLOR_GRAY2RGB), np.uint8)
