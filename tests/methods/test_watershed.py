from time import perf_counter

import cv2
import numpy as np
import pytest
from scipy import ndimage
from skimage import data

from masking_core import Image, PromptError, Prompts, Recipe
from masking_core.kernels.watershed import gradient as gradient_module
from masking_core.kernels.watershed.basins import blobs
from masking_core.methods.watershed.markers import (
    BORDER_IS_BACKGROUND,
    OUTSIDE_IS_BACKGROUND,
    SIDES_ARE_BACKGROUND,
    Markers,
    away_from_outlines,
    drawn,
)
from masking_core.methods.watershed.watershed import COARSE, Watershed
from masking_core.prompts import Ellipse, Point, Rectangle, Stroke
from masking_core.recipe import PREVIEW_PIXELS


def discs(*centres, radius=14, height=100, width=160, ground=(40, 60, 80), colour=(220, 180, 90), noise=6):
    rows, columns = np.ogrid[:height, :width]
    every = [(rows - y) ** 2 + (columns - x) ** 2 < radius**2 for x, y in centres]
    picture = np.full((height, width, 3), ground, float)
    picture[np.logical_or.reduce(every)] = colour
    picture += np.random.default_rng(0).normal(0, noise, picture.shape)
    return Image.from_array(picture.clip(0, 255).astype(np.uint8)), every


def overlap(one, other):
    return (one & other).sum() / (one | other).sum()


def cut(image, *marks, **parameters):
    return Watershed(**parameters).segment(image, Prompts(marks=marks))


def test_the_border_is_background_when_none_was_marked_and_it_is_said():
    image, (disc,) = discs((80, 50))
    found = cut(image, Stroke(points=((75, 50), (85, 50)), width=4))
    assert found.notes == (BORDER_IS_BACKGROUND,)
    assert found.knows_background
    assert overlap(found.labels == 1, disc) > 0.95
    assert (found.labels[[0, -1]] == 0).all()


def test_an_object_whose_mark_touches_a_side_may_run_off_the_picture_there():
    image, (disc,) = discs((80, 98))
    found = cut(image, Stroke(points=((80, 90), (80, 100)), width=4))
    assert found.notes == (SIDES_ARE_BACKGROUND,)
    assert overlap(found.labels == 1, disc) > 0.93


def test_a_background_stroke_takes_the_place_of_the_border():
    image, (disc,) = discs((80, 50))
    found = cut(image, Point(x=80, y=50, radius=4), Stroke(points=((10, 10), (30, 10)), width=4, object=0))
    assert found.notes == ()
    assert overlap(found.labels == 1, disc) > 0.95


def test_a_rectangle_alone_finds_what_is_inside():
    image, (first, _) = discs((50, 50), (120, 50))
    found = cut(image, Rectangle(x=30, y=30, width=40, height=40))
    assert found.notes == (OUTSIDE_IS_BACKGROUND,)
    assert overlap(found.labels == 1, first) > 0.95


def test_a_region_drawn_right_along_the_edge_does_not_hide_it():
    image, (disc,) = discs((80, 50))
    found = cut(image, Ellipse(x=66.5, y=36.5, width=28, height=28))
    assert overlap(found.labels == 1, disc) > 0.95


def test_objects_stay_inside_their_regions():
    image, _ = discs((50, 50), (120, 50))
    found = cut(
        image,
        Rectangle(x=30, y=30, width=25, height=40),
        Rectangle(x=100, y=30, width=40, height=40, object=2),
        compactness=0.0,
    )
    assert set(np.unique(found.labels)) == {0, 1, 2}
    assert (found.labels[:, :30] == 0).all()
    assert (found.labels[:, 55:100] == 0).all()


def test_many_objects_at_once_keep_their_numbers():
    centres = ((30, 30), (80, 30), (130, 30), (55, 70), (105, 70))
    image, every = discs(*centres)
    found = cut(image, *(Point(x=x, y=y, radius=3, object=7 - k) for k, (x, y) in enumerate(centres)))
    for k, disc in enumerate(every):
        assert overlap(found.labels == 7 - k, disc) > 0.95


def test_an_imported_seed_map_is_a_marker():
    image, (disc,) = discs((80, 50))
    seeds = np.full((100, 160), -1)
    seeds[45:55, 75:85], seeds[:5] = 1, 0
    found = Watershed().segment(image, Prompts.from_seeds(seeds))
    assert found.notes == ()
    assert overlap(found.labels == 1, disc) > 0.95


