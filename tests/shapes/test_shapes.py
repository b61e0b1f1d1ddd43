"""Outlines go out and come back: by polygons nearly, by run lengths exactly."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage

from masking_core import PromptError
from masking_core.cli.main import main
from masking_core.export import CONTENTS, png
from masking_core.image.numbers import NumberMap
from masking_core.prompts.marks import MAX_OBJECT
from masking_core.shapes import outlines, outlines_of, read_shapes, reading, rle, writing
from masking_core.shapes.outlines import outlines_of_mask
from masking_core.shapes.reading import outline_marks

SIZE = (140, 100)
SHAPE = SIZE[::-1]
WRITERS = {
    "coco": writing.coco,
    "coco_rle": writing.coco_rle,
    "labelme": writing.labelme,
    "geojson": writing.geojson,
    "svg": writing.svg,
    "roi": writing.roi_set,
}


def scene():
    """A ring, a blob of two pieces, one of which has a hole with an island in it, and a dot."""
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    labels = np.zeros(SHAPE, np.int32)
    away = np.hypot(rows - 40, columns - 35)
    labels[(away < 30) & (away > 12)] = 1
    labels[(np.hypot(rows - 70, columns - 100) < 26)] = 2
    labels[(np.hypot(rows - 70, columns - 100) < 15)] = 0
    labels[(np.hypot(rows - 70, columns - 100) < 6)] = 2
    labels[10:25, 90:130] = 2
    labels[90:93, 5:8] = 3
    return labels


def iou(a, b):
    return (a & b).sum() / max((a | b).sum(), 1)


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("tolerance", [0.0, 0.5])
def test_what_goes_out_comes_back(kind, tolerance):
    labels = scene()
    data = WRITERS[kind](outlines_of(labels, [1, 2, 3], tolerance), SIZE, "scene.png")
    assert data == WRITERS[kind](outlines_of(labels, [1, 2, 3], tolerance), SIZE, "scene.png")
    back = read_shapes(data, f"scene.{kind}", SIZE).roi_labels(SHAPE)
    for label in (1, 2, 3):
        agreement = iou(back == label, labels == label)
        assert agreement == 1 if tolerance == 0 else agreement >= 0.995


@given(arrays(bool, (9, 11)))
def test_exact_outlines_draw_exactly_the_mask(mask):
    assert np.array_equal(outlines_of_mask(mask, 0).mask(mask.shape), mask)


@given(arrays(bool, (9, 11)))
def test_run_lengths_are_exact(mask):
    assert np.array_equal(rle.decoded(rle.encoded(mask), mask.shape), mask)


def test_run_lengths_are_those_of_coco():
    mask = np.zeros((4, 5), bool)
    mask[1:3, 1:4] = True
    # runs by columns: 5 off, 2 on, 2 off, 2 on, 2 off, 2 on, 5 off; from the fourth on less the one before the last
    assert rle.encoded(mask) == "522000" + "3"
    assert np.array_equal(rle.decoded([5, 2, 2, 2, 2, 2, 5], (4, 5)), mask)


@pytest.mark.parametrize("counts", ["5", [5, 3], "~~", [-1, 21]])
def test_run_lengths_that_do_not_fill_the_mask_are_refused(counts):
    with pytest.raises(PromptError):
        rle.decoded(counts, (4, 5))


def test_simplified_outlines_have_far_fewer_points():
    rows, columns = np.mgrid[:400, :400]
    disc = np.hypot(rows - 200, columns - 200) < 150
    exact, simple = (outlines_of_mask(disc, tolerance) for tolerance in (0, 0.5))
    assert len(simple.pieces[0].outer) * 6 < len(exact.pieces[0].outer)
    assert iou(simple.mask(disc.shape), disc) >= 0.995


@given(st.integers(2, 12), st.sampled_from([0.5, 2.0, 8.0]))
def test_small_objects_are_simplified_less(radius, tolerance):
    rows, columns = np.mgrid[:30, :30]
    disc = np.hypot(rows - 15, columns - 15) <= radius
    assert iou(outlines_of_mask(disc, tolerance).mask(disc.shape), disc) >= 0.995


def test_annotations_of_coco_are_what_its_readers_expect():
    document = json.loads(writing.coco_rle(outlines_of(scene(), [1, 2, 3]), SIZE, "scene.png"))
    assert document["images"] == [{"id": 1, "file_name": "scene.png", "width": 140, "height": 100}]
    for annotation in document["annotations"]:
        mask = scene() == annotation["id"]
        x, y, width, height = annotation["bbox"]
        drawn = outlines_of(scene(), [annotation["id"]])[0].mask(SHAPE)
        for axis, (start, extent) in enumerate(((y, height), (x, width))):
            lines = np.flatnonzero(drawn.any(axis=1 - axis))
            assert (lines.min(), lines.max()) == (start, start + extent - 1)
        assert annotation["area"] == drawn.sum() == pytest.approx(mask.sum(), rel=0.02)
        assert annotation["segmentation"]["size"] == [100, 140]


def test_outlines_of_a_mask_have_the_name_they_are_given_or_that_of_their_object():
    mask = scene() == 1
    assert outlines_of_mask(mask, name="cup").name == "cup"
    assert outlines_of_mask(mask, label=7).name == "Object 7"


def test_features_of_geojson_are_numbered_as_they_come_and_need_no_name():
    squares = [[[[x, 5], [x + 9, 5], [x + 9, 14], [x, 14], [x, 5]]] for x in (5, 25, 45)]
    named = [{"name": "b"}, {"label": "a"}, None]
    features = [
        {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": square}, "properties": properties}
        for square, properties in zip(squares, named, strict=True)
    ]
    marks = read_shapes(json.dumps({"type": "FeatureCollection", "features": features}).encode(), "x", SIZE)
    assert [marks.roi_labels(SHAPE)[9, x] for x in (9, 29, 49)] == [1, 2, 3]
    assert [mark.name for mark in marks.marks] == ["b 1", "a 2", "Object 3"]


def test_a_triangle_is_an_outline_and_a_line_is_none():
    def read(*points):
        return read_shapes(
            json.dumps({"type": "Polygon", "coordinates": [[*points, points[0]]]}).encode(), "x", SIZE
        ).marks

    (triangle,) = read((10, 10), (60, 10), (10, 50))
    assert triangle.points == ((10, 10), (60, 10), (10, 50))
    with pytest.raises(PromptError, match="holds no outline"):
        read((10, 10), (60, 10))


@pytest.mark.parametrize("count", [MAX_OBJECT, MAX_OBJECT + 1])
def test_as_many_objects_are_read_as_can_be_marked(count):
    shapes = [{"label": "a", "points": [[n, 0], [n + 5, 0], [n, 5]]} for n in range(count)]
    data = json.dumps({"shapes": shapes}).encode()
    if count == MAX_OBJECT:
        assert [mark.object for mark in read_shapes(data, "x", SIZE).marks] == list(range(1, count + 1))
    else:
        with pytest.raises(PromptError, match=f"holds {count} objects"):
            read_shapes(data, "x", SIZE)


def test_a_file_of_outlines_has_so_many_bytes_at_most(monkeypatch):
    data = writing.geojson(outlines_of(scene(), [1]), SIZE, "scene.png")
    monkeypatch.setattr(reading, "MAX_BYTES", len(data))
    assert read_shapes(data, "x", SIZE).marks
    with pytest.raises(PromptError, match="may be at most"):
        read_shapes(data + b" ", "x", SIZE)


@pytest.mark.parametrize("kind", sorted(WRITERS.keys() - {"roi"}))
def test_outlines_of_another_picture_are_refused_with_both_sizes(kind):
    data = WRITERS[kind](outlines_of(scene(), [1]), SIZE, "scene.png")
    with pytest.raises(PromptError, match=r"140 × 100 pixels; this one has 70 × 50"):
        read_shapes(data, "scene", (70, 50))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"{",
        b"[]",
        b"{}",
        b'{"annotations": [{}]}',
        b'{"shapes": [{"label": "a", "points": "x"}]}',
        b'{"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [[["a"]]]}}',
        b'{"shapes": []}',
        b"[" * 100_000,
        b"<svg",
        b"<svg xmlns='http://www.w3.org/2000/svg'><path d='M0,0 C1,1 2,2 3,3Z'/></svg>",
        b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>",
        b"PK\x03\x04",
        b"Iout",
        b"Iout" + bytes(60),
    ],
)
def test_what_is_no_file_of_outlines_is_a_sentence(data):
    with pytest.raises(PromptError, match=r"\.$") as caught:
        read_shapes(data, "shapes", SIZE)
    assert "\n" not in str(caught.value)


def test_objects_become_marks_that_draw_them():
    labels = scene()
    marks = outline_marks(labels, [1, 2], 0.5)
    back = marks.roi_labels(SHAPE)
    for label in (1, 2):
        assert iou(back == label, labels == label) >= 0.995
    assert not (back == 3).any()


@pytest.mark.parametrize("suffix", [s for kind in CONTENTS["outlines"].kinds.values() for s in kind.suffixes])
def test_the_command_line_writes_and_reads_them(tmp_path, suffix):
    rgb = np.where((scene() > 0)[..., None], (200, 30, 30), (240, 240, 240)).astype(np.uint8)
    photo, out, again = tmp_path / "scene.png", tmp_path / f"shapes{suffix}", tmp_path / "again.png"
    photo.write_bytes(png(rgb))
    hard = ["--set", "edge=hard", "--out", str(tmp_path / "cut.png")]
    cut = ["mask", str(photo), "--method", "kmeans", "--set", "objects=2", *hard]
    assert main([*cut, "--outlines-out", str(out), "--mask-out", str(tmp_path / "mask.png")]) == 0
    drawn = ["mask", str(photo), "--method", "manual", "--outlines", str(out), *hard, "--mask-out", str(again)]
    assert main(drawn) == 0
    first, second = (NumberMap.open(path).values >= 128 for path in (tmp_path / "mask.png", again))
    assert iou(first, second) >= 0.99


@pytest.mark.parametrize("tolerance", [0.0, 0.5])
def test_rings_in_rings_each_have_a_hole_of_their_own(tolerance):
    rows, columns = np.mgrid[:120, :120]
    away = np.hypot(rows - 60, columns - 60)
    mask = (away < 55) & (away > 45) | (away < 35) & (away > 25) | (away < 15) & (away > 5)
    found = outlines_of_mask(mask, tolerance)
    assert [len(piece.holes) for piece in found.pieces] == [1, 1, 1]
    for piece in found.pieces:
        outer, hole = (np.hypot(*(ring - 60.5).T) for ring in piece.rings)
        assert outer.mean() - hole.mean() == pytest.approx(10, abs=1.5)
    drawn = found.mask(mask.shape)
    assert np.array_equal(drawn, mask) if tolerance == 0 else (drawn & mask).sum() / (drawn | mask).sum() >= 0.995


@pytest.mark.parametrize("seed", range(6))
def test_every_mask_is_told_exactly_by_its_outer_rings_and_their_holes(seed):
    """Also where a hole touches the ring around it at a corner."""
    mask = np.random.default_rng(seed).random((14, 17)) < 0.35 + 0.08 * seed
    found = outlines_of_mask(mask, 0.0)
    assert np.array_equal(found.mask(mask.shape), mask)
    _, outside = ndimage.label(np.pad(~mask, 1, constant_values=True), np.ones((3, 3)))
    _, pieces = ndimage.label(mask)
    assert (len(found.pieces), sum(len(piece.holes) for piece in found.pieces)) == (pieces, outside - 1)


def test_a_hole_that_touches_the_ring_around_it_is_its_hole():
    ring = np.array([[0, 0], [0, 10], [10, 10], [10, 0]], float)
    hole = np.array([[0, 5], [3, 3], [3, 7]], float)
    for outer, inner in ((ring, hole), (ring[::-1], hole[::-1])):
        (piece,) = outlines._assembled([outer, inner])
        assert piece.outer is outer
        assert [each is inner for each in piece.holes] == [True]
