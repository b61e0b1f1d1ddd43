"""Running a batch over any executor."""

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait

from masking_core.batch.item import Item, Outcome
from masking_core.batch.work import cut
from masking_core.errors import MaskingError

Work = Callable[[Item], Outcome]


def run(
    items: Iterable[Item],
    executor: Executor,
    *,
    ahead: int = 16,
    begun: Callable[[Item], None] | None = None,
    work: Work = cut,
) -> Generator[tuple[Item, Outcome]]:
    """Cut every item, and tell of each as soon as it is done.

    Whoever stops asking stops the batch: what waits is given up, what is being cut is finished by its worker.

    Args:
        items: what is to be cut, asked for as there is room.
        executor: where; items and outcomes travel, pictures do not.
        ahead: most items that are handed over and not done; a few times the number of workers keeps them all busy.
        begun: called with every item before it is handed over.
        work: what a worker does with an item.

    Yields:
        Every item with its outcome, in the order in which they are done.
    """
    left, running = iter(items), dict[Future[Outcome], Item]()
    try:
        while _fill(running, left, executor, ahead, begun, work):
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(future), _outcome(future)
    finally:
        for future in running:
            future.cancel()


def _fill(
    running: dict[Future[Outcome], Item],
    left: Iterator[Item],
    executor: Executor,
    ahead: int,
    begun: Callable[[Item], None] | None,
    work: Work,
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
    except CancelledError:
        problem = "This picture was given up."
    except Exception as error:  # executors have errors of their own for a worker that is lost
        problem = f"The process that cut this picture was lost ({type(error).__name__})."
    return Outcome("failed", problem=problem)
