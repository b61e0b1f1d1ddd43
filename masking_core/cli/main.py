"""The command line: ``masking mask photo.jpg --method kmeans --set objects=3 --out cut.png``."""

import argparse
import sys
from typing import NoReturn

from masking_core.cli import batch, compare, completion, mask, methods, models, score
from masking_core.errors import MaskingError, ParameterError
from masking_core.version import __version__

COMMANDS = (mask, batch, compare, score, methods, models, completion)
"""One file each; its ``add`` declares the command."""


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are one sentence, like everybody else's here."""

    def error(self, message: str) -> NoReturn:
        raise ParameterError(f"{message[:1].upper()}{message[1:]}; see {self.prog} --help.")


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code: the command's own, or 2 after one sentence on standard error."""
    try:
        options = parser().parse_args(arguments)
        return options.run(options) or 0
    except MaskingError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{error.filename}: {error.strerror}.", file=sys.stderr)
        return 2


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    every = _Parser(prog="masking", description="Cut objects out of pictures.")
    every.add_argument("--version", action="version", version=f"masking-studio {__version__}")
    commands = every.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    return every
