"""What all visitors share: nobody waits for kernels that they do not need."""

import gc
import importlib
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from masking_core import KMeans, Prompts, Recipe
from masking_core.samples import sample
from studio import compute

module = importlib.import_module("studio.compute.engine")  # whose function has its name in the folder


@pytest.fixture
def warming(monkeypatch):
    """An engine that makes kernels ready until the test ends; what it was told to begin with."""
    begun, ended, told = threading.Event(), threading.Event(), []

    def warm_up(*first):
        told.extend(first)
        begun.set()
        ended.wait(60)

    monkeypatch.setattr(module, "warm_up", warm_up)
    made = module.engine.__wrapped__(Recipe(method=KMeans(objects=3)))
    monkeypatch.setattr(compute, "engine", lambda: made)
    assert begun.wait(20)
    yield told
    ended.set()


def test_samples_are_opened_and_cut_while_kernels_are_made_ready(warming):
    with ThreadPoolExecutor(1) as page:
        stack = page.submit(compute.open_sample, "coffee").result(20)
    assert stack[0].size == sample("coffee").size
    job = compute.submit(lambda: compute.segment(stack[0], Recipe(method=KMeans(objects=2)), Prompts(), pixels=10_000))
    assert job.future.result(20).labels.any()


def test_what_comes_first_is_made_ready_first(warming):
    assert warming == [Recipe(method=KMeans(objects=3))]


@pytest.mark.parametrize("present", [0, 1])
def test_what_was_made_ready_is_never_searched_for_garbage_but_what_visitors_keep_is(present, monkeypatch):
    kept = []
    monkeypatch.setattr(module, "warm_up", lambda *_: kept.append([object()]))
    monkeypatch.setattr(module.visitors, "present", lambda: present)
    gc.unfreeze()
    try:
        module.engine.__wrapped__().warming.future.result(20)
        assert gc.get_freeze_count() > 0
        assert any(item is kept[0] for item in gc.get_objects()) == bool(present)
    finally:
        gc.unfreeze()
