"""The kinds of files that results are written to; downloads, stacks and the command line read this one table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from masking_core.arrays import Picture
from masking_core.errors import ParameterError
from masking_core.export import writers
from masking_core.export.open_raster import layered_picture
from masking_core.export.options import Writing

Write = Callable[[Sequence[Picture], Writing], bytes]
"""Pictures, (H, W) grey, (H, W, 3) or (H, W, 4) uint8, as the bytes of a file."""


@dataclass(frozen=True)
class Format:
    """A kind of file.

    Attributes:
        id: its name on the command line.
        title: its name on a page.
        suffixes: how names of such files may end; the first is the usual one.
        mime: its media type.
        description: one sentence on what it is good for.
        write: makes the file.
        alpha: whether transparency is kept; a picture is laid on one colour where not.
        lossless: whether every pixel comes back as it was, so that it may hold masks.
        several: what several pictures become in one file: nothing, pages, or the frames of an animation.
        layered: whether a result is written as one layer an object.
    """

    id: str
    title: str
    suffixes: tuple[str, ...]
    mime: str
    description: str
    write: Write
    alpha: bool = True
    lossless: bool = True
    several: str = ""
    layered: bool = False

    @property
    def suffix(self) -> str:
        """How the names of such files usually end: ".png"."""
        return self.suffixes[0]


FORMATS: Mapping[str, Format] = {
    each.id: each
    for each in (
        Format(
            "png",
            "PNG",
            (".png", ".apng"),
            "image/png",
            "Lossless, with transparency; every program opens it.",
            writers.animated_png,
            several="frames",
        ),
        Format(
            "webp",
            "WebP",
            (".webp",),
            "image/webp",
            "Lossless, with transparency, and smaller than PNG; for the web.",
            writers.webp,
            several="frames",
        ),
        Format(
            "tiff",
            "TIFF",
            (".tif", ".tiff"),
            "image/tiff",
            "Lossless, with transparency; for print and science. GIMP opens the pages as layers.",
            writers.tiff,
            several="pages",
        ),
        Format(
            "jpeg",
            "JPEG",
            (".jpg", ".jpeg"),
            "image/jpeg",
            "Small, but without transparency: it is laid on one colour.",
            writers.jpeg,
            alpha=False,
            lossless=False,
        ),
        Format(
            "avif",
            "AVIF",
            (".avif",),
            "image/avif",
            "The smallest, with transparency; for the web.",
            writers.avif,
            lossless=False,
        ),
        Format(
            "bmp",
            "BMP",
            (".bmp",),
            "image/bmp",
            "Uncompressed, with transparency; for old programs.",
            writers.bmp,
        ),
        Format(
            "gif",
            "GIF",
            (".gif",),
            "image/gif",
            "For animations in old programs: at most 256 colours, and a pixel is transparent or not.",
            writers.gif,
            lossless=False,
            several="frames",
        ),
        Format(
            "ora",
            "OpenRaster",
            (".ora",),
            "image/openraster",
            "One layer an object; Krita, MyPaint and GIMP 3 open it.",
            layered_picture,
            layered=True,
        ),
    )
}


def format_of(name: str) -> Format:
    """The kind of file that a name's ending stands for.

    Raises:
        ParameterError: none has that ending.
    """
    suffix = PurePath(name).suffix.lower()
    for each in FORMATS.values():
        if suffix in each.suffixes:
            return each
    known = ", ".join(suffix for each in FORMATS.values() for suffix in each.suffixes)
    raise ParameterError(f"The name of a file must end in one of {known}; {name!r} was given.")
