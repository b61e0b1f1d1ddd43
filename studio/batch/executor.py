"""The studio's workers as an executor, so that a batch takes its turn among the visitors."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, ParamSpec, TypeVar

from studio import compute
from studio.compute.visitors import acting_for

P = ParamSpec("P")
T = TypeVar("T")


class Turns(Executor):
    """Runs one task after the other for one visitor, beside what is being looked at."""

    def __init__(self, visitor: compute.Visitor) -> None:
        self._visitor = visitor

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """See :class:`concurrent.futures.Executor`."""
        with acting_for(self._visitor):
            return _Linked(compute.submit(lambda: fn(*args, **kwargs), later=True))


class _Linked(Future[T]):
    """The value of a job, which is stopped when this is cancelled."""

    def __init__(self, job: compute.Job) -> None:
        super().__init__()
        self._job = job
        job.future.add_done_callback(self._take)

    def cancel(self) -> bool:
        self._job.cancel()
        return super().cancel()

    def _take(self, done: Future[Any]) -> None:
        if not self.set_running_or_notify_cancel():
            return
        error = done.exception()
        if error is None:
            self.set_result(done.result())
        else:
            self.set_exception(error)
