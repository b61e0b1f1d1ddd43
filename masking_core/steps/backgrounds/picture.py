"""Another picture as the background."""

from base64 import b64decode, b64encode
from typing import Annotated, Any, ClassVar, Literal

import cv2
import numpy as np
from pydantic import BeforeValidator, Field, PlainSerializer

from masking_core.arrays import Alpha, Picture
from masking_core.image import Image
from masking_core.parameters import Show
from masking_core.steps.backgrounds.background import Background


def _bytes(value: Any) -> Any:
    """The bytes of a file from base64, as JSON holds them."""
    return b64decode(value, validate=True) if isinstance(value, str) else value


class Behind(Background):
    """Another picture, scaled and placed behind the cut-out.

    It is carried as bytes: a recipe from elsewhere must not be able to name a file of this computer.
    """

    title: ClassVar[str] = "Another picture"
    place: ClassVar[int] = 4

    kind: Literal["picture"] = "picture"
    data: Annotated[
        bytes,
        BeforeValidator(_bytes),
        PlainSerializer(lambda data: b64encode(data).decode(), return_type=str, when_used="json"),
        Field(repr=False, title="Picture", description="A picture file of any kind that can be opened."),
    ]
    fit: Annotated[
        Literal["cover", "contain", "tile"],
        Field(
            title="Fit",
            description="Cover fills everything and cuts what is left over, contain shows all of it, tile repeats it.",
        ),
        Show(labels={"cover": "Cover", "contain": "Contain", "tile": "Tile"}),
    ] = "cover"
    scale: Annotated[
        float,
        Field(ge=0.05, le=10, title="Scale", description="Makes the picture behind larger or smaller."),
        Show(step=0.05),
    ] = 1.0
    x: Annotated[
        float,
        Field(ge=0, le=1, title="Position across", description="0 is left, 0.5 the middle, 1 right."),
        Show(step=0.05, advanced=True),
    ] = 0.5
    y: Annotated[
        float,
        Field(ge=0, le=1, title="Position down", description="0 is the top, 0.5 the middle, 1 the bottom."),
        Show(step=0.05, advanced=True),
    ] = 0.5

    @classmethod
    def holding(cls, file: bytes) -> "Behind":
        """The background that shows the picture in ``file``."""
        return cls(data=file)

    def paint(self, image: Image, alpha: Alpha) -> Picture:  # noqa: ARG002
        """See :class:`Background`; what the picture does not reach is transparent."""
        height, width = alpha.shape
        behind = self._pixels()
        ratios = width / behind.shape[1], height / behind.shape[0]
        factor = self.scale * {"cover": max(ratios), "contain": min(ratios), "tile": min(1.0, *ratios)}[self.fit]
        size = max(1, round(behind.shape[1] * factor)), max(1, round(behind.shape[0] * factor))
        resized = _resized(behind, size)
        return self._tiled(resized, height, width) if self.fit == "tile" else self._placed(resized, height, width)

    def _pixels(self) -> Picture:
        picture = Image.open(self.data, name="background")
        return picture.rgb if picture.alpha is None else np.dstack([picture.rgb, picture.alpha])

    def _offsets(self, behind: Picture, height: int, width: int) -> tuple[int, int]:
        return round((height - behind.shape[0]) * self.y), round((width - behind.shape[1]) * self.x)

    def _tiled(self, behind: Picture, height: int, width: int) -> Picture:
        top, left = self._offsets(behind, height, width)
        rows = (np.arange(height) - top) % behind.shape[0]
        columns = (np.arange(width) - left) % behind.shape[1]
        return np.ascontiguousarray(behind[rows[:, None], columns])

    def _placed(self, behind: Picture, height: int, width: int) -> Picture:
        top, left = self._offsets(behind, height, width)
        rows = slice(max(0, top), min(height, top + behind.shape[0]))
        columns = slice(max(0, left), min(width, left + behind.shape[1]))
        part = behind[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
        if part.shape[:2] == (height, width):
            return np.ascontiguousarray(part)
        placed = np.zeros((height, width, 4), np.uint8)
        placed[rows, columns, :3] = part[..., :3]
        placed[rows, columns, 3] = part[..., 3] if part.shape[2] == 4 else 255
        return placed


def _resized(picture: Picture, size: tuple[int, int]) -> Picture:
    """Resized with weights by alpha, so that transparent pixels lend no colour."""
    interpolation = cv2.INTER_AREA if size[0] < picture.shape[1] else cv2.INTER_LINEAR
    if picture.shape[2] == 3:
        return np.asarray(cv2.resize(picture, size, interpolation=interpolation), np.uint8)
    alpha = picture[..., 3:].astype(np.float32)
    weighed = cv2.resize(np.dstack([picture[..., :3] * alpha, alpha]), size, interpolation=interpolation)
    colours = weighed[..., :3] / np.maximum(weighed[..., 3:], 1e-6)
    rounded: Picture = np.clip(np.rint(np.dstack([colours, weighed[..., 3:]])), 0, 255).astype(np.uint8)
    return rounded
