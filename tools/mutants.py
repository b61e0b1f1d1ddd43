"""Do the tests notice a small mistake? Make some at random, one at a time, and run the tests of the room they are in.

``python tools/mutants.py [FILE …] [--all] [--count N] [--seed S]``: without files, those of the library that differ
from the main branch, or all of them if none does. Everything happens in a copy. Exit code 1 if a mutant survived.
"""

import argparse
import ast
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = "masking_core"
PATIENCE = 240
"""Seconds of processor time that the tests may take; a mutant that never ends is found out by this."""
EXCEPT = ("stages.py", "version.py", "warm.py")
"""Ends of the names of files that are left alone: the stages of Explain draw pictures for people."""
BESIDE = {"methods": ["tests/test_every_method.py"]}
"""Tests outside a room's own folder that are about it."""

OTHER: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.And: ast.Or,
    ast.Or: ast.And,
}


@dataclass(frozen=True)
class Mutant:
    """One small mistake: a file with the text between two places in it, in bytes, replaced."""

    file: Path
    line: int
    start: int
    end: int
    text: str

    def source(self) -> bytes:
        """The file with the mistake in it."""
        before = (ROOT / self.file).read_bytes()
        return before[: self.start] + self.text.encode() + before[self.end :]

    def __str__(self) -> str:
        before = (ROOT / self.file).read_bytes()[self.start : self.end].decode()
        return f"{self.file}:{self.line}: {' '.join(before.split())}  →  {self.text}"


def mutants(file: Path) -> Iterator[Mutant]:
    """Every mistake that can be made in a file: a comparison, an operator, a condition, a switch."""
    source = (ROOT / file).read_bytes()
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for node in _code(ast.parse(source)):
        if (changed := _changed(node)) is not None:
            start = starts[node.lineno - 1] + node.col_offset
            end = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
            yield Mutant(file, node.lineno, start, end, f"({ast.unparse(changed)})")


def _code(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions that are run: no annotations, no types, no texts."""
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list", "bases"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.JoinedStr) or not isinstance(child, ast.AST):
                continue
            if isinstance(node, ast.Module) and isinstance(child, ast.Assign) and "|" in ast.unparse(child.value):
                continue
            if isinstance(child, ast.expr):
                yield child
            yield from _code(child)


def _changed(node: ast.expr) -> ast.expr | None:
    match node:
        case ast.Compare(ops=[op], left=left, comparators=[right]):
            return ast.Compare(left, [OTHER[type(op)]()], [right])  # type: ignore[list-item]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OTHER:
            return ast.BinOp(left, OTHER[type(op)](), right)  # type: ignore[arg-type]
        case ast.BoolOp(op=op, values=values):
            return ast.BoolOp(OTHER[type(op)](), values)  # type: ignore[arg-type]
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            return operand
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return ast.IfExp(test, orelse, body)
        case ast.Constant(value=bool(value)):
            return ast.Constant(not value)
        case ast.Call(func=ast.Name(id="min" | "max" as name), args=args, keywords=keywords):
            return ast.Call(ast.Name("max" if name == "min" else "min"), args, keywords)
    return None


def tests_of(file: Path) -> list[str]:
    """The tests of the room that a file is in, those that name the file first.

    Of a file in no room they are its own tests, or all that are in no room.
    """
    room = file.parent.relative_to(PACKAGE)
    if room == Path():
        own = ROOT / "tests" / f"test_{file.stem}.py"
        slow = {"test_package.py", "test_imports.py", "test_warm.py"}
        found = [own] if own.exists() else [x for x in (ROOT / "tests").glob("test_*.py") if x.name not in slow]
    else:
        while not (ROOT / "tests" / room).is_dir():
            room = room.parent
        beside = [ROOT / name for name in BESIDE.get(room.parts[0], [])]
        found = [*(ROOT / "tests" / room).rglob("test_*.py"), *beside]
    ordered = sorted(
        found, key=lambda test: (test.stem != f"test_{file.stem}", file.stem not in test.read_text(), test)
    )
    return [str(test.relative_to(ROOT)) for test in ordered]


class Copy:
    """A copy of the project in which mistakes are made."""

    def __init__(self, place: Path) -> None:
        self.place = place
        for name in (PACKAGE, "tests", "docs", "benchmarks", "pages", "studio"):
            shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("screenshots"))
        for name in ("pyproject.toml", "app.py"):
            shutil.copy2(ROOT / name, place / name)

    def passes(self, tests: list[str], patience: int = PATIENCE) -> bool:
        """Whether the tests pass, in a process of their own with the libraries already loaded."""
        child = os.fork()
        if child:
            _, status = os.waitpid(child, 0)
            return os.waitstatus_to_exitcode(status) == 0
        resource.setrlimit(resource.RLIMIT_CPU, (patience, patience))
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        os.chdir(self.place)
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        sys.path.insert(0, str(self.place))
        sys.dont_write_bytecode = True
        import pytest

        os._exit(int(pytest.main(["-x", "-q", "-p", "no:xdist", *tests])))

    def survives(self, mutant: Mutant) -> bool:
        """Whether the tests pass in spite of the mistake."""
        file, room = self.place / mutant.file, (self.place / mutant.file).parent
        cache, kept = room / "__pycache__", self.place / "kept"
        if cache.exists():  # what numba compiled of the room may hold the code as it was
            shutil.copytree(cache, kept)
            for compiled in cache.glob("*.nb?"):
                compiled.unlink()
        file.write_bytes(mutant.source())
        try:
            return self.passes(tests_of(mutant.file))
        finally:
            shutil.copy2(ROOT / mutant.file, file)
            shutil.rmtree(cache, ignore_errors=True)
            if kept.exists():
                kept.rename(cache)


def changed() -> list[Path]:
    """The files that differ from the main branch, or all."""
    words = ["git", "diff", "--name-only", "--merge-base", "main", "--", f"{PACKAGE}/*.py"]
    listed = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    return [Path(name) for name in listed if (ROOT / name).exists()] or every()


def every() -> list[Path]:
    """All files of the library."""
    return sorted(path.relative_to(ROOT) for path in (ROOT / PACKAGE).rglob("*.py"))


def main() -> int:
    """Make the mistakes, print those that survive, and how many were found out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="what mistakes are made in")
    parser.add_argument("--count", type=int, default=30, help="how many mistakes")
    parser.add_argument("--seed", type=int, default=0, help="of the choice")
    parser.add_argument("--all", action="store_true", help="in any file of the library")
    options = parser.parse_args()
    files = options.files or (every() if options.all else changed())
    possible = [mutant for file in files if not str(file).endswith(EXCEPT) for mutant in mutants(file)]
    chosen = random.Random(options.seed).sample(possible, min(options.count, len(possible)))
    sys.path.insert(0, str(ROOT))
    import cv2, hypothesis, numba, numpy, pydantic, pytest, scipy, skimage  # noqa: E401, F401, I001

    survived = 0
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Copy(Path(folder))
        if not copy.passes(sorted({test for mutant in chosen for test in tests_of(mutant.file)}), 10 * PATIENCE):
            print("These tests fail as they are.")
            return 2
        for number, mutant in enumerate(chosen, 1):
            if copy.survives(mutant):
                survived += 1
                print(f"survived {number}/{len(chosen)}: {mutant}", flush=True)
    print(f"{len(chosen) - survived} of {len(chosen)} mutants were found out, {survived} survived.")
    return int(survived > 0)


if __name__ == "__main__":
    sys.exit(main())
