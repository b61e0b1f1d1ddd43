"""What can be taken away of a result: every content in every kind of file that holds it."""

from io import BytesIO
from zipfile import ZipFile

import numpy as np
import PIL.Image
import pytest

from masking_core import Colour, Edge, Image, KMeans, Recipe
from masking_core.errors import ParameterError
from masking_core.export import CONTENTS, ExportOptions, Writing
from masking_core.steps.edge.feather import Feather
from masking_core.steps.foreground import Foreground

PLAIN = Writing()
EVERY = [(name, id) for name, content in CONTENTS.items() for id in content.kinds]


def result(**changes):
    rows, columns = np.ogrid[:60, :100]
    rgb = np.full((60, 100, 3), 240, np.uint8)
    rgb[(rows - 30) ** 2 + (columns - 25) ** 2 < 225] = (200, 20, 20)
    rgb[(rows - 30) ** 2 + (columns - 60) ** 2 < 100] = (20, 20, 200)
    recipe = Recipe(method=KMeans(objects=3), edge=Edge(steps=(Feather(radius=0.0),))).changed(**changes)
    return recipe.run(Image.from_array(rgb, name="discs"))


def pages(data):
    found = PIL.Image.open(BytesIO(data))
    for index in range(getattr(found, "n_frames", 1)):
        found.seek(index)
        yield np.asarray(found)


@pytest.mark.parametrize(("name", "id"), EVERY, ids=[f"{name}-{id}" for name, id in EVERY])
def test_every_kind_of_file_is_made(name, id):
    content, kind = CONTENTS[name], CONTENTS[name].kinds[id]
    data = kind.make(result(), PLAIN)
    assert len(data) > 20
    assert data == kind.make(result(), PLAIN)
    assert content.description.endswith(".")
    assert kind.description.endswith(".")
    for suffix in kind.suffixes:
        assert content.kind_of(suffix.upper()) == id


@pytest.mark.parametrize("name", CONTENTS)
def test_an_unknown_ending_is_a_sentence(name):
    with pytest.raises(ParameterError, match=rf"^{CONTENTS[name].title}: a file must end in one of \."):
        CONTENTS[name].kind_of(".xyz")


def test_masks_are_one_an_object_as_large_as_the_picture():
    cut = result()
    archive = ZipFile(BytesIO(CONTENTS["object_masks"].kinds["zip"].make(cut, PLAIN)))
    masks = [np.asarray(PIL.Image.open(archive.open(name))) for name in archive.namelist()]
    in_tiff = list(pages(CONTENTS["object_masks"].kinds["tiff"].make(cut, PLAIN)))
    assert archive.namelist() == [f"object-{label:03}.png" for label in cut.kept]
    for label, mask, page in zip(cut.kept, masks, in_tiff, strict=True):
        assert np.array_equal(mask > 0, cut.labels == label)
        assert np.array_equal(mask, page)


def test_layers_in_a_tiff_are_as_large_as_the_picture_and_in_place():
    cut = result()
    for layer, page in zip(cut.layers, pages(CONTENTS["layers"].kinds["tiff"].make(cut, PLAIN)), strict=True):
        assert page.shape == (60, 100, 4)
        assert np.array_equal(page[..., 3] > 0, cut.labels == layer.label)


def test_a_crop_is_the_same_for_all_that_is_a_picture():
    cut, how = result(), Writing(ExportOptions(crop=True, margin=3))
    rows, columns = np.flatnonzero(cut.mask.any(axis=1)), np.flatnonzero(cut.mask.any(axis=0))
    box = slice(rows[0] - 3, rows[-1] + 4), slice(columns[0] - 3, columns[-1] + 4)
    whole = {"cutout": cut.cutout, "composed": cut.rgba, "mask": cut.mask, "labels": cut.labels}
    for name, picture in whole.items():
        (page,) = pages(CONTENTS[name].kinds["png"].make(cut, how))
        assert np.array_equal(page, picture[box]), name


def test_a_layered_file_on_a_background_has_that_as_its_lowest_layer():
    cut = result(background=Colour(colour="#102030"))
    archive = ZipFile(BytesIO(CONTENTS["composed"].kinds["ora"].make(cut, PLAIN)))
    merged = np.asarray(PIL.Image.open(archive.open("mergedimage.png")))
    assert np.abs(merged.astype(int) - cut.rgba).max() <= 1
    bare = ZipFile(BytesIO(CONTENTS["cutout"].kinds["ora"].make(cut, PLAIN)))
    assert np.asarray(PIL.Image.open(bare.open("mergedimage.png")))[0, 0, 3] == 0


def test_of_nothing_kept_there_is_no_layer_and_no_mask_of_an_object():
    nothing = result(foreground=Foreground(rule="picked", picked=()))
    for name in ("object_masks", "layers"):
        with pytest.raises(ParameterError, match="No object is kept"):
            CONTENTS[name].kinds["tiff"].make(nothing, PLAIN)
