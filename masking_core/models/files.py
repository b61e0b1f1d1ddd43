"""Where the files of networks are looked for, and whether a file is the one that is meant."""

import os
import sys
from dataclasses import dataclass
from functools import lru_cache
from hashlib import md5, sha256
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from masking_core.errors import ModelError, ParameterError
from masking_core.models.model import Model
from masking_core.models.registry import REGISTRY

FOLDER_SETTING = "MASKING_MODELS"
"""The environment variable that names a folder to look in first."""
State = Literal["ready", "missing", "other file"]


@dataclass(frozen=True)
class Weights:
    """A network and its file, checked.

    Attributes:
        model: what it is and expects.
        path: its file.
        sha256: 64 hexadecimal digits of the file.
    """

    model: Model
    path: Path
    sha256: str


def folders() -> tuple[Path, ...]:
    """Where files are looked for, in this order: the setting, rembg's own folder, then this Python's."""
    setting = os.environ.get(FOLDER_SETTING)
    own = Path(sys.prefix) / "share" / "masking-models"
    return (*([_expanded(setting)] if setting else []), _rembg(), own)


def home() -> Path:
    """The folder that new files go to."""
    return folders()[0]


def _open_folders() -> tuple[Path, ...]:
    """Those of the folders that are there and may be looked into."""
    return tuple(folder for folder in folders() if folder.is_dir() and os.access(folder, os.R_OK | os.X_OK))


def known() -> dict[str, Model]:
    """Every network by its name: the library's, and those that a JSON file beside an ONNX file declares.

    Raises:
        ParameterError: such a JSON file does not declare a network.
    """
    declared = dict(REGISTRY)
    for folder in _open_folders():
        for path in sorted(folder.glob("*.json")):
            if path.with_suffix(".onnx").is_file() and os.access(path, os.R_OK):
                model = _declared(path)
                declared.setdefault(model.name, model)
    return declared


def named(name: str) -> Model | None:
    """The network of that name, if one is known by it; those of the library are found without a look at any folder."""
    return REGISTRY.get(name) or known().get(name)


def model_named(name: str) -> Model:
    """The network of that name.

    Raises:
        ParameterError: none is known by it.
    """
    model = named(name)
    if model is None:
        raise ParameterError(f"model must be one of {', '.join(known())}; {name!r} was given.")
    return model


def path_of(model: Model) -> Path | None:
    """The first file of the network in the folders that can be read, whatever it holds; None where there is none."""
    files = (folder / model.file for folder in _open_folders())
    return next((path for path in files if path.is_file() and os.access(path, os.R_OK)), None)


def state(model: Model) -> State:
    """Whether a network could be run now."""
    path = path_of(model)
    if path is None:
        return "missing"
    return "ready" if _is_meant(model, path) else "other file"


def is_ready(name: str) -> bool:
    """Whether the network of that name is at hand; False for a name that is not known."""
    return name in known() and state(known()[name]) == "ready"


def weights(name: str) -> Weights:
    """The network of that name and its file.

    Raises:
        ParameterError: no network is known by the name.
        ModelError: its file is missing, or is another file than the one that is known by its checksum.
    """
    model = model_named(name)
    path = path_of(model)
    if path is None:
        raise ModelError(missing(model))
    if not _is_meant(model, path):
        raise ModelError(
            f"The file {path} is not the one known as {model.name}: its SHA-256 is {_digest(path, 'sha256')}; to use "
            f"it all the same, run: masking models accept {model.name}"
        )
    return Weights(model, path, _digest(path, "sha256"))


def missing(model: Model) -> str:
    """One sentence saying how to come by a network's file."""
    return (
        f"The network {model.name} ({model.label}) is not on this machine: run “masking models fetch {model.name}”, or "
        f"put the file {model.file} from {model.source} into the folder {home()}."
    )


def accept(name: str) -> Path:
    """Say that a file is to be used although its checksum is not the known one; the answer is written beside it.

    Raises:
        ParameterError: no network is known by the name.
        ModelError: there is no file.
    """
    model = model_named(name)
    path = path_of(model)
    if path is None:
        raise ModelError(missing(model))
    answer = _answer(path)
    answer.write_text(f"{_digest(path, 'sha256')}  {path.name}\n")
    return answer


def has_checksum(path: Path, checksum: str) -> bool:
    """Whether a file has a checksum, "sha256:…" or "md5:…"."""
    algorithm, _, wanted = checksum.partition(":")
    return _digest(path, algorithm) == wanted


def _rembg() -> Path:
    """The folder that the program rembg downloads to."""
    data = os.environ.get("XDG_DATA_HOME") or "~"
    return _expanded(os.environ.get("U2NET_HOME") or f"{data}/.u2net")


def _expanded(folder: str) -> Path:
    # Where nobody knows of a home, as in a container, the folder is merely not there: Path's own way raises.
    return Path(os.path.expanduser(folder))


def _is_meant(model: Model, path: Path) -> bool:
    if model.checksum and has_checksum(path, model.checksum):
        return True
    answer = _answer(path)
    return answer.is_file() and answer.read_text().split(" ")[0] == _digest(path, "sha256")


def _answer(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")


def _declared(path: Path) -> Model:
    try:
        model = Model.model_validate_json(path.read_bytes())
    except ParameterError as error:
        raise ParameterError(f"The file {path} does not declare a network: {error}") from None
    except ValidationError:
        raise ParameterError(f"The file {path} does not declare a network: it is no JSON.") from None
    if model.name != path.stem:
        raise ParameterError(f"The file {path} must declare the network {path.stem}; it declares {model.name}.")
    return model


def _digest(path: Path, algorithm: str) -> str:
    about = path.stat()
    return _digested(path, algorithm, about.st_size, about.st_mtime_ns)


@lru_cache(64)
def _digested(path: Path, algorithm: str, _size: int, _changed: int) -> str:
    digest = sha256() if algorithm == "sha256" else md5(usedforsecurity=False)
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()
