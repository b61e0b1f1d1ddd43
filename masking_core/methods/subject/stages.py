"""How a network came to its answer, for the page that explains it."""

from collections.abc import Sequence
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from masking_core.arrays import Picture
from masking_core.image import Image
from masking_core.kernels.raster.placing import Crop, read_at
from masking_core.models.looks import STEPS, Look, normalised
from masking_core.models.occlusion import GRID, occlusion
from masking_core.models.subject_map import FITTING, TRUST, SubjectMap, subject_map
from masking_core.stage import Stage

GAINED, LOST = np.array([213, 94, 0], np.float32), np.array([0, 114, 178], np.float32)

Plane = NDArray[np.float32]


def stages(image: Image, maps: dict[int, SubjectMap]) -> tuple[Stage, ...]:
    """What the network saw of each object, its answers from coarse to fine, and what they depend on."""
    found = tuple(maps.values())
    size = found[0].surest.seen.shape[0]
    names = tuple(f"object {number}" for number in maps) if len(maps) > 1 else ()
    cropped = tuple(each for each in found if each.crop != Crop.whole(image.rgb.shape))
    return (
        Stage(
            "What the network sees",
            f"The part of the picture where it is surest, at {size} × {size} pixels, with each colour channel shifted "
            "and scaled to what the network was trained on. Grey is 0.",
            r"x_c = \frac{v_c / v_{max} - \mu_c}{\sigma_c}",
            partial(_seen, found),
            len(found),
            names,
        ),
        *((_coarse_to_fine(image, found),) if found[0].surest.sides else ()),
        *((_looks(image, found),) if len(found[0].looks) > 1 else ()),
        Stage(
            "What it takes for the subject",
            "White is the subject, black is not. The answer is rounded to 256 steps before anything is decided by it.",
            r"p = \text{all answers, combined}",
            partial(_answer, image, found),
            len(found),
            names,
        ),
        *((_cropping(image, cropped),) if cropped else ()),
        Stage(
            "Where it is unsure",
            "Bright where the answer is near one half. A mark there helps most.",
            r"1 - \lvert 2 p - 1 \rvert",
            partial(_unsure, image, found),
            len(found),
            names,
        ),
        Stage(
            "Which part of the picture decides",
            f"Each of {GRID} × {GRID} squares was hidden in turn. The brighter a square, the more of the subject is "
            "lost without it.",
            r"\frac{\sum_p \max(p - p_{hidden}, 0)}{\sum_p p}",
            partial(_decides, image, found),
            len(found),
            names,
        ),
    )


def _coarse_to_fine(image: Image, found: Sequence[SubjectMap]) -> Stage:
    count = len(found[0].surest.sides)
    depths = (*(f"depth {depth} of {count}" for depth in range(count, 0, -1)), "combined")
    return Stage(
        "From coarse to fine",
        "The network answers at several depths: the deepest one sees most of the picture and few details. The last "
        "frame is all of them combined.",
        r"p = \sigma \left( \sum_k w_k \, s_k \right)",
        partial(_depth, image, found),
        len(found) * len(depths),
        depths * len(found),
    )


def _looks(image: Image, found: Sequence[SubjectMap]) -> Stage:
    looks = [(look, share) for each in found for look, share in zip(each.looks, each.shares, strict=True)]
    return Stage(
        "Look by look",
        "The network is shown several parts of the picture: a wide one lets it see the whole, a narrow one the parts. "
        "An answer counts more, the surer it is (c) and the better it fits the place (f): in a region it reaches all "
        "sides, in a whole picture it keeps off the border.",
        rf"p = \sum_k w_k \, p_k, \quad w_k \propto e^{{{TRUST:g} (c_k + {FITTING:g} f_k)}}, \quad "
        r"c_k = \frac{\sum p_k^2}{\sum p_k}",
        partial(_look, image, [look for look, _ in looks]),
        len(looks),
        tuple(
            f"{_part(look, image)} at {look.seen.shape[1]} × {look.seen.shape[0]}, {share:.0%}" for look, share in looks
        ),
    )


