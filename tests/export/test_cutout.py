"""What leaves with a cut-out: what was kept, and nothing of what was removed."""

from io import BytesIO
from zipfile import ZipFile

import numpy as np
import PIL.Image
import pytest

from masking_core import Colour, Edge, Image, Manual, Prompts, Recipe, export
from masking_core.export import FORMATS, ExportOptions, Writing, cutout_file
from masking_core.prompts import Rectangle

BOX = Prompts(marks=(Rectangle(x=60, y=40, width=30, height=20),))
RNG = np.random.default_rng(4)
NOISE = RNG.integers(1, 256, (200, 300, 3), dtype=np.uint8)


def cut(rgb=NOISE, **edge):
    return Recipe(method=Manual(), edge=Edge(**edge)).run(Image.from_array(rgb), BOX)


@pytest.mark.parametrize("form", [each for each in FORMATS.values() if each.alpha], ids=lambda form: form.id)
def test_no_file_tells_what_was_removed(form):
    result = cut(feather=0.0)
    other = NOISE.copy()
    other[result.mask == 0] = RNG.integers(1, 256, (int((result.mask == 0).sum()), 3))
    assert cutout_file(result, form) == cutout_file(cut(other, feather=0.0), form)


@pytest.mark.parametrize("form", [each for each in FORMATS.values() if each.alpha], ids=lambda form: form.id)
def test_nor_does_one_with_a_soft_edge(form):
    files = [cutout_file(cut(feather=8.0), form)]
    if form.layered:
        archive = ZipFile(BytesIO(files[0]))
        files = [archive.read(name) for name in archive.namelist() if name.endswith(".png")]
        assert len(files) == 3
    for data in files:
        rgba = np.asarray(PIL.Image.open(BytesIO(data)).convert("RGBA"))
        hidden = rgba[..., 3] == 0
        assert hidden.any()
        if form.lossless:
            assert not rgba[hidden].any()


def test_neither_do_layers_or_the_array_itself():
    result = cut(feather=8.0)
    for rgba in (result.rgba, result.cutout, *(layer.rgba for layer in result.layers)):
        assert not rgba[rgba[..., 3] == 0].any()
        seen = rgba[..., 3] > 0
        assert seen.any()
    whole = result.mask == 255
    assert np.array_equal(result.rgba[..., :3][whole], NOISE[whole])


def test_the_file_of_a_small_object_in_noise_is_a_tenth_of_the_whole():
    assert len(cutout_file(cut(), FORMATS["png"])) * 10 < len(export.png(NOISE))


def test_hidden_colours_stay_when_asked_for():
    how = Writing(ExportOptions(hidden_colours=True))
    for id in ("png", "tiff", "webp", "bmp"):
        rgba = np.asarray(PIL.Image.open(BytesIO(cutout_file(cut(), FORMATS[id], how))).convert("RGBA"))
        assert np.array_equal(rgba[..., :3], NOISE)
        assert np.array_equal(rgba[..., 3], cut().mask)


@pytest.mark.parametrize("margin", [0, 7, 1000])
def test_a_crop_is_the_tight_box_and_its_margin(margin):
    result = cut(feather=0.0)
    data = cutout_file(result, FORMATS["png"], Writing(ExportOptions(crop=True, margin=margin)))
    left, top = max(60 - margin, 0), max(40 - margin, 0)
    right, bottom = min(90 + margin, 300), min(60 + margin, 200)
    assert np.array_equal(np.asarray(PIL.Image.open(BytesIO(data))), result.rgba[top:bottom, left:right])


def test_an_empty_cut_out_is_not_cropped():
    nothing = Recipe(method=Manual()).run(
        Image.from_array(NOISE), Prompts(marks=(*BOX.marks, BOX.marks[0].model_copy(update={"operation": "subtract"})))
    )
    picture = export.composed_picture(nothing, Writing(ExportOptions(crop=True)))
    assert picture.shape == (200, 300, 4)
    assert not picture.any()


def test_a_background_fills_the_file_all_the_same():
    recipe = Recipe(method=Manual(), background=Colour(colour="#010203"))
    rgba = export.composed_picture(
        recipe.run(Image.from_array(NOISE), BOX), Writing(ExportOptions(hidden_colours=True))
    )
    assert tuple(rgba[0, 0]) == (1, 2, 3, 255)


@pytest.mark.parametrize("channels", [3, 4])
def test_the_pixels_of_a_picture_are_those_it_was_made_of(channels):
    given = RNG.integers(0, 255, (20, 30, channels), dtype=np.uint8)
    assert np.array_equal(export.pixels(Image.from_array(given)), given)
