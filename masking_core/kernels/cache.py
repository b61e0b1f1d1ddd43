"""Compiled kernels are kept from one start to the next; where that cannot be, they are compiled in memory."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

from numba.core import dispatcher
from numba.core.caching import FunctionCache, NullCache

log = logging.getLogger("masking_core")


class KernelCache(FunctionCache):
    """What numba keeps of one kernel, whatever became of the files."""

    @contextmanager
    def _guard_against_spurious_io_errors(self) -> Iterator[None]:
        """Around all reading and writing: without what was kept, numba compiles."""
        try:
            yield
        except Exception as error:  # of a damaged file pickle raises whatever its bytes happen to say
            _say(f"{type(error).__name__}: {error}")
            with suppress(Exception):
                self.flush()  # type: ignore[no-untyped-call]  # the next start finds a sound one


def _kept(kernel: Callable[..., Any]) -> Any:
    if not kernel.__module__.startswith("masking_core."):
        return FunctionCache(kernel)
    try:
        return KernelCache(kernel)  # type: ignore[no-untyped-call]
    except (RuntimeError, OSError) as error:  # there is no folder for it
        _say(str(error))
        return NullCache()


@cache
def _warn() -> None:
    log.warning("Compiled kernels cannot be kept: they are compiled in memory, and the first run of each takes longer.")


def _say(reason: str) -> None:
    _warn()
    log.debug("A compiled kernel cannot be kept or read: %s", reason)


def install() -> None:
    """Have numba ask here for what it keeps of our kernels."""
    dispatcher.FunctionCache = _kept  # type: ignore[attr-defined]
