"""No background: the cut-out keeps its alpha."""

from typing import ClassVar, Literal

import numpy as np

from masking_core.arrays import Alpha, Picture
from masking_core.image import Image
from masking_core.steps.backgrounds.background import Background


class Transparent(Background):
    """Nothing: the cut-out keeps its alpha."""

    title: ClassVar[str] = "Transparent"
    place: ClassVar[int] = 1
    opaque: ClassVar[bool] = False

    kind: Literal["transparent"] = "transparent"

    def paint(self, image: Image, alpha: Alpha) -> Picture:  # noqa: ARG002
        """See :class:`Background`."""
        return np.zeros((*alpha.shape, 4), np.uint8)
