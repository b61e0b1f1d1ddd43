"""Where a batch runs: processes of this machine, or a cluster."""

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any, NamedTuple

from masking_core import allocator
from masking_core.batch.pool import Workers
from masking_core.errors import ParameterError

ROUNDS = 4
"""Items handed over for each worker: what travels while others are cut."""
PATIENCE = 20
"""Seconds a scheduler has to answer, and to have a worker."""


class Place(NamedTuple):
    """An executor, and how many items it should hold at once."""

    executor: Executor
    ahead: int


@contextmanager
def local(workers: int | None = None) -> Iterator[Place]:
    """Processes of this machine, one a core if ``workers`` is None; those that work finish when it is left."""
    pool = Workers(workers)
    try:
        yield Place(pool, ROUNDS * pool.count)
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def cluster(address: str) -> Iterator[Place]:
    """The workers of a Dask scheduler at ``address`` (``tcp://host:8786``).

    Raises:
        ParameterError: Dask is not installed, or no scheduler with a worker answers.
    """
    try:
        import distributed  # noqa: PLC0415  (an extra, and slow to load)
    except ImportError:
        raise ParameterError("--cluster needs the extra cluster: pip install masking-studio[cluster].") from None
    try:
        client: Any = distributed.Client(address, timeout=PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise ParameterError(f"No scheduler answers at {address}: {error}") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            raise ParameterError(f"The scheduler at {address} has no worker: start one with dask worker.") from None
        client.register_worker_callbacks(allocator.settle)  # on all workers, those that come later too
        threads = sum(client.nthreads().values())
        # By default two equal tasks are run once, as if they were functions of their arguments alone.
        with client.get_executor(pure=False) as executor:
            yield Place(executor, ROUNDS * threads)
