"""What is kept is counted in bytes, computed once, and goes with the last who asked for it."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from masking_core import Image, KMeans, Recipe
from masking_core.errors import Cancelled
from masking_core.progress import listening
from studio.compute.cache import Cache
from studio.compute.memory import held
from studio.compute.visitors import Visitor, acting_for


def ask(cache, visitor, name, megabytes=1):
    with acting_for(visitor):
        return cache.once(("test", name), lambda: np.ones(megabytes * 1_000_000, np.uint8))


def test_an_array_counts_once_however_it_is_reached():
    whole = np.zeros(5_000_000, np.uint8)
    pointing = {"a": whole, "b": whole[10:], "c": lambda: whole[0] + whole[1]}
    assert 5_000_000 < held(pointing) < 5_010_000


def test_what_is_derived_from_a_picture_counts_with_it():
    image = Image.from_array(np.zeros((500, 500, 3), np.uint8))
    before = held(image)
    image.derived("test", lambda: np.zeros(3_000_000, np.uint8))
    assert held(image) - before == pytest.approx(3_000_000, abs=5_000)
    assert held([image], lent=(Image,)) < 1000


def test_the_size_of_a_result_is_that_of_its_arrays():
    image = Image.from_array(np.random.default_rng(0).integers(0, 255, (300, 400, 3)).astype(np.uint8))
    found = Recipe(method=KMeans(objects=3)).segment(image)
    assert held(found) > image.rgb.nbytes + found.labels.nbytes
    assert held(found) < 60 * image.pixels, "nothing that the module or the library owns is counted"


def test_the_least_recently_used_values_go_first_by_bytes():
    cache, visitor = Cache(3_500_000), Visitor()
    for name in "abc":
        ask(cache, visitor, name)
    ask(cache, visitor, "a")
    ask(cache, visitor, "d")
    with acting_for(visitor):
        assert [cache.get(("test", name)) is not None for name in "abcd"] == [True, False, True, True]
    assert cache.nbytes == 3_000_000


def test_what_is_larger_than_all_room_is_computed_and_not_kept():
    cache, visitor = Cache(1_500_000), Visitor()
    assert ask(cache, visitor, "large", 2).nbytes == 2_000_000
    assert cache.nbytes == 0


def test_what_has_grown_is_counted_anew():
    cache, visitor = Cache(10_000_000), Visitor()
    with acting_for(visitor):
        image = cache.once(("picture", "x"), lambda: Image.from_array(np.zeros((100, 100, 3), np.uint8)))
        image.derived("test", lambda: np.zeros(3_000_000, np.uint8))
        before = cache.nbytes
        cache.weigh("picture")
    assert cache.nbytes - before == pytest.approx(3_000_000, abs=5_000)


def test_a_value_goes_with_the_last_visitor_who_asked_for_it():
    cache, one, two = Cache(10_000_000), Visitor(), Visitor()
    for name, visitor in (("own", one), ("shared", one), ("shared", two)):
        ask(cache, visitor, name)
    assert [value.nbytes for value in cache.leave(one)] == [1_000_000]
    assert cache.get(("test", "own")) is None
    assert cache.nbytes == pytest.approx(1_000_000, abs=5_000)
    two.here = False
    cache.leave(two)
    cache.leave(Visitor())
    ask(cache, two, "too late")
    with acting_for(one):
        assert cache.get(("test", "too late")) is None


def test_of_several_who_ask_for_the_same_one_computes():
    cache, count, together = Cache(10_000_000), [], threading.Barrier(4)

    def compute():
        count.append(1)
        return "value"

    def visit():
        with acting_for(Visitor()):
            together.wait(10)
            return cache.once(("test", "x"), compute)

    with ThreadPoolExecutor(4) as pool:
        assert [job.result(10) for job in [pool.submit(visit) for _ in range(4)]] == ["value"] * 4
    assert len(count) == 1


def test_who_waits_for_anothers_computation_can_stop_and_gets_their_own_when_it_fails():
    cache, begun, go_on = Cache(10_000_000), threading.Event(), threading.Event()

    def fails():
        begun.set()
        go_on.wait(10)
        raise Cancelled("This was stopped.")

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(cache.once, ("test", "x"), fails)
        assert begun.wait(10)
        with pytest.raises(Cancelled, match="replaced"), listening(lambda *_: False):
            cache.once(("test", "x"), lambda: "never")
        second = pool.submit(cache.once, ("test", "x"), lambda: "own")
        go_on.set()
        with pytest.raises(Cancelled, match="stopped"):
            first.result(10)
        assert second.result(10) == "own"


def test_of_what_is_seen_one_after_the_other_the_last_are_kept():
    cache, she, he = Cache(100_000_000), Visitor(), Visitor()

    def see(visitor, name):
        ask(cache, visitor, name)
        with acting_for(visitor):
            cache.seen(("test", name), 2)

    def kept():
        return "".join(name for name in "abcdex" if ("test", name) in cache._entries)

    ask(cache, she, "x")
    for name, after in {"a": "ax", "b": "abx", "c": "bcx"}.items():
        see(she, name)
        assert kept() == after
    see(she, "b")
    see(he, "c")
    see(she, "d")
    assert kept() == "bcdx", "c is his, too"
    see(he, "e")
    see(he, "a")
    assert kept() == "abdex"
