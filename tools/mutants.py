"""Do the tests notice a small mistake? Make some at random, one at a time, and run the tests of the room they are in.

``python tools/mutants.py [FILE …] [--all] [--count N] [--seed S]``: without files, those of the library that differ
from the main branch, or all of them if none does. A mistake is made in memory, in a process of its own that goes on
from where the tests have run once, and only the tests that came by its function are run again. Exit code 1 if one
survived.
"""

import argparse
import os
import random
import resource
import signal
import subprocess
import sys
import threading
import traceback
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from types import FrameType

import cv2
import pytest
from _pytest.runner import runtestprotocol
from mistakes import Mistake, lines_of, mistakes

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "masking_core"
PATIENCE = 120
"""Seconds of processor time that the tests may take, and a tenth of all; a mistake that never ends is found out so."""
MEMORY = 6 * 2**30
"""Bytes that they may take; a mistake that makes ever larger arrays is found out so."""
EXCEPT = ("stages.py", "version.py", "warm.py", "image/decoder.py")
"""Ends of the names of files that are left alone: the stages of Explain draw pictures for people, and the decoder is a
process of its own, which no mistake made in this one reaches."""
BESIDE = {
    "methods": ("tests/test_every_method.py", "tests/explain"),
    "kernels/matting": ("tests/test_matting.py",),
    "cli": ("tests/batch/test_command.py",),
}
"""Tests outside a room's own folder that are about it."""

Place = tuple[str, int]


def tests_of(file: Path) -> list[str]:
    """The tests of the room that a file is in; of a file in no room its own, or all that are in no room."""
    room = file.parent.relative_to(PACKAGE)
    while room != Path() and not (ROOT / "tests" / room).is_dir():
        room = room.parent
    if room != Path():
        beside = [test for name, tests in BESIDE.items() if room.is_relative_to(name) for test in tests]
        return [str(ROOT / name) for name in (f"tests/{room}", *beside)]
    own = ROOT / "tests" / f"test_{file.stem}.py"
    slow = {"test_package.py", "test_imports.py", "test_warm.py"}
    every = [str(test) for test in sorted((ROOT / "tests").glob("test_*.py")) if test.name not in slow]
    return [str(own)] if own.exists() else every


class Hunt:
    """Runs the tests as they are, then again for every mistake."""

    def __init__(self, made: list[Mistake]) -> None:
        self.made = made
        self.survived: int | None = None
        self.places: set[Place] = set()
        self.prepared: dict[Path, set[Place]] = defaultdict(set)
        """What the fixtures of a file came by: one test makes what others of it use."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> None:
        """After the fixtures, before the test itself."""
        self.prepared[item.path] |= self.places

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Instead of what pytest does."""
        visited: list[tuple[pytest.Item, set[Place]]] = []
        for item, follower in zip(session.items, [*session.items[1:], None], strict=True):
            with visits() as self.places:
                fails = _fails(item, follower)
            places = self.places | self.prepared[item.path]
            if fails:
                print(f"fails as it is, and is left out: {item.nodeid}", flush=True)
            else:
                visited.append((item, places))
        self.survived = 0
        for mistake in self.made:
            found = self._found_out(mistake, visited)
            self.survived += not found
            print(f"{'found out' if found else 'SURVIVED'}: {mistake}", flush=True)
        return True

    def _found_out(self, mistake: Mistake, visited: list[tuple[pytest.Item, set[Place]]]) -> bool:
        here = {(str(mistake.file), line) for line in lines_of(mistake.codes()[0])}
        # Functions that numba compiled are never seen to be visited.
        items = [item for item, places in visited if places & here] or [item for item, _ in visited]
        items.sort(key=lambda item: mistake.file.stem not in item.path.name)
        child = os.fork()
        if child:
            _, status = os.waitpid(child, 0)
            return os.waitstatus_to_exitcode(status) != 0
        resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE, PATIENCE))
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
        signal.alarm(10 * PATIENCE)
        try:
            mistake.make()
        except Exception:
            traceback.print_exc()
            os._exit(0)  # what was not made was not found out
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        try:
            os._exit(any(_fails(item, follower) for item, follower in zip(items, [*items[1:], None], strict=True)))
        finally:
            os._exit(1)


def _fails(item: pytest.Item, follower: pytest.Item | None) -> bool:
    return any(report.failed for report in runtestprotocol(item, log=False, nextitem=follower))


@contextmanager
def visits() -> Iterator[set[Place]]:
    """The functions of the library that are called meanwhile: file and first line."""
    places: set[Place] = set()

    def called(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and "masking_core" in frame.f_code.co_filename:
            places.add((frame.f_code.co_filename, frame.f_code.co_firstlineno))

    threading.setprofile(called)
    sys.setprofile(called)
    try:
        yield places
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def changed() -> list[Path]:
    """The files that differ from the main branch, or all."""
    words = ["git", "diff", "--name-only", "--merge-base", "main", "--", "masking_core/*.py"]
    listed = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    return [ROOT / name for name in listed if (ROOT / name).exists()] or sorted(PACKAGE.rglob("*.py"))


def hunt(tests: list[str], made: list[Mistake]) -> int:
    """How many mistakes survive the tests; in a process of its own, so that nothing is left of it."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        # Threads do not live on in the processes that are made of this one, which would wait for them for ever.
        cv2.setNumThreads(1)
        os.environ["OMP_NUM_THREADS"] = "1"
        plugin = Hunt(made)
        options = ["-o", "addopts=", "--import-mode=importlib", "--capture=no"]
        without = [word for name in ("terminal", "xdist", "cacheprovider") for word in ("-p", f"no:{name}")]
        pytest.main([*options, *without, *tests], plugins=[plugin])
        os.write(write, str(plugin.survived).encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(write)
    return int(os.read(read, 20))


def main() -> int:
    """Make the mistakes, print which are found out, and how many."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="what mistakes are made in")
    parser.add_argument("--count", type=int, default=30, help="how many mistakes")
    parser.add_argument("--seed", type=int, default=0, help="of the choice")
    parser.add_argument("--all", action="store_true", help="in any file of the library")
    options = parser.parse_args()
    files = [path.resolve() for path in options.files] or (sorted(PACKAGE.rglob("*.py")) if options.all else changed())
    possible = [mistake for file in files if not str(file).endswith(EXCEPT) for mistake in mistakes(file)]
    chosen = random.Random(options.seed).sample(possible, min(options.count, len(possible)))
    chosen.sort(key=lambda mistake: tests_of(mistake.file))
    os.chdir(ROOT)
    survived = sum(
        hunt(tests, list(made)) for tests, made in groupby(chosen, key=lambda mistake: tests_of(mistake.file))
    )
    print(f"{len(chosen) - survived} of {len(chosen)} mutants were found out, {survived} survived.")
    return int(survived > 0)


if __name__ == "__main__":
    sys.exit(main())
