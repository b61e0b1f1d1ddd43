"""How a file is written: what one may choose, and what is known of the picture beside its pixels."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from masking_core.parameters import Declared, HexColour, Show


class ExportOptions(Declared):
    """What one may choose when a result is written to a file."""

    backdrop: Annotated[
        HexColour,
        Field(title="Colour behind", description="What shows where a picture without transparency is transparent."),
    ] = "#ffffff"
    quality: Annotated[
        int,
        Field(ge=1, le=100, title="Quality", description="Of JPEG and AVIF: higher looks better and takes more bytes."),
    ] = 92
    crop: Annotated[
        bool, Field(title="Crop to the objects", description="Leave out the empty rows and columns around the objects.")
    ] = False
    margin: Annotated[
        int,
        Field(ge=0, le=10_000, title="Margin", description="What stays around the objects when cropped."),
        Show(unit="px", when=("crop", (True,))),
    ] = 0
    tolerance: Annotated[
        float,
        Field(
            ge=0,
            le=50,
            title="Tolerance of outlines",
            description="How far a simplified outline may lie from the exact one; 0 keeps every pixel's corner.",
        ),
        Show(unit="px", step=0.25, advanced=True),
    ] = 0.5
    hidden_colours: Annotated[
        bool,
        Field(
            title="Keep hidden colours",
            description="Keep the picture's colours where it is fully transparent, for those who edit the mask later. "
            "Anyone who has the file can then see what was removed.",
        ),
    ] = False


DEFAULT_OPTIONS = ExportOptions()


@dataclass(frozen=True)
class Writing:
    """How a file is written: what somebody chose, and what it says beside its pixels.

    Attributes:
        options: what one may choose.
        dpi: pixels per inch across and down; None where nobody knows.
        exif: EXIF data to hand on; empty for none.
        durations: milliseconds that each frame of an animation is shown; None for pages of a document.
        loop: how often an animation is played, 0 for ever; None for once.
    """

    options: ExportOptions = DEFAULT_OPTIONS
    dpi: tuple[float, float] | None = None
    exif: bytes = b""
    durations: tuple[float, ...] | None = None
    loop: int | None = None


PLAIN = Writing()
