"""Pictures that arrive in a folder while a batch waits for them."""

import os
import time
from collections.abc import Iterator, Sequence

from masking_core.batch.find import Files, pictures_of
from masking_core.batch.places import Place

PAUSE = 1.0
"""Seconds between two looks."""


def arrivals(inputs: Sequence[str], *, out: str, pause: float = PAUSE) -> Iterator[Files]:
    """What is there, then whatever is added or changed, look by look and without end.

    A picture counts when two looks find it at the same size and time: before, it may still be being copied.
    """
    before: dict[Place, tuple[int, int]] = {}
    told: dict[Place, tuple[int, int]] = {}
    while True:
        files = pictures_of(inputs, out=out)
        now = {picture.place: _stamp(picture.place) for picture in files.pictures}
        settled = {place for place, stamp in now.items() if before.get(place) == stamp != told.get(place)}
        told |= {place: now[place] for place in settled}
        before = now
        yield Files(tuple(picture for picture in files.pictures if picture.place in settled), files.others)
        time.sleep(pause)


def _stamp(place: Place) -> tuple[int, int]:
    try:
        stat = os.stat(place.path)
    except OSError:  # it was removed since it was listed
        return 0, 0
    return stat.st_size, stat.st_mtime_ns
