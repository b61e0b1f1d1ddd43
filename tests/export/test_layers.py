from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

import numpy as np
import PIL.Image
import pytest

from masking_core import Edge, Image, KMeans, Recipe, export, palette


def read(data):
    return PIL.Image.open(BytesIO(data))


@pytest.mark.parametrize("channels", [(), (3,), (4,)])
def test_pixels_come_back_exactly_and_only_the_srgb_tag_goes_out(channels):
    pixels = np.random.default_rng(0).integers(0, 256, (20, 30, *channels), dtype=np.uint8)
    picture = read(export.png(pixels))
    assert np.array_equal(np.asarray(picture), pixels)
    assert set(picture.info) <= {"srgb"}


def test_object_colours_differ():
    assert len({tuple(colour) for colour in palette.RGB.tolist()}) == len(palette.HEX)
    assert palette.hex_of(1) == palette.HEX[1] == palette.hex_of(1 + len(palette.HEX) - 1)


def discs():
    rows, columns = np.ogrid[:60, :100]
    rgb = np.full((60, 100, 3), 240, np.uint8)
    rgb[(rows - 30) ** 2 + (columns - 25) ** 2 < 225] = (200, 20, 20)
    rgb[(rows - 30) ** 2 + (columns - 75) ** 2 < 100] = (20, 20, 200)
    return Recipe(method=KMeans(objects=3), edge=Edge(feather=0.0)).run(Image.from_array(rgb, name="discs"))


def test_a_layered_file_holds_every_layer_in_its_place():
    result = discs()
    archive = ZipFile(BytesIO(export.open_raster(result)))
    first = archive.infolist()[0]
    assert (first.filename, archive.read(first), first.compress_type) == ("mimetype", b"image/openraster", 0)
    image = ElementTree.fromstring(archive.read("stack.xml"))
    assert (image.get("w"), image.get("h")) == ("100", "60")
    merged = PIL.Image.new("RGBA", (100, 60))
    for layer in reversed(image.findall("stack/layer")):
        merged.alpha_composite(read(archive.read(layer.get("src"))), (int(layer.get("x")), int(layer.get("y"))))
    assert np.array_equal(np.asarray(merged)[..., 3], result.cutout[..., 3])
    visible = result.cutout[..., 3] > 0
    assert np.array_equal(np.asarray(merged)[visible], result.cutout[visible])
    assert np.array_equal(np.asarray(read(archive.read("mergedimage.png"))), result.cutout)


def test_layers_come_one_by_one_in_a_zip():
    result = discs()
    archive = ZipFile(BytesIO(export.layers_zip(result.layers)))
    assert len(archive.namelist()) == len(result.layers) == 2
    for name, layer in zip(archive.namelist(), result.layers, strict=True):
        assert np.array_equal(np.asarray(read(archive.read(name))), layer.rgba)


def test_the_same_layers_make_the_same_bytes():
    assert export.open_raster(discs()) == export.open_raster(discs())


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "<img>", "", "  ", "x" * 300, "\u202egnp.exe"])
def test_file_names_mean_nothing_to_a_file_system(name):
    safe = export.file_name(name)
    assert safe
    assert len(safe) <= 60
    assert not set(safe) & set("/\\<>:\u202e")
    assert not safe.startswith(".")
