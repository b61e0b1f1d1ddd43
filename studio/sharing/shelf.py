"""Where visitors' work is kept: documents under secret keys, and files by their digest, at any address of ``fsspec``.

What is written is there whole or not at all. Keys are never written down: a document is found by the digest of its key.
"""

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from threading import Lock
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from masking_core.errors import OutputError

MOST_WORKS = 200
"""Pieces of work that are kept; beyond, those that were saved longest ago go."""
MOST_BYTES = 300_000_000
"""Of all files of one piece of work."""
OLDEST = 30 * 86_400.0
"""Seconds that a piece of work is kept without being saved anew."""
YOUNG = 3_600.0
"""Seconds that a file is kept for a document that may be on its way."""


@dataclass(frozen=True)
class Work:
    """A piece of work: the plain ``document``, and the files it speaks of by digest."""

    document: Mapping[str, Any]
    files: Mapping[str, bytes]


class Shelf:
    """A folder of works; ``address`` is a path or a URL that fsspec knows."""

    def __init__(self, address: str) -> None:
        self._system, self._root = fsspec.core.url_to_fs(address)
        self._writing = Lock()

    def put(self, key: str, work: Work) -> None:
        """Keep a piece of work under its key, in place of what was there.

        Raises:
            OutputError: it is too large, or there is no room for it.
        """
        size = sum(map(len, work.files.values()))
        if size > MOST_BYTES:
            most = f"{MOST_BYTES / 1e6:g}"
            raise OutputError(f"Your pictures are {size / 1e6:,.0f} MB together, and up to {most} MB are kept.")
        with self._writing:
            for digest, data in work.files.items():
                if not self._system.exists(self._file(digest)):
                    self._write(self._file(digest), data)
            self._write(self._document(key), json.dumps(work.document).encode())

    def get(self, key: str) -> Work | None:
        """What is kept under ``key``; None if nothing is, or its files are gone."""
        document = self._read(self._document(key))
        if document is None:
            return None
        found = json.loads(document)
        files = {digest: self._read(self._file(digest)) for digest in found["files"]}
        whole = {digest: data for digest, data in files.items() if data is not None}
        return Work(found, whole) if len(whole) == len(files) else None

    def owner(self, key: str) -> str:
        """Which tab saved the work under ``key`` last; empty if nothing is kept."""
        document = self._read(self._document(key))
        return "" if document is None else str(json.loads(document)["owner"])

    def remove(self, key: str) -> None:
        """Forget what is kept under ``key``, and the files that no other work speaks of."""
        with self._writing:
            document = self._read(self._document(key))
            if document is not None:
                self._system.rm_file(self._document(key))
                self._drop(set(json.loads(document)["files"]) - self._spoken_of())

    def tidy(self) -> None:
        """Forget works that are too old or too many, and files that none speaks of."""
        with self._writing:
            works = sorted(self._listed("works"), key=lambda entry: -_age_key(entry))
            now = time.time()
            for place, entry in enumerate(works):
                if place >= MOST_WORKS or now - _age_key(entry) > OLDEST:
                    self._system.rm_file(entry["name"])
            spoken_of = self._spoken_of()
            files = {entry["name"].rsplit("/", 1)[-1]: entry for entry in self._listed("files")}
            self._drop({digest for digest, entry in files.items() if now - _age_key(entry) > YOUNG} - spoken_of)

    def _spoken_of(self) -> set[str]:
        documents = (self._read(entry["name"]) for entry in self._listed("works") if entry["name"].endswith(".json"))
        return {digest for document in documents if document for digest in json.loads(document)["files"]}

    def _drop(self, digests: set[str]) -> None:
        for digest in digests:
            if self._system.exists(self._file(digest)):
                self._system.rm_file(self._file(digest))

    def _listed(self, folder: str) -> list[dict[str, Any]]:
        try:
            return list(self._system.ls(f"{self._root}/{folder}", detail=True, refresh=True))
        except FileNotFoundError:
            return []

    def _document(self, key: str) -> str:
        return f"{self._root}/works/{blake2b(key.encode(), digest_size=16).hexdigest()}.json"

    def _file(self, digest: str) -> str:
        return f"{self._root}/files/{digest}"

    def _read(self, path: str) -> bytes | None:
        try:
            data: bytes = self._system.cat_file(path)
        except FileNotFoundError:
            return None
        return data

    def _write(self, path: str, data: bytes) -> None:
        beside = f"{path}.{secrets.token_hex(4)}.part"
        try:
            self._system.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
            self._system.pipe_file(beside, data)
            # Renaming replaces what was there at once; other systems write whole files only.
            self._system.mv(beside, path)
        except OSError as error:
            if isinstance(self._system, LocalFileSystem) and self._system.exists(beside):
                self._system.rm_file(beside)
            reason = error.strerror or "the place is not reached"
            raise OutputError(f"Your work could not be saved: {reason}.") from error


def digest_of(data: bytes) -> str:
    """The name of a file: 32 hexadecimal digits of its content."""
    return blake2b(data, digest_size=16).hexdigest()


def _age_key(entry: Mapping[str, Any]) -> float:
    """When an entry was written, in seconds since 1970; now where the system does not say."""
    written: Any = entry.get("mtime") or entry.get("LastModified") or entry.get("updated") or time.time()
    return float(written.timestamp() if hasattr(written, "timestamp") else written)