def test_marks_that_cannot_be_followed_are_one_sentence_each():
    image, _ = discs((80, 50))
    inside, region = Point(x=80, y=50, radius=4), Rectangle(x=60, y=30, width=40, height=40)
    everything = Rectangle(x=0, y=0, width=160, height=100, object=0)
    for marks, sentence in {
        (Point(x=900, y=50),): r"^All marks lie outside the picture of 160 × 100 pixels: draw inside it\.$",
        (Point(x=900, y=50), Point(x=5, y=5, object=0)): r"^All marks on objects lie outside the picture",
        (inside, everything): r"^Other marks cover all marks of object 1\. Paint some of it elsewhere\.$",
        (region, Point(x=10, y=10)): r"^The strokes of object 1 all lie outside its region",
        (region, region.model_copy(update={"object": 2})): r"^Other marks cover all of the region of object 2",
        (Stroke(points=((0, 0), (160, 100)), width=3),): r"^The marks touch every side of the picture",
    }.items():
        with pytest.raises(PromptError, match=sentence):
            cut(image, *marks)


def test_an_object_outside_the_picture_is_left_out_and_that_is_said():
    image, _ = discs((80, 50))
    found = cut(image, Point(x=80, y=50, radius=4), Point(x=900, y=50, object=2))
    assert any("object 2 lie outside the picture" in note for note in found.notes)
    assert found.labels.max() == 1


def test_without_marks_what_stands_out_is_found_and_numbered_by_size():
    image, every = discs((30, 30), (120, 60))
    large, (disc,) = discs((70, 65), radius=25)
    mixed = np.where(disc[..., None], large.rgb, image.rgb)
    found = Watershed().segment(Image.from_array(mixed), Prompts())
    assert found.knows_background
    assert found.labels.max() in {2, 3}
    assert overlap(found.labels == 1, disc | (every[1] & (found.labels == 1))) > 0.9
    assert overlap(found.labels > 0, disc | every[0] | every[1]) > 0.93


def test_the_number_of_objects_is_an_upper_bound():
    image, every = discs((30, 30), (80, 30), (130, 30), (55, 70), (105, 70))
    for most, count in ((3, 3), (5, 5), (50, 5)):
        labels = Watershed(objects=most).segment(image, Prompts()).labels
        assert labels.max() == count
        assert not (labels > 0)[~np.logical_or.reduce(every)].mean() > 0.01


def test_things_that_touch_are_cut_at_the_neck():
    picture, _ = discs((60, 50), (84, 50), noise=0)
    lab = cv2.cvtColor((picture.rgb / 255).astype(np.float32), cv2.COLOR_RGB2Lab).transpose(2, 0, 1)
    found = blobs(np.ascontiguousarray(lab), 9, 25)
    assert found.max() == 2
    assert found[50, 55] != found[50, 90]


def test_even_regions_are_numbered_from_dark_to_light():
    picture = np.repeat(np.repeat([[90, 220, 20, 150]], 40, axis=0), 30, axis=1)
    image = Image.from_array(np.repeat(picture[..., None], 3, axis=2).astype(np.uint8))
    found = Watershed(automatic="basins").segment(image, Prompts())
    assert not found.knows_background
    assert [int(found.labels[20, x]) for x in (15, 45, 75, 105)] == [2, 4, 1, 3]


def test_marked_background_stays_where_objects_are_found_by_themselves():
    image, every = discs((30, 50), (120, 50))
    found = cut(image, Point(x=30, y=50, radius=5, object=0))
    assert found.knows_background
    assert (found.labels[every[0]] == 0).mean() > 0.5
    assert overlap(found.labels > 0, every[1]) > 0.8


def test_the_gradient_is_computed_once_a_picture(monkeypatch):
    calls = []
    kernel = gradient_module._at_scale
    monkeypatch.setattr(gradient_module, "_at_scale", lambda *given: calls.append(1) or kernel(*given))
    image, _ = discs((80, 50))
    recipe = Recipe(method=Watershed())
    for x in (70, 80, 90):
        recipe.run(image, Prompts(marks=(Point(x=x, y=50),)), pixels=4000)
    assert len(calls) == 1


PORTRAIT = (
    Stroke(points=((670, 240), (690, 450), (450, 1200)), width=45),
    Stroke(points=((45, 45), (450, 300), (375, 750)), width=30, object=0),
    Stroke(points=((1470, 45), (1470, 1350), (930, 450)), width=30, object=0),
)


@pytest.mark.parametrize("marks", [PORTRAIT, (Rectangle(x=30, y=10, width=1000, height=1500),), ()])
def test_a_preview_of_a_large_photograph_agrees_with_the_full_picture(marks):
    image = Image.from_array(cv2.resize(data.astronaut(), (1536, 1536), interpolation=cv2.INTER_CUBIC))
    recipe = Recipe(method=Watershed())
    full, preview = (recipe.run(image, Prompts(marks=marks), pixels=pixels) for pixels in (None, PREVIEW_PIXELS))
    large = cv2.resize(preview.labels, (1536, 1536), interpolation=cv2.INTER_NEAREST)
    assert (large == full.labels).mean() > 0.985
    assert full.notes == preview.notes
    assert full.kept == preview.kept


