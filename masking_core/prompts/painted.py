"""Files that say of every pixel what it is: label maps and painted pictures as seeds, and trimaps."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from masking_core.arrays import Mask
from masking_core.errors import PromptError
from masking_core.image.numbers import NumberMap
from masking_core.prompts.marks import MAX_OBJECT

Numbers = NDArray[np.int16]
"""Object numbers; -1 where nothing is marked."""

UNMARKED = 255
BACKGROUND_MOST, OBJECT_LEAST = 64, 192
"""Grey values of a trimap: up to the first is background, from the second on object 1, unknown between them."""

_STEP = 257  # from a value of 8 bits to the same grey of 16
# By which of red (4), green (2) and blue (1) are bright.
_COLOURS: Numbers = np.array([-1, 0, 2, 5, 1, 4, 3, -1], np.int16)


def seeds_of(map: NumberMap) -> Numbers:
    """The object number of every pixel, (H, W) int16, -1 where nothing is marked; transparent pixels are not.

    A palette, or grey values of 0 to 32 with at least one object among them, is a label map; 255, -1 and the greatest
    value that the file can hold are unmarked in it. Other grey pictures are trimaps. In a coloured picture clear
    colours count: blue is background, red object 1, green 2, yellow 3, magenta 4, cyan 5; all else is unmarked.

    Raises:
        PromptError: a value means nothing; the sentence names some.
    """
    seen = np.ones(map.shape, bool) if map.alpha is None else map.alpha >= 128
    if map.values is None:
        assert map.rgb is not None
        found = _of_colours(map.rgb)
    elif map.palette is not None or _is_label_map(map.values[seen]) or not _is_trimap(map.values, map.white):
        found = _labels(map, map.values, seen)
    else:
        found = read_trimap(_of_eight_bits(map.values, map.white))
    return np.where(seen, found, np.int16(-1))


def trimap_of(map: NumberMap) -> Numbers:
    """What a trimap marks, (H, W) int16: 0 background, 1 object, -1 unknown.

    Grey of 8 or 16 bits, black background, white object and grey unknown; a mask of 0 and 1; or a mask that is kept in
    the alpha of a picture of one colour. Transparent pixels of others are unknown.

    Raises:
        PromptError: it is coloured, or its values are no greys of a trimap.
    """
    mask = map.mask_in_alpha()
    if mask is not None:
        return read_trimap(mask)
    values = _greys(map)
    if values is None:
        raise PromptError(
            f"{map.subject} is coloured. A trimap is grey: black background, white object; give a label map as seeds."
        )
    if values.min() >= 0 and values.max() == 1:
        values = values * 255
    elif not _is_trimap(values, map.white):
        raise PromptError(
            f"{map.subject} holds the values {map.listed(values)}. A trimap is 0 for background, 255 for the object "
            "and 128 between; give a label map as seeds."
        )
    found = read_trimap(_of_eight_bits(values, map.white))
    return found if map.alpha is None else np.where(map.alpha >= 128, found, np.int16(-1))


def read_trimap(trimap: ArrayLike) -> Numbers:
    """Read (H, W) grey from 0 to 255, or bool: up to 64 is background, from 192 (or True) on object 1, else unmarked.

    Three or four equal channels count as grey.

    Raises:
        PromptError: the array is of another shape, kind or range.
    """
    given = np.asarray(trimap)
    if given.ndim == 3 and given.shape[2] in {3, 4} and (given[..., :1] == given[..., 1:3]).all():
        given = given[..., 0]
    if given.dtype == bool:
        given = given * 255
    if given.ndim != 2 or not given.size or given.dtype.kind not in "iu" or given.min() < 0 or given.max() > 255:
        raise PromptError(f"A trimap must be (H, W) whole numbers from 0 to 255; {described(given)} was given.")
    return np.select([given <= BACKGROUND_MOST, given >= OBJECT_LEAST], [np.int16(0), np.int16(1)], np.int16(-1))


def described(array: NDArray[Any]) -> str:
    """Shape, type and range of an array, for a sentence."""
    extremes = f" from {array.min()} to {array.max()}" if array.size and array.dtype.kind in "iuf" else ""
    return f"{array.shape} {array.dtype}{extremes}"


def _is_label_map(values: NDArray[np.int64]) -> bool:
    """Whether there are numbers of objects, and nothing that is neither that nor a sign for unmarked."""
    used = np.unique(values)
    objects = (used >= 1) & (used <= MAX_OBJECT)
    return bool(objects.any() and (objects | (used == 0) | _unmarked(used, 0)).all())


def _unmarked(values: NDArray[np.int64], white: int) -> Mask:
    return np.isin(values, [-1, UNMARKED, *([white] if white > UNMARKED else [])])


def _labels(map: NumberMap, values: NDArray[np.int64], seen: Mask) -> Numbers:
    unmarked = _unmarked(values, map.white)
    wrong = seen & ~unmarked & ((values < 0) | (values > MAX_OBJECT))
    if wrong.any():
        raise PromptError(
            f"{map.subject} holds the values {map.listed(values[wrong])}. Object numbers are 0 (background) to "
            f"{MAX_OBJECT}, and 255 or -1 where nothing is marked."
        )
    return np.where(unmarked | ~seen, -1, values).astype(np.int16)


def _is_trimap(values: NDArray[np.int64], white: int) -> bool:
    """Whether grey values can be those of a trimap: black, white or the middle grey is there, and no foreign depth."""
    if values.min() < 0:
        return False
    if values.max() > UNMARKED:
        return white == UNMARKED * _STEP and not (values % _STEP).any() and _is_trimap(values // _STEP, UNMARKED)
    return bool(values.max() > BACKGROUND_MOST or values.max() == 0)


def _of_eight_bits(values: NDArray[np.int64], white: int) -> NDArray[np.int64]:
    return values // _STEP if white == UNMARKED * _STEP and values.max() > UNMARKED else values


def _greys(map: NumberMap) -> NDArray[np.int64] | None:
    """(H, W) grey values as they look, or None of a coloured picture."""
    if map.values is None or map.palette is None:
        return map.values
    look = np.zeros((256, 3), np.int64)
    look[: len(map.palette)] = map.palette[:256]
    colours = look[np.unique(map.values)]
    return look[map.values, 0] if bool((colours[:, :1] == colours).all()) else None


def _of_colours(rgb: NDArray[np.uint8]) -> Numbers:
    peak = rgb.max(axis=2, keepdims=True).astype(np.int16)
    bright, dark = 3 * rgb.astype(np.int16) >= 2 * peak, 3 * rgb.astype(np.int16) <= peak
    clear = (bright | dark).all(axis=2) & (peak[..., 0] >= 96)
    return np.where(clear, _COLOURS[bright @ np.array([4, 2, 1])], np.int16(-1))
