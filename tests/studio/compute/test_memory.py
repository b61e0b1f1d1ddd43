"""What is kept is weighed as it is."""

import pytest

from masking_core import KMeans, Prompts, Recipe
from masking_core.samples import sample
from studio.compute import memory
from studio.compute.engine import Engine
from studio.compute.memory import Trimmer, kept_by
from studio.compute.visitors import Visitor
from tests.studio.compute.test_workers import SOON, Gate


def test_what_a_result_keeps_is_its_own_arrays_whatever_was_drawn_from_it():
    image = sample("cat")
    result = Recipe(method=KMeans(objects=2)).run(image, Prompts())
    before = kept_by(result)
    arrays = (result.labels, result.alpha, result.membership)
    assert before >= sum(array.nbytes for array in arrays if array is not None) / 1e6
    assert before < 100 * image.pixels / 1e6, "not the picture's own caches"
    result.colours, result.rgba  # noqa: B018
    assert kept_by(result) == pytest.approx(before, rel=0.01)


def test_what_work_left_behind_is_returned_once_when_everybody_pauses(monkeypatch):
    trims, ended = [], [0, 1, None, None, 2, 3, 3, 3, 3, None, 4, 4]
    monkeypatch.setattr(memory, "trim", lambda: trims.append(len(ended)))
    monkeypatch.setattr(Trimmer, "_work", lambda _: None)
    trimmer = Trimmer(lambda: ended.pop(0))
    while ended:
        trimmer.look()
    assert trims == [5, 0]  # at the second look at 3 and at 4


def test_an_engine_says_how_many_jobs_have_ended_while_none_runs():
    engine, gate = Engine(), Gate()
    assert engine.ended() == 0
    job = engine.later.submit(gate, Visitor(), SOON)
    assert gate.begun.wait(SOON)
    assert engine.ended() is None
    gate.open.set()
    job.future.result(SOON)
    for _ in range(1000):
        if engine.ended() == 1:
            break
        memory.Event().wait(0.01)
    assert engine.ended() == 1
