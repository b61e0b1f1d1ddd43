"""The table of backgrounds."""

from masking_core.errors import ParameterError
from masking_core.parameters import hex_colour
from masking_core.registry import Registry
from masking_core.steps.backgrounds.background import Background

BACKGROUNDS: Registry[Background] = Registry("masking_core.steps.backgrounds", Background, "kind", "background")
"""Every background by its kind."""


def background_named(text: str) -> Background:
    """The background that a word stands for: a kind with its usual settings, or a CSS colour.

    Raises:
        ParameterError: it is neither.
    """
    if text in BACKGROUNDS and is_named(text):
        return BACKGROUNDS[text]()
    try:
        return BACKGROUNDS["colour"](colour=hex_colour(text))  # type: ignore[call-arg]
    except ValueError:
        kinds = ", ".join(filter(is_named, BACKGROUNDS))
        raise ParameterError(
            f"background must be one of {kinds}, or a colour such as white or #ffffff; {text[:40]!r} was given."
        ) from None


def is_named(kind: str) -> bool:
    """Whether a kind of background can be had by its name alone; a picture cannot."""
    return not any(field.is_required() for field in BACKGROUNDS[kind].model_fields.values())
