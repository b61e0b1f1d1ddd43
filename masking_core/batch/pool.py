"""Processes that cut pictures: each has one thread, and one that dies costs no more than its own picture."""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from types import ModuleType
from typing import Any, ParamSpec, TypeVar

from masking_core import allocator, processors
from masking_core.errors import MaskingError

P = ParamSpec("P")
T = TypeVar("T")

TRIES = 2
"""Processes a task may cost: the first may have been ended for another reason."""
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "OPENCV_FOR_THREADS_NUM")
"""What libraries read when they are loaded."""
_starting = threading.Lock()  # held while the environment is that of a worker


class WorkerLost(MaskingError):
    """The process that worked on a task ended, more than once."""


class Workers(Executor):
    """Processes behind the interface of :class:`concurrent.futures.Executor`.

    Python's own pool gives up all tasks when one process dies. Here every thread has a pool of one process, so that it
    is known which task was worked on; that one is tried again in a fresh process, and fails alone.
    """

    def __init__(self, count: int | None = None) -> None:
        """Start no more than ``count`` processes, each when it is needed; one a core if None."""
        self.count = count or processors.count()
        self._threads = ThreadPoolExecutor(self.count, "batch")
        self._own = threading.local()
        self._pools: list[ProcessPoolExecutor] = []

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """See :class:`concurrent.futures.Executor`; a task whose process dies ends as :class:`WorkerLost`."""
        return self._threads.submit(self._ask, fn, args, kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """See :class:`concurrent.futures.Executor`."""
        self._threads.shutdown(wait, cancel_futures=cancel_futures)
        for pool in self._pools:
            pool.shutdown(wait)

    def _ask(self, fn: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
        for _ in range(TRIES):
            try:
                return self._pool().submit(fn, *args, **kwargs).result()
            except BrokenProcessPool:
                self._own.pool = None
        raise WorkerLost("The process that cut this picture was ended, twice: perhaps it needs too much memory.")

    def _pool(self) -> ProcessPoolExecutor:
        pool: ProcessPoolExecutor | None = getattr(self._own, "pool", None)
        if pool is None:
            # Processes are spawned: a copy of this one would hold the locks of its threads.
            pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), initializer=begin)
            with _starting, _environment(dict.fromkeys(ONE_THREAD, "1")), _no_main():
                pool.submit(int)  # begins the process
            self._own.pool = pool
            self._pools.append(pool)
        return pool


def begin() -> None:
    """Make this process a worker: deaf to Ctrl+C, and gone as soon as whoever started it is."""
    allocator.settle()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent,), daemon=True).start()


@contextmanager
def _no_main() -> Iterator[None]:
    """Without a main program, which a spawned process would run as well: it may not be there, or begin a batch."""
    before = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = before


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _follow(parent: Any) -> None:
    parent.join()
    os._exit(1)
