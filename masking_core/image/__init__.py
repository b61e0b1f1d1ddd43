"""Pictures: opening them, what they may cost, and the values they become."""

from masking_core.image.image import Image, Stack
from masking_core.image.limits import Limits

__all__ = ["Image", "Limits", "Stack"]
