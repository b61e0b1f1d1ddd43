"""Workers serve visitors in turn, stop what nobody wants, and end what takes too long."""

import threading
import time

import pytest

from masking_core.errors import Cancelled
from masking_core.progress import report
from studio.compute.job import Overtime
from studio.compute.visitors import Visitor, current
from studio.compute.workers import Workers

SOON = 20


class Gate:
    """Work that goes on, reporting, until it is opened."""

    def __init__(self):
        self.begun, self.open = threading.Event(), threading.Event()

    def __call__(self):
        self.begun.set()
        while not self.open.wait(0.01):
            report(0.5, "Waiting at the gate")
        return "through"


def test_a_visitor_holds_one_worker_however_much_they_ask_for():
    workers, greedy, other = Workers(4, 8, 0.01, "test"), Visitor(), Visitor()
    gates = [Gate() for _ in range(5)]
    jobs = [workers.submit(gate, greedy, SOON) for gate in gates]
    assert gates[0].begun.wait(SOON)
    assert workers.submit(lambda: "mine", other, SOON).future.result(SOON) == "mine"
    assert [gate.begun.is_set() for gate in gates] == [True, False, False, False, False]
    for gate in gates:
        gate.open.set()
    assert [job.future.result(SOON) for job in jobs] == ["through"] * 5


def test_long_work_of_others_holds_nobody_up_for_longer_than_it_is_young():
    workers = Workers(1, 8, 0.1, "test")
    gates = [Gate() for _ in range(3)]
    for gate in gates:
        workers.submit(gate, Visitor(), SOON)
    begun = time.monotonic()
    assert workers.submit(lambda: "mine", Visitor(), SOON).future.result(SOON) == "mine"
    assert time.monotonic() - begun < 10
    assert all(gate.begun.is_set() for gate in gates)
    for gate in gates:
        gate.open.set()


def test_visitors_take_turns():
    workers, order = Workers(1, 1, 1000, "test"), []
    first, one, two = Gate(), Visitor(), Visitor()
    workers.submit(first, Visitor(), SOON)
    assert first.begun.wait(SOON)
    jobs = [workers.submit(lambda n=n: order.append(f"one {n}"), one, SOON) for n in range(3)]
    jobs += [workers.submit(lambda n=n: order.append(f"two {n}"), two, SOON) for n in range(2)]
    assert [workers.ahead_of(job) for job in jobs] == [0, 2, 4, 1, 3]
    first.open.set()
    for job in jobs:
        job.future.result(SOON)
    assert order == ["one 0", "two 0", "one 1", "two 1", "one 2"]


def test_a_cancelled_job_stops_where_it_reports_and_one_that_waits_never_begins():
    workers, visitor = Workers(1, 1, 1000, "test"), Visitor()
    running, waiting = Gate(), Gate()
    jobs = [workers.submit(running, visitor, SOON), workers.submit(waiting, visitor, SOON)]
    assert running.begun.wait(SOON)
    jobs[1].cancel()
    workers.cancel_all(visitor)
    for job in jobs:
        with pytest.raises(Cancelled):
            job.future.result(SOON)
    assert not waiting.begun.is_set()


def test_what_takes_too_long_ends_in_a_sentence():
    job = Workers(1, 1, 1000, "test").submit(Gate(), Visitor(), 0.05)
    with pytest.raises(Overtime, match=r"longer than 0\.05 seconds"):
        job.future.result(SOON)


def test_a_worker_outlives_whatever_its_work_raises():
    workers = Workers(1, 1, 1000, "test")

    def fails():
        raise ValueError("of its own")

    with pytest.raises(ValueError, match="of its own"):
        workers.submit(fails, Visitor(), SOON).future.result(SOON)
    assert workers.submit(lambda: 1, Visitor(), SOON).future.result(SOON) == 1


def test_work_acts_for_the_visitor_who_asked():
    visitor = Visitor()
    assert Workers(1, 1, 1000, "test").submit(current, visitor, SOON).future.result(SOON) is visitor
    assert current() is not visitor
