"""Prompts as values, as documents from strangers, and as seeds, bounds and masks."""

import base64
import json
import re
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageFont

from masking_core.errors import Cancelled, ImageError, MaskingError, PromptError
from masking_core.image.numbers import NumberMap
from masking_core.progress import listening
from masking_core.prompts import (
    Arc,
    Curve,
    Ellipse,
    Group,
    Hair,
    Pie,
    Point,
    Polygon,
    Prompts,
    Rectangle,
    SeedMap,
    Stroke,
    Text,
)
from masking_core.prompts.marks import MAX_FIELDS
from masking_core.prompts.painted import seeds_of
from masking_core.prompts.prompts import MAX_BYTES, MAX_MARKS, MAX_POINTS
from masking_core.prompts.seedmap import MAX_TEXT

SHAPE = (60, 80)

SQUARE = Rectangle(x=10, y=10, width=20, height=20)
EVERY_KIND = (
    SQUARE,
    Rectangle(x=3.5, y=4.25, width=30, height=12, angle=31, object=2, operation="subtract", name="Äpfel & <b>"),
    Ellipse(x=5, y=6, width=40, height=30, angle=-10),
    Polygon(points=[(1, 2), (50, 3), (20, 40)], rule="nonzero", operation="exclude"),
    Arc(x=5, y=6, width=40, height=30, start=10, sweep=200),
    Pie(x=5, y=6, width=40, height=30, start=10, sweep=-100, operation="intersect"),
    Curve(points=[(10, 30), (10, 0), (50, 0), (50, 30), (50, 60), (10, 60)]),
    Text(text="Häß", x=4, y=20, size=30),
    Group(marks=(SQUARE, Group(marks=(Ellipse(x=12, y=12, width=9, height=9, operation="subtract"),))), object=3),
    Stroke(points=[(1, 1), (30.5, 44)], width=3.5, object=0),
    Point(x=70, y=50, object=-1),
    SeedMap.from_numbers(np.arange(-1, 3).repeat(3).reshape(2, 6)),
)
ALL = Prompts(marks=EVERY_KIND)


def drawn(mark, shape=SHAPE):
    picture = np.zeros(shape, bool)
    window, mask = mark.mask(shape)
    picture[window] = mask
    return picture


# Values


def test_prompts_are_equal_and_hash_alike_if_every_mark_is():
    again = Prompts.from_json(ALL.to_json())
    assert again == ALL
    assert hash(again) == hash(ALL)
    assert ALL.moved(1, 0) != ALL
    assert Prompts().with_mark(SQUARE) == Prompts(marks=(SQUARE,)) == Prompts(marks=[SQUARE])


def test_marks_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        SQUARE.x = 3


def test_every_kind_draws_the_same_hard_and_soft():
    for mark in EVERY_KIND:
        hard = drawn(mark)
        window, covered = mark.coverage(SHAPE)
        soft = np.zeros(SHAPE, np.float32)
        soft[window] = covered
        assert hard.any()
        assert 0 <= soft.min() <= soft.max() <= 1
        assert hard[soft > 0.999].all()
        assert not hard[soft < 0.001].any()


def test_the_extent_of_a_region_holds_all_of_it():
    for region in ALL.regions:
        rows, columns = np.nonzero(drawn(region))
        left, top, right, bottom = region.extent
        assert left <= columns.min() + 0.5
        assert columns.max() + 0.5 <= right
        assert top <= rows.min() + 0.5
        assert rows.max() + 0.5 <= bottom


@pytest.mark.parametrize("word", ["j", "f", "Å", "|gy", "jÿ_", "·"])
def test_all_of_a_text_is_drawn_and_its_extent_begins_at_its_corner(word):
    text = Text(text=word, x=150, y=150, size=120)
    left, top, right, bottom = text.extent
    assert left <= 150
    assert top <= 150
    assert bottom >= 270
    ink = np.asarray(ImageFont.load_default(120).getmask(word, mode="L"), np.uint8).sum() / 255
    assert text.coverage((600, 900))[1].sum() == pytest.approx(ink, rel=0.01)
    assert right < 150 + 150 * len(word)


