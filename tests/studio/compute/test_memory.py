"""Caches go before work is refused."""

import pytest

from studio.compute import memory
from studio.compute.memory import NoRoom, make_room


def test_there_is_room_until_the_ceiling_then_caches_go_then_work_is_refused(monkeypatch):
    taken, gone = [900], []

    def let_go():
        gone.append(True)
        taken[0] = 500

    monkeypatch.setattr(memory, "used", lambda: taken[0])
    make_room(100, 1000, let_go)
    assert not gone
    make_room(101, 1000, let_go)
    assert gone == [True]
    make_room(500, 1000, let_go)
    with pytest.raises(NoRoom, match="smaller picture"):
        make_room(501, 1000, let_go)
