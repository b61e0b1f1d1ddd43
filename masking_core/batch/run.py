"""Running a batch over any executor."""

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from contextlib import closing
from typing import TypeVar

from masking_core.batch.item import Outcome
from masking_core.errors import Cancelled, MaskingError

Todo = TypeVar("Todo")


def run(
    items: Iterable[Todo],
    executor: Executor,
    work: Callable[[Todo], Outcome],
    *,
    ahead: int = 16,
    begun: Callable[[Todo], None] | None = None,
) -> Generator[tuple[Todo, Outcome]]:
    """Do the work on every item, and tell of each as soon as it is done.

    Whoever stops asking stops the batch: what waits is given up, what is being cut is finished by its worker.

    Args:
        items: what is to be done, asked for as there is room.
        executor: where; items and outcomes travel, pictures do not.
        work: what a worker does with an item, such as :func:`masking_core.batch.work.cut`.
        ahead: most items that are handed over and not done; a few times the number of workers keeps them all busy.
        begun: called with every item before it is handed over.

    Yields:
        Every item with its outcome, in the order in which they are done.
    """
    lost: list[Todo] = []
    with closing(_finished(items, executor, work, ahead, begun)) as finished:
        for item, future in finished:
            if _is_lost(future):
                lost.append(item)
            else:
                yield item, _outcome(future)
    # What a worker held when it died may be as good as any: each is tried once more, with no other beside it.
    with closing(_finished(lost, executor, work, 1, None)) as finished:
        for item, future in finished:
            yield item, _outcome(future)


def _finished(
    items: Iterable[Todo],
    executor: Executor,
    work: Callable[[Todo], Outcome],
    ahead: int,
    begun: Callable[[Todo], None] | None,
) -> Generator[tuple[Todo, Future[Outcome]]]:
    left, running = iter(items), dict[Future[Outcome], Todo]()
    try:
        while _fill(running, left, executor, work, ahead, begun):
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(future), future
    finally:
        for future in running:
            future.cancel()


def _is_lost(future: Future[Outcome]) -> bool:
    """Whether the executor lost the task, rather than the work on it failed."""
    if future.cancelled():
        return False
    return not isinstance(future.exception(), MaskingError | None)


def _fill(
    running: dict[Future[Outcome], Todo],
    left: Iterator[Todo],
    executor: Executor,
    work: Callable[[Todo], Outcome],
    ahead: int,
    begun: Callable[[Todo], None] | None,
) -> bool:
    """Hand over as many items as there is room for; whether anything runs."""
    while len(running) < ahead and (item := next(left, None)) is not None:
        if begun is not None:
            begun(item)
        running[executor.submit(work, item)] = item
    return bool(running)


def _outcome(future: Future[Outcome]) -> Outcome:
    try:
        return future.result()
    except MaskingError as error:
        problem = str(error)
    except (CancelledError, Cancelled):
        problem = "This picture was given up."
    except Exception as error:  # executors have errors of their own for a worker that is lost
        problem = f"The process that cut this picture was lost ({type(error).__name__})."
    return Outcome("failed", problem=problem)
