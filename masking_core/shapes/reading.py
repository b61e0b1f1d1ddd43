"""Outlines from files of other programs, as marks."""

import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import numpy as np
from roifile import ImagejRoi

from masking_core.arrays import Labels, Points
from masking_core.errors import PromptError
from masking_core.prompts import AnyMark, Polygon, Prompts
from masking_core.prompts.marks import MAX_OBJECT
from masking_core.prompts.prompts import MAX_BYTES
from masking_core.shapes import rle
from masking_core.shapes.outlines import outlines_of, outlines_of_mask

Ring = tuple[str, Points]
"""What an outline is called, or the group it is of, and its points: (N, 2)."""

MAX_ENTRIES = 2_000
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_PATH = re.compile(r"[Mm][^MmZz]*[Zz]?")


def read_shapes(data: bytes, name: str, size: tuple[int, int]) -> Prompts:
    """The outlines in a file as polygons: COCO, labelme and GeoJSON (JSON), SVG, and ImageJ's .roi and ZIPs of them.

    Objects are numbered in the order in which their names or groups come. An object's outlines that lie in one
    another, as holes do, exclude what they have in common.

    Args:
        data: the file.
        name: its name.
        size: width and height of the picture that it is for.

    Raises:
        PromptError: it is of none of these kinds, for a picture of another size, or holds no outline.
    """
    if len(data) > MAX_BYTES:
        raise PromptError(f"{name} may be at most {MAX_BYTES / 1e6:g} MB; it is {len(data) / 1e6:.1f} MB.")
    try:
        rings = list(_reader(data)(data, size))
    except PromptError as error:
        raise PromptError(f"{name}: {error}") from None
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError, zipfile.BadZipFile) as error:
        raise PromptError(f"{name} cannot be read as outlines ({type(error).__name__}: {error}).") from None
    return _as_marks(rings, name)


def outline_marks(labels: Labels, objects: Sequence[int], tolerance: float) -> Prompts:
    """Objects of a label map (H, W) as polygons to move and reshape, simplified by ``tolerance`` pixels.

    Raises:
        PromptError: there is no such object, or there are more than can be marked.
    """
    found = outlines_of(labels, objects, tolerance)
    rings = [(shape.name, ring) for shape in found for piece in shape.pieces for ring in piece.rings]
    return _as_marks(rings, "The result")


def _reader(data: bytes) -> Callable[[bytes, tuple[int, int]], Iterator[Ring]]:
    start = data.lstrip()[:1]
    if data.startswith(b"PK"):
        return _roi_set
    if data.startswith(b"Iout"):
        return _one_roi
    if start in (b"{", b"["):
        return _from_json
    if start == b"<":
        return _svg
    raise PromptError("it is none of COCO, labelme, GeoJSON, SVG and ImageJ ROI.")


def _as_marks(rings: Sequence[Ring], name: str) -> Prompts:
    rings = [(group, ring) for group, ring in rings if len(ring) >= 3]
    if not rings:
        raise PromptError(f"{name} holds no outline.")
    numbers = {group: number for number, group in enumerate(dict.fromkeys(group for group, _ in rings), 1)}
    if len(numbers) > MAX_OBJECT:
        raise PromptError(f"{name} holds {len(numbers)} objects; at most {MAX_OBJECT} can be marked.")
    marks: list[AnyMark] = []
    seen: set[str] = set()
    for group, ring in rings:
        operation = "exclude" if group in seen else "add"
        seen.add(group)
        points = tuple(map(tuple, np.asarray(ring, float).tolist()))
        marks.append(Polygon(points=points, object=numbers[group], operation=operation, name=group[:100]))  # type: ignore[arg-type]
    return Prompts(marks=tuple(marks))


def _check(found: Mapping[str, Any], size: tuple[int, int], width: str, height: str) -> None:
    given = found.get(width), found.get(height)
    if None not in given and tuple(given) != size:
        raise PromptError(
            f"it is for a picture of {given[0]} × {given[1]} pixels; this one has {size[0]:,} × {size[1]:,}."
        )


def _from_json(data: bytes, size: tuple[int, int]) -> Iterator[Ring]:
    document = json.loads(data)
    if isinstance(document, dict) and "annotations" in document:
        yield from _coco(document, size)
    elif isinstance(document, dict) and "shapes" in document:
        yield from _labelme(document, size)
    elif isinstance(document, dict) and "type" in document:
        yield from _geojson(document, size)
    else:
        raise PromptError("it is none of COCO, labelme and GeoJSON.")


