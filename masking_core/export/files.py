"""Bytes to files: whole or not at all."""

import os
import stat
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from masking_core.errors import OutputError

STANDARD = "-"
"""The name of standard input and output on a command line."""


def write_whole(path: Path | str, data: bytes) -> None:
    """Write a file so that it is there with all its bytes, or as it was before: a temporary one first, then renamed.

    "-" is standard output; a device or a pipe is written to as it is.

    Raises:
        OutputError: the sentence names the file.
    """
    target = Path("Standard output" if str(path) == STANDARD else path)
    try:
        if str(path) == STANDARD:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
            return
        if target.exists() and not target.is_file() and not target.is_dir():
            target.write_bytes(data)
        else:
            _replace(Path(os.path.realpath(target)), data)
    except OSError as error:
        raise OutputError(f"{target} cannot be written: {error.strerror or error}.") from None


def _replace(target: Path, data: bytes) -> None:
    if target.is_dir():
        raise OutputError(f"{target} is a folder; the name of a file is needed.")
    if not target.parent.is_dir():
        raise OutputError(f"{target} cannot be written: there is no folder {target.parent}.")
    handle, temporary = tempfile.mkstemp(prefix=f".{target.name[:40]}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _mode(target))
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def _mode(target: Path) -> int:
    """Who may read and write the file: as before, or as any new file of this user."""
    with suppress(OSError):
        return stat.S_IMODE(target.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
