"""Where networks are looked for, and that no other file is taken for one."""

import json
import os
import sys
from hashlib import md5, sha256
from pathlib import Path
from typing import get_args

import pytest

from masking_core.errors import ModelError, ParameterError
from masking_core.models import files
from masking_core.models.model import Model
from masking_core.models.registry import REGISTRY, SubjectName
from tests.models import onnx_files


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The only folder with networks on this machine."""
    monkeypatch.setenv("MASKING_MODELS", str(tmp_path / "mine"))
    monkeypatch.setenv("U2NET_HOME", str(tmp_path / "rembg"))
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "python"))
    (tmp_path / "mine").mkdir()
    return tmp_path / "mine"


def declare(folder, name, data=b"weights", **fields):
    (folder / f"{name}.onnx").write_bytes(data)
    (folder / f"{name}.json").write_text(json.dumps(onnx_files.declared(name, data, **fields)))


def test_the_names_a_method_offers_are_those_of_the_registry():
    assert set(get_args(SubjectName)) == set(REGISTRY)


@pytest.mark.parametrize("model", REGISTRY.values(), ids=REGISTRY)
def test_every_known_network_says_all_that_is_to_be_known(model):
    assert model.good_for.endswith(".")
    assert model.checksum
    assert model.code_licence
    assert model.weights_licence
    assert model.source.startswith("https://")
    assert Model.model_validate_json(model.model_dump_json()) == model


def test_the_setting_comes_before_rembgs_folder_and_that_before_this_pythons(folder, tmp_path):
    assert files.folders() == (folder, tmp_path / "rembg", tmp_path / "python" / "share" / "masking-models")


def test_rembgs_folder_is_found_as_rembg_finds_it(monkeypatch, tmp_path):
    for name in ("MASKING_MODELS", "U2NET_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert files.folders()[0] == tmp_path / ".u2net"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert files.folders()[0] == tmp_path / "data" / ".u2net"
    monkeypatch.setenv("U2NET_HOME", str(tmp_path / "there"))
    assert files.folders()[0] == tmp_path / "there"


def test_a_missing_network_is_one_sentence_that_says_what_to_put_where(folder):
    with pytest.raises(ModelError) as caught:
        files.weights("u2net")
    sentence = str(caught.value)
    assert "u2net.onnx" in sentence
    assert str(folder) in sentence
    assert sentence.count(". ") == 0
    assert sentence.endswith(".")
    assert files.state(REGISTRY["u2net"]) == "missing"
    assert not files.is_ready("u2net")


def test_another_file_is_used_only_when_somebody_says_so(folder):
    (folder / "u2net.onnx").write_bytes(b"somebody else's")
    assert files.state(REGISTRY["u2net"]) == "other file"
    with pytest.raises(ModelError, match="accept u2net"):
        files.weights("u2net")
    files.accept("u2net")
    assert files.weights("u2net").sha256 == sha256(b"somebody else's").hexdigest()
    assert files.is_ready("u2net")
    (folder / "u2net.onnx").write_bytes(b"somebody else's again")  # what was accepted is this file and no other
    assert files.state(REGISTRY["u2net"]) == "other file"


def test_a_network_of_ones_own_is_declared_beside_its_file(folder):
    declare(folder, "mine", task="clicks")
    assert files.is_ready("mine")
    assert files.weights("mine").path == folder / "mine.onnx"
    (folder / "mine.onnx").write_bytes(b"damaged")
    assert files.state(files.known()["mine"]) == "other file"


def test_a_declaration_cannot_stand_in_for_a_known_network(folder):
    declare(folder, "u2netp")
    assert files.known()["u2netp"] == REGISTRY["u2netp"]
    assert files.state(REGISTRY["u2netp"]) == "other file"


@pytest.mark.parametrize("text", ["{}", "no JSON", '{"name": "other"}'])
def test_a_bad_declaration_is_one_sentence(folder, text):
    (folder / "bad.onnx").write_bytes(b"weights")
    (folder / "bad.json").write_text(text)
    with pytest.raises(ParameterError, match=r"bad\.json does not declare"):
        files.known()


def test_a_declaration_speaks_of_the_file_beside_it(folder):
    declare(folder, "other")
    (folder / "other.json").rename(folder / "bad.json")
    (folder / "bad.onnx").write_bytes(b"weights")
    with pytest.raises(ParameterError, match="must declare the network bad"):
        files.known()


def test_an_unknown_network_is_one_sentence():
    with pytest.raises(ParameterError, match=r"^model must be one of u2netp, .*; 'nothing' was given\.$"):
        files.model_named("nothing")


def test_a_file_is_known_by_either_checksum(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"abc")
    assert files.has_checksum(path, f"sha256:{sha256(b'abc').hexdigest()}")
    assert files.has_checksum(path, f"md5:{md5(b'abc', usedforsecurity=False).hexdigest()}")
    assert not files.has_checksum(path, f"md5:{md5(b'abd', usedforsecurity=False).hexdigest()}")


def test_importing_the_library_loads_no_network():
    from subprocess import run

    code = "import sys, masking_core; masking_core.Recipe; print('pooch' in sys.modules, 'onnxruntime' in sys.modules)"
    shown = run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert shown.stdout.split() == ["False", "False"]


def test_folders_that_cannot_be_looked_into_or_have_no_name_are_not_there(monkeypatch, tmp_path):
    monkeypatch.setenv(files.FOLDER_SETTING, str(tmp_path))
    (tmp_path / "u2netp.onnx").write_bytes(b"another")
    (tmp_path / "own.json").write_bytes(b"nonsense")
    (tmp_path / "own.onnx").write_bytes(b"nonsense")
    with pytest.raises(ParameterError):
        files.known()
    refused = {str(tmp_path)}
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: str(path) not in refused and access(path, mode))
    assert files.known()
    assert files.path_of(files.model_named("u2netp")) != tmp_path / "u2netp.onnx"
    refused = {str(tmp_path / name) for name in ("u2netp.onnx", "own.json")}
    assert files.known()
    assert files.path_of(files.model_named("u2netp")) != tmp_path / "u2netp.onnx"


def test_without_a_home_there_is_none_of_rembgs_folders(monkeypatch):
    for name in ("HOME", "XDG_DATA_HOME", "U2NET_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    monkeypatch.setattr(Path, "expanduser", lambda path: 1 / 0)
    assert files.known()


@pytest.mark.parametrize("model", REGISTRY.values(), ids=REGISTRY)
def test_in_a_list_exactly_the_networks_not_for_commercial_use_say_so(model):
    assert model.listed.startswith(model.label)
    assert model.listed.endswith("(not for commercial use)") == model.non_commercial