def test_what_is_flooded_as_a_whole_is_what_a_preview_is():
    assert COARSE == PREVIEW_PIXELS


def test_strokes_are_kept_to_the_pixel_in_a_large_photograph():
    image = Image.from_array(cv2.resize(data.astronaut(), (1536, 1536), interpolation=cv2.INTER_CUBIC))
    seeds = Prompts(marks=PORTRAIT).seeds((1536, 1536))
    labels = cut(image, *PORTRAIT).labels
    assert np.array_equal(labels[seeds >= 0], seeds[seeds >= 0])


def test_the_stages_show_the_flood_from_markers_to_the_end():
    image, _ = discs((80, 50))
    stages = cut(image, Point(x=80, y=50, radius=4)).stages
    water = next(stage for stage in stages if stage.frames > 1)
    coloured = [int((np.ptp(water.render(k), axis=2) > 0).sum()) for k in range(water.frames)]
    assert coloured == sorted(coloured)
    assert coloured[-1] > 0.9 * image.pixels
    assert all(stage.formula for stage in stages)


@pytest.mark.parametrize("side", [100, 1400])
def test_the_seconds_of_the_stages_are_those_that_passed(side):
    image = Image.from_array(np.random.default_rng(0).integers(0, 256, (side, side, 3), dtype=np.uint8))
    before = perf_counter()
    seconds = cut(image, Point(x=50, y=50, radius=9)).info["stage_seconds"]
    assert min(seconds.values()) >= 0
    assert sum(seconds.values()) <= perf_counter() - before


@pytest.mark.parametrize(("rim", "margin"), [(0.0, 0), (4.0, 4), (500.0, 14)])
def test_outside_the_regions_but_for_a_rim_is_background(rim, margin):
    box = Rectangle(x=20, y=20, width=60, height=30)
    markers = drawn(Prompts(marks=(box,)), (70, 100), rim)
    inside = np.zeros((70, 100), bool)
    inside[20:50, 20:80] = True
    away = ndimage.distance_transform_edt(~inside)  # at most 28, of which half is left at most
    surely, surely_not = away > margin + (margin > 0), (away < margin - 1) | inside
    assert (markers.seeds[surely] == 0).all()
    assert not (markers.seeds[surely_not] == 0).any()
    assert markers.notes == (OUTSIDE_IS_BACKGROUND,)


def test_a_region_of_the_background_is_background_and_bounds_no_object():
    one, ground = Rectangle(x=20, y=20, width=40, height=30), Rectangle(x=70, y=5, width=20, height=20, object=0)
    alone, both = (drawn(Prompts(marks=marks), (70, 100)) for marks in ((one,), (one, ground)))
    assert set(both.bounds) == {1}
    assert both.notes == ()
    assert (both.seeds[5:25, 70:90] == 0).all()
    assert np.array_equal(both.seeds, alone.seeds)


def test_what_flowed_out_of_its_bounds_is_background_but_for_the_marker_itself():
    seeds, bounds = np.array([[-1, -1, 1, -1, 2, 0]], np.int32), np.array([[True, True, False, False, False, True]])
    confined = Markers(seeds, {1: bounds}, knows_background=True).confine(np.array([[1, 1, 1, 1, 2, 0]], np.int32))
    assert confined.tolist() == [[1, 1, 1, 0, 2, 0]]


def test_markers_of_a_smaller_copy_count_where_there_are_none():
    exact = Markers(np.array([[-1, 0, -1, 3]] * 2, np.int32), {}, knows_background=True)
    assert exact.joined(np.array([[5, -1]], np.int32)).seeds.tolist() == [[5, 0, -1, 3]] * 2
    assert exact.joined(np.array([[4, 0]], np.int32)).seeds.tolist() == [[4, 0, 0, 3]] * 2


def test_regions_of_all_of_the_picture_leave_its_border_to_the_background():
    whole = Prompts(marks=(Rectangle(x=0, y=0, width=100, height=70),))
    markers = drawn(whole, (70, 100))
    assert markers.notes == (BORDER_IS_BACKGROUND,)
    frame = np.ones((70, 100), bool)
    frame[1:-1, 1:-1] = False
    assert np.array_equal(markers.seeds == 0, frame)
    assert markers.seeds[35, 50] == 1


