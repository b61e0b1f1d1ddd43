"""What is noted of every run: one line of JSON in the log, and counters. Never a file name, a picture or a key."""

import json
import logging
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from masking_core import MaskingError
from masking_core.errors import Cancelled

log = logging.getLogger("studio.runs")
_counts: Counter[tuple[str, str]] = Counter()
_seconds: defaultdict[str, float] = defaultdict(float)
_guard = Lock()


@contextmanager
def noted(what: str, pixels: int) -> Iterator[None]:
    """Note a run of ``what`` on a picture of so many pixels: how long it took, and how it ended."""
    begun = time.monotonic()
    outcome = "fault"
    try:
        yield
        outcome = "done"
    except Cancelled:
        outcome = "cancelled"
        raise
    except MaskingError as error:
        outcome = type(error).__name__
        raise
    finally:
        seconds = round(time.monotonic() - begun, 3)
        with _guard:
            _counts[what, outcome] += 1
            _seconds[what] += seconds
        log.info(json.dumps({"run": what, "pixels": pixels, "seconds": seconds, "outcome": outcome}))


def counts() -> dict[str, dict[str, float]]:
    """By what was run: how many runs ended in which way, and the seconds they took together, since the start."""
    with _guard:
        return {
            what: {outcome: count for (run, outcome), count in sorted(_counts.items()) if run == what}
            | {"seconds": round(_seconds[what], 3)}
            for what in sorted(_seconds)
        }
