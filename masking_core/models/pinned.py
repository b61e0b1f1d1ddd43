"""Naming a network's checksum in recipes and sessions, and refusing another one on reading."""

from typing import Any

from masking_core.errors import ParameterError
from masking_core.models import files


def checksum_of(name: str) -> str:
    """The checksum by which a network's file is known here, as "sha256:…" or "md5:…"; empty where none is known."""
    model = files.named(name)
    return model.checksum if model else ""


def without_checksum(data: Any) -> Any:
    """The fields of a method less "checksum", which says what was used and is not set by hand.

    Raises:
        ParameterError: it names another file than the one that is known here by the same name.
    """
    if not isinstance(data, dict) or "checksum" not in data:
        return data
    given, here = data["checksum"], checksum_of(str(data.get("model", "")))
    if given and here and given != here:
        raise ParameterError(f"checksum must be {here} for the network {data['model']}; {given!r} was given.")
    return {name: value for name, value in data.items() if name != "checksum"}
