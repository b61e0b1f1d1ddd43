"""A saved piece of work: one ``.mask.zip`` with the picture, the marks on every slice, the recipe and the mask."""

import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from io import BytesIO
from os import PathLike
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from masking_core import export
from masking_core.errors import MaskingError, SessionError
from masking_core.image import Stack
from masking_core.parameters import Declared
from masking_core.prompts import Prompts
from masking_core.prompts.prompts import MAX_BYTES
from masking_core.recipe import Recipe
from masking_core.result import Result
from masking_core.strict import brief

MAX_ENTRIES = 16
MAX_PICTURE = 200_000_000
"""Bytes of the picture's file that a session may hold."""

DOCUMENT, PICTURE, MASK = "session.json", "picture", "mask.png"


def _prompts(value: object) -> Prompts:
    return value if isinstance(value, Prompts) else Prompts.from_json(json.dumps(value))


class _Document(Declared):
    """What ``session.json`` says."""

    version: Literal[1] = 1
    name: Annotated[str, Field(max_length=200)]
    digest: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    recipe: Recipe
    slices: Annotated[
        tuple[Annotated[Prompts, BeforeValidator(_prompts)], ...], Field(strict=False, min_length=1, max_length=10_000)
    ]


@dataclass(frozen=True)
class Session:
    """A picture, its marks and a recipe: everything that leads to a mask again.

    Attributes:
        recipe: how the picture is cut.
        slices: the marks on every slice; one entry for a single picture.
        name: the picture's name.
        digest: of the picture's pixels, see :attr:`masking_core.Stack.digest`.
        picture: the picture's file as it was opened; None in a session that was saved without it.
    """

    recipe: Recipe
    slices: tuple[Prompts, ...]
    name: str
    digest: str
    picture: bytes | None

    @classmethod
    def of(cls, picture: bytes, name: str, recipe: Recipe, slices: tuple[Prompts, ...]) -> "Session":
        """The session of a picture's file.

        Raises:
            ImageError: the file cannot be opened.
            SessionError: there are other than one set of marks for every slice.
        """
        stack = Stack.open(picture, name=name)
        if len(slices) != len(stack):
            raise SessionError(f"slices must be {len(stack)} sets of marks, one a slice; {len(slices)} were given.")
        return cls(recipe, slices, stack.name, stack.digest, picture)

    @classmethod
    def open(cls, source: bytes | str | PathLike[str]) -> "Session":
        """Read what :meth:`save` wrote.

        Raises:
            SessionError: it is not a session, damaged, or too large.

        >>> from masking_core import KMeans, Prompts, export
        >>> from masking_core.samples import sample
        >>> picture = export.png(sample("coins").rgb)
        >>> session = Session.of(picture, "coins.png", Recipe(method=KMeans()), (Prompts(),))
        >>> Session.open(session.save()) == session
        True
        """
        file = BytesIO(source) if isinstance(source, bytes) else source
        with _one_sentence(), zipfile.ZipFile(file) as archive:
            text, picture = _members(archive)
        try:
            document = _Document.model_validate(json.loads(text, parse_constant=_refuse))
        except (ValueError, RecursionError, MaskingError) as error:
            raise SessionError(f"This session cannot be read: {error}") from None
        return cls(document.recipe, document.slices, document.name, document.digest, picture)

    def save(self, *, with_picture: bool = True) -> bytes:
        """The session as a file, with the mask of every slice; the same bytes whenever it is saved.

        Raises:
            MaskingError: the recipe does not run, see :meth:`masking_core.Recipe.run`.
        """
        document = {
            "version": 1,
            "name": self.name,
            "digest": self.digest,
            "recipe": json.loads(self.recipe.to_json()),
            "slices": [json.loads(prompts.to_json()) for prompts in self.slices],
        }
        files = [(DOCUMENT, json.dumps(document, indent=1).encode())]
        if self.picture is not None and with_picture:
            files.append((PICTURE, self.picture))
        if self.picture is not None:
            files.append((MASK, export.png(self.run().mask)))
        return export.zipped(files)

    def with_picture(self, picture: bytes) -> "Session":
        """The session with the picture that it was saved without.

        Raises:
            ImageError: the file cannot be opened.
            SessionError: it is another picture.
        """
        if Stack.open(picture, name=self.name).digest != self.digest:
            raise SessionError(f"This session belongs to another picture: {self.name} with digest {self.digest[:8]}….")
        return replace(self, picture=picture)

    @cached_property
    def stack(self) -> Stack:
        """The picture's slices.

        Raises:
            SessionError: the session was saved without its picture.
            ImageError: the picture cannot be opened.
        """
        if self.picture is None:
            raise SessionError(f"This session was saved without its picture: give it {self.name} first.")
        stack = Stack.open(self.picture, name=self.name)
        if stack.digest != self.digest:
            raise SessionError(f"The picture in this session is not the one it was saved with: {self.name}.")
        return stack

    def run(self, slice: int = 0) -> Result:
        """The result on one slice, as the studio shows it.

        Raises:
            SessionError: there is no picture, or no such slice.
            MaskingError: see :meth:`masking_core.Recipe.run`.
        """
        if not 0 <= slice < len(self.stack):
            raise SessionError(f"slice must be a number from 0 to {len(self.stack) - 1}; {slice} was given.")
        return self.recipe.run(self.stack[slice], self.slices[slice])


@contextmanager
def _one_sentence() -> Iterator[None]:
    """Readers of ZIPs and of what is packed in them complain in a dozen ways; here the file is always at fault.

    Wrap nothing but reading with it: a mistake of our own would pass for a damaged file.
    """
    try:
        yield
    except SessionError:
        raise
    except Exception as error:
        reason = brief(str(error).rstrip("."), 150)
        raise SessionError(f"This is not a saved session, or it is damaged: {reason}.") from error


def _members(archive: zipfile.ZipFile) -> tuple[bytes, bytes | None]:
    """The document and, where it is there, the picture."""
    entries = {entry.filename: entry for entry in archive.infolist()[: MAX_ENTRIES + 1]}
    if len(entries) > MAX_ENTRIES or DOCUMENT not in entries:
        raise SessionError("This is not a saved session: this ZIP was not saved by the studio.")
    picture = _read(archive, entries[PICTURE], MAX_PICTURE) if PICTURE in entries else None
    return _read(archive, entries[DOCUMENT], MAX_BYTES), picture


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> bytes:
    # Other methods are inflated without a bound: a file of 1.5 KB would take 1.9 GB.
    if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise SessionError(f"{entry.filename} in this session is packed in a way that is not opened.")
    # What the directory says of a size may be wrong, so that reading stops by itself.
    with archive.open(entry) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise SessionError(f"{entry.filename} in this session is larger than {limit / 1e6:g} MB.")
    return data


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number.")
