"""Pictures of more than eight bits: which of their values are shown as black and as white."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from masking_core.parameters import Declared, Show

_BAND = 256  # rows that are converted at a time, so that what is in between stays small
_SAMPLE = 4_000_000  # samples of a picture that its range is told from
_RARE = 0.1  # percent of the samples that may be darker than black, or brighter than white
_USUAL = (1, 255, 65_535)  # what is white where the type of the samples does not say


class Levels(Declared):
    """Which values of a picture of more than eight bits are shown as black and as white.

    Pictures of eight bits are shown as they are.
    """

    mode: Annotated[
        Literal["automatic", "full", "given"],
        Field(
            title="Range of values",
            description="Of pictures with more than 8 bits: automatic shows the values that occur, all but the 0.1 % "
            "darkest and brightest; full shows all that the file could hold; or from one value to another.",
        ),
        Show(labels={"automatic": "Automatic", "full": "All the file can hold", "given": "From … to …"}),
    ] = "automatic"
    black: Annotated[
        float,
        Field(ge=-1e12, le=1e12, title="Black", description="This value and lower ones are shown black."),
        Show(when=("mode", ("given",))),
    ] = 0.0
    white: Annotated[
        float,
        Field(ge=-1e12, le=1e12, title="White", description="This value and higher ones are shown white."),
        Show(when=("mode", ("given",))),
    ] = 65_535.0


AUTOMATIC = Levels()


@dataclass(frozen=True, eq=False)
class Samples:
    """Pixels of more than eight bits, as they were measured.

    Attributes:
        colour: (H, W, 1) grey or (H, W, 3) RGB, of any real type.
        alpha: (H, W) uint8, or None where all is opaque.
        white: the value of white, where the file says it; None for float, signed and 32-bit samples.
        premultiplied: whether the colours are already multiplied by alpha.
        inverted: whether the lowest value is white.
        profile: an ICC profile, or None.
        orientation: EXIF's number, 1 for upright.
        notes: sentences for the user.
        dpi: pixels per inch across and down, where the file says so.
    """

    colour: NDArray[Any]
    alpha: NDArray[np.uint8] | None = None
    white: float | None = None
    premultiplied: bool = False
    inverted: bool = False
    profile: bytes | None = None
    orientation: int = 1
    notes: tuple[str, ...] = ()
    dpi: tuple[float, float] | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.colour.shape[1], self.colour.shape[0]

    def note(self, black: float, white: float) -> tuple[str, ...]:
        """A sentence on the range shown, unless it is all that the samples may hold."""
        if (black, white) == (0, self.white if self.white is not None else _likely_white(self.colour)):
            return ()
        held = f"; the file can hold 0 to {self.white:,g}" if self.white is not None else ""
        return (f"Values from {black:,.6g} to {white:,.6g} are shown from black to white{held}.",)


def value_range(pictures: Sequence[Samples], levels: Levels = AUTOMATIC) -> tuple[float, float]:
    """The values shown as black and as white, the same for all slices of a stack.

    Automatically, it is all that the samples may hold where they reach its upper half; else what they do hold, but for
    the 0.1 % darkest and brightest. What float, 32-bit and signed samples may hold is taken to be 0…1, 0…255 or
    0…65,535 where they lie within. So a photo looks as it did with eight bits, and measurements show what they hold.
    """
    if levels.mode == "given":
        return levels.black, levels.white
    lows, highs = zip(*(_extent(samples.colour) for samples in pictures), strict=True)
    low, high = min(lows), max(highs)
    whites = {samples.white for samples in pictures}
    white = whites.pop() if len(whites) == 1 else None
    if levels.mode == "full":
        return (0.0, white) if white is not None else _may_hold(low, high)
    dark, bright = _usual_extent([samples.colour for samples in pictures])
    if bright == dark:
        dark, bright = low, high
    if bright == dark:
        return (0.0, white) if white is not None else _may_hold(low, high)
    for top in (white,) if white is not None else _USUAL:
        if _within(pictures, low, high, top) and bright > top / 2:
            return 0.0, float(top)
    if any(samples.alpha is not None for samples in pictures) and 0 <= low <= high <= 1:
        return 0.0, 1.0  # what has transparency is no measurement
    return dark, bright


def eight_bits(samples: NDArray[Any], black: float, white: float) -> NDArray[np.uint8]:
    """``samples`` (H, W[, S]) of any real type as uint8 of the same shape: black…white becomes 0…255, rounded, clipped.

    Not-a-number becomes 0, -infinity 0 and +infinity 255. Where black equals white, everything becomes 0.
    """
    out = np.empty(samples.shape, np.uint8)
    scale = 255 / (white - black) if white > black else 0.0
    for top in range(0, len(samples), _BAND):
        band = np.nan_to_num(samples[top : top + _BAND].astype(np.float64), nan=black, posinf=white, neginf=black)
        out[top : top + _BAND] = np.rint((np.clip(band, black, white) - black) * scale)
    return out


def _within(pictures: Sequence[Samples], low: float, high: float, top: float) -> bool:
    if all(samples.white is not None for samples in pictures):
        return True
    colours = all(samples.colour.shape[2] == 3 and samples.colour.dtype.kind == "f" for samples in pictures)
    return high <= top and (low >= 0 or (colours and top == 1))  # colours outside of sRGB's gamut are negative


def _likely_white(colour: NDArray[Any]) -> float | None:
    low, high = _extent(colour)
    return next((white for white in _USUAL if low >= 0 and high <= white), None)


def _may_hold(low: float, high: float) -> tuple[float, float]:
    return next(((0.0, float(white)) for white in _USUAL if low >= 0 and high <= white), (low, high))


def _extent(colour: NDArray[Any]) -> tuple[float, float]:
    """The least and the greatest finite sample; 0 and 1 if none is."""
    if colour.dtype.kind != "f":
        return float(colour.min()), float(colour.max())
    finite = np.ma.masked_invalid(colour, copy=False)
    return (float(finite.min()), float(finite.max())) if finite.count() else (0.0, 1.0)


def _usual_extent(colours: Sequence[NDArray[Any]]) -> tuple[float, float]:
    every = max(1, sum(colour.size for colour in colours) // _SAMPLE)
    taken = np.concatenate([colour.reshape(-1)[::every].astype(np.float64) for colour in colours])
    finite = taken[np.isfinite(taken)]
    if not len(finite):
        return 0.0, 1.0
    dark, bright = np.percentile(finite, [_RARE, 100 - _RARE], method="nearest")
    return float(dark), float(bright)
