"""Outlines as files of other programs."""

import json
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
from roifile import ImagejRoi

from masking_core import palette
from masking_core.archive import zipped
from masking_core.arrays import Points
from masking_core.progress import reporting
from masking_core.shapes import rle
from masking_core.shapes.outlines import DOING, Outlines
from masking_core.version import __version__

Size = tuple[int, int]
"""Width and height in pixels."""
DIGITS = 3


def coco(shapes: Sequence[Outlines], size: Size, name: str) -> bytes:
    """COCO annotations with polygons; a hole is reached by a cut from its outer outline."""
    return _coco(shapes, size, name, lambda shape: [_flat(piece.keyholed) for piece in shape.pieces])


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
        for piece in shape.pieces
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
        for number, piece in enumerate(shape.pieces, 1):
            title = f"{shape.label:04}-{number:04}-{shape.name}"
            roi = ImagejRoi.frompoints(np.round(piece.keyholed, DIGITS).astype(np.float32), name=title)
            files.append((f"{title}.roi", roi.tobytes()))
    return zipped(files)


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
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


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