def test_moving_by_whole_pixels_moves_the_pixels():
    moved = ALL.moved(7, 11)
    for before, after in zip(ALL.marks, moved.marks, strict=True):
        near, far = drawn(before, (200, 200)), drawn(after, (200, 200))
        assert np.array_equal(far[11:, 7:], near[:-11, :-7])
    assert moved.moved(-7, -11) == ALL


def test_scaling_scales_areas_with_its_square_and_back_again():
    for mark in EVERY_KIND:
        large = mark.placed(8, 0, 0)
        small_area, large_area = (m.coverage((480, 640))[1].sum(dtype=float) for m in (mark, large))
        assert large_area == pytest.approx(64 * small_area, rel=0.03), mark.kind
    assert ALL.scaled(8).scaled(1 / 8) == ALL


def test_a_stroke_never_slips_between_pixel_centres():
    for factor in (1, 0.3, 0.05, 0.001):
        thin = Prompts(marks=(Stroke(points=[(8.99, 9.01), (40, 50.7)], width=0.1, object=1),)).scaled(factor)
        assert thin.outside(SHAPE) == ()
    assert drawn(Point(x=20.99, y=30.01, radius=0.01))[30, 20]
    diagonal = drawn(Stroke(points=[(5, 5), (50, 40)], width=0.01))
    assert (diagonal.any(axis=0)[6:49]).all()


# Classic sample of a grouped figure


def test_the_classic_sample_comes_out_right():
    shape = (300, 400)
    nested = Group(
        marks=(
            Polygon(points=[(310, 100), (350, 200), (250, 200)]),
            Pie(x=10, y=10, width=80, height=80, start=30, sweep=120),
        )
    )
    rectangle = Rectangle(x=10, y=200, width=50, height=30)
    figure = Group(marks=(rectangle, nested), object=2)
    prompts = Prompts(marks=(Ellipse(x=100, y=30, width=40, height=40), figure))
    assert drawn(rectangle, shape).sum() == 1500
    parts = {1: np.pi * 400, 2: 1500 + 5000 + np.pi * 1600 / 3}
    for number, size in parts.items():
        assert prompts.roi_alpha(shape, number).sum(dtype=float) == pytest.approx(size, abs=0.1)
        assert (prompts.roi_labels(shape) == number).sum() == pytest.approx(size, rel=0.01)
    labels = prompts.roi_labels(shape)
    assert labels[215, 30] == labels[180, 300] == labels[80, 50] == 2  # the pie opens downwards: clockwise from 30°
    assert labels[50, 120] == 1
    assert labels[20, 50] == labels[100, 200] == 0


# Documents


def test_the_document_is_plain_json():
    document = json.loads(Prompts.from_box(3, 4, 12, 5).to_json())
    assert document == {
        "version": 1,
        "marks": [
            {
                "kind": "rectangle", "x": 3, "y": 4, "width": 10, "height": 2, "angle": 0,
                "object": 1, "operation": "add", "name": "",
            }
        ],
    }  # fmt: skip
    sparse = '{"version": 1, "marks": [{"kind": "rectangle", "x": 3, "y": 4, "width": 10, "height": 2}]}'
    assert Prompts.from_json(sparse) == Prompts.from_json(sparse.encode()) == Prompts.from_box(3, 4, 12, 5)


BOX = {"kind": "rectangle", "x": 1, "y": 2, "width": 3, "height": 4}
NESTED = BOX
for _ in range(6):
    NESTED = {"kind": "group", "marks": [NESTED]}
