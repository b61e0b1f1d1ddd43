"""What speaks for and against a pixel being part of an object, as a method weighs it."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Evidence:
    """One thing that a method weighs at a pixel.

    Attributes:
        name: what it is: "Its colour".
        weight: in [-1, 1], how strongly it speaks for the object (positive) or against it, compared with the strongest
            of the same pixel; in [0, 1] where ``signed`` is False, which is a length and speaks for nothing by itself.
        figure: the value itself, with its unit, as people read it.
        signed: whether the weight has a side.
    """

    name: str
    weight: float
    figure: str
    signed: bool = True


@dataclass(frozen=True)
class Why:
    """Why a pixel is what it is: one sentence, and what was weighed."""

    sentence: str
    evidence: tuple[Evidence, ...] = ()


Weigh = Callable[[int, int], Why]
"""What a method weighs at the pixel in that column and row of the picture it divided."""


def against_each_other(found: dict[str, tuple[float, str]]) -> tuple[Evidence, ...]:
    """Evidence by name from (strength, figure), where all strengths are in one unit: the strongest is as long as 1."""
    longest = max((abs(strength) for strength, _ in found.values()), default=0.0) or 1.0
    return tuple(Evidence(name, strength / longest, figure) for name, (strength, figure) in found.items())
