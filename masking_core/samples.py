"""Pictures to try things on: those that come inside scikit-image's package, so that none is ever downloaded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import skimage.data

from masking_core.errors import ParameterError
from masking_core.image import Image


class Sample(NamedTuple):
    """A sample picture: its ``title``, one sentence on what it is good for (``caption``), and how it is loaded."""

    title: str
    caption: str
    load: Callable[[], Any]


def _motorcycle() -> Any:
    left, *_ = skimage.data.stereo_motorcycle()
    return left


SAMPLES: dict[str, Sample] = {  # the first is what a visitor sees first: its cut-out is clean with the defaults
    "coffee": Sample(
        "Coffee",
        "A red cup on red-brown wood: colour alone does not tell them apart, a few strokes do.",
        skimage.data.coffee,
    ),
    "retina": Sample(
        "Retina", "A bright disc on black: any method cuts it out cleanly, whatever the settings.", skimage.data.retina
    ),
    "astronaut": Sample(
        "Astronaut",
        "A portrait before a busy background: hair and shadows to refine, a flag and a rocket to leave out.",
        skimage.data.astronaut,
    ),
    "cat": Sample("Cat", "Fur and whiskers: a soft edge for feathering and matting.", skimage.data.chelsea),
    "tissue": Sample(
        "Stained tissue",
        "Brown cells, blue nuclei, white ground: three groups of colours are what clustering by colour does best.",
        skimage.data.immunohistochemistry,
    ),
    "rocket": Sample(
        "Rocket", "A slender shape and lattice towers against a sky that changes smoothly.", skimage.data.rocket
    ),
    "coins": Sample(
        "Coins",
        "Two dozen grey objects on an uneven ground: flooding from marks separates them one by one.",
        skimage.data.coins,
    ),
    "motorcycle": Sample(
        "Motorcycle",
        "Spokes, chrome and clutter: the hard case, for strokes and a graph cut.",
        _motorcycle,
    ),
}


def samples() -> tuple[str, ...]:
    """The names of the sample pictures, the one to begin with first."""
    return tuple(SAMPLES)


def sample(name: str) -> Image:
    """The sample picture of that name, at full size. Raises :class:`ParameterError` for an unknown one.

    >>> sample("coffee").size
    (600, 400)
    """
    if name not in SAMPLES:
        raise ParameterError(f"There is no sample picture {name!r}; there are {', '.join(SAMPLES)}.")
    return Image.from_array(SAMPLES[name].load(), name=name)
