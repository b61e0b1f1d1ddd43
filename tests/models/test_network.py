"""Networks of a few layers, whose answers are known, run by what will run the large ones."""

from threading import Thread

import cv2
import numpy as np
import pytest

from masking_core.errors import Cancelled, ModelError
from masking_core.models import network
from masking_core.models.files import Weights
from masking_core.models.model import Model
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
