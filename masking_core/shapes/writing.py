"""Outlines as files of other programs."""

import json
from collections.abc import Iterator, Sequence
from functools import partial
from html import escape
from typing import Any

import numpy as np
from roifile import ImagejRoi

from masking_core import palette
from masking_core.archive import zipped
from masking_core.arrays import Points
from masking_core.progress import bands, reporting
from masking_core.shapes import rle
from masking_core.shapes.outlines import DOING, Outlines
from masking_core.version import __version__

Size = tuple[int, int]
"""Width and height in pixels."""
DIGITS = 3
AT_ONCE = 1_000
"""Numbers or points of a list that are written between two reports."""


def coco(shapes: Sequence[Outlines], size: Size, name: str) -> bytes:
    """COCO annotations with polygons; a hole is reached by a cut from its outer outline."""
    return _coco(shapes, size, name, lambda shape: [_flat(piece.keyholed) for piece in reporting(shape.pieces, DOING)])


def coco_rle(shapes: Sequence[Outlines], size: Size, name: str) -> bytes:
    """COCO annotations with run-length masks, which are exact."""
    whole = [size[1], size[0]]
    return _coco(
        shapes, size, name, lambda shape: {"size": whole, "counts": rle.encoded(shape.mask((size[1], size[0])))}
    )


def labelme(shapes: Sequence[Outlines], size: Size, name: str) -> bytes:
    """A labelme file: one polygon a piece, the pieces of an object in one group."""
    polygons = [
        {
            "label": shape.name,
            "points": _rounded(piece.keyholed),
            "group_id": shape.label,
            "shape_type": "polygon",
            "flags": {},
        }
        for shape in shapes
        for piece in reporting(shape.pieces, DOING)
    ]
    return _json(
        {
            "version": "5.5.0",
            "flags": {},
            "shapes": polygons,
            "imagePath": name,
            "imageData": None,
            "imageHeight": size[1],
            "imageWidth": size[0],
        }
    )


def geojson(shapes: Sequence[Outlines], size: Size, name: str) -> bytes:
    """GeoJSON in pixels, x to the right and y downwards: one MultiPolygon an object, holes as its inner rings."""
    features = [
        {
            "type": "Feature",
            "properties": {"label": shape.label, "name": shape.name},
            "geometry": {
                "type": "MultiPolygon",
                "coordinates": [[_closed(ring) for ring in piece.rings] for piece in reporting(shape.pieces, DOING)],
            },
        }
        for shape in shapes
    ]
    picture = {"name": name, "width": size[0], "height": size[1]}
    return _json({"type": "FeatureCollection", "picture": picture, "features": features})


def svg(shapes: Sequence[Outlines], size: Size, name: str) -> bytes:
    """SVG paths in the objects' colours, one an object, holes by the even-odd rule."""
    paths = "\n".join(
        f'  <path id="object-{shape.label}" data-name="{escape(shape.name)}" fill="{palette.hex_of(shape.label)}" '
        f'fill-rule="evenodd" d="{_paths(shape)}"/>'
        for shape in shapes
    )
    box = f'width="{size[0]}" height="{size[1]}" viewBox="0 0 {size[0]} {size[1]}"'
    title = f"  <title>{escape(name)}</title>"
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box}>\n{title}\n{paths}\n</svg>\n'.encode()


def roi_set(shapes: Sequence[Outlines], size: Size, name: str) -> bytes:  # noqa: ARG001
    """ImageJ's ROI set: a ZIP of one polygon a piece, named after its object."""
    files = []
    for shape in shapes:
        for number, piece in enumerate(reporting(shape.pieces, DOING), 1):
            title = f"{shape.label:04}-{number:04}-{shape.name}"
            roi = ImagejRoi.frompoints(np.round(piece.keyholed, DIGITS).astype(np.float32), name=title)
            files.append((f"{title}.roi", roi.tobytes()))
    return zipped(reporting(files, DOING))


def _coco(shapes: Sequence[Outlines], size: Size, name: str, segmentation: Any) -> bytes:
    annotations = []
    for shape in shapes:
        mask = shape.mask((size[1], size[0]))
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        box = [0, 0, 0, 0]
        if len(rows):
            box = [columns[0], rows[0], columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1]
        written = segmentation(shape)
        annotations.append(
            {
                "id": shape.label,
                "image_id": 1,
                "category_id": shape.label,
                "segmentation": written,
                "area": int(mask.sum()),
                "bbox": [int(side) for side in box],
                "iscrowd": int(isinstance(written, dict)),
            }
        )
    return _json(
        {
            "info": {"description": f"Made with masking-studio {__version__}"},
            "images": [{"id": 1, "file_name": name, "width": size[0], "height": size[1]}],
            "annotations": annotations,
            "categories": [{"id": shape.label, "name": shape.name, "supercategory": "object"} for shape in shapes],
        }
    )


def _json(document: dict[str, Any]) -> bytes:
    return "".join(_parts(document)).encode()


_dumped = partial(json.dumps, ensure_ascii=False, separators=(",", ":"))
"""The text of a value; nothing else goes on in the process meanwhile, so it is given small ones."""


def _parts(value: Any) -> Iterator[str]:
    """The text of a value in parts, with a report at each that may be long."""
    if isinstance(value, dict):
        for place, (name, item) in enumerate(value.items()):
            yield f"{',' if place else '{'}{_dumped(name)}:"
            yield from _parts(item)
        yield "}" if value else "{}"
    elif isinstance(value, list) and value and _is_nested(value[0]):
        for place, item in enumerate(reporting(value, DOING)):
            yield "," if place else "["
            yield from _parts(item)
        yield "]"
    elif isinstance(value, list) and len(value) > AT_ONCE:
        for band in bands((len(value), 1), DOING, AT_ONCE):
            yield f"{',' if band.start else '['}{_dumped(value[band])[1:-1]}"
        yield "]"
    else:
        yield _dumped(value)


def _is_nested(item: Any) -> bool:
    """Whether it may be long, as a number or a point is not."""
    return isinstance(item, dict) or (isinstance(item, list) and (len(item) != 2 or isinstance(item[0], list)))


def _rounded(ring: Points) -> list[list[float]]:
    rounded: list[list[float]] = np.round(ring, DIGITS).tolist()
    return rounded


def _flat(ring: Points) -> list[float]:
    return [side for point in _rounded(ring) for side in point]


def _closed(ring: Points) -> list[list[float]]:
    rounded = _rounded(ring)
    return [*rounded, rounded[0]]


def _paths(shape: Outlines) -> str:
    return " ".join(_path(ring) for piece in reporting(shape.pieces, DOING) for ring in piece.rings)


def _path(ring: Points) -> str:
    return "M" + "L".join(f"{x:g},{y:g}" for x, y in _rounded(ring)) + "Z"
