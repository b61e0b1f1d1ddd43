"""What whoever runs the server can set, by environment variables; each is declared once, with its bounds."""

from functools import lru_cache
from typing import Annotated

from pydantic import Field

from masking_core.strict import FromEnvironment


class Settings(FromEnvironment):
    """How much the server gives to its visitors; every field ``x`` is read from ``MASKING_X``."""

    memory: Annotated[
        int, Field(ge=800, le=1_000_000, description="Memory that the whole server may take, in megabytes.")
    ] = 4000
    autosave: Annotated[
        str, Field(description='Where visitors\' work is kept: a folder, an address that fsspec knows, or "off".')
    ] = ""
    operator: Annotated[str, Field(description="Secret for the counters at /status; without one nobody sees them.")] = (
        ""
    )
    decoder: Annotated[
        int,
        Field(
            ge=0,
            le=1_000_000,
            description="Memory that the process which opens a visitor's file may take, in megabytes; 0 opens files in "
            "the server's own process.",
        ),
    ] = 2000
    time_limit: Annotated[
        float, Field(gt=0, le=3600, description="Seconds after which a single computation is stopped.")
    ] = 60.0


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this server, read once. Raises :class:`ParameterError`."""
    return Settings.from_environment()
