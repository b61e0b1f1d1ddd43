"""Seed maps: pictures that say of every pixel which object it belongs to, or nothing."""

import base64
import binascii
import math
from io import BytesIO
from typing import Annotated, Literal

import cv2
import numpy as np
import PIL.Image
from numpy.typing import ArrayLike, NDArray
from pydantic import Field, field_validator
from typing_extensions import override

from masking_core.arrays import Mask
from masking_core.errors import ImageError, PromptError
from masking_core.image.decoder_errors import foreign
from masking_core.image.limits import in_force
from masking_core.kernels.raster.raster import Coverage, Window, window_of
from masking_core.prompts.marks import MAX_OBJECT, Coordinate, Length, Seed, Shape
from masking_core.prompts.painted import UNMARKED, Numbers, described

MAX_TEXT = 4_000_000
"""Longest base64 text of a seed map."""

_NUMBERS: Numbers = np.where(np.arange(256) == UNMARKED, -1, np.arange(256)).astype(np.int16)


class SeedMap(Seed):
    """A painted seed map, stretched over the box at (x, y); every pixel takes the number that its centre lies on.

    ``png`` is a PNG file in base64: 8-bit grey, an object number a pixel, 255 where nothing is marked.
    """

    kind: Literal["seeds"] = "seeds"
    object: Literal[-1] = -1
    operation: Literal["add"] = "add"
    x: Coordinate = 0.0
    y: Coordinate = 0.0
    width: Length
    height: Length
    png: Annotated[str, Field(max_length=MAX_TEXT)]

    @field_validator("png")
    @classmethod
    def _is_a_map(cls, png: str) -> str:
        try:
            _opened(png)
        except ImageError as error:
            raise ValueError(str(error).rstrip(".")) from None
        except binascii.Error as error:
            raise ValueError(f"a seed map must be a PNG file in base64 ({error})") from None
        return png

    @classmethod
    def from_numbers(cls, numbers: ArrayLike, name: str = "") -> "SeedMap":
        """Make a seed map as large as the picture from (H, W) whole numbers: -1 unmarked, 0 background, 1… objects.

        Raises:
            PromptError: the numbers are of another shape, kind or range.
        """
        given = np.asarray(numbers)
        if given.ndim != 2 or not given.size or given.dtype.kind not in "iub":
            raise PromptError(f"Seeds must be (H, W) whole numbers; {described(given)} was given.")
        if given.min() < -1 or given.max() > MAX_OBJECT:
            raise PromptError(f"Seeds must be from -1 to {MAX_OBJECT}; {described(given)} was given.")
        file = BytesIO()
        PIL.Image.fromarray(np.where(given < 0, UNMARKED, given).astype(np.uint8)).save(file, "PNG")
        height, width = given.shape
        return cls(width=width, height=height, png=base64.b64encode(file.getvalue()).decode(), name=name)

    def numbers(self, shape: Shape) -> tuple[Window, Numbers]:
        """Draw the map: the window of the picture it lies in, and the window's object numbers.

        Raises:
            PromptError: the PNG file is damaged.
        """
        try:
            with foreign("The picture of a seed map"):
                stored = np.asarray(_opened(self.png))
        except ImageError as error:
            raise PromptError(str(error)) from error
        numbers: Numbers = cv2.LUT(stored, _NUMBERS)
        if numbers.max() > MAX_OBJECT:
            raise PromptError(f"Seeds must be 255 or from 0 to {MAX_OBJECT}; a seed map has {numbers.max()}.")
        left, top, right, bottom = (
            math.ceil(edge - 0.5) for edge in (self.x, self.y, self.x + self.width, self.y + self.height)
        )
        window = window_of(left, top, right, bottom, shape)
        down = _cells(window[0], self.y, self.height, stored.shape[0])
        across = _cells(window[1], self.x, self.width, stored.shape[1])
        return window, numbers.take(down, axis=0).take(across, axis=1)

    @override
    def mask(self, shape: Shape) -> tuple[Window, Mask]:
        window, numbers = self.numbers(shape)
        return window, numbers >= 0

    @override
    def coverage(self, shape: Shape) -> tuple[Window, Coverage]:
        window, marked = self.mask(shape)
        return window, marked.astype(np.float32)


def _opened(png: str) -> PIL.Image.Image:
    """Read the header of the file; raises ImageError, or binascii.Error for what is not base64."""
    data = base64.b64decode(png, validate=True)
    with foreign("The picture of a seed map"):
        file = PIL.Image.open(BytesIO(data), formats=("PNG",))
    if file.mode != "L":
        raise ImageError(
            "unsupported", f"The picture of a seed map must be 8-bit grey (mode L); its mode is {file.mode}."
        )
    in_force().check_size("The picture of a seed map", *file.size)
    return file


def _cells(pixels: slice, start: float, length: float, count: int) -> NDArray[np.int64]:
    """Find the cell, of ``count`` from ``start`` over ``length``, that the centre of each pixel lies in."""
    centres = np.arange(pixels.start, pixels.stop) + 0.5
    return np.clip(np.floor((centres - start) * (count / length)), 0, count - 1).astype(np.int64)
