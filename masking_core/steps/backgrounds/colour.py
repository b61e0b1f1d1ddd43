"""Backgrounds of plain colour: one, or a gradient between two."""

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from masking_core.arrays import Alpha, Picture
from masking_core.image import Image
from masking_core.kernels.linear_light import to_linear, to_srgb
from masking_core.parameters import HexColour, Show
from masking_core.progress import bands
from masking_core.steps.backgrounds.background import Background, rgb_of

DOING = "Painting the background"


class Colour(Background):
    """One colour."""

    title: ClassVar[str] = "Colour"
    place: ClassVar[int] = 2

    kind: Literal["colour"] = "colour"
    colour: Annotated[HexColour, Field(title="Colour", description="Red, green and blue as #rrggbb.")] = "#ffffff"

    def paint(self, image: Image, alpha: Alpha) -> Picture:  # noqa: ARG002
        """See :class:`Background`."""
        return np.broadcast_to(np.array(rgb_of(self.colour), np.uint8), (*alpha.shape, 3))


class Gradient(Background):
    """From one colour to another, mixed in linear light."""

    title: ClassVar[str] = "Gradient"
    place: ClassVar[int] = 3

    kind: Literal["gradient"] = "gradient"
    shape: Annotated[
        Literal["linear", "radial"],
        Field(title="Shape", description="Along a line, or from the middle outwards."),
        Show(labels={"linear": "Linear", "radial": "Radial"}),
    ] = "linear"
    start: Annotated[HexColour, Field(title="From", description="Colour at the start, or in the middle.")] = "#ffffff"
    end: Annotated[HexColour, Field(title="To", description="Colour at the end, or in the corners.")] = "#9fb4c7"
    angle: Annotated[
        float,
        Field(ge=0, le=360, title="Angle", description="Direction: 0 to the right, 90 downwards."),
        Show(unit="°", step=5, when=("shape", ("linear",))),
    ] = 90.0

    def paint(self, image: Image, alpha: Alpha) -> Picture:  # noqa: ARG002
        """See :class:`Background`."""
        start, end = (to_linear(np.array(rgb_of(colour), np.uint8)) for colour in (self.start, self.end))
        painted = np.empty((*alpha.shape, 3), np.uint8)
        height, width = alpha.shape
        for band in bands(alpha.shape, DOING):
            share = self._share(height, width, band)[..., None]
            painted[band] = to_srgb(start * (1 - share) + end * share)
        return painted

    def _share(self, height: int, width: int, rows: slice) -> Alpha:
        """Of some rows of (H, W) float32: 0 where the first colour is, 1 where the second is."""
        y, x = np.ogrid[rows, :width]
        across = (x + 0.5 - width / 2).astype(np.float32), (y + 0.5 - height / 2).astype(np.float32)
        if self.shape == "radial":
            distance = np.hypot(*across) / np.float32(np.hypot(width / 2, height / 2))
            return distance.astype(np.float32)
        cos, sin = np.cos(np.radians(self.angle)), np.sin(np.radians(self.angle))
        reach = (width * abs(cos) + height * abs(sin)) / 2
        along: Alpha = ((across[0] * cos + across[1] * sin) / reach + 1).astype(np.float32) / 2
        return np.clip(along, 0, 1)