def _coco(document: Mapping[str, Any], size: tuple[int, int]) -> Iterator[Ring]:
    images = document.get("images") or [{}]
    _check(images[0], size, "width", "height")
    names = {each["id"]: str(each["name"]) for each in document.get("categories", [])}
    first = images[0].get("id")
    for each in document["annotations"]:
        if each.get("image_id", first) != first:
            continue
        group = f"{names.get(each.get('category_id'), 'Object')} {each['id']}"
        segmentation = each["segmentation"]
        if isinstance(segmentation, Mapping):
            mask = rle.decoded(segmentation["counts"], tuple(segmentation["size"]))
            yield from ((group, ring) for piece in outlines_of_mask(mask, 0).pieces for ring in piece.rings)
        else:
            yield from ((group, np.reshape(np.asarray(flat, float), (-1, 2))) for flat in segmentation)


def _labelme(document: Mapping[str, Any], size: tuple[int, int]) -> Iterator[Ring]:
    _check(document, size, "imageWidth", "imageHeight")
    for number, each in enumerate(document["shapes"]):
        kind, points = each.get("shape_type", "polygon"), np.asarray(each["points"], float)
        group = each.get("group_id")
        title = f"{each['label']} {number}" if group is None else f"{each['label']} {group}"
        if kind == "rectangle":
            (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
            points = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
        if kind in ("polygon", "rectangle"):
            yield title, points


def _geojson(document: Mapping[str, Any], size: tuple[int, int]) -> Iterator[Ring]:
    _check(document.get("picture", {}), size, "width", "height")
    features = document.get("features", [document])
    for number, feature in enumerate(features, 1):
        geometry = feature.get("geometry", feature)
        properties = feature.get("properties") or {}
        group = f"{properties.get('name') or properties.get('label') or 'Object'} {number}"
        polygons = {"Polygon": [geometry.get("coordinates")], "MultiPolygon": geometry.get("coordinates")}
        for polygon in polygons.get(geometry["type"], []):
            yield from ((group, np.asarray(ring, float)[:-1, :2]) for ring in polygon)


def _svg(data: bytes, size: tuple[int, int]) -> Iterator[Ring]:
    if b"<!DOCTYPE" in data[:2000] or b"<!ENTITY" in data:
        raise PromptError("an SVG with a document type is not read.")
    try:
        root = ElementTree.fromstring(data)  # noqa: S314  without a document type there is nothing to expand
    except ElementTree.ParseError as error:
        raise PromptError(f"it is no SVG ({error}).") from None
    box = [float(each) for each in _NUMBER.findall(root.get("viewBox", ""))]
    if len(box) == 4:
        _check({"w": int(box[2]), "h": int(box[3])}, size, "w", "h")
    for number, element in enumerate(root.iter(), 1):
        kind = element.tag.rpartition("}")[2]
        group = f"{element.get('data-name') or element.get('id') or 'Object'} {number}"
        if kind == "polygon":
            yield group, _points(element.get("points", ""))
        elif kind == "path":
            yield from ((group, _points(part)) for part in _straight(element.get("d", "")))


def _straight(path: str) -> list[str]:
    """The closed parts of a path of straight lines between absolute points.

    Raises:
        PromptError: it has other commands.
    """
    if set(re.findall(r"[A-Za-z]", _NUMBER.sub("", path))) - set("MLZz"):
        raise PromptError("paths must be of straight lines between absolute points (M, L and Z).")
    return _PATH.findall(path)


def _points(text: str) -> Points:
    numbers = [float(each) for each in _NUMBER.findall(text)]
    return np.array(numbers[: len(numbers) // 2 * 2]).reshape(-1, 2)


def _one_roi(data: bytes, size: tuple[int, int]) -> Iterator[Ring]:  # noqa: ARG001
    roi = ImagejRoi.frombytes(data)
    coordinates = roi.coordinates(multi=True)
    title = re.sub(r"^(\d{4})-\d{4}-", r"\1-", roi.name or "Object")
    yield from ((title, np.asarray(each, float)) for each in coordinates)


def _roi_set(data: bytes, size: tuple[int, int]) -> Iterator[Ring]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        entries = archive.infolist()
        plain = all(entry.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries)
        if len(entries) > MAX_ENTRIES or not plain or sum(entry.file_size for entry in entries) > MAX_BYTES:
            raise PromptError(f"a ROI set may hold at most {MAX_ENTRIES:,} outlines and {MAX_BYTES / 1e6:g} MB.")
        for entry in entries:
            if entry.filename.lower().endswith(".roi"):
                with archive.open(entry) as file:
                    yield from _one_roi(file.read(MAX_BYTES), size)
