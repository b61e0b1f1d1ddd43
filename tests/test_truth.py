"""Ground truths: a perfect result scores 1.0 against every way of writing it."""

import io

import numpy as np
import PIL.Image
import pytest

from masking_core import PromptError, metrics
from masking_core.image.numbers import NumberMap
from masking_core.truth import Reading, labels_in, looks_inverted, read, usual_reading

ROWS, COLUMNS = np.mgrid[:50, :70]
DISC = np.hypot(ROWS - 25, COLUMNS - 30) < 14
BORDER = (np.hypot(ROWS - 25, COLUMNS - 30) < 17) & ~DISC
BOX = (ROWS > 30) & (COLUMNS > 55)


def opened(array, mode=None, **options):
    picture = array if isinstance(array, PIL.Image.Image) else PIL.Image.fromarray(array, mode)
    file = io.BytesIO()
    picture.save(file, "TIFF" if picture.mode in ("I", "F") else "PNG", **options)
    return NumberMap.open(file.getvalue(), name="truth.png")


def indexed(values):
    flat = PIL.Image.fromarray(values.astype(np.uint8), "P")
    flat.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0] + [7, 7, 7] * 252 + [224, 224, 192])
    return opened(flat)


def voc(values):
    return np.where(BORDER, 255, values)


def tinted(colour):
    return np.where(DISC[..., None], np.array(colour, np.uint8), np.uint8(0))


PERFECT = {
    "0 and 255": lambda: opened(np.where(DISC, 255, 0).astype(np.uint8)),
    "0 and 1": lambda: opened(DISC.astype(np.uint8)),
    "1 bit": lambda: opened(PIL.Image.fromarray(DISC)),
    "0 and 1 in 16 bits": lambda: opened(PIL.Image.fromarray(DISC.astype(np.uint16))),
    "0 and 65,535": lambda: opened(PIL.Image.fromarray(DISC.astype(np.uint16) * 65_535)),
    "0 and 1 in 32 bits": lambda: opened(PIL.Image.fromarray(DISC.astype(np.int32))),
    "a palette": lambda: indexed(DISC),
    "a palette with void": lambda: indexed(voc(DISC)),
    "grey with void": lambda: opened(voc(DISC).astype(np.uint8)),
    "16 bits with void": lambda: opened(PIL.Image.fromarray(voc(DISC).astype(np.uint16))),
    "GrabCut's unknown": lambda: opened(np.where(BORDER, 128, np.where(DISC, 255, 0)).astype(np.uint8)),
    "alpha alone": lambda: opened(np.dstack([np.full((50, 70, 3), 255), np.where(DISC, 255, 0)]).astype(np.uint8)),
    "a cut-out": lambda: opened(
        np.dstack([np.random.default_rng(0).integers(0, 256, (50, 70, 3)), np.where(DISC, 255, 0)]).astype(np.uint8)
    ),
    "one colour on black": lambda: opened(tinted((200, 0, 90))),
    "two colours": lambda: opened(np.where(DISC[..., None], np.uint8([255, 255, 0]), np.uint8([0, 0, 160]))),
    "several objects": lambda: indexed(np.where(BOX & ~DISC, 0, DISC)),
}


@pytest.mark.parametrize("kind", PERFECT)
def test_a_perfect_result_scores_one(kind):
    truth = read(PERFECT[kind]())
    scores = metrics.scores(DISC.astype(np.float32), truth.alpha, 1.0, truth.ignored)
    assert scores["iou"] == scores["dice"] == scores["boundary_f"] == 1.0
    assert scores["mae"] == scores["error_rate"] == 0.0
    if truth.ignored is not None:
        assert np.array_equal(truth.ignored, BORDER)


def test_which_label_is_the_object_can_be_chosen():
    values = np.where(DISC, 1, np.where(BOX, 2, 0))
    for map in (indexed(voc(values)), opened(voc(values).astype(np.uint8))):
        assert labels_in(map) == [0, 1, 2, 255]
        assert usual_reading(map) == Reading(None, 255)
        assert np.array_equal(read(map).alpha[~BORDER] > 0, (DISC | BOX)[~BORDER])
        assert np.array_equal(read(map, Reading(1, 255)).alpha > 0, np.where(BORDER, False, DISC))
        assert np.array_equal(read(map, Reading(2)).alpha > 0, BOX & ~BORDER & ~DISC)
        assert read(map, Reading(2)).ignored is None
        with pytest.raises(PromptError, match=r"has no label 7; it has 0, 1, 2, 255\."):
            read(map, Reading(7))


