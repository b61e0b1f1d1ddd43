"""What a file can hold of a result; pages and the command line read this one table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from masking_core.archive import zipped
from masking_core.arrays import Picture
from masking_core.errors import ParameterError
from masking_core.export.cutout import composed_picture, cropped, cutout_picture
from masking_core.export.formats import FORMATS, Format
from masking_core.export.label_maps import FORMS as LABEL_FORMS
from masking_core.export.label_maps import coloured_labels, labels_file
from masking_core.export.open_raster import layers_tiff, layers_zip, open_raster
from masking_core.export.options import Writing
from masking_core.export.writers import png
from masking_core.progress import reporting
from masking_core.result import Result
from masking_core.shapes.outlines import Outlines, outlines_of
from masking_core.shapes.writing import coco, coco_rle, geojson, labelme, roi_set, svg

Make = Callable[[Result, Writing], bytes]
Show = Callable[[Result, Writing], Picture]
WriteOutlines = Callable[[Sequence[Outlines], tuple[int, int], str], bytes]


@dataclass(frozen=True)
class Kind:
    """A kind of file that holds a content: its title, suffixes, media type, one sentence, and how it is made."""

    title: str
    suffixes: tuple[str, ...]
    mime: str
    description: str
    make: Make

    @property
    def suffix(self) -> str:
        """How the names of such files usually end."""
        return self.suffixes[0]


@dataclass(frozen=True)
class Content:
    """What can be taken away of a result.

    Attributes:
        title: what it is called on a page.
        ending: what the names of such files end in, before the suffix.
        description: one sentence.
        kinds: the files that can hold it, by id; the first is the usual one.
        picture: the content as a picture, for files that hold several; None where it is no picture.
    """

    title: str
    ending: str
    description: str
    kinds: Mapping[str, Kind] = field(repr=False)
    picture: Show | None = None

    def kind_of(self, name: str) -> str:
        """The id of the kind of files whose names end as ``name`` does.

        Raises:
            ParameterError: no such file holds this content.
        """
        suffixes = {suffix: id for id, kind in self.kinds.items() for suffix in kind.suffixes}
        for suffix in sorted(suffixes, key=len, reverse=True):
            if name.lower().endswith(suffix):
                return suffixes[suffix]
        raise ParameterError(f"{self.title}: a file must end in one of {', '.join(suffixes)}; {name!r} was given.")


def _mask(result: Result, how: Writing) -> Picture:
    return cropped(result.mask, result, how)


def _coloured(result: Result, how: Writing) -> Picture:
    return cropped(coloured_labels(result.labels), result, how)


def _object_masks(result: Result) -> list[Picture]:
    return [
        np.rint(result.object_alpha(label) * 255).astype(np.uint8)
        for label in reporting(result.kept, "Drawing the masks")
    ]


def _zipped_masks(result: Result, _: Writing) -> bytes:
    masks = zip(result.kept, _object_masks(result), strict=True)
    return zipped([(f"object-{label:03}.png", png(mask)) for label, mask in masks])


def _pages_of_masks(result: Result, how: Writing) -> bytes:
    if not result.kept:
        raise ParameterError("No object is kept, so there is no mask of one.")
    return FORMATS["tiff"].write(_object_masks(result), how)


def _kind(form: Format, make: Make) -> Kind:
    return Kind(form.title, form.suffixes, form.mime, form.description, make)


def _picture_kinds(show: Show, forms: Sequence[Format]) -> dict[str, Kind]:
    def make(form: Format) -> Make:
        return lambda result, how: form.write([show(result, how)], how)

    return {form.id: _kind(form, make(form)) for form in forms}


def _label_kinds() -> dict[str, Kind]:
    def make(form: Format) -> Make:
        return lambda result, how: labels_file(cropped(result.labels, result, how), form)

    return {id: _kind(FORMATS[id], make(FORMATS[id])) for id in LABEL_FORMS}


def _zip(make: Make, description: str) -> dict[str, Kind]:
    return {"zip": Kind("ZIP", (".zip",), "application/zip", description, make)}


def _outlines(title: str, suffixes: tuple[str, ...], mime: str, description: str, write: WriteOutlines) -> Kind:
    def make(result: Result, how: Writing) -> bytes:
        shapes = outlines_of(result.labels, result.kept, how.options.tolerance)
        return write(shapes, result.image.size, result.image.name)

    return Kind(title, suffixes, mime, description, make)


_JSON = "application/json"
_FLAT = [form for form in FORMATS.values() if not form.layered]
_EXACT = [form for form in _FLAT if form.lossless]
_ORA = {"ora": _kind(FORMATS["ora"], lambda result, _: open_raster(result, background=False))}
_ORA_BEHIND = {"ora": _kind(FORMATS["ora"], lambda result, _: open_raster(result))}

CONTENTS: Mapping[str, Content] = {
    "cutout": Content(
        "Cut-out",
        "cutout",
        "The background is removed.",
        _picture_kinds(cutout_picture, _FLAT) | _ORA,
        cutout_picture,
    ),
    "composed": Content(
        "On the new background",
        "composed",
        "The picture as it is shown.",
        _picture_kinds(composed_picture, _FLAT) | _ORA_BEHIND,
        composed_picture,
    ),
    "mask": Content(
        "Mask",
        "mask",
        "Grey: white where the picture stays, black where it is removed.",
        _picture_kinds(_mask, _EXACT),
        _mask,
    ),
    "labels": Content(
        "Label map",
        "labels",
        "Every pixel holds the number of its object, 0 is the background; for other programs. It looks nearly black.",
        _label_kinds(),
    ),
    "coloured_labels": Content(
        "Label map in colours",
        "objects",
        "Every object in a colour of its own; for the eye.",
        _picture_kinds(_coloured, _EXACT),
        _coloured,
    ),
    "object_masks": Content(
        "One mask per object",
        "masks",
        "A mask as large as the picture for every object that is kept.",
        _zip(_zipped_masks, "One PNG per object.") | {"tiff": _kind(FORMATS["tiff"], _pages_of_masks)},
    ),
    "layers": Content(
        "Layers",
        "layers",
        "Every object that is kept, cut out on its own.",
        _ORA
        | {"tiff": _kind(FORMATS["tiff"], lambda result, how: layers_tiff(result, how=how))}
        | _zip(lambda result, _: layers_zip(result.layers), "One PNG per object, each as large as its object."),
    ),
    "outlines": Content(
        "Outlines",
        "outlines",
        "The outlines of every object that is kept, as polygons with holes.",
        {
            "coco": _outlines(
                "COCO (polygons)", (".coco.json", ".json"), _JSON, "Annotations for training; holes are cut into.", coco
            ),
            "coco_rle": _outlines(
                "COCO (run lengths)", (".rle.json",), _JSON, "Annotations for training, exact to the pixel.", coco_rle
            ),
            "labelme": _outlines("labelme", (".labelme.json",), _JSON, "For labelme, one polygon a piece.", labelme),
            "geojson": _outlines(
                "GeoJSON", (".geojson",), "application/geo+json", "In pixels, with holes; for QuPath and maps.", geojson
            ),
            "svg": _outlines("SVG", (".svg",), "image/svg+xml", "Paths for drawing programs and the web.", svg),
            "roi": _outlines(
                "ImageJ ROI set",
                (".roi.zip", ".zip"),
                "application/zip",
                "For ImageJ and Fiji, one ROI a piece.",
                roi_set,
            ),
        },
    ),
}
"""Every content by its id."""