PNG = BytesIO()
PIL.Image.new("RGB", (3, 3)).save(PNG, "PNG")


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ("", "must be JSON"),
        (b"\xff\xfe{}", "must be JSON"),
        ("[" * 100_000, "recursion"),
        ('{"marks":' * 100_000, "recursion"),
        ("[]", "Prompts must be"),
        ('{"drawing": 5}', "need a version"),
        ("{}", "need a version"),
        ('{"version": 2}', "version must be 1; 2 was given"),
        ('{"version": 1, "marks": 5}', "marks must be"),
        ('{"version": 1, "marks": [{"kind": "image", "src": "file:///etc/passwd"}]}', "'image'"),
        (
            '{"version": 1, "marks": [{"kind": "point", "x": NaN, "y": 1}]}',
            r"marks\[0\].point.x must be a finite number",
        ),
        ('{"version": 1, "marks": [{"kind": "point", "x": -Infinity, "y": 1}]}', "finite"),
        ('{"version": 1, "marks": [{"kind": "point", "x": 1e999, "y": 1}]}', "finite"),
        ('{"version": 1, "marks": [{"kind": "point", "x": 2e6, "y": 1}]}', "less than or equal to 1000000"),
        ('{"version": 1, "marks": [{"kind": "point", "x": "1", "y": 1}]}', "valid number"),
        ('{"version": 1, "marks": [{"kind": "point", "x": true, "y": 1}]}', "valid number"),
        ([BOX, BOX | {"width": 0}], r"marks\[1\].rectangle.width must be greater than 0; 0 was given"),
        ([BOX | {"object": 33}], "object"),
        ([BOX | {"object": 1.5}], "object"),
        ([BOX | {"operation": "union"}], "'add', 'subtract'"),
        ([BOX | {"colour": "red"}], "colour: extra"),
        ([BOX | {"name": "x" * 101}], "at most 100"),
        ([BOX | {f"a{k}": k for k in range(100_000)}], "at most 20 fields"),
        ([BOX | {"kind": "x\n" * 100_000}], "…"),
        ([BOX | {"k" * 100_000: 1}], "…"),
        ([{"kind": "stroke", "points": [["", ""]] * 100_000, "width": 2}], r"points\[0\]\[0\] must be a valid number"),
        ([{"kind": "polygon", "points": [[0, 0], [1, 1]]}], "points"),
        ([{"kind": "polygon", "points": [[0, 0], [1, 1], [2]]}], "points"),
        ([{"kind": "curve", "points": [[0, 0]] * 4}], "three points"),
        ([{"kind": "stroke", "points": [], "width": 2}], "points"),
        ([{"kind": "stroke", "points": [[0, 0]], "width": 2, "operation": "exclude"}], "operation"),
        ([{"kind": "text", "text": "a\nb", "x": 0, "y": 0, "size": 9}], "printable"),
        ([{"kind": "group", "marks": []}], "marks"),
        ([{"kind": "group", "marks": [{"kind": "point", "x": 0, "y": 0}]}], "'point'"),
        ([NESTED], "nested 4 deep"),
        ([{"kind": "seeds", "width": 1, "height": 1, "png": "no base64!"}], "base64"),
        ([{"kind": "seeds", "width": 1, "height": 1, "png": "AAAA"}], "damaged"),
        ([{"kind": "seeds", "width": 1, "height": 1, "png": base64.b64encode(PNG.getvalue()).decode()}], "mode is RGB"),
        ([BOX] * (MAX_MARKS + 1), "at most 2000 items"),
        ([{"kind": "group", "marks": [BOX] * MAX_MARKS}], "at most 2,000 marks"),
        ([{"kind": "stroke", "points": [[0, 0]] * (MAX_POINTS // 2 + 1), "width": 2}] * 2, "at most 200,000 points"),
        (" " * (MAX_BYTES + 1), "at most 16 MB"),
    ],
)
def test_a_bad_document_is_refused_in_one_sentence(document, complaint):
    text = document if isinstance(document, str | bytes) else json.dumps({"version": 1, "marks": document})
    with pytest.raises(PromptError, match=complaint) as caught:
        Prompts.from_json(text)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert len(sentence) < 450
    assert "\n" not in sentence


def test_python_callers_get_the_same_sentences():
    with pytest.raises(PromptError, match="Rectangle width must be greater than 0; -1 was given"):
        Rectangle(x=0, y=0, width=-1, height=2)
    with pytest.raises(PromptError, match="x must be a finite number"):
        Point(x=float("nan"), y=1)
    with pytest.raises(PromptError, match=r"marks\[0\].point.y: field required"):
        Prompts.model_validate({"marks": [{"kind": "point", "x": 1}]})
    with pytest.raises(PromptError, match="less than or equal to 1000000"):
        Prompts(marks=(SQUARE,)).moved(1e9, 0)


def test_a_bomb_of_a_seed_map_is_refused_by_its_header():
    header = BytesIO()
    PIL.Image.new("L", (1, 1)).save(header, "PNG")
    bomb = bytearray(header.getvalue())
    bomb[16:24] = (12_000).to_bytes(4, "big") * 2
    bomb[29:33] = zlib.crc32(bomb[12:29]).to_bytes(4, "big")
    with pytest.raises(PromptError, match="12,000 × 12,000"):
        SeedMap(width=5, height=5, png=base64.b64encode(bomb).decode())


def test_damage_inside_a_seed_map_is_one_sentence_when_it_is_drawn():
    whole = SeedMap.from_numbers(np.random.default_rng(0).integers(0, 3, (60, 80)))
    half = base64.b64encode(base64.b64decode(whole.png)[:200]).decode()
    with pytest.raises(PromptError, match="damaged"):
        Prompts(marks=(whole.model_copy(update={"png": half}),)).seeds(SHAPE)
    wrong = BytesIO()
    PIL.Image.new("L", (3, 3), 77).save(wrong, "PNG")
    with pytest.raises(PromptError, match="77"):
        SeedMap(width=3, height=3, png=base64.b64encode(wrong.getvalue()).decode()).numbers(SHAPE)


def test_whatever_can_be_built_can_be_saved_and_opened():
    point = (-123456.78901234567, -0.00012345678901234567)
    longest = Prompts(marks=(Stroke(points=[point] * MAX_POINTS, width=1),))
    marks = Prompts(marks=[Rectangle(**BOX, name="\x01" * 100)] * MAX_MARKS)
    assert Prompts.from_json(longest.to_json()) == longest
    assert Prompts.from_json(marks.to_json()) == marks
    assert len(longest.to_json()) + len(marks.to_json()) + MAX_TEXT < MAX_BYTES


def reads_or_refuses(text):
    try:
        prompts = Prompts.from_json(text)
    except PromptError:
        return
    assert Prompts.from_json(prompts.to_json()) == prompts


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_prompts_or_a_prompt_error(data):
    reads_or_refuses(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5) | st.sampled_from(["polygon", "add"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
DOCUMENTED = [mark.model_dump(mode="json") for mark in EVERY_KIND]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_document_with_any_value_anywhere_is_prompts_or_a_prompt_error(data):
    mark = dict(data.draw(st.sampled_from(DOCUMENTED)))
    field = data.draw(st.sampled_from([*mark, "unknown"]))
    mark[field] = data.draw(JSON)
    reads_or_refuses(json.dumps({"version": 1, "marks": [mark]}))


numbers = st.floats(-1e6, 1e6)
lengths = st.floats(0, 2e6, exclude_min=True)
points = st.tuples(numbers, numbers)
any_mark = st.one_of(
    st.builds(Rectangle, x=numbers, y=numbers, width=lengths, height=lengths, angle=st.floats(-3600, 3600)),
    st.builds(Ellipse, x=numbers, y=numbers, width=lengths, height=lengths, angle=st.floats(-3600, 3600)),
    st.builds(
        Pie,
        x=numbers,
        y=numbers,
        width=lengths,
        height=lengths,
        start=st.floats(-3600, 3600),
        sweep=st.floats(-360, 360),
    ),
    st.builds(Polygon, points=st.lists(points, min_size=3, max_size=6)),
    st.builds(Curve, points=st.lists(points, min_size=3, max_size=3)),
    st.builds(Stroke, points=st.lists(points, min_size=1, max_size=5), width=lengths, object=st.integers(-1, 32)),
    st.builds(Point, x=numbers, y=numbers, radius=lengths, object=st.integers(-1, 32)),
    st.builds(Text, text=st.text("aÅ ☃漢", min_size=1, max_size=9), x=numbers, y=numbers, size=st.floats(1e-3, 300)),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(any_mark, max_size=3))
def test_whatever_is_allowed_can_be_drawn(marks):
    prompts = Prompts(marks=marks)
    assert Prompts.from_json(prompts.to_json()) == prompts
    assert prompts.seeds(SHAPE).shape == SHAPE
    alpha = prompts.roi_alpha(SHAPE)
    assert np.isfinite(alpha).all()
    assert 0 <= alpha.min() <= alpha.max() <= 1
    assert prompts.roi_labels(SHAPE).dtype == np.int32


# Seeds


def test_later_seeds_win_erasers_erase_and_unknown_releases():
    line = [(10, 30), (70, 30)]
    first = Prompts(marks=(Stroke(points=line, width=6, object=1),))
    assert set(np.unique(first.seeds(SHAPE))) == {-1, 1}
    over = first.with_mark(Stroke(points=[(40, 5), (40, 55)], width=6, object=2))
    assert over.seeds(SHAPE)[30, 40] == 2
    assert over.seeds(SHAPE)[30, 20] == 1
    eraser = Stroke(points=[(20, 20), (20, 40)], width=8, operation="subtract")
    erased = over.with_mark(eraser).seeds(SHAPE)
    assert (erased[drawn(eraser)] == -1).all()
    assert np.array_equal(erased[~drawn(eraser)], over.seeds(SHAPE)[~drawn(eraser)])
    assert np.array_equal(
        over.with_mark(eraser.model_copy(update={"operation": "add", "object": -1})).seeds(SHAPE), erased
    )
    again = over.with_mark(eraser).with_mark(Point(x=20.5, y=30.5, object=3)).seeds(SHAPE)
    assert again[30, 20] == 3


def test_hair_is_where_it_was_painted_and_no_eraser_took_it_away_again():
    brush = {"points": [(10, 30), (70, 30)], "width": 6}
    eraser = Stroke(points=[(40, 5), (40, 55)], width=8, operation="subtract")
    hole = SQUARE.model_copy(update={"operation": "subtract"})
    painted, wiped = drawn(Hair(**brush)), drawn(eraser)
    for marks, wanted in (
        ((Hair(**brush), hole, Stroke(**brush)), painted),
        ((Hair(**brush), eraser), painted & ~wiped),
        (
            (Hair(**brush), Hair(**{**brush, "points": eraser.points, "operation": "subtract"})),
            painted & ~drawn(Hair(points=eraser.points, width=6)),
        ),
        ((Hair(**brush), eraser, Hair(**brush)), painted),
    ):
        assert np.array_equal(Prompts(marks=marks).hair(SHAPE), wanted)
        assert (Prompts(marks=marks[:1]).seeds(SHAPE) == -1).all()
    assert Prompts(marks=(eraser, hole)).hair(SHAPE) is None


def test_background_regions_are_seeds_and_object_regions_are_not():
    frame = Group(marks=(Rectangle(x=0, y=0, width=80, height=60), SQUARE.model_copy(update={"operation": "subtract"})))
    prompts = Prompts(marks=(frame.model_copy(update={"object": 0}), SQUARE))
    seeds = prompts.seeds(SHAPE)
    assert (seeds[10:30, 10:30] == -1).all()
    assert (seeds == 0).sum() == 80 * 60 - 400
    assert prompts.bounds(SHAPE).sum() == 400
    hole = Rectangle(x=40, y=40, width=5, height=5, object=0, operation="subtract")
    assert (prompts.with_mark(hole).seeds(SHAPE)[40:45, 40:45] == -1).all()


def test_a_trimap_marks_exactly_the_pixels_it_names():
    trimap = np.arange(256, dtype=np.uint8).reshape(16, 16)
    seeds = Prompts.from_trimap(trimap).seeds((16, 16))
    assert np.array_equal(seeds == 0, trimap <= 64)
    assert np.array_equal(seeds == 1, trimap >= 192)
    assert np.array_equal(Prompts.from_trimap(trimap > 99).seeds((16, 16)), trimap > 99)
    assert Prompts.from_trimap(np.dstack([trimap] * 3)) == Prompts.from_trimap(trimap.astype(int))
    assert Prompts.from_trimap(trimap) == Prompts.from_json(Prompts.from_trimap(trimap).to_json())


@pytest.mark.parametrize(
    "bad", [np.zeros((2, 2, 3)), np.full((2, 2), 256), np.full((2, 2), 0.5), np.zeros((0, 4), int), 7]
)
def test_what_is_no_trimap_is_refused(bad):
    with pytest.raises(PromptError, match="A trimap must be"):
        Prompts.from_trimap(bad)


def test_a_label_map_marks_exactly_the_pixels_it_names():
    labels = np.random.default_rng(0).integers(-1, 33, SHAPE)
    prompts = Prompts.from_seeds(labels)
    assert np.array_equal(prompts.seeds(SHAPE), labels)
    assert np.array_equal(prompts.moved(-5, -7).seeds((53, 75)), labels[7:, 5:])
    assert np.array_equal(prompts.scaled(3).seeds((180, 240))[1::3, 1::3], labels)
    assert np.array_equal(prompts.scaled(1 / 2).seeds((30, 40)), labels[1::2, 1::2])
    outside = prompts.moved(300, 0).seeds(SHAPE)
    assert (outside == -1).all()
    with pytest.raises(PromptError, match="from -1 to 32"):
        Prompts.from_seeds(labels + 1)


def test_a_painted_picture_is_read_by_its_colours():
    palette = {
        (0, 0, 255): 0, (255, 0, 0): 1, (0, 255, 0): 2, (255, 255, 0): 3, (255, 0, 255): 4, (0, 255, 255): 5,
        (128, 0, 0): 1, (200, 40, 30): 1, (255, 255, 255): -1, (0, 0, 0): -1, (128, 128, 128): -1, (255, 128, 128): -1,
        (40, 0, 0): -1,
    }  # fmt: skip
    picture = np.array([list(palette)], np.uint8)
    assert seeds_of(NumberMap.open(picture)).tolist() == [list(palette.values())]
    with_alpha = np.dstack([picture, np.full(picture.shape[:2], 90, np.uint8)])
    with_alpha[0, :2, 3] = 200
    file = BytesIO()
    PIL.Image.fromarray(with_alpha).save(file, "PNG")
    seeds = Prompts.from_seeds(file.getvalue()).seeds(picture.shape)
    assert seeds[0, :2].tolist() == [0, 1]
    assert (seeds[0, 2:] == -1).all()


def test_a_grey_picture_is_a_trimap_or_a_label_map(tmp_path):
    trimap = np.array([[0, 64, 65, 128, 191, 192, 255]], np.uint8)
    assert seeds_of(NumberMap.open(trimap)).tolist() == [[0, 0, -1, -1, -1, 1, 1]]
    PIL.Image.fromarray(np.array([[0, 1, 2, 32, 255]], np.uint8)).save(tmp_path / "labels.png")
    assert Prompts.from_seeds(tmp_path / "labels.png").seeds((1, 5)).tolist() == [[0, 1, 2, 32, -1]]
    assert seeds_of(NumberMap.open(np.array([[0, 255]], np.uint8))).tolist() == [[0, 1]]
    with pytest.raises(ImageError):
        Prompts.from_seeds(b"no picture")
    with pytest.raises(MaskingError):
        Prompts.from_seeds(tmp_path / "missing.png")


def test_marks_beyond_the_picture_are_clipped_and_those_that_miss_it_are_named():
    inside = Stroke(points=[(-500, 30), (500, 30)], width=4)
    outside = [
        Stroke(points=[(100, 10), (120, 30)], width=8),
        Point(x=-20, y=-20),
        Rectangle(x=300, y=0, width=50, height=50),
        Rectangle(x=20.6, y=20.6, width=0.5, height=0.5),  # between pixel centres
        SeedMap.from_numbers(np.full((5, 5), -1)),
    ]
    prompts = Prompts(marks=[inside, *outside])
    assert prompts.outside(SHAPE) == tuple(outside)
    assert (prompts.seeds(SHAPE)[28:32] == 1).all()


def test_a_box_is_inclusive():
    assert Prompts.from_box(3, 4, 12, 9).bounds(SHAPE).nonzero()[0].tolist() == [
        row for row in range(4, 10) for _ in range(10)
    ]
    assert Prompts.from_box(5, 5, 5, 5).bounds(SHAPE).sum() == 1
    with pytest.raises(PromptError, match="width"):
        Prompts.from_box(9, 0, 3, 5)


# Bounds and masks


def test_each_object_has_bounds_of_its_own():
    prompts = Prompts(
        marks=(
            SQUARE,
            Rectangle(x=20, y=10, width=30, height=20, object=2),
            Rectangle(x=12, y=12, width=4, height=4, operation="subtract"),
            Rectangle(x=40, y=10, width=30, height=40, object=2, operation="intersect"),
            Stroke(points=[(60, 50)], width=9, object=3),
        )
    )
    assert prompts.bounds(SHAPE, 1).sum() == 400 - 16
    assert prompts.bounds(SHAPE, 2).sum() == 200
    assert prompts.bounds(SHAPE, 3) is None
    assert np.array_equal(prompts.bounds(SHAPE), prompts.bounds(SHAPE, 1) | prompts.bounds(SHAPE, 2))
    assert Prompts().bounds(SHAPE) is None
    keep_out = Prompts(marks=(SQUARE.model_copy(update={"operation": "subtract"}),))
    assert keep_out.bounds(SHAPE).sum() == 80 * 60 - 400


OPERATIONS = {
    "add": np.logical_or,
    "subtract": np.greater,
    "intersect": np.logical_and,
    "exclude": np.logical_xor,
}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([*OPERATIONS]),
            st.integers(0, 60),
            st.integers(0, 40),
            st.integers(1, 30),
            st.integers(1, 30),
        ),
        max_size=6,
    )
)
def test_regions_combine_in_drawing_order_as_sets_do(steps):
    expected = np.zeros(SHAPE, bool)
    marks = []
    for operation, x, y, width, height in steps:
        marks.append(Rectangle(x=x, y=y, width=width, height=height, operation=operation))
        expected = OPERATIONS[operation](expected, drawn(marks[-1]))
    prompts = Prompts(marks=marks)
    assert np.array_equal(prompts.roi_alpha(SHAPE), expected.astype(np.float32))
    assert np.array_equal(prompts.roi_labels(SHAPE), expected)
    grouped = Prompts(marks=[Group(marks=marks, object=4)]) if marks else prompts
    assert np.array_equal(grouped.roi_labels(SHAPE), 4 * expected)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([*OPERATIONS]), st.integers(-1, 3), st.integers(0, 50), st.integers(0, 30)),
        max_size=6,
    )
)
def test_labels_and_the_shares_of_all_objects_tell_the_same(steps):
    prompts = Prompts(
        marks=[Rectangle(x=x, y=y, width=25, height=20, operation=op, object=number) for op, number, x, y in steps]
    )
    labels, total = prompts.roi_labels(SHAPE), prompts.roi_alpha(SHAPE)
    assert np.array_equal(labels > 0, total == 1)
    for number in (1, 2, 3):
        assert np.array_equal(prompts.roi_alpha(SHAPE, number), (labels == number).astype(np.float32))


