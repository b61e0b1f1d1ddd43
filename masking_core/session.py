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

import numpy as np
from pydantic import BeforeValidator, Field

from masking_core import export
from masking_core.arrays import Picture
from masking_core.errors import ImageError, MaskingError, SessionError
from masking_core.export.formats import FORMATS
from masking_core.export.options import PLAIN
from masking_core.image import Stack
from masking_core.image.levels import AUTOMATIC, Levels
from masking_core.image.limits import in_force
from masking_core.image.sources import bytes_of
from masking_core.parameters import Declared
from masking_core.progress import report, within
from masking_core.prompts import Prompts
from masking_core.prompts.prompts import MAX_BYTES
from masking_core.recipe import Recipe
from masking_core.result import Result
from masking_core.strict import brief

MAX_ENTRIES = 16

DOCUMENT, PICTURE, MASK, MASKS = "session.json", "picture", "mask.png", "masks.tif"
"""The files in a session; the mask is one picture, or the pages of a TIFF where the picture has several slices."""


def _prompts(value: object) -> Prompts:
    return Prompts.from_json(json.dumps(value))


class _Document(Declared):
    """What ``session.json`` says."""

    version: Literal[1] = 1
    name: Annotated[str, Field(max_length=200)]
    digest: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    recipe: Recipe
    slices: Annotated[
        tuple[Annotated[Prompts, BeforeValidator(_prompts)], ...], Field(strict=False, min_length=1, max_length=10_000)
    ]
    levels: Levels = AUTOMATIC
    uncut: Annotated[dict[str, str], Field(default_factory=dict)]
    """Why a slice has no mask, by its number from 1."""


@dataclass(frozen=True)
class Session:
    """A picture, its marks and a recipe: everything that leads to a mask again.

    Attributes:
        recipe: how the picture is cut.
        slices: the marks on every slice; one entry for a single picture.
        name: the picture's name.
        digest: of the picture's pixels, see :attr:`masking_core.Stack.digest`.
        picture: the picture's file as it was opened; None in a session that was saved without it.
        levels: over which values a picture of more than eight bits is shown.
    """

    recipe: Recipe
    slices: tuple[Prompts, ...]
    name: str
    digest: str
    picture: bytes | None
    levels: Levels = AUTOMATIC

    @classmethod
    def of(
        cls, picture: bytes, name: str, recipe: Recipe, slices: tuple[Prompts, ...], levels: Levels = AUTOMATIC
    ) -> "Session":
        """The session of a picture's file.

        Raises:
            ImageError: the file cannot be opened.
            SessionError: there are other than one set of marks for every slice.
        """
        stack = Stack.open(picture, name=name, levels=levels)
        if len(slices) != len(stack):
            raise SessionError(f"slices must be {len(stack)} sets of marks, one a slice; {len(slices)} were given.")
        return cls(recipe, slices, stack.name, stack.digest, picture, levels)

    @classmethod
    def open(cls, source: bytes | str | PathLike[str]) -> "Session":
        """Read what :meth:`save` wrote.

        Raises:
            SessionError: it is not a session, damaged, or too large; or its picture has other slices than it has marks.
            ImageError: the file, or the picture in it, cannot be opened.

        >>> from masking_core import KMeans, Prompts, export
        >>> from masking_core.samples import sample
        >>> picture = export.png(sample("coins").rgb)
        >>> session = Session.of(picture, "coins.png", Recipe(method=KMeans()), (Prompts(),))
        >>> Session.open(session.save()) == session
        True
        """
        try:
            file = BytesIO(bytes_of(source, "The session", in_force()))
        except ImageError as error:
            raise SessionError(str(error)) from None
        with _one_sentence(), zipfile.ZipFile(file) as archive:
            text, picture = _members(archive)
        try:
            document = _Document.model_validate(json.loads(text, parse_constant=_refuse))
        except (ValueError, RecursionError, MaskingError) as error:
            raise SessionError(f"This session cannot be read: {error}") from None
        opened = cls(document.recipe, document.slices, document.name, document.digest, picture, document.levels)
        if picture is not None:
            opened._check(opened.stack)
        return opened

    def save(self, *, with_picture: bool = True) -> bytes:
        """The session as a file, with the mask of every slice; the same bytes whenever it is saved.

        A slice that cannot be cut, for want of marks for instance, is saved all the same: its mask is black, and the
        file says why.
        """
        masks, uncut = self._masks() if self.picture is not None else ([], {})
        document = {
            "version": 1,
            "name": self.name,
            "digest": self.digest,
            "recipe": json.loads(self.recipe.to_json()),
            "slices": [json.loads(prompts.to_json()) for prompts in self.slices],
            "levels": json.loads(self.levels.model_dump_json()),
            "uncut": uncut,
        }
        files = [(DOCUMENT, json.dumps(document, indent=1).encode())]
        if self.picture is not None and with_picture:
            files.append((PICTURE, self.picture))
        if len(masks) == 1:
            files.append((MASK, export.png(masks[0])))
        elif masks:
            files.append((MASKS, FORMATS["tiff"].write(masks, PLAIN)))
        return export.zipped(files)

    def _masks(self) -> tuple[list[Picture], dict[str, str]]:
        """The mask of every slice, and why some could not be cut."""
        masks, uncut = [], {}
        for index, image in enumerate(self.stack):
            report(index / len(self.stack), f"Slice {index + 1} of {len(self.stack)}")
            try:
                with within(index / len(self.stack), 1 / len(self.stack)):
                    masks.append(self.run(index).mask)
            except MaskingError as error:
                uncut[str(index + 1)] = str(error)
                masks.append(np.zeros(image.rgb.shape[:2], np.uint8))
        return masks, uncut

    def with_picture(self, picture: bytes) -> "Session":
        """The session with the picture that it was saved without.

        Raises:
            ImageError: the file cannot be opened.
            SessionError: it is another picture.
        """
        stack = Stack.open(picture, name=self.name, levels=self.levels)
        if stack.digest != self.digest:
            raise SessionError(f"This session belongs to another picture: {self.name} with digest {self.digest[:8]}….")
        self._check(stack)
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
        stack = Stack.open(self.picture, name=self.name, levels=self.levels)
        if stack.digest != self.digest:
            raise SessionError(f"The picture in this session is not the one it was saved with: {self.name}.")
        return stack

    def _check(self, stack: Stack) -> None:
        if len(self.slices) != len(stack):
            raise SessionError(
                f"This session has marks for {len(self.slices)} slices, and its picture has {len(stack)}: {self.name}."
            )

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
    picture = _read(archive, entries[PICTURE], int(in_force().max_megabytes * 1e6)) if PICTURE in entries else None
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
