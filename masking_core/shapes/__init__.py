"""Objects as outlines: out of a result, into files of other programs, and back."""

from masking_core.shapes.outlines import Outlines, outlines_of
from masking_core.shapes.reading import read_shapes

__all__ = ["Outlines", "outlines_of", "read_shapes"]
