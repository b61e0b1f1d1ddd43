"""Where pictures are read and results written: files, members of a ZIP, and addresses that fsspec knows."""

import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from typing import IO, Any
from uuid import uuid4

from masking_core.errors import ImageError, ParameterError
from masking_core.image.limits import Limits
from masking_core.image.sources import bytes_of

PART = ".part"
"""How the name of a file that is still being written ends; it begins with a dot."""
METHODS_OF_ZIP = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Python's reader does not bound what the others inflate to."""


@dataclass(frozen=True, order=True)
class Place:
    """A file: an absolute path, an address such as ``s3://bucket/a.jpg``, or the ``member`` of a ZIP at one of them."""

    path: str
    member: str = ""

    @property
    def name(self) -> str:
        """The last part of its path."""
        return PurePosixPath(self.member).name if self.member else self.path.rstrip("/").rsplit("/", 1)[-1]

    def __str__(self) -> str:
        return f"{self.path}/{self.member}" if self.member else self.path


def is_address(path: str) -> bool:
    """Whether ``path`` is an address for fsspec and no path of this machine."""
    return "://" in path


def file_system(address: str) -> tuple[Any, str]:
    """The fsspec file system of an address, and the path there.

    Raises:
        ParameterError: fsspec is not installed, or knows no such address.
    """
    try:
        from fsspec.core import url_to_fs  # noqa: PLC0415  (needed for addresses only)
    except ImportError:
        raise ParameterError(
            f"{address}: addresses need the extra cluster: pip install masking-studio[cluster]."
        ) from None
    try:
        fs, path = url_to_fs(address)
    except (ImportError, ValueError) as error:
        raise ParameterError(f"{address} is no address that can be read: {error}.") from None
    return fs, path


def read(place: Place, limits: Limits) -> bytes:
    """The bytes at a place, no more than ``limits`` allow.

    Raises:
        ImageError: there is nothing, it cannot be read, or it is too large.
    """
    if place.member:
        with _opened(place.path) as file:
            return _member(file, place, limits)
    if not is_address(place.path):
        return bytes_of(place.path, place.name, limits)
    with _one_sentence(place):
        fs, path = file_system(place.path)
        limits.check_bytes(place.name, int(fs.size(path) or 0))
        return bytes(fs.cat_file(path))


def write(path: str, data: bytes) -> None:
    """Write a file whole or not at all: under another name first, then renamed; folders are made.

    Raises:
        OSError: the file system refuses; its ``filename`` is ``path``.
    """
    if is_address(path):
        fs, inner = file_system(path)
        folder, _, name = inner.rpartition("/")
        fs.makedirs(folder, exist_ok=True)
        hidden = f"{folder}/.{name}.{uuid4().hex}{PART}"
        fs.pipe_file(hidden, data)
        fs.mv(hidden, inner)
        return
    target = Path(path)
    hidden_file = target.with_name(f".{target.name}.{uuid4().hex}{PART}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        hidden_file.write_bytes(data)
        os.replace(hidden_file, target)
    except OSError as error:
        hidden_file.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, path) from error


def is_there(path: str) -> bool:
    """Whether there is a file."""
    if is_address(path):
        fs, inner = file_system(path)
        return bool(fs.exists(inner))
    return os.path.lexists(path)


def digest(*parts: bytes) -> str:
    """32 hexadecimal digits of BLAKE2b over byte strings and their lengths."""
    state = blake2b(digest_size=16)
    for part in parts:
        state.update(len(part).to_bytes(8, "little"))
        state.update(part)
    return state.hexdigest()


def digest_of(path: str) -> str:
    """The digest of a file's bytes; empty where there is none."""
    if is_address(path):
        fs, inner = file_system(path)
        return digest(fs.cat_file(inner)) if fs.exists(inner) else ""
    try:
        return digest(Path(path).read_bytes())
    except OSError:
        return ""


def sweep_parts(folder: str) -> None:
    """Remove what was being written into a folder of this machine when a batch was killed."""
    if is_address(folder):
        return
    for path in Path(folder).rglob(f".*{PART}"):
        path.unlink(missing_ok=True)


@contextmanager
def _opened(path: str) -> Iterator[IO[bytes]]:
    place = Place(path)
    with _one_sentence(place):
        if is_address(path):
            fs, inner = file_system(path)
            file: IO[bytes] = fs.open(inner, "rb")
        else:
            file = open(path, "rb")  # noqa: SIM115  (closed below)
    with file:
        yield file


def members(path: str) -> list[str]:
    """The names of the files in a ZIP, sorted; hidden ones and folders are left out.

    Raises:
        ParameterError: it is no ZIP, damaged, or a name in it leads out of the folder it is unpacked to.
    """
    with _opened(path) as file:
        try:
            names = [entry.filename for entry in zipfile.ZipFile(file).infolist() if not entry.is_dir()]
        except zipfile.BadZipFile as error:
            raise ParameterError(f"{Place(path).name} is not a ZIP file, or it is damaged: {error}.") from None
    for name in names:
        if "\\" in name or name.startswith("/") or ".." in PurePosixPath(name).parts:
            raise ParameterError(f"{Place(path).name} holds {name!r}, which leads out of its folder.")
    return sorted(name for name in names if not is_hidden(name))


def is_hidden(name: str) -> bool:
    """Whether a part of a relative path is hidden, as what systems leave behind is (``.DS_Store``, ``__MACOSX``)."""
    return any(part.startswith(".") or part == "__MACOSX" for part in PurePosixPath(name).parts)


def _member(file: IO[bytes], place: Place, limits: Limits) -> bytes:
    name, most = place.name, int(limits.max_megabytes * 1e6)
    try:
        archive = zipfile.ZipFile(file)
        entry = archive.getinfo(place.member)
        if entry.compress_type not in METHODS_OF_ZIP:
            raise ImageError("unsupported", f"{name} is compressed in a way that is not read: use stored or deflated.")
        limits.check_bytes(name, entry.file_size)
        with archive.open(entry) as stream:
            data = stream.read(most + 1)  # what the directory says of a size may be wrong
    except ImageError:
        raise
    except Exception as error:  # zlib, struct, RuntimeError for a password: no list of a reader's errors is complete
        raise ImageError("damaged", f"{name} cannot be read from {Place(place.path).name}: {error}.") from None
    limits.check_bytes(name, len(data))
    return data


@contextmanager
def _one_sentence(place: Place) -> Iterator[None]:
    """Stores fail in their own ways; here it is always that the place cannot be read."""
    try:
        yield
    except (ImageError, ParameterError):
        raise
    except Exception as error:
        raise ImageError("not-found", f"{place.name} cannot be read: {error}.") from error
