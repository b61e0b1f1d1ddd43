"""Which pictures are meant by files, folders, globs, ZIPs and addresses."""

import glob
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from masking_core.batch import places
from masking_core.batch.marks import FILES
from masking_core.batch.places import Place
from masking_core.errors import ParameterError

SUFFIXES = frozenset(
    {".png", ".apng", ".jpg", ".jpeg", ".jpe", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".avif", ".heic", ".heif"}
)
"""What is looked for in folders and ZIPs; a file that is named itself may be called anything."""
WILD = "*?["


@dataclass(frozen=True)
class Picture:
    """A picture that was found: where it is, and its path below the folder or ZIP that was given."""

    place: Place
    name: str

    @property
    def stem(self) -> str:
        """Its path without the suffix."""
        return str(PurePosixPath(self.name).with_suffix(""))


@dataclass(frozen=True)
class Files:
    """The pictures that were meant, in order, and every file beside them by its place."""

    pictures: tuple[Picture, ...]
    others: frozenset[Place]


def pictures_of(inputs: Sequence[str], *, out: str = "") -> Files:
    """Find the pictures that are meant, each once.

    Args:
        inputs: files, folders (with all below them), globs (``**`` reaches into folders), ZIPs and addresses.
        out: a folder in which nothing is looked for: results are no pictures to be cut.

    Raises:
        ParameterError: something is not there, ``out`` is one of the folders, or a ZIP cannot be read.
    """
    if out and any(os.path.abspath(text) == out for text in inputs):
        raise ParameterError(f"{out} is read and cannot be the output folder: give another.")
    pictures: dict[Place, Picture] = {}
    others: set[Place] = set()
    for text in inputs:
        for place, name, named in _files(text):
            if out and not named and _below(place.path, out):
                continue
            if named or _is_picture(name):
                pictures.setdefault(place, Picture(place, name))
            else:
                others.add(place)
    return Files(tuple(pictures.values()), frozenset(others))


def by_stem(folder: str, what: str) -> dict[str, Place]:
    """The files of a folder, a ZIP or an address, by their path in it without the suffix.

    Raises:
        ParameterError: it is not there, or two files differ in their suffix only.
    """
    found: dict[str, Place] = {}
    for place, name, _ in _files(folder):
        stem = str(PurePosixPath(name).with_suffix(""))
        if stem in found:
            raise ParameterError(f"{what} has two files of one name, {found[stem].name} and {place.name}: keep one.")
        found[stem] = place
    return found


def beside(picture: Picture, others: frozenset[Place]) -> list[tuple[str, Place]]:
    """The files with marks beside ``a.jpg``: ``a.json``, ``a.trimap.png``, ``a.mask.png`` or ``a.seeds.png``."""
    path = PurePosixPath(picture.place.member or picture.place.path)
    found = []
    for kind in FILES:
        name = str(path.with_name(path.stem + (".json" if kind == "prompts" else f".{kind}.png")))
        place = Place(picture.place.path, name) if picture.place.member else Place(name)
        if place in others or (not place.member and not places.is_address(name) and os.path.isfile(name)):
            found.append((kind, place))
    return found


def _is_picture(name: str) -> bool:
    suffixes = PurePosixPath(name).suffixes[-2:]
    marks = len(suffixes) == 2 and suffixes[0][1:] in FILES
    return bool(suffixes) and suffixes[-1].lower() in SUFFIXES and not marks


def _files(text: str) -> Iterator[tuple[Place, str, bool]]:
    """Every file that is meant: its place, its path below what was given, and whether it was named itself."""
    if places.is_address(text):
        yield from _remote(text)
        return
    path = Path(text)
    if path.is_dir():
        yield from ((Place(str(file)), name, False) for file, name in _walk(path.absolute()))
    elif path.is_file() and path.suffix.lower() == ".zip":
        archive = str(path.absolute())
        yield from ((Place(archive, name), name, False) for name in places.members(archive))
    elif path.is_file():
        yield Place(str(path.absolute())), path.name, True
    elif any(sign in text for sign in WILD):
        yield from _globbed(text)
    else:
        raise ParameterError(f"{text} is not there: give files, folders, globs or ZIPs.")


def _walk(folder: Path) -> Iterator[tuple[Path, str]]:
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not places.is_hidden(name))
        for name in sorted(names):
            file = Path(root) / name
            if not places.is_hidden(name):
                yield file, file.relative_to(folder).as_posix()


def _globbed(text: str) -> Iterator[tuple[Place, str, bool]]:
    parts = Path(text).parts
    fixed = next(index for index, part in enumerate(parts) if any(sign in part for sign in WILD))
    root = Path(*parts[:fixed]).absolute()
    found = sorted(path for path in glob.glob(text, recursive=True) if os.path.isfile(path))
    if not found:
        raise ParameterError(f"{text} matches no file.")
    for path in found:
        absolute = Path(path).absolute()
        yield Place(str(absolute)), absolute.relative_to(root).as_posix(), False


def _remote(address: str) -> Iterator[tuple[Place, str, bool]]:
    fs, root = places.file_system(address)
    if address.lower().endswith(".zip"):
        yield from ((Place(address, name), name, False) for name in places.members(address))
        return
    if any(sign in address for sign in "*["):
        matches: Iterable[str] = fs.glob(root)
        root = root[: min(root.index(sign) for sign in "*[" if sign in root)].rpartition("/")[0]
    elif fs.isdir(root):
        matches = fs.find(root)
    elif fs.exists(root):
        yield Place(address), root.rpartition("/")[2], True
        return
    else:
        raise ParameterError(f"{address} is not there.")
    for path in sorted(matches):
        name = path[len(root) :].lstrip("/")
        if not places.is_hidden(name):
            yield Place(str(fs.unstrip_protocol(path))), name, False


def _below(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip("/") + "/")
