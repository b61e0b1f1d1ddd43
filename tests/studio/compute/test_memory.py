"""Caches go before work is refused."""

import pytest

from masking_core import KMeans, Prompts, Recipe
from masking_core.samples import sample
from studio.compute import memory
from studio.compute.memory import NoRoom, kept_by, make_room


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


def test_what_a_result_keeps_is_its_own_arrays_whatever_was_drawn_from_it():
    image = sample("cat")
    result = Recipe(method=KMeans(objects=2)).run(image, Prompts())
    before = kept_by(result)
    arrays = (result.labels, result.alpha, result.membership)
    assert before >= sum(array.nbytes for array in arrays if array is not None) / 1e6
    assert before < 100 * image.pixels / 1e6, "not the picture's own caches"
    result.colours, result.rgba  # noqa: B018
    assert kept_by(result) == pytest.approx(before, rel=0.01)
