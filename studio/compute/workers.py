"""Worker threads that serve visitors in turn: nobody holds two of them, and long work does not hold up short work.

Work that is made meanwhile has workers of its own, which give way to those for what is looked at.

The kernels release Python's global lock, so threads serve several visitors at once, share the decoded pictures and cost
neither a copy nor a start-up.
"""

import atexit
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from functools import partial
from typing import Any

from masking_core.errors import Cancelled
from studio.compute.job import Job
from studio.compute.visitors import Visitor

LOOK = 0.1
"""Seconds between two looks at whether somebody who waits can be served."""
LAST = 5.0
"""Seconds that work which has been told to stop may still take when the program ends."""


class Workers:
    """Threads, and a queue for every visitor; the visitors take turns.

    Args:
        at_once: jobs that run side by side while they are young.
        most: jobs that run side by side at all.
        young: seconds after which a job no longer counts as young, so that others begin beside it; all then share
            the processor.
        name: what the threads are called.
        before: other workers, whose jobs come first: while the visitor has one there, or all of them have something to
            do, jobs here rest. So nobody holds two processors, and what is looked at is held up by nothing.
    """

    def __init__(self, at_once: int, most: int, young: float, name: str, before: "Workers | None" = None) -> None:
        self._at_once, self._young, self._before = at_once, young, before
        self._changed = threading.Condition()
        self._waiting: OrderedDict[Visitor, deque[Job]] = OrderedDict()
        self._running: list[Job] = []
        self.ended = 0
        """How many jobs have ended."""
        self._closing = False
        self._threads = [
            threading.Thread(target=self._serve, name=f"{name}-{number}", daemon=True) for number in range(most)
        ]
        for thread in self._threads:
            thread.start()
        atexit.register(self.close)

    @property
    def running(self) -> int:
        """How many jobs run."""
        return len(self._running)

    @property
    def waiting(self) -> int:
        """How many jobs wait for their turn."""
        with self._changed:
            return sum(map(len, self._waiting.values()))

    def submit(self, work: Callable[[], Any], visitor: Visitor, seconds: float) -> Job:
        """Queue ``work``, which may take so many seconds, behind what ``visitor`` asked for before."""
        before = self._before
        job = (
            Job(work, visitor, seconds)
            if before is None
            else Job(work, visitor, seconds, partial(before.full, visitor))
        )
        with self._changed:
            self._waiting.setdefault(visitor, deque()).append(job)
            self._changed.notify()
        return job

    def full(self, visitor: Visitor) -> bool:
        """Whether ``visitor`` has a job here, or there are as many jobs as begin at once."""
        with self._changed:
            visitors = [*self._waiting, *(job.visitor for job in self._running)]
        return visitor in visitors or len(visitors) >= self._at_once

    def ahead_of(self, job: Job) -> int:
        """How many jobs will begin before this one; 0 when it is next or has begun."""
        with self._changed:
            own = self._waiting.get(job.visitor, deque())
            if job not in own:
                return 0
            rounds, visitors = own.index(job), list(self._waiting)
            turn = visitors.index(job.visitor)
            return rounds + sum(
                min(len(self._waiting[other]), rounds + (place < turn))
                for place, other in enumerate(visitors)
                if place != turn
            )

    def cancel_all(self, visitor: Visitor) -> None:
        """Cancel all that waits or runs for ``visitor``."""
        with self._changed:
            jobs = [*self._waiting.get(visitor, ()), *(job for job in self._running if job.visitor is visitor)]
        for job in jobs:
            job.cancel()

    def close(self) -> None:
        """Stop all work and end the threads: one that is inside OpenCV when Python ends takes the program down."""
        with self._changed:
            self._closing = True
            for job in (*self._running, *(job for queue in self._waiting.values() for job in queue)):
                job.cancel()
            self._changed.notify_all()
        until = time.monotonic() + LAST
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _serve(self) -> None:
        while (job := self._taken()) is not None:
            job.run()
            with self._changed:
                self._running.remove(job)
                self.ended += 1
                self._changed.notify_all()
            del job  # or its value would stay until this worker gets another one

    def _taken(self) -> Job | None:
        with self._changed:
            while (job := self._next()) is None:
                if self._closing:
                    return None
                self._changed.wait(LOOK if self._waiting else None)
            self._running.append(job)
            return job

    def _next(self) -> Job | None:
        """Take the next job of the visitor whose turn it is; None if nobody can be served now."""
        self._drop_unwanted()
        old = time.monotonic() - self._young
        if sum(job.begun is None or job.begun > old for job in self._running) >= self._at_once:
            return None
        served = {job.visitor for job in self._running}
        visitor = next((each for each in self._waiting if each not in served), None)
        if visitor is None:
            return None
        queue = self._waiting[visitor]
        job = queue.popleft()
        self._waiting.move_to_end(visitor)
        if not queue:
            del self._waiting[visitor]
        return job

    def _drop_unwanted(self) -> None:
        for visitor, queue in list(self._waiting.items()):
            for job in [job for job in queue if job.unwanted]:
                queue.remove(job)
                job.future.set_exception(Cancelled("This computation was replaced by a newer one."))
            if not queue:
                del self._waiting[visitor]
