"""What is noted of every run: how it ended and how long it took, and nothing of whose it was."""

import json
import logging

import pytest

from masking_core import KMeans, PromptError, Prompts, Recipe
from masking_core.errors import Cancelled
from masking_core.samples import sample
from studio import compute
from studio.compute import memory, runs, visitors
from studio.compute.job import Overtime
from studio.compute.room import NoRoom


@pytest.fixture(autouse=True)
def fresh():
    runs._counts.clear()
    runs._seconds.clear()


def ending(error, what="kmeans"):
    with pytest.raises(type(error)), runs.noted(what, 10):
        raise error


def test_every_ending_is_counted_by_what_was_run(monkeypatch):
    clock = iter([0.0, 1.0, 1.0, 3.5, 4.0, 4.0, 5.0, 5.0, 6.0, 6.25])
    monkeypatch.setattr(runs.time, "monotonic", lambda: next(clock))
    with runs.noted("kmeans", 10):
        pass
    ending(Cancelled("gone"))
    ending(Overtime("too long"))
    ending(KeyError("ours"))
    ending(PromptError("no marks"), "watershed")
    assert runs.counts() == {
        "kmeans": {"Overtime": 1, "cancelled": 1, "done": 1, "fault": 1, "seconds": 3.5},
        "watershed": {"PromptError": 1, "seconds": 0.25},
    }


def test_a_line_of_the_log_says_what_ran_and_nothing_else(caplog):
    caplog.set_level(logging.INFO, "studio.runs")
    compute.segment(sample("cat"), Recipe(method=KMeans(objects=7)), Prompts())
    (line,) = (json.loads(record.message) for record in caplog.records if record.name == "studio.runs")
    assert set(line) == {"run", "pixels", "seconds", "outcome"}
    assert (line["run"], line["outcome"]) == ("kmeans", "done")


def test_edges_and_what_is_refused_count_too(monkeypatch):
    recipe = Recipe(method=KMeans(objects=6))
    compute.drafted(compute.segment(sample("cat"), recipe, Prompts()), recipe)
    assert runs.counts()["edge"]["done"] == 1
    monkeypatch.setattr(memory, "used", lambda: 10**15)
    with pytest.raises(NoRoom):
        compute.segment(sample("cat"), recipe.changed(method=KMeans(objects=5)), Prompts())
    assert runs.counts()["kmeans"]["NoRoom"] == 1
    assert compute.status()["runs"] == runs.counts()


def test_visitors_are_counted_while_they_are_here():
    before, visitor = visitors.present(), visitors.Visitor("secret")
    visitors._here.add(visitor)
    assert compute.status()["visitors"] == before + 1
    visitors._leaves(visitor)
    assert visitors.present() == before
