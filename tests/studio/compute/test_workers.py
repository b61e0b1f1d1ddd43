"""Workers serve visitors in turn, stop what nobody wants, and end what takes too long."""

import subprocess
import sys
import threading
import time

import pytest

from masking_core.errors import Cancelled
from masking_core.progress import report
from studio.compute import job as job_module
from studio.compute.job import Job, Overtime
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


@pytest.fixture
def patient(monkeypatch):
    """Work rests at its first report for as long as it has to."""
    monkeypatch.setattr(job_module, "STINT", 0.0)
    monkeypatch.setattr(job_module, "REST", 1000.0)


def pools(at_once):
    now = Workers(at_once, 8, 1000, "now")
    return now, Workers(at_once, 8, 1000, "later", before=now)


class Counting:
    """Work that reports again and again until it is opened, and counts how often it went on."""

    def __init__(self):
        self.open, self.count, self.resting = threading.Event(), 0, threading.Event()

    def __call__(self):
        while not self.open.is_set():
            self.resting.set()
            report(0.5, "Counting")
            self.count += 1
        return "counted"


def goes_on(counting):
    before, end = counting.count, time.monotonic() + SOON
    while counting.count < before + 3:
        assert time.monotonic() < end
        time.sleep(0.005)


def rests(counting):
    """One step may be on its way when it is told to rest."""
    before = counting.count
    time.sleep(0.2)
    return counting.count <= before + 1


@pytest.mark.usefixtures("patient")
def test_a_visitors_download_rests_while_their_picture_is_made():
    (now, later), visitor = pools(4), Visitor()
    download, stroke = Counting(), Gate()
    saved = later.submit(download, visitor, SOON)
    goes_on(download)
    shown = now.submit(stroke, visitor, SOON)
    assert stroke.begun.wait(SOON)
    assert rests(download)
    stroke.open.set()
    assert shown.future.result(SOON) == "through"
    goes_on(download)
    download.open.set()
    assert saved.future.result(SOON) == "counted"


@pytest.mark.usefixtures("patient")
def test_downloads_rest_while_others_need_every_processor_and_only_then():
    now, later = pools(2)
    download, others = Counting(), [Gate(), Gate()]
    saved = later.submit(download, Visitor(), SOON)
    now.submit(others[0], Visitor(), SOON)
    assert others[0].begun.wait(SOON)
    goes_on(download)
    now.submit(others[1], Visitor(), SOON)
    assert others[1].begun.wait(SOON)
    assert rests(download)
    others[0].open.set()
    goes_on(download)
    others[1].open.set()
    download.open.set()
    assert saved.future.result(SOON) == "counted"


@pytest.mark.usefixtures("patient")
def test_what_rests_can_be_cancelled():
    (now, later), visitor = pools(1), Visitor()
    stroke, download = Gate(), Counting()
    now.submit(stroke, visitor, SOON)
    assert stroke.begun.wait(SOON)
    saved = later.submit(download, visitor, SOON)
    while saved.begun is None:
        time.sleep(0.005)
    later.cancel_all(visitor)
    with pytest.raises(Cancelled):
        saved.future.result(SOON)
    stroke.open.set()


def test_what_rests_goes_on_now_and_then_as_others_may_wait_for_what_it_holds(monkeypatch):
    monkeypatch.setattr(job_module, "STINT", 0.0)
    monkeypatch.setattr(job_module, "REST", 0.0)
    (now, later), visitor = pools(1), Visitor()
    lock, download = threading.Lock(), Counting()

    def holding():
        with lock:
            return download()

    saved = later.submit(holding, visitor, SOON)
    assert download.resting.wait(SOON)

    def needing():
        download.open.set()
        with lock:
            return "had it"

    assert now.submit(needing, visitor, SOON).future.result(SOON) == "had it"
    assert saved.future.result(SOON) == "counted"


def test_rests_do_not_count_as_time_that_work_took(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(job_module.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(job_module.time, "sleep", lambda seconds: clock.__setitem__(0, clock[0] + seconds))
    told = []

    def work(step):
        for _ in range(40):
            clock[0] += step
            report(0.5, "Going on")
            told.append(clock[0])
        return "done"

    resting = Job(lambda: work(0.1), Visitor(), 4.5, lambda: True)
    resting.run()
    assert resting.future.result(0) == "done"
    assert 10 < clock[0] < 18, "forty steps of 0.1 s and after each a rest of 0.3 s"
    late = Job(lambda: work(0.2), Visitor(), 4.5, lambda: True)
    late.run()
    assert isinstance(late.future.exception(0), Overtime)


def test_a_program_that_ends_while_opencv_works_for_somebody_ends_well():
    program = """
import subprocess
import sys
import threading
import cv2, numpy
from masking_core.progress import report
from studio.compute.visitors import Visitor
from studio.compute.workers import Workers

begun, picture = threading.Event(), numpy.zeros((300, 300, 3), numpy.uint8)

def work():
    while True:
        cv2.GaussianBlur(picture, (0, 0), 5)
        begun.set()
        report(0.5, "Working")

workers = Workers(2, 2, 1.0, "test")
jobs = [workers.submit(work, Visitor(), 60) for _ in range(3)]
begun.wait()
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")
