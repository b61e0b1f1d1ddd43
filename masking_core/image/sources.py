"""What can be opened: its name, made harmless, and its bytes."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import PIL.Image

from masking_core.errors import ImageError
from masking_core.image.limits import Limits

Source = bytes | str | os.PathLike[str] | PIL.Image.Image
"""The bytes of a file, its path, or a picture opened or made with Pillow."""

NAMELESS = "picture"

_LONGEST_NAME, _LONGEST_SUFFIX = 100, 10
_UNSEEN = (
    "Cc",
    "Cf",
    "Cs",
    "Zl",
    "Zp",
)  # controls, formats (bidirectional marks too), surrogates, line ends


def safe_name(name: str) -> str:
    """A file name as it may be shown and saved: no folders, no unseen characters, at most 100 characters, never empty.

    Characters are normalised (NFC); the suffix survives shortening; names of dots alone become "picture".
    """
    base = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    seen = "".join(character for character in base if unicodedata.category(character) not in _UNSEEN).strip()
    stem, suffix = os.path.splitext(seen)
    if len(suffix) <= _LONGEST_SUFFIX:
        seen = stem[: _LONGEST_NAME - len(suffix)].rstrip() + suffix
    return seen[:_LONGEST_NAME].rstrip() if seen.strip(". ") else NAMELESS


def name_of(source: Source, name: str | None = None) -> str:
    """``name`` made safe, or the name of the file or of a picture that knows its file, else "picture".

    Raises :class:`ImageError` (unsupported) if the source is of none of the types that can be opened.
    """
    if not isinstance(source, bytes | str | os.PathLike | PIL.Image.Image):
        given = type(source).__name__
        raise ImageError(
            "unsupported", f"Pictures are opened from bytes, a path or a Pillow picture; {given} was given."
        )
    if name or isinstance(source, bytes):
        return safe_name(name or "")
    return safe_name(os.fsdecode(getattr(source, "filename", "") if isinstance(source, PIL.Image.Image) else source))


def subject_of(name: str) -> str:
    """How a sentence about the picture begins."""
    return "The picture" if name == NAMELESS else name


def bytes_of(source: bytes | str | os.PathLike[str], subject: str, limits: Limits) -> bytes:
    """The bytes of a file, no more than ``limits`` allow. Raises :class:`ImageError` (not-found, too-many-bytes)."""
    if isinstance(source, bytes):
        return source
    path = Path(source)
    try:
        if path.is_file():  # a pipe or a device might never end
            limits.check_bytes(subject, path.stat().st_size)
            return path.read_bytes()
    except OSError as error:
        raise ImageError("not-found", f"{subject} cannot be read: {error.strerror}.") from error
    raise ImageError("not-found", f"{subject} cannot be found, or is not a file.")
