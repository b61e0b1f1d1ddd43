"""Which parts of a picture a network is shown, and how its answers become one map."""

import math
from dataclasses import replace

import numpy as np
import pytest

from masking_core import Image, Prompts
from masking_core.kernels.raster.placing import Crop
from masking_core.models import files, looks
from masking_core.models.looks import Look
from masking_core.models.subject_map import FITTING, MARGIN, SURE, TRUST, box_of, likely_subject, subject_map
from masking_core.prompts import Ellipse, Rectangle
from tests.models import onnx_files
from tests.models.test_network import written

SIZES = {"size": 64, "looks": {"closer": 80, "again": 96}}


@pytest.fixture
def answers(monkeypatch):
    """What a network answers, as a function of what it sees: (size, size) grey from 0 to 1."""

    def answer(how):
        monkeypatch.setattr(
            looks.network, "run", lambda _, inputs: ([how(next(iter(inputs.values()))[0, 0])[None, None]], "told")
        )

    answer(lambda grey: grey)
    return answer


def picture(height=100, width=120, bright=None, level=255):
    rgb = np.zeros((height, width, 3), np.uint8)
    if bright is not None:
        rgb[bright.rows, bright.columns] = level
    return Image.from_array(rgb)


def shown(found):
    return [(look.crop, len(look.seen)) for look in found.looks]


@pytest.mark.usefixtures("answers")
def test_what_is_found_in_a_whole_picture_is_looked_at_from_closer(tmp_path):
    weights = written(tmp_path, b"", **SIZES)
    image = picture(bright=Crop(20, 30, 40, 60))
    found = subject_map(image, weights)
    (whole, size), (closer, larger) = shown(found)
    assert (whole, size, larger) == (Crop(0, 0, 100, 120), 64, 80)
    assert closer == pytest.approx((20 - 6, 30 - 9, 40 + 6, 60 + 9), abs=3)
    assert found.crop == whole
    assert found.values.shape == (80, 80)
    assert ((found.placed((100, 120), (100, 120)) >= 0.5) == (image.rgb[..., 0] > 0)).mean() > 0.98
    assert subject_map(image, weights, Crop(0, 0, 100, 120), 0.1) is subject_map(image, weights) is found


@pytest.mark.usefixtures("answers")
@pytest.mark.parametrize(
    "bright", [None, Crop(5, 5, 95, 115), Crop(50, 50, 52, 54)], ids=["nothing", "nearly all", "too small"]
)
def test_where_a_closer_look_would_show_nothing_new_the_picture_is_shown_at_a_larger_size(tmp_path, bright):
    found = subject_map(picture(bright=bright), written(tmp_path, b"", **SIZES))
    assert shown(found)[:2] == [(Crop(0, 0, 100, 120), 64), (Crop(0, 0, 100, 120), 96)]


@pytest.mark.usefixtures("answers")
@pytest.mark.parametrize(("width", "closer"), [(5, 8), (4, 6)])
def test_eight_pixels_are_enough_for_a_closer_look_and_the_picture_ends_at_its_border(tmp_path, width, closer):
    weights = written(tmp_path, b"", size=120, looks={"closer": 80, "again": 96})
    image = picture(120, 120, Crop(0, 50, 40, 50 + width))
    second = subject_map(image, weights).looks[1]
    assert second.crop == (Crop(0, 48, 52, 56) if closer == 8 else Crop(0, 0, 120, 120))


@pytest.mark.usefixtures("answers")
def test_a_closer_look_is_taken_as_long_as_it_leaves_a_fifth_of_the_picture_out(tmp_path):
    weights = written(tmp_path, b"", size=100, looks={"closer": 80, "again": 96})
    for side, closer in ((54, 86), (56, 90)):  # with three tenths around it on either side: .74 and .81 of the picture
        low = (100 - side) // 2
        found = subject_map(picture(100, 100, Crop(low, low, low + side, low + side)), weights)
        assert [size for _, size in shown(found)] == ([100, 80] if closer < 89 else [100, 96])
        assert found.looks[1].crop.height == (closer if closer < 89 else 100)


@pytest.mark.parametrize(("sure", "looks_taken"), [(SURE - 0.01, 3), (SURE + 0.01, 2)])
def test_a_picture_in_which_nothing_is_sure_is_looked_at_from_farther_away(tmp_path, answers, sure, looks_taken):
    answers(lambda grey: np.full_like(grey, sure))
    found = subject_map(picture(), written(tmp_path, b"", **SIZES))
    assert len(found.looks) == looks_taken
    if looks_taken == 3:
        assert shown(found)[2] == (Crop(-30, -36, 130, 156), 64)


