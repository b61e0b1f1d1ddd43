"""A transparent pixel has no colour: nothing is learned from it, nothing of it is kept."""

import numpy as np
import pytest

from masking_core import Image, ImageError, PromptError, Prompts, Recipe
from masking_core.image.transparency import _contrasting, opaque
from masking_core.methods import METHODS
from masking_core.prompts import Point, Rectangle, Stroke
from masking_core.steps.clean import Clean

EVERY_METHOD = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
FREE = {id: method for id, method in METHODS.items() if not method.needs}
AUTOMATIC = pytest.mark.parametrize("method", FREE.values(), ids=FREE)
MARKED = Prompts(
    marks=(
        Rectangle(x=20, y=10, width=90, height=80),
        Stroke(points=((45.0, 50.0), (75.0, 50.0)), width=6.0),
        Point(x=3.0, y=3.0, radius=2.0, object=0),
    )
)


def logo(hidden, colour=(0, 0, 0), opacity=255):
    """A ring and a bar of one colour, as large as a third of the picture, over transparent pixels of ``hidden``."""
    rows, columns = np.mgrid[:100, :130]
    away = np.hypot(rows - 50, columns - 60)
    seen = (away < 32) & ~((away > 12) & (away < 18) & (columns > 60)) | (abs(rows - 88) < 4) & (abs(columns - 60) < 40)
    rgb = np.where(seen[..., None], np.array(colour, np.uint8), hidden(seen.shape))
    return Image.from_array(rgb, np.where(seen, np.uint8(opacity), np.uint8(0))), seen


def black(shape):
    return np.zeros((*shape, 3), np.uint8)


def noise(shape):
    return np.random.default_rng(3).integers(0, 256, (*shape, 3), dtype=np.uint8)


def stripes(shape):
    return np.broadcast_to(
        np.where(np.arange(shape[1]) % 20 < 10, 255, 30).astype(np.uint8)[None, :, None], (*shape, 3)
    )


def iou(a, b):
    return (a & b).sum() / (a | b).sum()


@AUTOMATIC
@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (30, 60, 200)])
def test_a_logo_on_nothing_comes_out_whole(method, colour):
    image, seen = logo(black, colour)
    result = Recipe(method=method()).run(image)
    # A network sees the picture at a size of its own.
    assert iou(result.alpha >= 0.5, seen) > (0.8 if method is METHODS["subject"] else 0.9)
    assert set(result.kept) == set(np.unique(result.labels)) - {0}


@EVERY_METHOD
@pytest.mark.parametrize("prompts", [Prompts(), MARKED], ids=["no marks", "marks"])
@pytest.mark.parametrize("clean", [Clean(), Clean(majority=3, specks=50, holes=5000)], ids=["as found", "tidied"])
def test_what_cannot_be_seen_changes_nothing_and_is_never_kept(method, prompts, clean):
    if method.needs and not prompts.marks:
        pytest.skip(method.needs)
    recipe = Recipe(method=method(), clean=clean)
    results = []
    for hidden in (black, noise, stripes):
        image, seen = logo(hidden, (200, 40, 40))
        result = recipe.run(image, prompts)
        assert not result.labels[~seen].any()
        assert not result.rgba[~seen].any()
        if result.membership is not None:
            assert not result.membership[~seen].any()
        results.append(result)
    for other in results[1:]:
        assert np.array_equal(other.labels, results[0].labels)
        assert np.array_equal(other.rgba, results[0].rgba)


@EVERY_METHOD
def test_what_is_half_transparent_stays_so(method):
    image, seen = logo(black, (200, 40, 40), opacity=128)
    result = Recipe(method=method()).run(image, MARKED)
    kept = result.alpha > 0.25
    assert kept.any()
    assert result.alpha.max() <= 128 / 255 + 1e-6
    assert (result.rgba[kept][:, :3] == (200, 40, 40)).all()
    assert seen[kept].all()


@pytest.mark.parametrize("method", [METHODS[id] for id in ("graph_cut", "watershed")], ids=["graph_cut", "watershed"])
def test_a_stroke_that_slips_off_the_object_marks_nothing_there(method):
    image, seen = logo(noise)
    tidy = Stroke(points=((45.0, 35.0), (75.0, 35.0)), width=6.0)
    slipped = Stroke(points=((45.0, 35.0), (125.0, 35.0)), width=6.0)
    for stroke in (tidy, slipped):
        result = Recipe(method=method()).run(image, Prompts(marks=(stroke,)))
        assert iou(result.labels == 1, seen & (np.arange(100)[:, None] < 84)) > 0.9


@EVERY_METHOD
def test_marks_on_nothing_alone_are_a_sentence(method):
    image, _ = logo(noise)
    stroke = Stroke(points=((100.0, 5.0), (120.0, 5.0)), width=4.0)
    with pytest.raises(PromptError, match=r"\.$"):
        Recipe(method=method()).run(image, Prompts(marks=(stroke,)))


@EVERY_METHOD
def test_a_picture_without_a_visible_pixel_is_a_sentence(method):
    image = Image.from_array(noise((20, 30)), np.zeros((20, 30), np.uint8))
    with pytest.raises(ImageError, match="nothing to cut out"):
        Recipe(method=method()).run(image, Prompts(marks=(Rectangle(x=2, y=2, width=9, height=9),)))


def test_a_hole_inside_is_filled_from_around_it():
    rgb = np.zeros((40, 60, 3), np.uint8)
    rgb[:, :30], rgb[:, 30:] = (200, 10, 10), (10, 10, 200)
    alpha = np.full((40, 60), 255, np.uint8)
    alpha[10:20, 5:25] = alpha[10:20, 35:55] = 0
    filled = opaque(Image.from_array(np.where(alpha[..., None] > 0, rgb, np.uint8(99)), alpha))
    assert filled.alpha is None
    assert np.array_equal(filled.rgb, rgb)


def test_what_is_behind_differs_from_everything_visible():
    for colour in ((0, 0, 0), (255, 255, 255), (128, 128, 128), (255, 0, 0), (40, 180, 60)):
        image, seen = logo(noise, colour)
        behind = np.unique(opaque(image).rgb[~seen], axis=0)
        assert len(behind) == 1
        assert np.abs(behind[0].astype(int) - colour).max() > 100


def test_an_opaque_picture_is_left_as_it_is():
    image = Image.from_array(noise((9, 9)))
    assert opaque(image) is image


@pytest.mark.parametrize("turns", [0, 1])
def test_most_of_the_border_means_all_four_sides_of_it(turns):
    seen = np.ones((30, 30), bool)
    seen[[0, -1]] = False  # of 120 pixels along the sides 64
    rgb = np.rot90(np.where(np.arange(30)[:, None, None] < 15, np.uint8([90, 10, 10]), np.uint8([10, 10, 90])), turns)
    rgb = np.ascontiguousarray(np.broadcast_to(rgb, (30, 30, 3)))
    seen = np.rot90(seen, turns)
    hidden_in = opaque(Image.from_array(rgb, np.where(seen, np.uint8(255), np.uint8(0)))).rgb[~seen]
    assert len(np.unique(hidden_in, axis=0)) == 1  # what stands out, not the two colours nearby


def test_what_is_put_behind_differs_from_most_of_what_is_seen_not_from_the_first_pixel():
    white, black = np.full((1000, 3), 255, np.uint8), np.zeros((1, 3), np.uint8)
    behind = _contrasting(np.concatenate([black, white]))
    assert np.array_equal(behind, _contrasting(white))
    assert not np.array_equal(behind, _contrasting(black))