def test_an_object_without_a_region_may_lie_anywhere_and_needs_a_background():
    marks = (Rectangle(x=5, y=5, width=20, height=20), Point(x=60, y=40, radius=3, object=2))
    markers = drawn(Prompts(marks=marks), (70, 100))
    assert set(markers.bounds) == {1}
    assert markers.notes == (BORDER_IS_BACKGROUND,)
    assert (markers.seeds[30:34, 40:45] == -1).all()
    lines = (((30, 0), (30, 70), (30, 35), (0, 35)), ((70, 0), (70, 70), (70, 35), (100, 35)))
    two = tuple(Stroke(points=points, width=3, object=number) for number, points in enumerate(lines, 1))
    markers = drawn(Prompts(marks=two), (70, 100))  # every side is touched
    assert markers.notes == ()
    assert not (markers.seeds == 0).any()


def test_of_nested_regions_the_larger_takes_what_the_smaller_leaves():
    marks = (Rectangle(x=10, y=10, width=80, height=50), Rectangle(x=20, y=20, width=20, height=20, object=2))
    for order in (marks, marks[::-1]):
        seeds = drawn(Prompts(marks=order), (70, 100)).seeds
        assert (seeds[28:32, 28:32] == 2).all()
        assert (seeds[20:40, 20:40] != 1).all()
        assert (seeds == 1).any()


@pytest.mark.parametrize("band", [0.0, 1.0, 4.0])
def test_away_from_outlines_is_farther_than_the_band_from_pixels_beside_another_label(band):
    labels = np.zeros((40, 60), np.int32)
    labels[10:25, 15:40], labels[30:, :20] = 3, 1
    beside = np.zeros(labels.shape, bool)
    for down, right in ((0, 1), (1, 0), (0, -1), (-1, 0)):
        moved = np.pad(labels, 1, mode="edge")[1 + down : 41 + down, 1 + right : 61 + right]
        beside |= moved != labels
    away = ndimage.distance_transform_edt(~beside)
    kept = away_from_outlines(labels, band)
    sure = np.abs(away - band) > 0.3 if band else np.ones(labels.shape, bool)
    assert np.array_equal(kept[sure], np.where(away > band, labels, -1)[sure])
    assert np.array_equal(away_from_outlines(labels * 0, band), labels * 0)


def test_the_shares_of_the_floods_are_those_that_the_frames_show():
    image, _ = discs((50, 50), (120, 50))
    marks = (Point(x=50, y=50, radius=4, object=2), Point(x=120, y=50, radius=4), Point(x=5, y=5, radius=3, object=0))
    found = cut(image, *marks)
    water = next(stage for stage in found.stages if stage.frames > 1)
    (plot,) = water.plots(10)
    *floods, now = plot.series
    assert [each.name for each in floods] == ["background", "object 1", "object 2"]
    for label, flood in enumerate(floods):
        assert flood.y[-1] == pytest.approx(100 * (found.labels == label).mean())
        assert flood.x == pytest.approx(np.linspace(0, 100, water.frames))
        assert (np.diff(flood.y) >= 0).all()
    for frame in (0, 6, water.frames - 1):
        dry = (np.ptp(water.render(frame), axis=2) == 0).mean()
        assert sum(flood.y[frame] for flood in floods[1:]) <= 100 * (1 - dry) + 0.01
    assert now.x == pytest.approx([100 * 10 / (water.frames - 1)] * 2)
    assert (now.y[0], now.y[1]) == (0, max(max(flood.y) for flood in floods))


def test_before_the_flood_the_markers_are_in_colour_and_the_rest_is_paler_and_after_it_all_objects():
    image, _ = discs((50, 50), (120, 50))
    marks = Prompts(marks=(Point(x=50, y=50, radius=4, object=1), Point(x=5, y=5, radius=3, object=0)))
    found = Watershed().segment(image, marks)
    before, after = (next(each for each in found.stages if each.title == name) for name in ("Markers", "Objects"))
    seeds = marks.seeds((100, 160))
    assert np.array_equal(before.render(0)[seeds < 0], (image.rgb // 2 + 127)[seeds < 0])
    assert (before.render(0)[seeds == 1] != (image.rgb // 2 + 127)[seeds == 1]).any(axis=1).all()
    assert (after.render(0)[found.labels == 1] != image.rgb[found.labels == 1]).any(axis=1).mean() > 0.99


def test_parts_are_objects_of_their_own_if_the_neck_or_the_edge_between_them_is_deep_enough():
    image, _ = discs((60, 50), (82, 50), noise=0)
    counts = [int(Watershed(depth=depth).segment(image, Prompts()).labels.max()) for depth in (0.0, 5.0, 60.0, 100.0)]
    assert counts == [2, 2, 1, 1]
    rgb = np.repeat(np.repeat([[40, 60, 250]], 60, axis=0), 40, axis=1)
    stripes = Image.from_array(np.repeat(rgb[..., None], 3, axis=2).astype(np.uint8))
    found = [
        Watershed(automatic="basins", depth=depth).segment(stripes, Prompts()).labels for depth in (0.0, 5.0, 50.0)
    ]
    assert [len(np.unique(labels)) for labels in found] == [3, 3, 2]
