"""The base of every value that may come from outside, and what is wrong with one in a sentence."""

import os
import reprlib
from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from masking_core.errors import ParameterError


class Strict(BaseModel):
    """Immutable; types are not converted, fields not invented, numbers finite."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)


class FromEnvironment(Strict):
    """Settings of whoever runs the program: every field ``x`` is read from the variable ``MASKING_X``."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """What the environment sets; else the defaults.

        Raises:
            ParameterError: a value is outside its declaration.
        """
        variables = {field: f"MASKING_{field.upper()}" for field in cls.model_fields}
        given = {field: environment[key] for field, key in variables.items() if key in environment}
        try:
            return cls.model_validate_strings(given)
        except ValidationError as error:
            first = error.errors()[0]
            raise ParameterError(sentence(variables[str(first["loc"][0])], first)) from error


def sentence(where: str, complaint: ErrorDetails, allowed: str = "") -> str:
    """A complaint of pydantic in at most 300 letters: where, what is allowed, what was given.

    Args:
        where: the name of the field or its place in a document.
        complaint: one of ``ValidationError.errors()``.
        allowed: what is allowed, in words; pydantic's own where it is empty.
    """
    where = brief(where, 100)
    message = brief(complaint["msg"].removeprefix("Value error, "), 110)
    if allowed:
        message = f"must be {brief(allowed, 110)}"
    elif message.startswith("Input should "):
        message = f"must {message.removeprefix('Input should ')}"
    else:
        where, message = f"{where}:", message[:1].lower() + message[1:]
    given = "" if complaint["type"] in {"missing", "json_invalid"} else f"; {shown(complaint['input'])} was given"
    return f"{where} {message}{given}."


def shown(value: Any) -> str:
    """A value as Python writes it, on one line and not long."""
    return brief(reprlib.repr(value), 60)


def brief(text: str, length: int) -> str:
    """A text on one line, cut after so many letters."""
    return " ".join(text[:length].split()) + "…" * (len(text) > length)