def test_neighbouring_objects_share_the_pixels_between_them():
    halves = [Pie(x=10, y=5, width=50, height=50, start=start, sweep=180, object=k) for k, start in ((1, 17), (2, 197))]
    prompts = Prompts(marks=halves)
    shares = sum(prompts.roi_alpha(SHAPE, k) for k in (1, 2))
    inside = drawn(Ellipse(x=12, y=7, width=46, height=46))
    assert shares[inside] == pytest.approx(1, abs=0.02)


def test_a_soft_region_taken_away_again_leaves_nothing():
    blob = Ellipse(x=10.3, y=8.8, width=31.1, height=40.7, angle=20)
    for operation in ("subtract", "exclude"):
        assert not Prompts(marks=(blob, blob.model_copy(update={"operation": operation}))).roi_alpha(SHAPE).any()


def test_drawing_many_marks_can_be_cancelled():
    prompts = Prompts(marks=[SQUARE] * 5)
    for draw in (prompts.roi_alpha, prompts.roi_labels, prompts.seeds, prompts.bounds):
        with listening(lambda fraction, _: fraction < 0.5), pytest.raises(Cancelled):
            draw(SHAPE)


def test_the_documents_in_the_manual_can_be_read():
    manual = (Path(__file__).parents[2] / "docs" / "prompts.md").read_text(encoding="utf-8")
    documents = re.findall(r"```json\n(.*?)```", manual, re.DOTALL)
    assert len(documents) == 2
    for document in documents:
        assert not Prompts.from_json(document).outside((300, 400))
    assert all(f"`{mark.kind}`" in manual for mark in EVERY_KIND)


