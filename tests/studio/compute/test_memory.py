"""Caches go before work is refused."""

import json
import logging
from contextlib import nullcontext

import pytest

from masking_core import ParameterError
from masking_core.errors import Cancelled
from studio.compute import memory, runs
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


def test_every_run_is_one_line_and_counted(caplog):
    before = runs.counts()
    for error in (None, Cancelled("no"), ParameterError("of the visitor"), ValueError("of ours")):
        expected = pytest.raises(type(error)) if error else nullcontext()
        with caplog.at_level(logging.INFO, "studio.runs"), expected, runs.noted("test", 12):
            if error:
                raise error
    lines = [json.loads(record.message) for record in caplog.records]
    assert [line["outcome"] for line in lines] == ["done", "cancelled", "ParameterError", "fault"]
    assert all(set(line) == {"run", "pixels", "seconds", "outcome"} for line in lines)
    after = runs.counts()
    assert all(after[f"test.{line['outcome']}"] == before.get(f"test.{line['outcome']}", 0) + 1 for line in lines)
