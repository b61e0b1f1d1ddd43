"""What can go wrong, in one sentence each, ready to be shown to a user."""

from __future__ import annotations

from typing import Literal

ImageErrorCode = Literal[
    "not-an-image",
    "damaged",
    "too-many-pixels",
    "too-many-bytes",
    "unsupported",
    "empty",
    "not-found",
    "timed-out",
]


LONGEST = 300
"""Letters of a sentence: what is quoted in it may be of any length."""


class MaskingError(Exception):
    """Base of every error this library raises on purpose; ``str(error)`` is one sentence for the user."""

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence if len(sentence) <= LONGEST else sentence[: LONGEST - 1] + "…")


class ImageError(MaskingError):
    """A picture that cannot be opened.

    ``code`` says why, from the closed list :data:`ImageErrorCode`, so that a program need not read the sentence.
    """

    def __init__(self, code: ImageErrorCode, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code

    def __reduce__(self) -> tuple[type[ImageError], tuple[ImageErrorCode, str]]:
        return type(self), (self.code, str(self))  # an exception is else made again from its sentence alone


class ParameterError(MaskingError):
    """A parameter outside its declaration; the sentence names it, what is allowed and what was given."""


class PromptError(MaskingError):
    """Marks that cannot be read, or that a method cannot work with (missing, contradicting, outside the picture)."""


class SessionError(MaskingError):
    """A session file that cannot be opened."""


class ModelError(MaskingError):
    """A trained network whose file is missing, is another file than the one that is meant, or cannot be run."""


class OutputError(MaskingError):
    """A file that cannot be written."""


class Cancelled(Exception):
    """The computation was superseded and has stopped.

    It is no :class:`MaskingError`, and says nothing to a user: whoever turns errors into sentences, or into gaps, must
    not take a computation that nobody wants any more for one that failed.
    """
