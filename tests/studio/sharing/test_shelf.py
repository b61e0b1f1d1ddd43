"""What is kept is there whole or not at all, found by its key alone, and goes when it is told to or too old."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from masking_core.errors import OutputError
from studio.sharing import shelf
from studio.sharing.shelf import Shelf, Work, digest_of

ROOT = Path(__file__).parents[3]
WRITER = """
import sys
from studio.sharing.shelf import Shelf, Work, digest_of
shelf = Shelf(sys.argv[1])
for number in range(int(sys.argv[2]), 100_000):
    data = bytes([number % 251]) * 300_000
    shelf.put("key", Work({"owner": "tab", "number": number, "files": [digest_of(data)]}, {digest_of(data): data}))
    print(number, flush=True)
"""


def work(*pictures, owner="tab"):
    files = {digest_of(data): data for data in pictures}
    return Work({"owner": owner, "files": sorted(files)}, files)


@pytest.fixture
def kept(tmp_path):
    return Shelf(str(tmp_path / "deep" / "inside"))


def names(tmp_path):
    return sorted(path.name for path in tmp_path.rglob("*") if path.is_file())


def test_work_comes_back_as_it_was_and_by_its_key_only(kept, tmp_path):
    kept.put("secret", work(b"picture"))
    assert Shelf(str(tmp_path / "deep" / "inside")).get("secret") == work(b"picture")
    assert kept.get("another") is None
    assert kept.owner("secret") == "tab"
    assert kept.owner("another") == ""
    assert not any(b"secret" in path.name.encode() + path.read_bytes() for path in tmp_path.rglob("*.json"))


def test_a_picture_is_kept_once(kept, tmp_path):
    kept.put("one", work(b"same"))
    kept.put("two", work(b"same", b"own"))
    assert len(names(tmp_path)) == 4
    kept.remove("two")
    assert names(tmp_path) == sorted([digest_of(b"same"), *(name for name in names(tmp_path) if name.endswith("json"))])
    assert kept.get("one") == work(b"same")
    kept.remove("one")
    assert names(tmp_path) == []


def test_work_whose_picture_is_gone_is_not_brought_back(kept, tmp_path):
    kept.put("one", work(b"picture"))
    next(tmp_path.rglob(digest_of(b"picture"))).unlink()
    assert kept.get("one") is None


def test_too_much_and_too_old_goes(kept, tmp_path, monkeypatch):
    monkeypatch.setattr(shelf, "MOST_WORKS", 2)
    for number, key in enumerate("abcd"):
        kept.put(key, work(key.encode()))
        for path in tmp_path.rglob("*"):
            if path.is_file() and path.stat().st_mtime > time.time() - 5:
                age = time.time() - 10_000 * (4 - number)
                os.utime(path, (age, age))
    kept.tidy()
    assert [kept.get(key) is not None for key in "abcd"] == [False, False, True, True]
    assert len(names(tmp_path)) == 4
    monkeypatch.setattr(shelf, "OLDEST", 15_000)
    kept.tidy()
    assert [kept.get(key) is not None for key in "cd"] == [False, True]


def test_more_than_fits_is_refused(kept, monkeypatch):
    monkeypatch.setattr(shelf, "MOST_BYTES", 10)
    with pytest.raises(OutputError, match="MB together"):
        kept.put("one", work(b"eleven bytes"))


def test_a_place_that_cannot_be_written_to_is_said_and_nothing_is_left(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match="could not be saved"):
        Shelf(str(tmp_path / "file" / "inside")).put("one", work(b"picture"))
    assert names(tmp_path) == ["file"]


def test_any_address_of_fsspec_will_do():
    kept = Shelf("memory://works")
    kept.put("one", work(b"picture"))
    assert kept.get("one") == work(b"picture")
    kept.remove("one")
    assert kept.get("one") is None


def test_killed_in_the_midst_of_writing_the_last_good_state_opens(tmp_path):
    """Killed at random moments: what was reported as saved is there, whole, or something newer."""
    random, last = Random(0), -1
    for _ in range(8):
        command = [sys.executable, "-c", WRITER, str(tmp_path), str(last + 1)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        reported = int(process.stdout.readline())
        time.sleep(random.uniform(0, 0.3))
        process.send_signal(signal.SIGKILL)
        reported = max([reported, *(int(line) for line in process.stdout.read().split())])
        process.wait()
        found = Shelf(str(tmp_path)).get("key")
        last = found.document["number"]
        assert last >= reported
        assert set(found.files.values()) == {bytes([last % 251]) * 300_000}