@pytest.mark.parametrize(("grey", "ignored"), [(99, False), (100, True), (156, True), (157, False)])
def test_a_middle_grey_between_black_and_white_is_unknown_and_others_are_soft(grey, ignored):
    values = np.where(DISC, 255, np.where(BORDER, grey, 0))
    map = opened(PIL.Image.fromarray(values.astype(np.uint8)))
    assert usual_reading(map) == Reading(ignore=grey if ignored else None)


@pytest.mark.parametrize("white", [255, 65_535])
def test_soft_edges_stay_soft(white):
    soft = np.clip((16 - np.hypot(ROWS - 25, COLUMNS - 30)) / 8, 0, 1)
    levels = np.rint(soft * white).astype(np.uint8 if white == 255 else np.uint16)
    map = opened(PIL.Image.fromarray(levels))
    truth = read(map)
    assert truth.ignored is None
    assert labels_in(map) == []
    assert np.allclose(truth.alpha, soft, atol=1 / 255)


def test_a_blurred_mask_of_one_colour_is_its_brightness():
    soft = np.clip((16 - np.hypot(ROWS - 25, COLUMNS - 30)) / 8, 0, 1)
    rgb = np.rint(soft[..., None] * (220, 0, 110)).astype(np.uint8)
    assert np.allclose(read(opened(rgb)).alpha, soft, atol=0.02)


def test_what_is_no_truth_is_a_sentence():
    photo = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    with pytest.raises(PromptError, match=r"truth\.png is a picture of \d+ colours"):
        read(opened(photo))
    for flat in (np.full((9, 9), 7, np.uint8), np.full((9, 9, 3), (9, 8, 7), np.uint8)):
        with pytest.raises(PromptError, match="same everywhere"):
            read(opened(flat))


def test_a_picture_without_an_object_may_have_a_truth_all_the_same():
    for value, share in ((0, 0), (1, 1), (255, 1)):
        assert (read(opened(np.full((9, 9), value, np.uint8))).alpha == share).all()


def test_an_inverted_truth_is_noticed():
    upright, turned = read(opened(DISC.astype(np.uint8))), read(opened((~DISC).astype(np.uint8)))
    found = DISC.astype(np.float32)
    assert not looks_inverted(found, upright)
    assert looks_inverted(found, turned)
    assert np.array_equal(turned.inverted().alpha, found)
    assert not looks_inverted(BOX.astype(np.float32), upright)


@pytest.mark.parametrize(("found", "inverted"), [(10, True), (9, False)])
def test_half_of_the_opposite_of_a_truth_is_enough_to_notice(found, inverted):
    mask, alpha = np.ones((20, 20), bool), np.zeros((20, 20), np.float32)
    mask[:, :1] = False  # the opposite are these 20 pixels
    alpha[:found, 0] = 1
    assert looks_inverted(alpha, read(opened(mask.astype(np.uint8)))) == inverted


@pytest.mark.parametrize(("white", "dtype"), [(1, np.uint8), (255, np.uint8), (65_535, np.uint16)])
def test_black_and_white_are_no_numbers_of_objects(white, dtype):
    mask = np.zeros((20, 30), dtype)
    mask[5:15, 5:25] = white
    assert labels_in(NumberMap.open(mask)) == ([] if white > 1 else [0, 1])
    assert np.array_equal(read(NumberMap.open(mask)).alpha, mask > 0)


@pytest.mark.parametrize(("off", "accepted"), [(0, True), (2, True), (3, False)])
def test_two_of_a_hundred_colours_may_lie_off_the_shades_of_one(off, accepted):
    colours = np.arange(1, 101)[:, None] * np.array([[2, 1, 0]])
    colours[:off] += (0, 0, 90)
    map = opened(colours.astype(np.uint8).reshape(10, 10, 3))
    if accepted:
        assert read(map).alpha.max() == 1
    else:
        with pytest.raises(PromptError, match="is a picture of 100 colours"):
            read(map)
