"""The contract of a masking method, and what a method hands on."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from masking_core.arrays import Alpha, Labels, Picture
from masking_core.image import Image
from masking_core.parameters import Declared
from masking_core.prompts import Prompts
from masking_core.stage import Stage
from masking_core.why import Weigh

__all__ = ["Alpha", "Labels", "Method", "Picture", "Segmentation", "Stage", "Tool"]


Tool = Literal["rectangle", "ellipse", "polygon", "stroke", "point", "seeds"]
"""What a person can mark a picture with."""


Shares = Callable[[tuple[int, ...]], Alpha]
"""Draws how much of every pixel the objects of these numbers take together: (H, W) float32 in [0, 1]."""


@dataclass(frozen=True)
class Segmentation:
    """What a method found.

    Attributes:
        labels: (H, W) int32; 0 is background or untouched, 1…K are objects.
        membership: (H, W, K) float32 in [0, 1], how much a pixel belongs to object k + 1; None where membership is
            all or nothing.
        shares: draws (H, W) float32 in [0, 1], how much of every pixel some objects take together, by their numbers;
            for methods that know their outlines exactly. Nothing is blurred then unless it is asked for.
        knows_background: whether label 0 is all of the background; where pixels are only grouped, the recipe's
            ``foreground`` rule decides.
        info: figures worth showing: iterations, converged, energy per iteration, …; JSON-able.
        notes: sentences the user should read, such as a marker that was assumed.
        stages: how it came about.
        uncertainty: draws (h, w) float32 in [0, 1], of any size, 1 where the decision was closest; called only when
            somebody looks. None where the method cannot tell beyond its membership.
        why: says what was weighed at one pixel; None where the method cannot tell beyond its membership.
    """

    labels: Labels
    membership: NDArray[np.float32] | None = None
    shares: Shares | None = None
    knows_background: bool = False
    info: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()
    uncertainty: Callable[[], NDArray[np.float32]] | None = None
    why: Weigh | None = None


class Method(Declared, ABC):
    """A way to divide a picture into objects: an immutable value, whose fields are its declared parameters.

    A new method is a subclass in a file of its own in ``masking_core/methods``, with a field ``id`` of one literal.
    """

    id: str = ""
    """The name it goes by in recipes, links and on the command line; empty for a base that several methods share."""
    title: ClassVar[str]
    good_for: ClassVar[str]
    """One sentence: which pictures it suits."""
    uses: ClassVar[frozenset[Tool]] = frozenset()
    """Marks the method takes into account."""
    needs: ClassVar[str] = ""
    """One sentence saying which marks it cannot do without; empty when it can do without any."""

    @abstractmethod
    def segment(self, image: Image, prompts: Prompts) -> Segmentation:
        """Divide ``image`` into objects.

        Raises:
            PromptError: the marks are missing, contradict one another or lie outside the picture.
            Cancelled: the listener of :mod:`masking_core.progress` no longer wants the result.
        """
