"""Opening files in processes of their own: the same values, and one sentence whatever becomes of the process."""

import io
import os
import socket
import struct
import threading
import time
from contextlib import nullcontext
from dataclasses import fields
from types import SimpleNamespace

import numpy as np
import PIL.Image
import pytest
from picture_files import one_of_each

from masking_core.errors import Cancelled, ImageError, MaskingError
from masking_core.image import Image, Limits, Stack, apart, wire
from masking_core.image.levels import Levels
from masking_core.image.numbers import NumberMap
from masking_core.progress import listening

pytestmark = pytest.mark.skipif(not apart.POSSIBLE, reason="This system cannot do it.")
FILES = one_of_each()
GOOD = FILES["png"]


@pytest.fixture(scope="module")
def bad():
    opener = apart.Apart(500, seconds=60, work="bad_decoders:opened")
    yield opener
    opener.close()


@pytest.fixture
def elsewhere(bad):
    apart._in_use[:] = [bad]
    yield
    apart._in_use.clear()


def alike(one, other):
    assert type(one) is type(other)
    if isinstance(one, np.ndarray):
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
        assert np.array_equal(one, other)
    elif isinstance(one, Image | Stack | NumberMap):
        for field in fields(one):
            alike(getattr(one, field.name), getattr(other, field.name))
    elif isinstance(one, tuple):
        assert len(one) == len(other)
        for pair in zip(one, other, strict=True):
            alike(*pair)
    else:
        assert one == other


def opened(kind, data, **how):
    try:
        return kind.open(data, **how)
    except MaskingError as error:
        return type(error), getattr(error, "code", ""), str(error)


@pytest.mark.parametrize("kind", [Image, Stack, NumberMap])
@pytest.mark.parametrize("name", [*FILES, "nonsense", "empty", "too large"])
def test_every_file_opens_to_the_same_or_ends_in_the_same_sentence(bad, name, kind):
    data = {"nonsense": b"nonsense", "empty": b""}.get(name, FILES.get(name, GOOD))
    how = {"name": f"{name}.x", "limits": Limits(max_megapixels=1e-6) if name == "too large" else Limits()}
    here = opened(kind, data, **how)
    apart._in_use[:] = [bad]
    try:
        there = opened(kind, data, **how)
    finally:
        apart._in_use.clear()
    alike(here, there)


def test_pixels_stay_read_only_and_levels_count(elsewhere):
    image = Image.open(GOOD)
    assert not image.rgb.flags.writeable
    file = io.BytesIO()
    PIL.Image.fromarray(np.arange(0, 60_000, 100, dtype=np.uint16).reshape(20, 30)).save(file, "PNG")
    levels = Levels(mode="given", black=0, white=30_000)
    there = Image.open(file.getvalue(), levels=levels)
    assert there.span == (0, 30_000)
    apart._in_use.clear()
    alike(Image.open(file.getvalue(), levels=levels), there)


def test_it_is_used_until_it_is_not():
    apart.use(first := apart.Apart(500))
    assert Image.open(GOOD) == Image.open(GOOD)
    helper = first._helper
    assert helper.poll() is None
    apart.use(None)
    assert helper.poll() == 0
    assert apart.in_use() is None
    assert Image.open(GOOD).size
    assert first._helper is None


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("what", [b"kill", b"abort"])
def test_a_decoder_that_ends_its_process_costs_one_sentence(what):
    with pytest.raises(ImageError, match=r"^cup\.png cannot be opened: .* failed 2 times") as caught:
        Image.open(what, name="cup.png")
    assert caught.value.code == "damaged"
    assert Image.open(GOOD).size


@pytest.mark.usefixtures("elsewhere")
def test_what_failed_once_is_tried_once_more(tmp_path):
    (tmp_path / "mark.png").write_bytes(GOOD)
    assert Image.open(f"once:{tmp_path / 'mark'}".encode()).size
    assert (tmp_path / "mark").exists()


@pytest.mark.usefixtures("elsewhere")
def test_a_decoder_that_wants_all_memory_costs_one_sentence():
    with pytest.raises(ImageError, match="memory") as caught:
        Image.open(b"eat", name="cup.png")
    assert caught.value.code == "too-many-pixels"
    assert Image.open(GOOD).size


@pytest.mark.parametrize("left", [0, -5, 40_000_000])
def test_where_little_is_left_caches_go_and_then_it_is_said(left):
    gone = []
    opener = apart.Apart(500, work="bad_decoders:opened", budget=apart.Budget(lambda: left, lambda: gone.append(True)))
    try:
        with pytest.raises(ImageError, match=r"^cup\.png needs more memory to be opened than there is") as caught:
            opener.opened(Image, b"weigh:100", "cup.png", {})
        assert caught.value.code == "too-many-pixels"
        assert gone
    finally:
        opener.close()


def test_it_is_opened_once_caches_have_gone():
    left = [60_000_000]
    budget = apart.Budget(lambda: left[0], lambda: left.__setitem__(0, 400_000_000))
    opener = apart.Apart(500, work="bad_decoders:opened", budget=budget)
    try:
        assert opener.opened(Image, b"weigh:100", "cup.png", {}).size == (10, 10)
        assert left[0] == 400_000_000
    finally:
        opener.close()


