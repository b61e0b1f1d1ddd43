"""What goes behind the cut-out: one file a kind; a new file here is a new background everywhere."""

from masking_core.steps.backgrounds.background import Background
from masking_core.steps.backgrounds.colour import Colour, Gradient
from masking_core.steps.backgrounds.original import Blurred, Dimmed, Grey
from masking_core.steps.backgrounds.picture import Behind
from masking_core.steps.backgrounds.registry import BACKGROUNDS, background_named, is_named
from masking_core.steps.backgrounds.transparent import Transparent

__all__ = [
    "BACKGROUNDS",
    "Background",
    "Behind",
    "Blurred",
    "Colour",
    "Dimmed",
    "Gradient",
    "Grey",
    "Transparent",
    "background_named",
    "is_named",
]
