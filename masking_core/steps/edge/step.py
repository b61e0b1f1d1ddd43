"""The contract of an edge step: alpha in, alpha out."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Self

from masking_core.arrays import Alpha, Mask, Picture
from masking_core.image import Image
from masking_core.image.transparency import opaque
from masking_core.parameters import Declared, Parameter, parameters
from masking_core.stage import Stage


@dataclass(frozen=True, eq=False)
class Seen:
    """What an edge step may look at beside alpha.

    Attributes:
        image: the picture, (H, W).
        undecided: (H, W) bool, where a person painted hair; None where nobody did.
        uncertainty: draws (H, W) float32 in [0, 1], 1 where the method's decision was closest; None where it cannot.
        anti_aliased: whether alpha already is the exact share of every pixel: an automatic feather then adds nothing.
    """

    image: Image
    undecided: Mask | None = None
    uncertainty: Callable[[], Alpha] | None = None
    anti_aliased: bool = False

    @property
    def rgb(self) -> Picture:
        """(H, W, 3) uint8: the picture's colours; fully transparent pixels have those of what is visible nearby."""
        return opaque(self.image).rgb


class EdgeStep(Declared, ABC):
    """A way to change the edge of a cut-out; a new one is a subclass in a file of its own in this folder.

    Its first parameter is the one that ``edge.<kind>`` means where no other is named.
    """

    kind: str = ""
    """The name it goes by in recipes, links and on the command line."""
    slow: ClassVar[bool] = False
    """Whether it takes so long that a draft of the result does without it."""

    @abstractmethod
    def apply(self, alpha: Alpha, seen: Seen) -> Alpha:
        """Change ``alpha``, (H, W) float32 in [0, 1]; an object that runs off the picture stays whole at its border.

        The array that is handed over may be written into: what is returned takes its place.
        """

    def stages(self, alpha: Alpha, seen: Seen) -> tuple[Stage, ...]:  # noqa: ARG002
        """How it comes from ``alpha`` to its own, for the page that explains it; nothing where that is plain."""
        return ()

    def trimap(self, alpha: Alpha, seen: Seen) -> Picture | None:  # noqa: ARG002
        """What it takes as certain of ``alpha``: (H, W) uint8, 0 background, 255 foreground, 128 unknown.

        None where it leaves nothing open.
        """
        return None

    @property
    def idle(self) -> bool:
        """Whether it changes nothing."""
        return False

    @classmethod
    def absent(cls) -> Self:
        """What counts as its values where an edge does not have it: those that change nothing, if there are any."""
        low = cls.main().low
        return cls().changed(**{cls.main().name: 0.0}) if low is not None and low <= 0 else cls()

    @classmethod
    def main(cls) -> Parameter:
        """Its first parameter."""
        return parameters(cls)[0]
