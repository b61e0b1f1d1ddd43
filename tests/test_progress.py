"""What is reported arrives, as a share of the whole, and can end a computation."""

from contextvars import ContextVar
from threading import Event, Thread, current_thread
from threading import enumerate as threads

import pytest

from masking_core import progress
from masking_core.errors import Cancelled
from masking_core.progress import bands, beside, listening, report, reporting, within

AROUND: ContextVar[str] = ContextVar("around")


def heard(work, answer=None):
    told = []
    with listening(lambda fraction, doing: told.append((round(fraction, 6), doing)) or answer):
        work()
    return told


def test_without_a_listener_nothing_happens_and_a_listener_hears_its_block_alone():
    report(0.5, "alone")
    assert heard(lambda: report(0.5, "Working")) == [(0.5, "Working")]
    report(0.7, "alone again")


def test_only_false_cancels():
    for answer in (None, True, 0, ""):
        heard(lambda: report(0.1, "Working"), answer)
    with pytest.raises(Cancelled):
        heard(lambda: report(0.1, "Working"), answer=False)


def test_a_part_is_a_share_of_the_whole():
    def work():
        with within(0.5, 0.25):
            report(0.0, "a")
            with within(0.5, 0.5):
                report(1.0, "b")
        for _ in reporting("xy", "c"):
            report(0.5, "d")

    assert heard(work) == [(0.5, "a"), (0.75, "b"), (0, "c"), (0.25, "d"), (0.5, "c"), (0.75, "d")]
    with within(0.1, 0.5):
        report(0.5, "nobody listens")


@pytest.mark.parametrize("height", [0, 1, 7, 10, 24])
@pytest.mark.parametrize("width", [0, 1, 30, 5000])
@pytest.mark.parametrize("step", [1, 3])
def test_bands_are_all_rows_once_of_as_many_pixels_as_may_be(height, width, step):
    found = list(bands((height, width), "x", 100, step))
    assert [row for band in found for row in range(band.start, band.stop)] == list(range(height))
    for band in found:
        rows = band.stop - band.start
        assert rows * width <= 100 or rows <= step
        if band is not found[-1]:
            assert rows % step == 0
            assert (rows + step) * width > 100  # no smaller than need be


def begun(work, release):
    """``work()`` on a thread of its own, told to stop once ``beside`` made its call; what it ended with."""
    ended = []

    def run():
        try:
            with listening(lambda *_: not release.began.is_set()):
                ended.append(work())
        except BaseException as error:
            ended.append(error)

    thread = Thread(target=run, daemon=True)
    thread.start()
    assert release.began.wait(10)
    return thread, ended


class Release(Event):
    """Waited for by a call that lasts, which says that it began and that it is over."""

    def __init__(self):
        super().__init__()
        self.began, self.over = Event(), Event()

    def hold(self):
        self.began.set()
        self.wait(30)
        self.over.set()
        return "made"


def test_where_nobody_listens_a_call_is_made_here_and_now():
    assert beside(current_thread, "Writing") is current_thread()


def test_a_call_beside_is_reported_until_it_ends_and_its_value_comes_through():
    told, release = [], Event()

    def listener(fraction, doing):
        told.append((fraction, doing))
        if len(told) > 3:
            release.set()

    def call():
        report(0.25, "Half way")
        assert release.wait(30)
        return current_thread()

    with listening(listener):
        other = beside(call, "Writing")
    assert other is not current_thread()
    assert told[0] == (0.0, "Writing")
    assert told[-1] == (0.25, "Half way")
    assert len(told) > 3


def test_what_a_call_beside_raises_comes_through_and_its_context_is_the_callers():
    AROUND.set("a visitor")

    def call():
        raise ValueError(AROUND.get())

    with listening(lambda *_: None), pytest.raises(ValueError, match="a visitor"):
        beside(call, "Writing")


def test_it_does_not_begin_what_nobody_wants():
    with listening(lambda *_: False), pytest.raises(Cancelled):
        beside(lambda: pytest.fail("It was called."), "Writing")


def test_who_no_longer_wants_a_call_goes_on_while_it_waits():
    release = Release()
    thread, ended = begun(lambda: beside(release.hold, "Writing"), release)
    thread.join(10)
    assert isinstance(ended[0], Cancelled)
    assert not release.over.is_set()
    release.set()
    assert release.over.wait(10)


def test_a_call_that_reports_itself_is_stopped_when_nobody_wants_it():
    release, stopped = Release(), Event()

    def call():
        release.began.set()
        try:
            while not release.wait(0.01):
                report(0.5, "Waiting")
        except Cancelled:
            stopped.set()
            raise

    thread, ended = begun(lambda: beside(call, "Writing"), release)
    thread.join(10)
    assert isinstance(ended[0], Cancelled)
    assert stopped.wait(10)


def test_no_more_than_some_calls_go_on_that_nobody_wants():
    releases = [Release() for _ in range(3)]
    works = [begun(lambda each=each: beside(each.hold, "Writing"), each) for each in releases[:2]]
    for thread, _ in works:
        thread.join(10)
        assert not thread.is_alive()
    last, ended = begun(lambda: beside(releases[2].hold, "Writing"), releases[2])
    last.join(5 * progress.RHYTHM)
    assert last.is_alive()
    for each in releases:
        each.set()
        assert each.over.wait(10)
    last.join(10)
    assert isinstance(ended[0], Cancelled)
    for each in threads():
        if each.name == "beside":
            each.join(10)
    again = Release()
    thread, _ = begun(lambda: beside(again.hold, "Writing"), again)
    thread.join(10)
    assert not thread.is_alive()
    again.set()
    assert again.over.wait(10)
