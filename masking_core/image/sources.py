"""What can be opened: its name, made harmless, and its bytes."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path
from typing import IO, Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from masking_core.errors import ImageError
from masking_core.image.limits import Limits

Source = bytes | str | os.PathLike[str] | IO[bytes] | PIL.Image.Image | NDArray[Any]
"""The bytes of a file, its path, an open file, a picture opened or made with Pillow, or an array of pixels."""

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
    known = isinstance(source, bytes | bytearray | memoryview | str | os.PathLike | PIL.Image.Image | np.ndarray)
    if not known and not callable(getattr(source, "read", None)):
        given = type(source).__name__
        raise ImageError(
            "unsupported",
            f"Pictures are opened from a path, bytes, an open file, a Pillow picture or an array; {given} was given.",
        )
    if name:
        return safe_name(name)
    if isinstance(source, str | os.PathLike):
        return safe_name(os.fsdecode(source))
    own = getattr(source, "filename", "") or getattr(source, "name", "")
    return safe_name(os.fsdecode(own) if isinstance(own, str | bytes | os.PathLike) else "")


def subject_of(name: str) -> str:
    """How a sentence about the picture begins."""
    return "The picture" if name == NAMELESS else name


def bytes_of(source: bytes | str | os.PathLike[str] | IO[bytes], subject: str, limits: Limits) -> bytes:
    """The bytes of a file, no more than ``limits`` allow. Raises :class:`ImageError` (not-found, too-many-bytes)."""
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source)
    if not isinstance(source, str | os.PathLike):
        return _read(source, subject, limits)
    path = Path(source)
    try:
        if path.is_file():  # a pipe or a device might never end
            limits.check_bytes(subject, path.stat().st_size)
            return path.read_bytes()
        folder = path.is_dir()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is not allowed"
        raise ImageError("not-found", f"{subject} cannot be read: {reason}.") from error
    if folder:
        raise ImageError("not-found", f"{subject} is a folder; the file of a picture is needed.")
    raise ImageError("not-found", f"{subject} cannot be found, or is not a file.")


def _read(file: IO[bytes], subject: str, limits: Limits) -> bytes:
    """The rest of an open file."""
    data = file.read(int(limits.max_megabytes * 1e6) + 1)
    if not isinstance(data, bytes):
        raise ImageError("unsupported", f"{subject} is a file opened as text; open it as binary.")
    limits.check_bytes(subject, len(data))
    return data
