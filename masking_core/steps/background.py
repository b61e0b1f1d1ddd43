"""What goes behind the cut-out, and putting the two together."""

from base64 import b64encode
from functools import lru_cache
from typing import Annotated, Literal

import cv2
import numpy as np
from pydantic import Base64Bytes, Field

from masking_core.arrays import Alpha, Picture
from masking_core.errors import ParameterError
from masking_core.image import Image
from masking_core.parameters import Declared, Show
from masking_core.steps.cut_out import cut_out


class Transparent(Declared):
    """Nothing: the cut-out keeps its alpha."""

    kind: Literal["transparent"] = "transparent"


class Colour(Declared):
    """One colour."""

    kind: Literal["colour"] = "colour"
    colour: Annotated[
        str, Field(pattern=r"^#[0-9a-fA-F]{6}$", title="Colour", description="Red, green and blue as #rrggbb.")
    ] = "#ffffff"


class Dimmed(Declared):
    """The original, dimmed, so that what was cut out stands out where it stood."""

    kind: Literal["dimmed"] = "dimmed"
    amount: Annotated[
        float,
        Field(
            ge=0, le=1, title="Dimming", description="0 leaves the original as it is, 1 turns it grey and nearly black."
        ),
        Show(step=0.05),
    ] = 0.7


class Blurred(Declared):
    """The original, out of focus."""

    kind: Literal["blurred"] = "blurred"
    radius: Annotated[
        float,
        Field(ge=1, le=200, title="Blur", description="Radius of the blur."),
        Show(unit="px", step=1),
    ] = 20.0


class Behind(Declared):
    """Another picture, scaled to cover the whole and cut at its sides.

    It is carried as bytes: a recipe from elsewhere must not be able to name a file of this computer.
    """

    kind: Literal["picture"] = "picture"
    data: Base64Bytes = Field(
        strict=False, repr=False, title="Picture", description="A picture file of any kind that can be opened."
    )

    @classmethod
    def holding(cls, file: bytes) -> "Behind":
        """The background that shows the picture in ``file``."""
        return cls(data=b64encode(file))


Background = Transparent | Colour | Dimmed | Blurred | Behind

GREY_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def compose(image: Image, alpha: Alpha, background: Background) -> Picture:
    """Put ``background`` behind ``image``: (H, W, 4) uint8, straight alpha, and no colour where that is 0.

    Args:
        image: the picture; its own alpha, if any, has already gone into ``alpha``.
        alpha: (H, W) float32 in [0, 1], how much of the picture stays.
        background: what shows where it does not.

    Raises:
        ParameterError: ``alpha`` is not of the picture's size.
        ImageError: the background's picture cannot be opened.
    """
    if alpha.shape != image.rgb.shape[:2]:
        raise ParameterError(f"alpha must be {image.rgb.shape[:2]} like the picture; {alpha.shape} was given.")
    if isinstance(background, Transparent):
        return cut_out(image.rgb, alpha)
    behind = _paint(background, image)
    mixed: Picture = cv2.blendLinear(image.rgb, np.ascontiguousarray(behind), alpha, 1 - alpha)
    return np.dstack([mixed, np.full(alpha.shape, 255, np.uint8)])


def _blocks(height: int, rows: int = 256) -> list[slice]:
    return [slice(start, start + rows) for start in range(0, height, rows)]


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


def _paint(background: Background, image: Image) -> Picture:
    height, width = image.rgb.shape[:2]
    match background:
        case Colour(colour=colour):
            rgb = np.frombuffer(bytes.fromhex(colour[1:]), np.uint8)
            return np.broadcast_to(rgb, (height, width, 3))
        case Dimmed(amount=amount):
            painted = np.empty_like(image.rgb)
            for rows in _blocks(height):
                grey = (image.rgb[rows] @ GREY_LUMA)[..., None]
                painted[rows] = (image.rgb[rows] * (1 - amount) + grey * amount) * (1 - 0.85 * amount)
            return painted
        case Blurred(radius=radius):
            blurred: Picture = cv2.GaussianBlur(image.rgb, (0, 0), radius / 2, borderType=cv2.BORDER_REPLICATE)
            return blurred
        case Behind(data=data):
            return _cover(Image.open(data, name="background").rgb, width, height)
    raise ParameterError(f"{background!r} cannot be painted.")


def _cover(picture: Picture, width: int, height: int) -> Picture:
    factor = max(width / picture.shape[1], height / picture.shape[0])
    size = (max(width, round(picture.shape[1] * factor)), max(height, round(picture.shape[0] * factor)))
    resized = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    covering: Picture = resized[top : top + height, left : left + width]
    return covering