def test_texts_have_as_much_room_as_can_be_drawn_in_a_moment():
    large = Text(text="W" * 50, x=0, y=0, size=1000)
    assert Prompts(marks=(large, large)).marks
    with pytest.raises(PromptError, match="100 megapixels together, and they cover 150"):
        Prompts(marks=(large,) * 3)
    small = Text(text="W" * 10, x=0, y=0, size=20)
    assert len(Prompts(marks=(small,) * 2000).marks) == 2000


def test_drawing_a_group_or_looking_for_marks_outside_can_be_stopped():
    group = Group(marks=tuple(Rectangle(x=n, y=0, width=3, height=3) for n in range(50)), object=0)
    for draw in (Prompts(marks=(group,)).seeds, Prompts(marks=(group,)).outside, Prompts(marks=(group,)).roi_labels):
        heard = []
        with (
            listening(lambda fraction, _, heard=heard: heard.append(fraction) or len(heard) < 20),
            pytest.raises(Cancelled),
        ):
            draw((40, 60))
        assert heard == sorted(heard)
        assert len(heard) == 20


def test_a_seed_map_covers_what_it_marks_be_it_object_or_background():
    marked = SeedMap.from_numbers(np.array([[-1, 0, 1], [2, -1, 0]])).mask((2, 3))[1]
    assert marked.tolist() == [[False, True, True], [True, False, True]]


