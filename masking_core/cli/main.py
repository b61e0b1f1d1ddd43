"""The command line: ``masking mask photo.jpg --method kmeans --set objects=3 --out cut.png``."""

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from masking_core.errors import MaskingError, ParameterError
from masking_core.version import __version__

COMMANDS = ("mask", "batch", "compare", "score", "methods", "models", "completion")
"""One file each, named after the command; its ``add`` declares the command."""


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are one sentence, like everybody else's here."""

    def error(self, message: str) -> NoReturn:
        raise ParameterError(f"{message[:1].upper()}{message[1:]}; see {self.prog} --help.")


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code: the command's own, or 2 after one sentence on standard error."""
    arguments = sys.argv[1:] if arguments is None else arguments
    gc.set_threshold(100_000, 50, 50)  # a fifth of the time to load everything else goes into looking for garbage
    try:
        options = parser(arguments).parse_args(arguments)
        code = options.run(options) or 0
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # who reads what is written, as `head` does, has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except MaskingError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        reason = error.strerror or str(error)
        print(f"{error.filename}: {reason}." if error.filename else f"{reason}.", file=sys.stderr)
        return 2


def parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """The parser of the command that is asked for, and of all commands where none or all of them are."""
    every = _Parser(prog="masking", description="Cut objects out of pictures.")
    every.add_argument("--version", action="version", version=f"masking-studio {__version__}")
    commands = every.add_subparsers(required=True, metavar="COMMAND")
    asked = [name for name in arguments[:1] if name in COMMANDS and name != "completion"]
    for name in asked or COMMANDS:
        import_module(f"masking_core.cli.{name}").add(commands)
    return every
