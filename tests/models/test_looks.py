"""What a network is shown of a picture, and how its answer becomes a map."""

import numpy as np
import pytest

from masking_core import Image
from masking_core.errors import ModelError
from masking_core.kernels.raster.placing import Crop
from masking_core.models.looks import Look, as_map, look, normalised, seen
from masking_core.models.model import Model
from tests.models import onnx_files
from tests.models.test_network import sigmoid, written

SIZE = onnx_files.SIZE


def test_what_is_shown_smaller_is_averaged_and_what_is_shown_larger_has_no_steps():
    noise = np.random.default_rng(0).integers(0, 256, (300, 300, 3)).astype(np.uint8)
    small = seen(Image.from_array(noise), Crop(0, 0, 300, 300), 30)
    assert small.std() < 1.3 * noise.std() / 10
    third = seen(Image.from_array(noise), Crop(0, 0, 300, 300), 100)
    assert third.std() < 1.3 * noise.std() / 3
    ramp = np.repeat(np.linspace(0, 255, 6).round()[None, :, None], 6, axis=0).repeat(3, axis=2).astype(np.uint8)
    large = seen(Image.from_array(ramp), Crop(0, 0, 6, 6), 60)
    assert np.diff(large[0, :, 0].astype(int)).max() < 8
    wide = np.repeat(np.repeat(np.arange(0, 256, 8, dtype=np.uint8)[:, None], 128, axis=1)[..., None], 3, axis=2)
    as_many = seen(Image.from_array(wide), Crop(0, 0, 32, 128), 64)
    assert (np.diff(as_many[1:-1, 5, 0].astype(int)) > 0).all(), "with as many pixels as there were, too"


@pytest.mark.parametrize("crop", [Crop(-12, -9, 52, 39), Crop(20, 10, 45, 50), Crop(-8, 6, 12, 26)])
def test_beyond_the_picture_it_is_mirrored(crop):
    rgb = np.random.default_rng(0).integers(0, 256, (40, 30, 3)).astype(np.uint8)
    mirrored = np.pad(rgb, ((20, 20), (20, 20), (0, 0)), mode="reflect")
    wanted = mirrored[crop.top + 20 : crop.bottom + 20, crop.left + 20 : crop.right + 20]
    size = max(crop.height, crop.width)
    if crop.height == crop.width:
        assert np.array_equal(seen(Image.from_array(rgb), crop, size), wanted)
    shown = seen(Image.from_array(np.full_like(rgb, 77)), crop, size)
    assert (shown.shape, shown.min(), shown.max()) == ((size, size, 3), 77, 77)


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"scale": "255"}, [100 / 255, 50 / 255, 25 / 255]),
        ({"scale": "1"}, [100, 50, 25]),
        ({"scale": "brightest"}, [0.5, 0.25, 0.125]),
        ({"scale": "1", "order": "bgr"}, [25, 50, 100]),
        ({"scale": "1", "mean": [10.0, 20.0, 5.0], "std": [2.0, 3.0, 4.0]}, [45, 10, 5]),
    ],
)
def test_the_picture_is_normalised_as_declared(fields, wanted):
    picture = np.full((SIZE, SIZE, 3), (100, 50, 25), np.uint8)
    picture[0, 0] = 200
    tensor = normalised(picture, Model.model_validate(onnx_files.declared("net", b"", **fields)))
    assert tensor.shape == (1, 3, SIZE, SIZE)
    assert tensor[0, :, 5, 5] == pytest.approx(wanted, rel=1e-6)


def test_answers_become_maps_as_declared():
    plain, logit, stretched = (
        Model.model_validate(onnx_files.declared("net", b"", **fields))
        for fields in ({}, {"answer": "logit"}, {"stretched": True})
    )
    output = np.array([[[[-2.0, 0.25], [0.5, 2.0]]]], np.float32)
    assert as_map(output, plain).tolist() == np.float32([[0, 64 / 255], [128 / 255, 1]]).tolist()
    assert as_map(output, logit)[1, 1] == pytest.approx(sigmoid(2.0), abs=1 / 255)
    assert as_map(output, stretched)[0, 1] == pytest.approx(2.25 / 4, abs=1 / 255)
    assert as_map(np.full((1, 1, 2, 2), 0.3, np.float32), stretched).max() == 0


def test_maps_are_whole_steps_so_that_processors_agree():
    model = Model.model_validate(onnx_files.declared("net", b""))
    output = np.random.default_rng(0).random((1, 1, 50, 50)).astype(np.float32)
    shaken = output + np.float32(1e-6)
    assert np.count_nonzero(as_map(output, model) != as_map(shaken, model)) <= 3
    assert np.array_equal(as_map(output, model) * 255, np.rint(as_map(output, model) * 255))


@pytest.mark.parametrize("output", [np.zeros((1, 2, 4, 4)), np.zeros(3), np.full((1, 1, 2, 2), np.nan)])
def test_an_answer_that_is_no_map_is_one_sentence(output):
    with pytest.raises(ModelError, match="answers no map"):
        as_map(output.astype(np.float32), Model.model_validate(onnx_files.declared("net", b"")))


def test_a_network_sees_the_crop_it_is_shown_and_side_outputs_are_kept(tmp_path):
    rgb = np.zeros((60, 80, 3), np.uint8)
    rgb[20:40, 40:60] = 255
    image, weights = Image.from_array(rgb), written(tmp_path, onnx_files.brightness())
    inside, all_of_it = look(image, weights, Crop(20, 40, 40, 60), SIZE), look(image, weights, Crop(0, 0, 60, 80), SIZE)
    assert inside.values.min() > 0.99
    assert inside.sides[0].max() < 3
    assert inside.engine == "OpenCV"
    assert 0.05 < all_of_it.values.mean() < 0.15


def answer(values):
    values = np.array(values, np.float32)
    return Look(Crop(0, 0, *values.shape), np.zeros((*values.shape, 3), np.uint8), values, (), "told")


def test_an_answer_is_as_certain_as_what_it_takes_for_the_subject():
    assert answer([[1.0, 1.0], [0.0, 0.0]]).certainty == 1
    assert answer([[0.5, 0.5], [0.5, 0.0]]).certainty == 0.5
    assert answer([[1.0, 0.5], [0.0, 0.5]]).certainty == pytest.approx((1 + 0.25 + 0.25) / 2)
    assert answer([[0.0, 0.0], [0.0, 0.0]]).certainty == 0