@pytest.mark.parametrize("sweep", [90.0, 120.0, -200.0])
def test_an_arc_is_closed_by_its_chord_and_a_pie_through_the_centre(sweep):
    place = {"x": 10, "y": 5, "width": 40, "height": 40, "start": 25, "sweep": sweep}
    turn = np.radians(abs(sweep))
    for shape, area in ((Pie, 400 * turn / 2), (Arc, 400 * (turn - np.sin(turn)) / 2)):
        assert Prompts(marks=(shape(**place),)).roi_alpha(SHAPE).sum() == pytest.approx(area, rel=1e-3)


@pytest.mark.parametrize("operation", ["add", "subtract", "intersect", "exclude"])
def test_labels_join_by_each_operation_where_a_region_does_not_fill_its_box(operation):
    first = Rectangle(x=10, y=10, width=30, height=30, object=3)
    second = Ellipse(x=20, y=5, width=40, height=40, object=5, operation=operation)
    alone = (Prompts(marks=(each.model_copy(update={"operation": "add"}),)) for each in (first, second))
    one, other = (each.roi_labels(SHAPE) > 0 for each in alone)
    wanted = {
        "add": np.where(other, 5, 3 * one),
        "subtract": 3 * (one & ~other),
        "intersect": 3 * (one & other),
        "exclude": np.where(other, 5 * ~one, 3 * one),
    }[operation]
    assert np.array_equal(Prompts(marks=(first, second)).roi_labels(SHAPE), wanted)


def test_a_document_may_be_as_large_as_is_said():
    text = Prompts.from_box(1, 2, 3, 4).to_json()
    assert Prompts.from_json(text + " " * (MAX_BYTES - len(text))) == Prompts.from_box(1, 2, 3, 4)


@pytest.mark.parametrize(
    ("count", "told"), [(MAX_FIELDS, "field_0"), (MAX_FIELDS + 1, "there may be at most 20 fields")]
)
def test_a_mark_with_too_many_fields_is_refused_for_their_number_alone(count, told):
    fields = {f"field_{number}": 1 for number in range(count - 3)}
    with pytest.raises(PromptError, match=told) as refused:
        Point.model_validate({"kind": "point", "x": 1, "y": 2, **fields})
    assert ("at most" in str(refused.value)) == (count > MAX_FIELDS)
