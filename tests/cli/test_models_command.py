"""``masking models``: what there is, under which licence, and in which state."""

import json

import pytest

from masking_core.cli.main import main
from masking_core.models import fetch, files
from masking_core.models.registry import REGISTRY
from masking_core.progress import report


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "folders", lambda: (tmp_path,))
    return tmp_path


def test_it_lists_every_network_with_its_licences_and_state(capsys):
    assert main(["models"]) == 0
    shown = capsys.readouterr().out
    for model in REGISTRY.values():
        assert f"{model.name}: {model.label}." in shown
        assert model.weights_licence in shown
    assert shown.count("missing") == len(REGISTRY)
    assert shown.count("NOT FOR COMMERCIAL USE") == sum(model.non_commercial for model in REGISTRY.values()) > 0


def test_as_json_it_says_all_that_is_known(capsys, folder):
    (folder / "silueta.onnx").write_bytes(b"another")
    assert main(["models", "--json"]) == 0
    listed = {each["name"]: each for each in json.loads(capsys.readouterr().out)}
    assert set(listed) == set(REGISTRY)
    assert listed["silueta"]["state"] == "other file"
    assert listed["silueta"]["path"] == str(folder / "silueta.onnx")
    assert listed["u2netp"]["state"] == "missing"
    assert listed["u2netp"]["sha256"] == REGISTRY["u2netp"].sha256


def test_a_file_is_accepted(capsys, folder):
    (folder / "silueta.onnx").write_bytes(b"another")
    assert main(["models", "accept", "silueta"]) == 0
    assert files.is_ready("silueta")
    assert main(["models", "accept", "u2net"]) == 2
    assert "u2net.onnx" in capsys.readouterr().err


def test_an_unknown_name_is_one_sentence(capsys):
    assert main(["models", "fetch", "nothing"]) == 2
    assert capsys.readouterr().err.strip().startswith("model must be one of u2netp")


def test_a_network_is_fetched_to_where_it_shall_be_and_the_file_is_told(capsys, folder, monkeypatch):
    def fetched(name, into):
        for done in range(3):
            report(done / 3, "Fetching")
        return into / f"{name}.onnx"

    monkeypatch.setattr(fetch, "fetch", fetched)
    assert main(["models", "fetch", "u2netp", "--into", str(folder)]) == 0
    assert capsys.readouterr().out.strip() == str(folder / "u2netp.onnx")


def test_as_json_a_path_is_written_as_it_is(capsys, folder, monkeypatch):
    other = folder / "Größe"
    other.mkdir()
    (other / "silueta.onnx").write_bytes(b"another")
    monkeypatch.setattr(files, "folders", lambda: (other,))
    assert main(["models", "--json"]) == 0
    assert str(other / "silueta.onnx") in capsys.readouterr().out
