"""What was marked on one picture, and the way there and back: undo and redo that outlive pages, methods and pictures.

A history is plain data: a dictionary of lists of marks in the form that :class:`masking_core.Prompts` writes.
"""

from itertools import zip_longest
from typing import Any

from masking_core import Prompts
from studio.compute import current

History = dict[str, Any]
"""``marks`` are there now; ``done`` are the lists before them, oldest first; ``undone`` those that can come back;
``revision`` grows with every change."""
MOST = 200
"""Steps that can be undone."""


def blank() -> History:
    """The history of a picture that nobody has marked."""
    return {"marks": [], "done": [], "undone": [], "revision": 0}


def prompts(history: History) -> Prompts:
    """The marks that are there now; read once for the several parts of a page that ask for them."""
    marks, held = history["marks"], current().held
    known: tuple[list[dict[str, Any]], Prompts] | None = held.get("prompts")
    if known is None or known[0] is not marks:
        known = held["prompts"] = marks, Prompts.model_validate({"version": 1, "marks": marks})
    return known[1]


def change(history: History, marks: Prompts) -> bool:
    """Let ``marks`` be what is there now; whether that is something new."""
    return _change(history, _plain(marks))


def draw(history: History, marks: Prompts) -> bool:
    """As :func:`change`, but where marks were only added, each is a step: a quick hand draws several at once."""
    before, after = history["marks"], _plain(marks)
    if after[: len(before)] != before:
        return _change(history, after)
    now = [*before, *after[len(before) :]]
    first = max(len(before), len(now) - MOST)  # of thousands of new marks the first steps would be forgotten again
    steps = [now[:count] for count in range(first, len(now))]
    if steps:
        _forward(history, steps, now)
    return bool(steps)


def _plain(marks: Prompts) -> list[dict[str, Any]]:
    plain: list[dict[str, Any]] = marks.model_dump(mode="json")["marks"]
    return plain


def _change(history: History, after: list[dict[str, Any]]) -> bool:
    before = history["marks"]
    if after == before:
        return False
    # A mark that stays is kept once, however long the history.
    pairs = zip_longest(before, after)
    _forward(history, [before], [old if old == new else new for old, new in pairs if new is not None])
    return True


def _forward(history: History, steps: list[list[dict[str, Any]]], marks: list[dict[str, Any]]) -> None:
    _now(history, marks)
    history["done"] = [*history["done"], *steps][-MOST:]
    history["undone"] = []


def undo(history: History) -> None:
    """Go one step back, if there is one."""
    _step(history, "done", "undone")


def redo(history: History) -> None:
    """Take one step again that was undone, if there is one."""
    _step(history, "undone", "done")


def _step(history: History, source: str, target: str) -> None:
    if history[source]:
        history[target] = [*history[target], history["marks"]]
        _now(history, history[source][-1])
        history[source] = history[source][:-1]


def _now(history: History, marks: list[dict[str, Any]]) -> None:
    history["marks"] = marks
    history["revision"] += 1
