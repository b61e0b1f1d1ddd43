"""What is reported arrives, as a share of the whole, and can end a computation."""

import pytest

from masking_core.errors import Cancelled
from masking_core.progress import bands, listening, report, reporting, within


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