def _part(look: Look, image: Image) -> str:
    """What a look was shown, in words."""
    whole = Crop.whole(image.rgb.shape)
    if look.crop == whole:
        return "the whole picture"
    if look.crop.within(whole) == whole:
        return "the picture, mirrored beyond its border,"
    return f"{look.crop.width} × {look.crop.height} pixels of the picture"


def _cropping(image: Image, cropped: Sequence[SubjectMap]) -> Stage:
    return Stage(
        "What the region changes",
        "Compared with what the network says of the whole picture: orange was gained by looking at the region alone, "
        "blue was lost.",
        r"p_{region} - p_{picture}",
        partial(_gained, image, cropped),
        len(cropped),
    )


def _placed(image: Image, crop: Crop, plane: Plane) -> Plane:
    """A map of a crop on the picture, reduced to what a page shows."""
    height, width = image.rgb.shape[:2]
    return read_at(plane, crop, _shown(image).shape[:2], (height, width))


def _shown(image: Image) -> Picture:
    return image.reduced(250_000).rgb


def _grey(plane: Plane) -> Picture:
    return np.dstack([np.rint(np.clip(plane, 0, 1) * 255).astype(np.uint8)] * 3)


def _seen(found: Sequence[SubjectMap], index: int) -> Picture:
    tensor = normalised(found[index].surest.seen, found[index].weights.model)[0].transpose(1, 2, 0)
    spread = float(np.abs(tensor).max()) or 1.0
    return np.asarray(np.rint(tensor / (2 * spread) * 255 + 127.5), np.uint8)


def _depth(image: Image, found: Sequence[SubjectMap], index: int) -> Picture:
    """What one answered at the size at which it is surest: its depths from coarse to fine, then all of it together."""
    which, depth = divmod(index, len(found[0].surest.sides) + 1)
    look = found[which].surest
    if depth == len(look.sides):
        return _grey(_placed(image, look.crop, look.values))
    side = look.sides[-1 - depth] / np.float32(STEPS)
    return _grey(_placed(image, look.crop, np.asarray(side, np.float32)))


def _look(image: Image, looks: Sequence[Look], index: int) -> Picture:
    return _grey(_placed(image, looks[index].crop, looks[index].values))


def _answer(image: Image, found: Sequence[SubjectMap], index: int) -> Picture:
    return _grey(_placed(image, found[index].crop, found[index].values))


def _unsure(image: Image, found: Sequence[SubjectMap], index: int) -> Picture:
    return _grey(1 - np.abs(2 * _placed(image, found[index].crop, found[index].values) - 1))


def _gained(image: Image, cropped: Sequence[SubjectMap], index: int) -> Picture:
    found = cropped[index]
    whole = subject_map(image, found.weights)
    change = _placed(image, found.crop, found.values) - _placed(image, whole.crop, whole.values)
    inside = _placed(image, found.crop, np.ones_like(found.values)) > 0
    share = np.where(inside, change, 0)[..., None]
    grey = np.float32(0.3) * _shown(image).mean(axis=2, keepdims=True, dtype=np.float32) + 90
    ink = np.where(share > 0, GAINED, LOST)
    return np.asarray(np.rint(grey * (1 - np.abs(share)) + ink * np.abs(share)), np.uint8)


def _decides(image: Image, found: Sequence[SubjectMap], index: int) -> Picture:
    look = found[index].surest
    key = ("occlusion", found[index].weights.sha256, look.crop, len(look.seen))
    lost = image.derived(key, partial(occlusion, found[index]))
    squares = cv2.resize(lost, look.seen.shape[:2], interpolation=cv2.INTER_NEAREST)
    placed = _placed(image, look.crop, squares)
    light = placed / max(float(placed.max()), 1e-6)
    shown = _shown(image).astype(np.float32)
    return np.rint(shown * (0.2 + 0.8 * light[..., None])).astype(np.uint8)
