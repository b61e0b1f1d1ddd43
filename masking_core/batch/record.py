"""The record of a batch: one line of JSON for every picture begun and finished, so that the same command goes on."""

import csv
import io
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from masking_core.batch.item import Item, Outcome
from masking_core.errors import ParameterError

try:
    import fcntl
except ImportError:  # Windows has no such locks
    fcntl = None  # type: ignore[assignment]

NAME = "batch.jsonl"
"""The record's name in the output folder."""

Entry = dict[str, Any]


class Record:
    """The record in a file: read when it is opened, then only added to, a whole line at a time.

    A line that is not whole, as a kill may leave it, says nothing. Files are named by their path below the output
    folder, so that the folder may be moved.
    """

    def __init__(self, path: str, out: str) -> None:
        """Open, or begin, a record for results below ``out``.

        Raises:
            ParameterError: another batch is writing it.
            OSError: it cannot be written.
        """
        self._out = out.rstrip("/") + "/"
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
        try:
            self._lock(path)
            text = Path(path).read_bytes()
            if text and not text.endswith(b"\n"):
                os.write(self._file, b"\n")
        except BaseException:
            os.close(self._file)
            raise
        self._known: dict[str, Entry] = {}
        for entry in entries(text):
            self._learn(entry)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)

    def knows(self, path: str) -> bool:
        """Whether a file is a result that this record began or finished."""
        return self._relative(path) in self._known

    def of(self, writes: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        """The key under which all these files were finished last, and their digests; empty if they were not."""
        found = [self._known.get(self._relative(path), {}) for path in writes.values()]
        keys = {entry.get("key", "") for entry in found}
        if len(keys) != 1 or keys == {""}:
            return "", {}
        digests = {file["path"]: file["digest"] for entry in found for file in entry["files"]}
        return keys.pop(), {path: digests[self._relative(path)] for path in writes.values()}

    def begun(self, item: Item) -> None:
        """Write down that an item's files are being made, unless they are known."""
        if not all(self.knows(path) for path in item.writes.values()):
            self._add({**self._about(item), "state": "begun", "key": "", "files": self._files(item, {})})

    def finished(self, item: Item, outcome: Outcome) -> Entry:
        """Write down what became of an item, and return it; where all was done before, what was written down then."""
        if outcome.state == "unchanged":
            return {**self._known[self._relative(next(iter(item.writes.values())))], "state": "unchanged"}
        entry = self.entry(item, outcome)
        self._add(entry)
        return entry

    def entry(self, item: Item, outcome: Outcome) -> Entry:
        """What is written down of an outcome."""
        return {
            **self._about(item),
            "state": outcome.state,
            "key": outcome.key,
            "files": self._files(item, outcome.digests),
            "seconds": round(outcome.seconds, 4),
            "problem": outcome.problem,
            "notes": list(outcome.notes),
            "figures": None if outcome.figures is None else asdict(outcome.figures),
            "truth": "" if item.truth is None else str(item.truth),
            "scores": dict(outcome.scores),
        }

    def _about(self, item: Item) -> Entry:
        return {"picture": item.name, "source": str(item.source), "recipe": item.recipe_name}

    def _files(self, item: Item, digests: Mapping[str, str]) -> list[Entry]:
        return [
            {"what": kind, "path": self._relative(path), "digest": digests.get(path, "")}
            for kind, path in item.writes.items()
        ]

    def _relative(self, path: str) -> str:
        return path.removeprefix(self._out)

    def _add(self, entry: Entry) -> None:
        line = json.dumps(entry, ensure_ascii=False).encode() + b"\n"
        while line:  # a signal may cut a write short
            line = line[os.write(self._file, line) :]
        self._learn(entry)

    def _learn(self, entry: Entry) -> None:
        """Know the files of an entry as results; what failed leaves those of before as they were."""
        for file in entry["files"]:
            if entry["key"] or file["path"] not in self._known:
                self._known[file["path"]] = entry

    def _lock(self, path: str) -> None:
        if fcntl is None:
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ParameterError(f"Another batch is writing {path}: wait for it, or give another folder.") from None


def entries(text: bytes) -> Iterator[Entry]:
    """The whole lines of a record; a line that was being written when a batch was killed is left out."""
    for line in text.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict) and isinstance(entry.get("files"), list) and "key" in entry:
            yield entry


def latest(all_entries: Iterable[Entry]) -> list[Entry]:
    """The last entry of every picture and recipe, in the order in which they were begun first."""
    found: dict[tuple[str, str], Entry] = {}
    for entry in all_entries:
        found[entry["picture"], entry["recipe"]] = entry
    return list(found.values())


def as_csv(listed: Iterable[Entry]) -> str:
    """Entries as a table: one line a picture and recipe; a spreadsheet runs no text in it as a formula."""
    rows = [_row(entry) for entry in listed]
    columns = list(dict.fromkeys(column for row in rows for column in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _row(entry: Entry) -> dict[str, Any]:
    row: dict[str, Any] = {name: entry.get(name) for name in ("picture", "recipe", "state", "seconds", "problem")}
    row["flags"] = " ".join(entry.get("flags", ()))
    row |= {file["what"]: file["path"] for file in entry["files"]}
    row |= entry.get("figures") or {}
    row |= entry.get("scores") or {}
    return {name: _harmless(value) for name, value in row.items()}


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
