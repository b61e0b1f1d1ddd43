"""What whoever runs the server can set, by environment variables; each is declared once, with its bounds."""

import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from masking_core.errors import ParameterError


class Settings(BaseModel):
    """How much the server gives to its visitors; every field ``x`` is read from ``MASKING_X``."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)

    memory: Annotated[
        int, Field(ge=800, le=1_000_000, description="Memory that the whole server may take, in megabytes.")
    ] = 4000
    time_limit: Annotated[
        float, Field(gt=0, le=3600, description="Seconds after which a single computation is stopped.")
    ] = 60.0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """The settings in the environment; else the defaults.

        Raises :class:`ParameterError` for a value outside its declaration.
        """
        variables = {field: f"MASKING_{field.upper()}" for field in cls.model_fields}
        given = {field: environment[key] for field, key in variables.items() if key in environment}
        try:
            return cls.model_validate_strings(given)
        except ValidationError as error:
            first = error.errors()[0]
            problem = first["msg"].removeprefix("Input ")
            raise ParameterError(
                f"{variables[str(first['loc'][0])]} {problem}; {first['input']!r} was given."
            ) from error


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this server, read once. Raises :class:`ParameterError`."""
    return Settings.from_environment()
