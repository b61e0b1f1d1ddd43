"""How a graph cut goes about a picture."""

import numpy as np
import pytest
from skimage import data

from masking_core import GraphCut, Image, Prompts
from masking_core.methods.graph_cut.graph_cut import WHOLE
from masking_core.prompts import Rectangle, Stroke


def noise(height, width):
    return Image.from_array(np.random.default_rng(0).integers(0, 256, (height, width, 3)).astype(np.uint8))


@pytest.mark.parametrize(
    ("exact", "height", "levels"), [(False, 400, 1), (False, 401, 4), (True, 401, 1), (True, 800, 1)]
)
def test_a_picture_is_cut_whole_if_it_is_small_or_must_be_exact(exact, height, levels):
    image = noise(height, 400)
    assert (image.pixels <= WHOLE) == (height <= 400)
    assert len(GraphCut(exact=exact)._pyramid(image).levels) == levels


def test_an_exact_cut_is_near_the_usual_one():
    image = Image.from_array(data.coffee())
    marks = Prompts(
        marks=(
            Rectangle(x=85, y=8, width=470, height=388),
            Stroke(points=((230.0, 100.0), (330.0, 250.0)), width=14),
        )
    )
    usual, exact = (GraphCut(exact=exact).segment(image, marks).labels == 1 for exact in (False, True))
    assert (usual & exact).sum() / (usual | exact).sum() > 0.97
