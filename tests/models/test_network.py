"""Networks of a few layers, whose answers are known, run by what will run the large ones."""

from threading import Thread

import cv2
import numpy as np
import pytest

from masking_core import Image
from masking_core.errors import Cancelled, ModelError
from masking_core.kernels.raster.placing import Crop
from masking_core.models import network
from masking_core.models import subject_map as subject_map_module
from masking_core.models.files import Weights
from masking_core.models.model import Model
from masking_core.models.subject_map import Look, as_map, crop_of, normalised, seen, subject_map
from masking_core.progress import listening
from tests.models import onnx_files

SIZE = onnx_files.SIZE


def written(tmp_path, data, name="net", **fields):
    path = tmp_path / f"{name}.onnx"
    path.write_bytes(data)
    about = onnx_files.declared(name, data, **fields)
    return Weights(Model.model_validate(about), path, about["sha256"])


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


@pytest.fixture(autouse=True)
def nothing_in_memory():
    network.SHELF.give_back()
    yield
    network.SHELF.give_back()


@pytest.mark.parametrize("engine", [network._OpenCV, network._OnnxRuntime])
def test_both_engines_compute_what_the_file_says(tmp_path, engine):
    if engine is network._OnnxRuntime:
        pytest.importorskip("onnxruntime")
    picture = np.random.default_rng(0).random((1, 3, SIZE, SIZE), np.float32)
    bright, dark = engine(written(tmp_path, onnx_files.brightness()).path).run({"": picture})
    wanted = sigmoid(20 * picture.mean(axis=1, keepdims=True) - 6)
    assert np.allclose(bright, wanted, atol=1e-5)
    assert np.allclose(dark, 1 - wanted, atol=1e-5)


def test_inputs_go_where_their_names_say(tmp_path):
    picture, told = np.zeros((1, 3, SIZE, SIZE), np.float32), np.zeros((1, 3, SIZE, SIZE), np.float32)
    told[0, 1, 3, 4], told[0, 2, 5, 6] = 1, 1
    weights = written(tmp_path, onnx_files.clicks(level=0.0))
    (mask,), engine = network.run(weights, {"image": picture, "coord_features": told})
    assert engine == "OpenCV"
    assert mask[0, 0, 3, 4] > 0.99
    assert mask[0, 0, 5, 6] < 0.01
    assert mask[0, 0, 0, 0] == pytest.approx(0.5)


def test_one_network_is_in_memory_and_it_is_given_back(tmp_path):
    one = written(tmp_path, onnx_files.brightness(), "one")
    other = written(tmp_path, onnx_files.brightness(level=0.5), "other")
    inputs = {"": np.zeros((1, 3, SIZE, SIZE), np.float32)}
    network.run(one, inputs)
    with network.SHELF.borrowed(one) as held:
        first = held
    with network.SHELF.borrowed(one) as held:
        assert held is first
    network.run(other, inputs)
    assert network.SHELF.holds == other.sha256
    network.SHELF.give_back()
    assert network.SHELF.holds == ""


def test_it_is_given_back_by_itself_when_nobody_uses_it(tmp_path, monkeypatch):
    monkeypatch.setattr(network, "IDLE", 0.01)
    network.run(written(tmp_path, onnx_files.brightness()), {"": np.zeros((1, 3, SIZE, SIZE), np.float32)})
    network.SHELF._timer.join(10)
    assert network.SHELF.holds == ""


def test_memory_of_a_network_in_use_is_not_waited_for():
    shelf = network._Shelf()
    with shelf._turn:
        waiting = Thread(target=shelf.give_back, daemon=True)
        waiting.start()
        waiting.join(10)
        assert not waiting.is_alive()


def test_what_is_shown_smaller_is_averaged_and_what_is_shown_larger_has_no_steps():
    noise = np.random.default_rng(0).integers(0, 256, (300, 300, 3)).astype(np.uint8)
    small = seen(Image.from_array(noise), Crop(0, 0, 300, 300), 30)
    assert small.std() < 1.3 * noise.std() / 10
    ramp = np.repeat(np.linspace(0, 255, 6).round()[None, :, None], 6, axis=0).repeat(3, axis=2).astype(np.uint8)
    large = seen(Image.from_array(ramp), Crop(0, 0, 6, 6), 60)
    assert np.diff(large[0, :, 0].astype(int)).max() < 8
    wide = np.repeat(np.repeat(np.arange(0, 256, 8, dtype=np.uint8)[:, None], 128, axis=1)[..., None], 3, axis=2)
    as_many = seen(Image.from_array(wide), Crop(0, 0, 32, 128), 64)
    assert (np.diff(as_many[1:-1, 5, 0].astype(int)) > 0).all(), "with as many pixels as there were, too"


