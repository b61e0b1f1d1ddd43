"""Small mistakes in a file of Python, and making one in a library that is already loaded, without touching the file."""

import ast
import functools
import gc
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType

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
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
PROGRESS = {"report", "within"}
"""Called with how far work is: that moves a bar on a page, and no result."""


@dataclass(frozen=True)
class Mistake:
    """A file with the text between two places in it, in bytes, replaced; ``function`` is the outermost around it."""

    file: Path
    function: str
    line: int
    start: int
    end: int
    text: str

    def __str__(self) -> str:
        before = self.file.read_bytes()[self.start : self.end].decode()
        return f"{self.file.name}:{self.line} ({self.function}): {' '.join(before.split())}  →  {self.text}"

    def codes(self) -> tuple[CodeType, CodeType]:
        """The function as it is and with the mistake."""
        source = self.file.read_bytes()
        wrong = source[: self.start] + self.text.encode() + source[self.end :]
        return _find(source, self.file, self.function), _find(wrong, self.file, self.function)

    def make(self) -> None:
        """Make it in the functions that are loaded, and let go of all that was compiled or kept of them."""
        _, wrong = self.codes()
        for function in _loaded(FunctionType):
            if function.__code__.co_filename == str(self.file) and function.__code__.co_qualname == self.function:
                function.__code__ = wrong
        _forget_compiled(self.function.rpartition(".")[2])
        for kept in _loaded(functools._lru_cache_wrapper):
            if str(getattr(kept, "__module__", "")).startswith("masking_core"):
                kept.cache_clear()
        for image in _loaded(object):
            if type(image).__name__ in {"Image", "Stack"} and type(image).__module__.startswith("masking_core"):
                for name in ("_derived", "digest"):
                    image.__dict__.pop(name, None)


def mistakes(file: Path) -> Iterator[Mistake]:
    """Every mistake that can be made in the functions of a file: a comparison, an operator, a condition, a switch."""
    source = file.read_bytes()
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for function, node in _outermost(ast.parse(source)):
        for expression in _run(node):
            if (wrong := _wrong(expression)) is not None:
                start = starts[expression.lineno - 1] + expression.col_offset
                end = starts[(expression.end_lineno or 0) - 1] + (expression.end_col_offset or 0)
                yield Mistake(file, function, expression.lineno, start, end, f"({ast.unparse(wrong)})")


def _outermost(tree: ast.AST, inside: str = "") -> Iterator[tuple[str, ast.AST]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, FUNCTIONS):
            yield inside + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from _outermost(node, f"{inside}{node.name}.")


def _run(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions that a function runs: no annotations, decorators, defaults, texts or progress."""
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list", "args"} and not isinstance(node, ast.Call):
            continue
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in PROGRESS:
            continue
        if isinstance(node, ast.keyword) and node.arg == "strict":  # of zip: an assertion, which no input may break
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not isinstance(child, ast.JoinedStr):
                if isinstance(child, ast.expr):
                    yield child
                yield from _run(child)


def _wrong(node: ast.expr) -> ast.expr | None:
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


def lines_of(code: CodeType) -> set[int]:
    """Where a function and those inside it begin."""
    inner = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return {code.co_firstlineno}.union(*map(lines_of, inner))


def _find(source: bytes, file: Path, function: str) -> CodeType:
    waiting = [compile(source, str(file), "exec", dont_inherit=True)]
    while waiting:
        code = waiting.pop()
        if code.co_qualname == function:
            return code
        waiting += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    raise LookupError(function)


def _loaded(kind: type) -> list:  # type: ignore[type-arg]
    # Of its type, because isinstance() asks a weak reference's object, which may be gone.
    return [thing for thing in gc.get_objects() if issubclass(type(thing), kind)]


def _forget_compiled(name: str) -> None:
    """Have numba compile anew what it compiled of a function, and of all that call it."""
    from numba.core.caching import NullCache
    from numba.core.dispatcher import Dispatcher

    every, names = _loaded(Dispatcher), {name}
    if all(each.py_func.__name__ != name for each in every):
        return
    while found := [each for each in every if names & {each.py_func.__name__, *each.py_func.__code__.co_names}]:
        every = [each for each in every if each not in found]
        names |= {each.py_func.__name__ for each in found}
        for each in found:
            each._make_finalizer()()
            each._reset_overloads()
            each._cache = NullCache()