def test_one_sure_answer_is_enough(tmp_path, answers):
    answers(lambda grey: np.full_like(grey, 1.0 if len(grey) == 96 else 0.3))
    assert len(subject_map(picture(), written(tmp_path, b"", **SIZES)).looks) == 2


def test_what_is_as_sure_as_can_be_asked_is_sure(tmp_path, answers, monkeypatch):
    monkeypatch.setattr("masking_core.models.subject_map.SURE", 1.0)
    answers(np.ones_like)
    assert len(subject_map(picture(), written(tmp_path, b"", **SIZES)).looks) == 2


@pytest.mark.usefixtures("answers")
def test_answers_are_kept_for_each_network_and_each_margin(tmp_path):
    image, region = picture(), Crop(30, 30, 60, 60)
    one, other = written(tmp_path, b"", **SIZES), written(tmp_path, b"another", "another", **SIZES)
    found = subject_map(image, one, region)
    assert subject_map(image, one, region) is found
    assert subject_map(image, one, region, 0.2) is not found
    assert subject_map(image, other, region).weights is other


def test_from_farther_away_the_picture_lies_where_it_is(tmp_path, answers):
    """An answer that knows only the middle of what it sees: from farther away, that is most of the picture."""

    def middle(grey):
        rows, columns = np.ogrid[: len(grey), : len(grey)]
        away = np.maximum(np.abs(rows + 0.5 - len(grey) / 2), np.abs(columns + 0.5 - len(grey) / 2))
        return np.where((away < len(grey) / 4) & (grey > 0.5), 0.7, 0).astype(np.float32)

    answers(middle)
    found = subject_map(picture(bright=Crop(0, 0, 100, 120)), written(tmp_path, b"", **SIZES))
    away = found.looks[2]
    alone = replace(found, looks=(away,), values=away.values, crop=away.crop).placed((100, 120), (100, 120)) >= 0.35
    rows, columns = np.flatnonzero(alone.any(axis=1)), np.flatnonzero(alone.any(axis=0))
    assert (rows[0], rows[-1] + 1, columns[0], columns[-1] + 1) == pytest.approx((10, 90, 12, 108), abs=2)


@pytest.mark.usefixtures("answers")
def test_a_region_is_shown_with_more_and_more_around_it_within_the_picture(tmp_path):
    region = Crop(40, 0, 60, 40)
    found = subject_map(picture(bright=region), written(tmp_path, b"", **SIZES), region)
    assert shown(found) == [(region, 64), (Crop(37, 0, 63, 46), 64), (Crop(32, 0, 68, 56), 64)]
    assert found.crop == region
    assert found.values[5:-5, :-5].min() > 0.9
    placed = found.placed((100, 120), (100, 120))
    assert np.array_equal(placed >= 0.5, picture(bright=region).rgb[..., 0] > 0)
    assert shown(subject_map(picture(), written(tmp_path, b"", **SIZES), region, 0.0)) == [(region, 64)]
    wider = subject_map(picture(), written(tmp_path, b"", **SIZES), region, 1.0)
    assert [crop for crop, _ in shown(wider)] == [region, Crop(32, 0, 68, 55), Crop(20, 0, 80, 80)]


@pytest.mark.usefixtures("answers")
def test_a_region_that_is_four_fifths_of_the_picture_is_the_picture(tmp_path):
    weights = written(tmp_path, b"", size=64)
    for rows, crop in ((80, Crop(0, 0, 100, 120)), (79, Crop(0, 0, 79, 120))):
        assert subject_map(picture(), weights, Crop(0, 0, rows, 120)).crop == crop


@pytest.mark.usefixtures("answers")
def test_a_network_of_one_size_is_shown_one_part(tmp_path):
    weights, image = written(tmp_path, b"", size=64), picture(bright=Crop(20, 30, 40, 60))
    assert shown(subject_map(image, weights)) == [(Crop(0, 0, 100, 120), 64)]
    beside = subject_map(image, weights, Crop(20, 30, 40, 60))
    assert shown(beside) == [(Crop(20, 30, 40, 60).widened(3 / 8 * MARGIN), 64)]
    assert beside.crop == Crop(20, 30, 40, 60)
    assert beside.values[5:-5, 5:-5].min() > 0.99


def test_an_answer_counts_more_the_surer_it_is(tmp_path, answers):
    answers(lambda grey: np.full_like(grey, 0.95 if len(grey) == 64 else 1.0))
    weights = written(tmp_path, b"", **SIZES)
    found = subject_map(picture(), weights)
    sure = round(0.95 * 255) / 255
    less = 1 - sure - FITTING * (1 - sure)  # of the border, the first answer takes only so much for the subject
    first = 1 / (1 + math.exp(TRUST * less))
    assert found.shares == pytest.approx((first, 1 - first), abs=1e-4)
    assert sum(found.shares) == pytest.approx(1)
    assert found.surest is found.looks[1]
    assert found.values == pytest.approx(0.95 * first + 1 - first, abs=1 / 255)
    assert np.array_equal(found.values * 255, np.rint(found.values * 255))


