"""What the canvas shows, and how what it sends goes into the history of the marks.

The marks live in a history; the canvas is a view of it. Every drawing that the canvas sends says which version of the
marks it was drawn on: a late one can add to what has changed in the meantime but never take it back.
"""

import re
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from masking_core.errors import PromptError
from masking_core.prompts import Prompts
from studio.drawing import history
from studio.drawing.apart import drawn
from studio.drawing.canvas import fabric, writing
from studio.drawing.canvas.fabric import Reading
from studio.drawing.canvas.sheet import Sheet
from studio.drawing.history import History
from studio.drawing.ink import Ink
from studio.drawing.toolbox import TOOLS

PAPER = "rgba(0,0,0,0.000{:06})"
"""The canvas' background, an invisible colour, says which version it shows."""
MOST = 1_000_000
"""Versions until their numbers begin anew."""

_PAPER = re.compile(r"rgba\(0,0,0,0\.000(\d{6})\)")


class Standing(Enum):
    """How a drawing that the canvas sent stands to the marks that are there now."""

    NONE = "the canvas is new on the page and has sent nothing"
    CURRENT = "drawn on the marks that are there: it is what they become"
    BEHIND = "drawn before something else changed the marks: what is new in it is added"
    LATE = "drawn on the version before, while the page drew the next: what is new in it is added"
    LOST = "drawn on an older version: it is left aside"


@dataclass(frozen=True)
class Version:
    """The canvas as the page once drew it.

    Attributes:
        number: 0 for a canvas that has not been drawn yet.
        width: the canvas' width in pixels.
        marks: what was drawn on it, as the history writes it down.
        taken: how many marks that somebody drew on it since have been taken over.
    """

    number: int = 0
    width: int = 0
    marks: list[dict[str, Any]] = field(default_factory=list)
    taken: int = 0

    @property
    def paper(self) -> str:
        """The background that says the version's number."""
        return PAPER.format(self.number % MOST)

    def read(self, sent: object, size: tuple[int, int]) -> Reading:
        """The marks of a drawing that was made on it, over a picture of ``size``."""
        known = Prompts.model_validate({"version": 1, "marks": self.marks}).marks
        return fabric.read(sent, Sheet.over(size, self.width), known)


@dataclass(frozen=True)
class View:
    """What the page knows of one canvas.

    Attributes:
        now, before: its version, and the one before, of which a drawing may still be on its way.
        figures: the current version in the component's form.
        seen: the marks that were there when the page last looked.
        editing: whether marks can be moved and reshaped on it.
        notices: sentences for the visitor that have not been shown yet.
    """

    now: Version = Version()
    before: Version = Version()
    figures: dict[str, Any] = field(default_factory=dict)
    seen: list[dict[str, Any]] = field(default_factory=list)
    editing: bool = False
    notices: tuple[str, ...] = ()

    def standing(self, sent: object, past: History) -> Standing:
        """How a drawing stands to the marks of a history."""
        if sent is None:
            return Standing.NONE
        match = _PAPER.fullmatch(str(sent.get("background"))) if isinstance(sent, dict) else None
        number = int(match[1]) if match else self.now.number % MOST
        if number == self.now.number % MOST:
            return Standing.CURRENT if self.seen == past["marks"] else Standing.BEHIND
        return Standing.LATE if self.before.number and number == self.before.number % MOST else Standing.LOST


def updated(view: View, past: History, sent: object, size: tuple[int, int], *, width: int, editing: bool) -> View:
    """Bring what was drawn since the last run into the history, and the canvas up to date with the history.

    Args:
        view: what was known of the canvas.
        past: the history of the picture's marks; it changes.
        sent: what the canvas sent last.
        size: the picture's width and height.
        width: the width that the canvas should have.
        editing: whether marks are to be moved and reshaped.
    """
    standing = view.standing(sent, past)
    stale = view.seen != past["marks"]
    view, redraw = _received(view, past, sent, size, standing)
    if standing is Standing.NONE:
        redraw = view.now.marks != past["marks"]
    if stale or redraw or (view.editing, view.now.width, bool(view.now.number)) != (editing, width, True):
        view = _redrawn(view, past, Sheet.over(size, width), editing=editing)
    return replace(view, seen=past["marks"], editing=editing)


def _received(view: View, past: History, sent: object, size: tuple[int, int], standing: Standing) -> tuple[View, bool]:
    """Take a drawing over; the view then, and whether the canvas must be drawn anew."""
    try:
        match standing:
            case Standing.CURRENT:
                return _taken(view, past, view.now.read(sent, size))
            case Standing.BEHIND:
                now, changed = _added(view.now, past, view.now.read(sent, size))
                return replace(view, now=now), changed
            case Standing.LATE:
                before, changed = _added(view.before, past, view.before.read(sent, size))
                return replace(view, before=before), changed
    except PromptError as error:
        return replace(view, notices=(*view.notices, str(error))), standing is not Standing.LATE
    return view, False


def _taken(view: View, past: History, reading: Reading) -> tuple[View, bool]:
    """Let the marks be what was read."""
    history.draw(past, Prompts(marks=reading.marks))
    view = replace(view, now=replace(view.now, taken=len(reading.fresh)), notices=(*view.notices, *reading.refused))
    return view, bool(reading.refused) or any(redraws(ink) for ink in (*reading.fresh, *reading.strays))


def _added(version: Version, past: History, reading: Reading) -> tuple[Version, bool]:
    """Add the marks that are new since the last drawing on that version, and nothing else."""
    fresh = reading.marks[len(reading.marks) - len(reading.fresh) :][version.taken :]
    changed = history.draw(past, Prompts(marks=(*history.prompts(past).marks, *fresh)))
    return replace(version, taken=max(version.taken, len(reading.fresh))), changed


def _redrawn(view: View, past: History, sheet: Sheet, *, editing: bool) -> View:
    now = Version(view.now.number + 1, sheet.width, past["marks"])
    marks = history.prompts(past).marks
    figures = drawn("figures", marks, (sheet, editing), lambda: writing.write(marks, sheet, editing=editing))
    return replace(view, now=now, before=view.now, figures=figures)


def redraws(ink: Ink) -> bool:
    """Whether a mark looks otherwise while it is drawn than it does later: the canvas is then drawn anew after it."""
    return ink.operation != "add" or (ink.tool in TOOLS and TOOLS[ink.tool].shape in {"oval", "loop"})
