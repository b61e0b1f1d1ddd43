"""OpenRaster files (version 0.0.5): layers in their places, the first on top."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

import numpy as np
import PIL.Image

from masking_core.archive import file_name, zipped
from masking_core.arrays import Picture
from masking_core.errors import ParameterError
from masking_core.export.options import PLAIN, Writing
from masking_core.export.writers import png, png_of, tiff
from masking_core.result import Layer, Result
from masking_core.steps.backgrounds import Transparent
from masking_core.steps.compose import compose

THUMBNAIL = 256


@dataclass(frozen=True)
class Sheet:
    """One layer of a file: its name, the place (x, y) of its corner, and (h, w, 4) uint8."""

    name: str
    place: tuple[int, int]
    rgba: Picture


def open_raster(result: Result, layers: Sequence[Layer] | None = None, *, background: bool = True) -> bytes:
    """The objects of a result as layers of one file.

    Args:
        result: what the layers were cut from.
        layers: other than the result's own, such as renamed ones.
        background: whether the recipe's background, if it has one, is the lowest layer.
    """
    layers = result.layers if layers is None else layers
    sheets = [Sheet(layer.name, layer.box[:2], layer.rgba) for layer in layers]
    if background and not isinstance(result.background, Transparent):
        behind = compose(result.image, np.zeros_like(result.alpha), result.background.scaled(result.scale))
        sheets.append(Sheet("Background", (0, 0), behind))
    return layered(sheets, result.image.size)


def layers_tiff(result: Result, layers: Sequence[Layer] | None = None, how: Writing = PLAIN) -> bytes:
    """The objects of a result as the pages of one TIFF, each as large as the picture, which GIMP opens as layers.

    Raises:
        ParameterError: there is none.
    """
    layers = result.layers if layers is None else layers
    if not layers:
        raise ParameterError("No object is kept, so there is no layer.")
    return tiff([layer.whole(result.image.size) for layer in layers], how)


def layered_picture(pictures: Sequence[Picture], _: Writing) -> bytes:
    """Pictures as layers of one file, the first on top."""
    sheets = [Sheet(f"Layer {number}", (0, 0), _rgba(picture)) for number, picture in enumerate(pictures, 1)]
    return layered(sheets, (max(each.shape[1] for each in pictures), max(each.shape[0] for each in pictures)))


def layered(sheets: Sequence[Sheet], size: tuple[int, int]) -> bytes:
    """Layers, the first on top, as an OpenRaster file of ``size`` (width, height) with their sum as preview."""
    image = ElementTree.Element("image", version="0.0.5", w=str(size[0]), h=str(size[1]))
    stack = ElementTree.SubElement(image, "stack")
    files: list[tuple[str, bytes]] = []
    merged = PIL.Image.new("RGBA", size)
    for index, sheet in reversed(list(enumerate(sheets))):
        merged.alpha_composite(PIL.Image.fromarray(sheet.rgba), sheet.place)
        files.append((f"data/layer{index}.png", png(sheet.rgba)))
    for index, sheet in enumerate(sheets):
        x, y = map(str, sheet.place)
        ElementTree.SubElement(stack, "layer", name=sheet.name, src=f"data/layer{index}.png", x=x, y=y)
    small = merged.copy()
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    return zipped(
        [
            ("mimetype", b"image/openraster"),
            ("stack.xml", ElementTree.tostring(image, encoding="UTF-8", xml_declaration=True)),
            *reversed(files),
            ("mergedimage.png", png_of(merged)),
            ("Thumbnails/thumbnail.png", png_of(small)),
        ]
    )


def layers_zip(layers: Sequence[Layer]) -> bytes:
    """A ZIP of one PNG a layer, named after it: each object cut out in its tight box."""
    return zipped(
        [(f"{index:02} {file_name(layer.name)}.png", png(layer.rgba)) for index, layer in enumerate(layers, 1)]
    )


def _rgba(picture: Picture) -> Picture:
    return np.asarray(PIL.Image.fromarray(picture).convert("RGBA"))
