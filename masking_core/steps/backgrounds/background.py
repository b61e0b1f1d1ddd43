"""The contract of a background, and what all of them can do."""

from abc import ABC, abstractmethod
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from masking_core.arrays import Alpha, Picture
from masking_core.image import Image
from masking_core.parameters import Declared, HexColour, Show

SHADOWED = ("drop", "contact")


class Background(Declared, ABC):
    """What shows where the cut-out does not; a new one is a subclass in a file of its own in this folder."""

    kind: str = ""
    """The name it goes by in recipes, links and on the command line."""
    blending: Annotated[
        Literal["linear", "srgb"],
        Field(
            title="Blending",
            description="How half-transparent pixels are mixed: linear light, as a camera would see it, "
            "or sRGB values, as many older programs do.",
        ),
        Show(labels={"linear": "Linear light", "srgb": "sRGB values"}, advanced=True),
    ] = "linear"
    match_light: Annotated[
        float,
        Field(
            ge=0,
            le=1,
            title="Match light",
            description="Moves the cut-out's brightness and tint towards the background.",
        ),
        Show(step=0.05, advanced=True),
    ] = 0.0
    shadow: Annotated[
        Literal["none", "drop", "contact"],
        Field(title="Shadow", description="A soft shadow: drop falls beside the object, contact lies under its foot."),
        Show(labels={"none": "No shadow", "drop": "Drop shadow", "contact": "Contact shadow"}, advanced=True),
    ] = "none"
    shadow_strength: Annotated[
        float,
        Field(ge=0, le=1, title="Shadow strength", description="How dark the shadow is."),
        Show(step=0.05, advanced=True, when=("shadow", SHADOWED)),
    ] = 0.5
    shadow_blur: Annotated[
        float,
        Field(ge=0, le=500, title="Shadow softness", description="Radius over which the shadow fades."),
        Show(unit="px", step=1, advanced=True, when=("shadow", SHADOWED)),
    ] = 20.0
    shadow_x: Annotated[
        float,
        Field(ge=-2000, le=2000, title="Shadow to the right", description="How far the shadow lies to the right."),
        Show(unit="px", step=1, advanced=True, when=("shadow", SHADOWED)),
    ] = 10.0
    shadow_y: Annotated[
        float,
        Field(ge=-2000, le=2000, title="Shadow downwards", description="How far the shadow lies below."),
        Show(unit="px", step=1, advanced=True, when=("shadow", SHADOWED)),
    ] = 10.0
    shadow_colour: Annotated[
        HexColour,
        Field(title="Shadow colour", description="Colour of the shadow."),
        Show(advanced=True, when=("shadow", SHADOWED)),
    ] = "#000000"

    opaque: ClassVar[bool] = True
    """Whether it lets nothing of what is below show, unless the picture is transparent itself."""

    @abstractmethod
    def paint(self, image: Image, alpha: Alpha) -> Picture:
        """What it shows behind ``image``: (H, W, 3) uint8 sRGB, or (H, W, 4) with straight alpha.

        Args:
            image: the picture that was cut.
            alpha: (H, W) float32 in [0, 1], how much of it stays.

        Raises:
            ImageError: a picture of its own cannot be opened.
        """


def rgb_of(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of a colour written as #rrggbb, each from 0 to 255."""
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue
