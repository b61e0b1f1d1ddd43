"""Large pictures are worked on in bands of rows; nothing of a result may tell where one band ends."""

import numpy as np
import pytest

from masking_core import Image, Prompts, Recipe, export, progress
from masking_core.kernels import feather
from masking_core.methods import METHODS
from masking_core.models import files
from masking_core.prompts import Rectangle, Stroke
from masking_core.steps.backgrounds import BACKGROUNDS
from masking_core.steps.edge import EDGE_STEPS, Edge

HEIGHT, WIDTH = 190, 230
SMALL, WHOLE = 700, 10**9
"""Pixels of a band: three rows of the scene; all of it."""


def scene(height, width):
    """A bright, slightly translucent disc with a thin arm, on dark noise."""
    rows, columns = np.ogrid[:height, :width]
    away = np.hypot(rows - height / 2, columns - width / 2) - height / 3
    arm = (abs(rows - columns * height / width) < height / 150) & (columns > width / 2)
    inside = np.maximum(np.clip(0.5 - away, 0, 1), arm)[..., None].astype(np.float32)
    noise = np.random.default_rng(3).integers(0, 60, (height, width, 3), np.uint8)
    return Image((noise + inside * (170, 130, 60)).astype(np.uint8))


def marks(height, width):
    """A rectangle, and a stroke inside and one outside of the disc, each crossing many bands."""
    middle, outer = width / 2, width / 20
    return Prompts(
        marks=(
            Rectangle(x=width / 8, y=height / 8, width=3 * width / 4, height=3 * height / 4),
            Stroke(points=((middle, 0.35 * height), (middle, 0.65 * height)), width=height / 40),
            Stroke(points=((outer, 0.1 * height), (outer, 0.9 * height)), width=height / 40, object=0),
        )
    )


def banded(monkeypatch, recipe, pixels, size=(HEIGHT, WIDTH)):
    monkeypatch.setattr(progress, "BAND", pixels)
    monkeypatch.setattr(feather, "BAND", pixels)
    monkeypatch.setattr(feather, "REACHES", 0)
    return recipe.run(scene(*size), marks(*size))


def everything(result):
    """All pictures of a result, made while the bands are what they are."""
    colours = export.coloured_labels(result.labels)
    return result.labels, result.alpha, result.rgba, result.cutout, result.trimap, colours


def recipes():
    ready = [method() for name, method in METHODS.items() if name != "subject" or files.is_ready(method().model)]
    cut = {method.id: Recipe(method=method) for method in ready}
    plain = METHODS["graph_cut"]()
    edged = {kind: Recipe(method=plain, edge=Edge(steps=(step(),))) for kind, step in EDGE_STEPS.items()}
    kinds = [kind for kind in BACKGROUNDS if kind != "picture"]
    grounds = {kind: Recipe(method=plain, background=BACKGROUNDS[kind]()) for kind in kinds}
    return {**cut, **edged, **grounds}


@pytest.mark.parametrize("recipe", recipes().values(), ids=recipes())
def test_bands_of_a_few_rows_give_what_one_for_all_gives(recipe, monkeypatch):
    whole = everything(banded(monkeypatch, recipe, WHOLE))
    for one, other in zip(whole, everything(banded(monkeypatch, recipe, SMALL)), strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("method", ["kmeans", "graph_cut"])
def test_twelve_megapixels_are_labelled_as_if_they_were_not_divided(method, monkeypatch):
    size = (3000, 4000)
    recipe = Recipe(method=METHODS[method]())
    parts = banded(monkeypatch, recipe, 1_000_000, size)
    whole = banded(monkeypatch, recipe, WHOLE, size)
    assert np.array_equal(parts.labels, whole.labels)
    assert np.array_equal(parts.alpha, whole.alpha)
