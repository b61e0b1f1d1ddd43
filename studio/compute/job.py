"""A run in the background: how far it is, and how it is stopped."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from typing import Any

from masking_core.errors import Cancelled, MaskingError
from masking_core.progress import listening
from studio.compute.visitors import Visitor, acting_for

STINT, REST = 0.1, 0.3
"""Seconds that work goes on between two rests, and the longest rest: so it has a quarter of its pace at least."""
LOOK = 0.02
"""Seconds between two looks at whether a rest is over."""


class Overtime(MaskingError):
    """A computation was stopped because it took too long."""


class Job:
    """Work for one visitor, from its place in the queue to its value.

    Attributes:
        visitor: for whom it is done.
        future: its value, or the error it ended with.
        fraction: how far it is, in [0, 1].
        doing: what is being done.

    Args:
        work: what is to be done.
        visitor: for whom.
        seconds: how long it may take, not counting its rests.
        held_up: whether other work comes first; it then rests where it reports.
    """

    def __init__(
        self, work: Callable[[], Any], visitor: Visitor, seconds: float, held_up: Callable[[], bool] = lambda: False
    ) -> None:
        self.visitor, self._work, self._seconds, self._held_up = visitor, work, seconds, held_up
        self._rested, self._rose = 0.0, 0.0
        self.future: Future[Any] = Future()
        self.fraction, self.doing = 0.0, "Waiting for its turn"
        self.begun: float | None = None
        self._unwanted = False

    @property
    def done(self) -> bool:
        """Whether it has ended, in whichever way."""
        return self.future.done()

    def cancel(self) -> None:
        """Stop it: at once while it waits, else where it reports next."""
        self._unwanted = True

    @property
    def unwanted(self) -> bool:
        """Whether it was cancelled."""
        return self._unwanted

    def hear(self, fraction: float, doing: str) -> bool:
        """Listen to the computation; see :data:`masking_core.progress.Listener`."""
        self.fraction, self.doing = fraction, doing
        self._give_way()
        return self.goes_on()

    def _give_way(self) -> None:
        """Rest as long as other work comes first; now and then it goes on, as others may wait for what it holds."""
        lay_down = time.monotonic()
        if lay_down - self._rose < STINT:
            return
        while self._held_up() and not self._unwanted and time.monotonic() - lay_down < REST:
            time.sleep(LOOK)
        self._rose = time.monotonic()
        self._rested += self._rose - lay_down

    def goes_on(self, *_: object) -> bool:
        """Whether the computation shall go on.

        Raises:
            Overtime: it has had all the time there is for it.
        """
        if self.begun is not None and time.monotonic() - self.begun - self._rested > self._seconds:
            raise Overtime(
                f"This took longer than {self._seconds:g} seconds and was stopped. "
                "Use fewer or smaller marks, other settings, or a smaller picture."
            )
        return not self._unwanted

    def run(self) -> None:
        """Do the work here and now; called once, by a worker."""
        self.begun = self._rose = time.monotonic()
        try:
            value = copy_context().run(self._listened)
        except BaseException as error:  # whatever it is, it belongs to whoever waits for the value
            self.future.set_exception(error)
        else:
            self.future.set_result(value)
        finally:
            del self._work

    def _listened(self) -> Any:
        with acting_for(self.visitor), listening(self.hear):
            if not self.hear(0.0, "Starting"):
                raise Cancelled("This computation was replaced by a newer one.")
            return self._work()
