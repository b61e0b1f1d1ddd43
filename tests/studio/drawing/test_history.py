"""Undo and redo walk the same road in both directions."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masking_core import Prompts
from masking_core.prompts import Point, Stroke
from studio.drawing import history


def marked(*places: float) -> Prompts:
    return Prompts(marks=tuple(Point(x=place, y=2.0) for place in places))


def test_a_history_begins_without_marks_and_without_steps() -> None:
    past = history.blank()
    history.undo(past)
    history.redo(past)
    assert past == history.blank()
    assert history.prompts(past) == Prompts()


def test_what_is_undone_comes_back_with_redo() -> None:
    past = history.blank()
    for places in ((1,), (1, 2), (1, 2, 3)):
        history.change(past, marked(*places))
    history.undo(past)
    history.undo(past)
    assert history.prompts(past) == marked(1)
    history.redo(past)
    assert history.prompts(past) == marked(1, 2)


def test_marks_that_come_together_are_undone_one_by_one_but_other_changes_as_a_whole() -> None:
    past = history.blank()
    history.change(past, marked(1))
    assert history.draw(past, marked(1, 2, 3, 4))
    assert not history.draw(past, marked(1, 2, 3, 4))
    for places in ((1, 2, 3), (1, 2), (1,), ()):
        history.undo(past)
        assert history.prompts(past) == marked(*places)
    history.change(past, marked(1, 2))
    history.draw(past, marked(5, 2, 3))
    history.undo(past)
    assert history.prompts(past) == marked(1, 2)
    history.draw(past, marked(1))
    history.undo(past)
    assert history.prompts(past) == marked(1, 2)


def test_of_very_many_marks_that_come_together_the_last_ones_can_be_undone() -> None:
    past, count = history.blank(), history.MOST + 50
    history.draw(past, marked(*range(count)))
    assert len(past["done"]) == history.MOST
    history.undo(past)
    assert history.prompts(past) == marked(*range(count - 1))
    assert past["marks"][0] is past["done"][-1][0]
    for _ in range(count):
        history.undo(past)
    assert history.prompts(past) == marked(*range(count - history.MOST))


def test_a_change_after_an_undo_forgets_what_was_undone() -> None:
    past = history.blank()
    history.change(past, marked(1))
    history.undo(past)
    history.change(past, marked(2))
    history.redo(past)
    assert history.prompts(past) == marked(2)


def test_the_same_marks_again_are_no_step() -> None:
    past = history.blank()
    assert history.change(past, marked(1))
    assert not history.change(past, marked(1))
    history.undo(past)
    assert history.prompts(past) == Prompts()


def test_a_history_is_plain_data_and_forgets_the_oldest_steps() -> None:
    past = history.blank()
    for count in range(history.MOST + 20):
        history.change(past, marked(count))
    assert json.loads(json.dumps(past)) == past
    assert len(past["done"]) == history.MOST


def test_a_mark_that_stays_is_kept_once() -> None:
    past = history.blank()
    long = Stroke(points=tuple((float(x), 1.0) for x in range(500)), width=3.0)
    history.change(past, Prompts(marks=(long,)))
    history.change(past, Prompts(marks=(long, Point(x=1.0, y=1.0))))
    assert past["marks"][0] is past["done"][-1][0]


@given(st.lists(st.sampled_from(["draw", "undo", "redo"]), max_size=40))
def test_it_agrees_with_a_list_and_a_finger_on_it(actions: list[str]) -> None:
    past, states, place = history.blank(), [Prompts()], 0
    for number, action in enumerate(actions):
        if action == "draw":
            states[place + 1 :] = [marked(*range(number + 1))]
            history.change(past, states[-1])
        else:
            getattr(history, action)(past)
        place += {"draw": 1, "undo": -(place > 0), "redo": place < len(states) - 1}[action]
        assert history.prompts(past) == states[place]


def test_every_change_is_a_new_revision() -> None:
    past = history.blank()
    seen = [past["revision"]]
    for action in (lambda: history.change(past, marked(1)), lambda: history.undo(past), lambda: history.redo(past)):
        action()
        seen.append(past["revision"])
    assert seen == sorted(set(seen))


def test_foreign_marks_are_refused() -> None:
    from masking_core import PromptError

    past = history.blank()
    past["marks"] = [{"kind": "rocket"}]
    with pytest.raises(PromptError):
        history.prompts(past)


def test_marks_are_read_once_until_they_change(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[object] = []
    validate = Prompts.model_validate
    monkeypatch.setattr(Prompts, "model_validate", lambda marks: read.append(marks) or validate(marks))
    past, other = history.blank(), history.blank()
    history.change(past, marked(1))
    assert [history.prompts(past) for _ in range(5)] == [marked(1)] * 5
    assert len(read) == 1
    history.change(past, marked(2))
    assert history.prompts(past) == marked(2)
    assert history.prompts(other) == Prompts()
    history.undo(past)
    assert history.prompts(past) == marked(1)
