"""Files are written whole or not at all."""

import errno
import os
import stat
from types import SimpleNamespace

import pytest

from masking_core import MaskingError
from masking_core.export import files
from masking_core.export.files import write_whole


def test_a_file_is_written_and_replaced(tmp_path):
    path = tmp_path / "cut.png"
    for data in (b"one", b"another"):
        write_whole(path, data)
        assert path.read_bytes() == data
    assert os.listdir(tmp_path) == ["cut.png"]


def test_its_permissions_are_those_of_any_new_file_or_as_before(tmp_path):
    fresh, plain, old = tmp_path / "fresh.png", tmp_path / "plain", tmp_path / "old.png"
    plain.write_bytes(b"")
    write_whole(fresh, b"x")
    assert stat.S_IMODE(fresh.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)
    old.write_bytes(b"")
    old.chmod(0o640)
    write_whole(old, b"x")
    assert stat.S_IMODE(old.stat().st_mode) == 0o640


def test_a_link_goes_on_pointing_to_its_file(tmp_path):
    target, link = tmp_path / "target.png", tmp_path / "link.png"
    target.write_bytes(b"old")
    link.symlink_to(target)
    write_whole(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


@pytest.mark.parametrize("step", ["write", "replace"])
def test_a_full_disk_leaves_what_was_there_and_is_a_sentence(tmp_path, monkeypatch, step):
    path = tmp_path / "cut.png"
    path.write_bytes(b"before")

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files.os, "fsync" if step == "write" else "replace", full)
    with pytest.raises(MaskingError, match=rf"^{path} cannot be written: No space left on device\.$"):
        write_whole(path, b"after")
    assert path.read_bytes() == b"before"
    assert os.listdir(tmp_path) == ["cut.png"]


def test_no_such_folder_and_a_folder_are_sentences(tmp_path):
    with pytest.raises(MaskingError, match="there is no folder"):
        write_whole(tmp_path / "missing" / "cut.png", b"x")
    with pytest.raises(MaskingError, match="is a folder"):
        write_whole(tmp_path, b"x")


def test_a_device_is_written_to_as_it_is():
    write_whole("/dev/null", b"x")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="Linux only")
def test_a_device_that_is_full_is_a_sentence():
    with pytest.raises(MaskingError, match=r"^/dev/full cannot be written: No space left on device"):
        write_whole("/dev/full", b"x" * 10_000)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="Linux only")
def test_a_full_standard_output_is_a_sentence(monkeypatch):
    with open("/dev/full", "wb", buffering=0) as full:
        monkeypatch.setattr("sys.stdout", SimpleNamespace(buffer=full))
        with pytest.raises(MaskingError, match=r"^Standard output cannot be written: No space left on device\.$"):
            write_whole("-", b"x")


def test_standard_output_gets_the_bytes(capfdbinary):
    write_whole("-", b"\x00\x01")
    assert capfdbinary.readouterr().out == b"\x00\x01"
