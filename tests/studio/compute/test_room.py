"""Caches go before work is refused, and what was promised to one is not given to another."""

import threading

import pytest

from masking_core.errors import Cancelled
from masking_core.progress import listening
from studio.compute import memory, room
from studio.compute.room import NoRoom, Room


@pytest.fixture
def taken(monkeypatch):
    """Bytes that the server takes."""
    bytes_taken = [900]
    monkeypatch.setattr(memory, "used", lambda: bytes_taken[0])
    monkeypatch.setattr(room, "give_back", lambda: None)
    return bytes_taken


def test_there_is_room_until_the_ceiling_then_caches_go_then_work_is_refused(taken):
    gone = []

    def let_go():
        gone.append(True)
        taken[0] = 500

    house = Room(1000, let_go)
    with house.promised(100):
        assert house.left() == 0
    assert not gone
    with house.promised(101):
        assert gone == [True]
    with house.promised(500):
        pass
    with pytest.raises(NoRoom, match="smaller picture"), house.promised(501):
        pass
    assert house.left() == 500


def test_what_is_promised_counts_once_it_is_taken_only_once(taken):
    house = Room(2000, lambda: None)
    with house.promised(600):
        assert house.left() == 500
        taken[0] += 600
        assert house.left() == 500
        taken[0] += 100  # more than was promised
        assert house.left() == 400
    assert house.left() == 400


def test_what_is_more_than_the_others_were_promised_was_kept(taken):
    house = Room(2000, lambda: None)
    with house.promised(300):
        with house.promised(200):
            taken[0] += 450
        assert house.left() == 2000 - 1350
        taken[0] += 150
        assert house.left() == 2000 - 1500
        taken[0] -= 500
        assert house.left() == 2000 - 1000 - 300


def test_who_finds_others_at_work_waits_for_them(taken, monkeypatch):
    monkeypatch.setattr(room, "PATIENCE", 60)
    house, inside, told = Room(1000, lambda: None), threading.Event(), []

    def waits():
        with listening(lambda _, doing: told.append(doing) is None), house.promised(80):
            inside.set()

    with house.promised(60):
        waiting = threading.Thread(target=waits)
        waiting.start()
        assert not inside.wait(0.2)
    assert inside.wait(20)
    waiting.join()
    assert set(told) == {"Waiting for memory"}
    assert house.left() == 100


@pytest.mark.parametrize(("patience", "goes_on", "error"), [(0.1, True, NoRoom), (60, False, Cancelled)])
def test_waiting_has_an_end(taken, monkeypatch, patience, goes_on, error):
    monkeypatch.setattr(room, "PATIENCE", patience)
    house = Room(1000, lambda: None)
    with house.promised(60):
        with listening(lambda *_: goes_on), pytest.raises(error), house.promised(80):
            pass
        assert house.left() == 40