def test_many_threads_get_their_own_answers(tmp_path):
    weights = written(tmp_path, onnx_files.brightness())
    answers = {}

    def ask(level):
        outputs, _ = network.run(weights, {"": np.full((1, 3, SIZE, SIZE), level, np.float32)})
        answers[level] = outputs[0].mean()

    threads = [Thread(target=ask, args=(level / 8,)) for level in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(answers[level] == pytest.approx(sigmoid(20 * level - 6), abs=1e-4) for level in answers)


def test_who_waits_for_the_network_can_still_be_told_to_stop(tmp_path):
    weights = written(tmp_path, onnx_files.brightness())
    with network.SHELF.borrowed(weights), listening(lambda *_: False), pytest.raises(Cancelled):
        network.run(weights, {})


def test_a_file_that_is_no_network_is_one_sentence(tmp_path):
    with pytest.raises(ModelError) as caught:
        network.run(written(tmp_path, b"no network"), {"": np.zeros((1, 3, SIZE, SIZE), np.float32)})
    assert "net" in str(caught.value)
    assert str(caught.value).endswith(".")


def test_what_opencv_refuses_goes_to_the_other_engine_and_is_said(tmp_path, monkeypatch):
    class Refused:
        engine = "OpenCV"

        def __init__(self, _):
            pass

        def run(self, _):
            raise cv2.error("not this one")

    class Other(Refused):
        engine = "ONNX Runtime"

        def run(self, _):
            return [np.ones((1, 1, SIZE, SIZE), np.float32)]

    monkeypatch.setattr(network, "_OpenCV", Refused)
    monkeypatch.setattr(network, "_OnnxRuntime", Other)
    weights = written(tmp_path, onnx_files.brightness())
    for _ in range(2):  # it stays with the other one
        outputs, engine = network.run(weights, {})
        assert engine == "ONNX Runtime"
        assert outputs[0].all()


def test_without_the_other_engine_it_says_what_to_install(tmp_path, monkeypatch):
    def missing(_):
        raise ImportError

    monkeypatch.setattr(network, "_OnnxRuntime", missing)
    with pytest.raises(ModelError, match="pip install onnxruntime"):
        network.run(written(tmp_path, b"no network"), {})


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
    found = subject_map(image, weights, Crop(20, 40, 40, 60))
    assert found.values.min() > 0.99
    placed = found.placed(found.values, (60, 80), (60, 80))
    assert (placed > 0.5).sum() == 400
    assert placed[20:40, 40:60].all()
    assert found.surest.sides[0].max() < 3
    assert subject_map(image, weights, Crop(20, 40, 40, 60)) is found


def look(values):
    values = np.array(values, np.float32)
    return Look(np.zeros((*values.shape, 3), np.uint8), values, ())


def test_an_answer_is_as_certain_as_what_it_takes_for_the_subject():
    assert look([[1.0, 1.0], [0.0, 0.0]]).certainty == 1
    assert look([[0.5, 0.5], [0.5, 0.0]]).certainty == 0.5
    assert look([[1.0, 0.5], [0.0, 0.5]]).certainty == pytest.approx((1 + 0.25 + 0.25) / 2)
    assert look([[0.0, 0.0], [0.0, 0.0]]).certainty == 0


def test_a_network_is_asked_at_each_of_its_sizes_and_the_surer_answer_counts_more(tmp_path, monkeypatch):
    small = np.zeros((16, 16), np.float32)
    small[:, :8] = 0.8
    large = np.zeros((32, 32), np.float32)
    large[:, :8] = 1.0
    answers = {16: small, 32: large}
    monkeypatch.setattr(
        subject_map_module.network,
        "run",
        lambda _, inputs: ([answers[next(iter(inputs.values())).shape[-1]][None, None]], "told"),
    )
    weights = written(tmp_path, b"", size=16, other_sizes=[32])
    found = subject_map(Image.from_array(np.full((40, 60, 3), 9, np.uint8)), weights)
    assert [each.seen.shape for each in found.looks] == [(16, 16, 3), (32, 32, 3)]
    assert found.surest is found.looks[1]
    share = 1 / (1 + np.exp(10 * (1 - 0.8)))  # of the less certain answer
    assert found.shares == pytest.approx((share, 1 - share), abs=1e-3)
    assert found.values.shape == (32, 32)
    assert found.values[:, :7] == pytest.approx(0.8 * share + (1 - share), abs=1 / 255)
    assert found.values[:, 9:14] == pytest.approx(0.8 * share, abs=1 / 255)
    assert np.array_equal(found.values * 255, np.rint(found.values * 255))


def test_the_crop_is_the_region_with_its_margin_within_the_picture():
    possible = np.zeros((100, 200), bool)
    possible[10:30, 50:90] = True
    assert crop_of(possible, 0.25) == Crop(5, 40, 35, 100)
    assert crop_of(possible, 1.0) == Crop(0, 10, 50, 130)
    lower = np.zeros((100, 200), bool)
    lower[30:, 100:] = True  # large and far from the first pixel, and little more than a third of the picture
    assert crop_of(lower, 0.0) == Crop(30, 100, 100, 200)
    assert crop_of(np.ascontiguousarray(lower.T), 0.0) == Crop(100, 30, 200, 100)
    lower[20:, :] = True  # four fifths of it
    assert crop_of(lower, 0.0) == Crop(0, 0, 100, 200)
    lower[20] = False
    assert crop_of(lower, 0.0) == Crop(21, 0, 100, 200)
    assert crop_of(np.zeros((4, 6), bool)) == crop_of(np.ones((4, 6), bool)) == Crop(0, 0, 4, 6)