def test_a_file_that_leaves_no_room_to_be_decoded_is_not_sent(monkeypatch):
    opener, data = apart.Apart(500), bytes(1000)
    monkeypatch.setattr(opener, "_line", lambda bound: pytest.fail("sent"))
    with pytest.raises(MemoryError):
        opener._asked(Image, data, "", {}, (), apart.LEAST + 1999)
    with pytest.raises(pytest.fail.Exception):
        opener._asked(Image, data, "", {}, (), apart.LEAST + 2000)


def test_pages_that_processes_share_are_counted_once(monkeypatch):
    opener = apart.Apart(500)
    assert opener.nbytes == 0
    monkeypatch.setattr(apart, "_held", {1: (100, 30), 2: (130, 50), 3: (90, 20)}.get)
    opener._helper, opener._children = SimpleNamespace(pid=1), {2, 3}
    assert opener.nbytes == 100 + 20
    opener._helper = None


def test_what_does_not_fit_here_is_not_taken():
    left = iter([10**9, *[0] * 1000])
    opener = apart.Apart(500, work="bad_decoders:opened", budget=apart.Budget(lambda: next(left)))
    try:
        with pytest.raises(ImageError, match="needs more memory"):
            opener.opened(Image, b"weigh:1", "cup.png", {})
    finally:
        opener.close()


def test_what_the_processes_take_is_known(tmp_path):
    path = tmp_path / "id"
    opener = apart.Apart(500, seconds=20, work="bad_decoders:opened")
    assert opener.nbytes == 0
    opener.opened(Image, b"weigh:1", "cup.png", {})
    alone = opener.nbytes
    assert alone > 10_000_000
    with listening(lambda *_: not path.exists() or opener.nbytes < alone + 90_000_000), pytest.raises(Cancelled):
        opener.opened(Image, f"hold:{path}".encode(), "cup.png", {})
    assert opener.nbytes < alone + 20_000_000
    opener.close()
    assert opener.nbytes == 0


@pytest.mark.usefixtures("elsewhere")
def test_a_mistake_of_ours_does_not_pass_for_a_damaged_file():
    with pytest.raises(RuntimeError, match="KeyError: 'of ours'"):
        Image.open(b"bug")
    assert Image.open(GOOD).size


def is_gone(path):
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            os.kill(int(path.read_text()), 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False


def test_a_decoder_that_hangs_is_ended(tmp_path):
    opener = apart.Apart(500, seconds=1.0, work="bad_decoders:opened")
    with pytest.raises(ImageError, match="took longer than 1 seconds") as caught:
        opener.opened(Image, f"hang:{tmp_path / 'id'}".encode(), "cup.png", {})
    assert caught.value.code == "timed-out"
    assert is_gone(tmp_path / "id")
    opener.close()


@pytest.mark.usefixtures("elsewhere")
def test_who_does_not_wait_any_more_ends_it(tmp_path):
    path = tmp_path / "id"
    with listening(lambda *_: not (path.exists() and path.read_text())), pytest.raises(Cancelled):
        Image.open(f"hang:{path}".encode())
    assert is_gone(path)


def test_a_helper_that_was_ended_is_begun_anew(bad):
    assert bad.opened(Image, GOOD, "it", {"name": "a.png", "limits": Limits().model_dump()})
    bad._helper.kill()
    bad._helper.wait()
    assert bad.opened(Image, GOOD, "it", {"name": "a.png", "limits": Limits().model_dump()})


@pytest.mark.usefixtures("elsewhere")
def test_several_are_opened_side_by_side(tmp_path):
    path = tmp_path / "id"
    told = threading.Event()

    def hanging():
        with listening(lambda *_: not told.is_set()), pytest.raises(Cancelled):
            Image.open(f"hang:{path}".encode())

    thread = threading.Thread(target=hanging)
    thread.start()
    assert Image.open(GOOD).size
    told.set()
    thread.join(20)
    assert not thread.is_alive()


@pytest.mark.parametrize(("largest", "most", "error"), [(8, 16, None), (7, 16, EOFError), (8, 15, MemoryError)])
def test_no_more_comes_than_is_allowed(largest, most, error, monkeypatch):
    monkeypatch.setattr(wire, "LARGEST", largest)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        wire.send(theirs, [np.arange(4, dtype=np.uint16)] * 2)
        with pytest.raises(error) if error else nullcontext():
            assert np.array_equal(wire.receive(ours, most=most)[1], np.arange(4))


def test_nothing_that_comes_is_executed_or_has_no_end():
    for arrays in ([["|O", [1]]], [["|u1", [10**12]]], [["<M8[s]", [1]]]):
        ours, theirs = socket.socketpair()
        text = wire.json.dumps({"value": None, "arrays": arrays}).encode()
        theirs.sendall(struct.pack("!QI", len(text), 1) + text)
        with ours, theirs, pytest.raises(EOFError):
            wire.receive(ours)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(struct.pack("!QI", 10**12, 0))
        with pytest.raises(EOFError):
            wire.receive(ours)
