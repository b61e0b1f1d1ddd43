"""How large a picture may be; declared once, checked before anything is decoded."""

from typing import Annotated

from pydantic import Field

from masking_core.errors import ImageError
from masking_core.strict import FromEnvironment


class Limits(FromEnvironment):
    """What a picture may cost to open; each ``check_…`` raises :class:`ImageError` in a sentence about ``subject``."""

    max_megapixels: Annotated[
        float, Field(gt=0, le=400, description="Most pixels of a picture, or of all frames of a stack, in millions.")
    ] = 100
    max_megabytes: Annotated[float, Field(gt=0, le=4000, description="Largest file, in millions of bytes.")] = 200
    max_side: Annotated[int, Field(ge=1, le=65_535, description="Longest side of a picture, in pixels.")] = 20_000
    max_frames: Annotated[int, Field(ge=1, le=100_000, description="Most frames of a stack.")] = 200

    def check_bytes(self, subject: str, count: int) -> None:
        """An empty file, or one of more than ``max_megabytes``, is refused."""
        if count == 0:
            raise ImageError("empty", f"{subject} is empty.")
        if count > self.max_megabytes * 1e6:
            raise ImageError(
                "too-many-bytes",
                f"{subject} is {count / 1e6:,.1f} megabytes; the limit is {self.max_megabytes:,g} megabytes.",
            )

    def check_size(self, subject: str, width: int, height: int) -> None:
        """A picture without pixels, with too many, or with too long a side, is refused."""
        size = f"{subject} is {width:,} × {height:,} pixels"
        if width < 1 or height < 1:
            raise ImageError("empty", f"{size}: there is nothing to see.")
        if width * height > self.max_megapixels * 1e6:
            raise ImageError("too-many-pixels", f"{size}; the limit is {self.max_megapixels:,g} megapixels.")
        if max(width, height) > self.max_side:
            raise ImageError("too-many-pixels", f"{size}; the longest side may have {self.max_side:,} pixels.")

    def check_stack(self, subject: str, frames: int, pixels: int) -> None:
        """Too many ``frames``, or too many ``pixels`` over all of them, are refused."""
        if frames > self.max_frames:
            raise ImageError(
                "too-many-pixels", f"{subject} has more than {self.max_frames:,} frames, which is the limit."
            )
        if pixels > self.max_megapixels * 1e6:
            raise ImageError(
                "too-many-pixels",
                f"The frames of {subject} have more than {self.max_megapixels:,g} megapixels together, "
                "which is the limit.",
            )


def in_force(limits: Limits | None = None) -> Limits:
    """``limits``, or those that the environment sets: what every opening keeps to unless it is told otherwise."""
    return Limits.from_environment() if limits is None else limits
