"""What a page waits for: it ends the wait when the visitor moves on, and has a draft before the finished edge."""

import threading
import time

import numpy as np
import pytest

from masking_core import Edge, Image, KMeans, Prompts, Recipe, Result
from masking_core.progress import report
from masking_core.samples import sample
from masking_core.steps.edge import STYLES
from studio import compute, state
from studio.compute.engine import engine
from studio.compute.visitors import Visitor, acting_for

SOON = 20
AUTOMATIC = Recipe(method=KMeans(objects=2), edge=STYLES["automatic"])


class MovedOn(BaseException):
    """As Streamlit ends a run of a page."""


class Notice:
    """A placeholder that nobody looks at."""

    def progress(self, *_):
        pass

    def empty(self):
        pass


def test_a_visitor_who_does_something_else_ends_the_wait_and_the_work(monkeypatch):
    begun, stopped = threading.Event(), threading.Event()

    def work():
        begun.set()
        try:
            while True:
                report(0.5, "Going on")
                time.sleep(0.01)
        finally:
            stopped.set()

    def give_way():
        if begun.is_set():
            raise MovedOn

    monkeypatch.setattr(state, "give_way", give_way)
    job = compute.submit(work)
    with pytest.raises(MovedOn):
        compute.wait(job, Notice())
    assert stopped.wait(SOON)


def found(recipe):
    return compute.preview(sample("cat"), recipe, Prompts(), Notice())


def test_a_draft_has_the_quick_edge_until_the_finished_one_is_there():
    before = found(AUTOMATIC)
    draft = compute.finish(before, AUTOMATIC, Notice(), draft=True)
    assert draft.edge == STYLES["smooth"]
    whole = compute.finish(before, AUTOMATIC, Notice())
    assert whole.edge == AUTOMATIC.edge
    assert np.array_equal(whole.alpha, AUTOMATIC.finish(before).alpha)
    assert compute.finish(before, AUTOMATIC, Notice(), draft=True).edge == AUTOMATIC.edge


@pytest.mark.parametrize("edge", [STYLES["hard"], STYLES["smooth"], Edge(feather=7, grow=3)])
def test_a_quick_edge_needs_no_draft(edge):
    recipe = AUTOMATIC.changed(edge=edge)
    assert compute.finish(found(recipe), recipe, Notice(), draft=True).edge == edge


def test_the_same_pixels_under_another_name_keep_their_name():
    pixels = np.random.default_rng(0).integers(0, 256, (20, 30, 3)).astype(np.uint8)
    for name in ("hers", "his"):
        image = Image.from_array(pixels, name=name)
        before = compute.preview(image, AUTOMATIC, Prompts(), Notice())
        assert before.image.name == name
        assert compute.finish(before, AUTOMATIC, Notice()).image.name == name


def test_what_follows_a_cut_is_done_before_the_page_gets_it():
    seen = []
    recipe = AUTOMATIC.changed(method=KMeans(objects=4))
    job = compute.begin(sample("cat"), recipe, Prompts(), seen.append)
    assert job is not None
    assert compute.begin(sample("cat"), recipe, Prompts(), seen.append) is None
    assert compute.preview(sample("cat"), recipe, Prompts(), Notice()) is seen[0]


def test_what_is_there_is_had_without_waiting_for_a_worker(monkeypatch):
    recipe, image = AUTOMATIC.changed(method=KMeans(objects=3)), sample("cat")
    before = compute.preview(image, recipe, Prompts(), Notice())
    draft = compute.finish(before, recipe, Notice(), draft=True)
    assert compute.shown(("told", "here"), lambda: 5, Notice(), later=True) == 5

    def submit(*_, **__):
        raise AssertionError("A worker was asked for.")

    monkeypatch.setattr(compute, "submit", submit)
    assert compute.begin(image, recipe, Prompts(), lambda _: None) is None
    assert compute.preview(image, recipe, Prompts(), Notice()) is before
    assert compute.finish(before, recipe, Notice(), draft=True).edge == draft.edge
    assert compute.shown(("told", "here"), lambda: 6, Notice(), later=True) == 5
    with pytest.raises(AssertionError):
        compute.begin(image, recipe.changed(edge=STYLES["hard"]), Prompts(), lambda _: None)


def test_of_what_is_looked_at_two_cuts_and_one_result_are_kept():
    image, visitor = sample("cat"), Visitor()
    recipes = [AUTOMATIC.changed(method=KMeans(objects=objects, seed=97)) for objects in (2, 3, 4)]
    cuts, results = [], []
    with acting_for(visitor):
        for recipe in recipes:
            cuts.append(compute.preview(image, recipe, Prompts(), Notice()))
            compute.finish(cuts[-1], recipe, Notice(), draft=True)
            results.append(compute.finish(cuts[-1], recipe, Notice()))
    kept = [entry.value for entry in engine().cache._entries.values() if visitor in entry.askers]
    assert [any(cut is value for value in kept) for cut in cuts] == [False, True, True]
    assert sum(isinstance(value, Result) for value in kept) == 1
    assert np.array_equal(next(value for value in kept if isinstance(value, Result)).alpha, results[-1].alpha)