@pytest.fixture
def trust(monkeypatch):
    """A trust so low that no answer's share is nothing."""
    monkeypatch.setattr("masking_core.models.subject_map.TRUST", 20.0)
    return 20.0


def test_in_a_whole_picture_an_answer_that_keeps_off_the_border_counts_more(tmp_path, answers, trust):
    def at_the_border(grey):
        plane = np.zeros_like(grey)
        plane[: len(grey) // 4] = 1  # its first row and a quarter of the first and last column, of four sides
        return plane

    def within(grey):
        plane = np.zeros_like(grey)
        plane[len(grey) // 4 : len(grey) // 2, 1:-1] = 1
        return plane

    for first, second in ((at_the_border, within), (within, at_the_border)):
        answers(lambda grey, first=first, second=second: (first if len(grey) == 64 else second)(grey))
        found = subject_map(picture(8, 8), written(tmp_path, b"", **SIZES))
        off = math.exp(-trust * FITTING * 1.5 / 4)
        wanted = (off, 1.0) if first is at_the_border else (1.0, off)
        assert found.shares == pytest.approx(np.array(wanted) / sum(wanted), abs=0.01)


def test_in_a_region_an_answer_that_reaches_its_sides_counts_more(tmp_path, answers, trust):
    seen = []

    def shrinking(grey):
        """Two lines around half the region, then all of it, then nothing; the looks come in this order."""
        plane = np.zeros_like(grey)
        if len(seen) == 0:
            plane[0, :] = plane[len(grey) // 2 - 1, :] = 1  # a box is as large as what it is around
        elif len(seen) == 1:
            plane[:] = 1
        seen.append(1)
        return plane

    answers(shrinking)
    found = subject_map(picture(), written(tmp_path, b"", **SIZES), Crop(30, 30, 60, 60))
    half, all_of_it = math.exp(trust * (1 + FITTING / 2)), math.exp(trust * (1 + FITTING))
    assert found.shares == pytest.approx((half / (half + all_of_it), all_of_it / (half + all_of_it), 0), abs=5e-3)


def test_what_a_closer_look_was_not_shown_stays_as_it_was(tmp_path, answers):
    """The first answer sees two squares, of which the second is not in the closer look, being faint."""
    rgb = picture(bright=Crop(20, 30, 40, 60)).rgb.copy()
    rgb[80:, 100:] = 100
    image = Image.from_array(rgb)
    answers(lambda grey: grey if len(grey) == 64 else np.ones_like(grey))
    found = subject_map(image, written(tmp_path, b"", **SIZES))
    assert found.shares[1] > 0.5
    placed = found.placed((100, 120), (100, 120))
    assert placed[85:95, 105:115] == pytest.approx(100 / 255, abs=0.02)
    assert placed[found.looks[1].crop.rows, found.looks[1].crop.columns].min() > 0.5


def test_the_box_of_a_mask_is_its_bounding_box():
    mask = np.zeros((100, 200), bool)
    assert box_of(mask) == Crop(0, 0, 100, 200)
    mask[10, 50] = mask[29, 89] = True
    assert box_of(mask) == Crop(10, 50, 30, 90)
    assert box_of(np.ascontiguousarray(mask.T)) == Crop(50, 10, 90, 30)


def test_the_subject_is_likely_only_where_it_may_be(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "weights", lambda _: written(tmp_path, onnx_files.brightness()))
    image = Image.from_array(np.full((40, 60, 3), 255, np.uint8))
    assert likely_subject(image, Prompts()).min() > 0.9
    inside = likely_subject(image, Prompts(marks=(Rectangle(x=10, y=5, width=20, height=30),)))
    assert inside[5:35, 10:30].min() > 0.9
    assert np.count_nonzero(inside) == 20 * 30
    round_ = Prompts(marks=(Ellipse(x=10, y=5, width=40, height=24),))
    assert np.array_equal(likely_subject(image, round_) > 0, round_.bounds((40, 60)))


def test_the_surest_answer_is_the_one_that_counts_most(tmp_path, answers):
    answers(lambda grey: np.full_like(grey, 1.0))
    found = subject_map(picture(), written(tmp_path, b"", **SIZES))
    assert replace(found, shares=(0.6, 0.4)).surest is found.looks[0]
    assert isinstance(replace(found, shares=(0.4, 0.6)).surest, Look)
