"""Uncertainty is high where a decision was close, and the next place lies deep inside it."""

import numpy as np
import pytest
from skimage import data

from masking_core import Area, GraphCut, Image, KMeans, Prompts, Recipe
from masking_core.kernels.appearance import appearance_learning
from masking_core.prompts.marks import Stroke
from masking_core.uncertainty import next_place, of_membership, of_votes


def test_of_membership():
    certain, torn, background = [1.0, 0.0], [0.5, 0.5], [0.1, 0.0]
    found = of_membership(np.array([[certain, torn, background]], np.float32))
    assert found[0].tolist() == pytest.approx([0.0, 1.0, 0.2])


def test_the_next_place_is_the_middle_of_the_widest_doubt():
    uncertainty = np.zeros((60, 80), np.float32)
    uncertainty[20:41, 30:51] = 0.9
    uncertainty[5, :] = 1.0  # a fine line
    assert next_place(uncertainty) == (40, 30)
    assert next_place(np.zeros((5, 5), np.float32)) is None


def test_closeness_is_the_least_evidence_that_moves_a_pixel():
    unary = np.array([[-3.0, -1.5, -0.7, -0.3, -0.1, 0.1, 0.3, 0.7, 1.5, 3.0]], np.float32)
    found = appearance_learning.uncertainty_of_cut(unary, 1.0, lambda moved, _: moved > 0)
    assert found[0].tolist() == pytest.approx([0, 0.2, 0.6, 0.8, 0.9, 0.9, 0.8, 0.6, 0.2, 0])


def test_marks_are_certain_and_a_mark_takes_doubt_away():
    image = Image.from_array(data.astronaut())
    recipe = Recipe(method=GraphCut())
    before = recipe.run(image).uncertainty
    assert before is not None
    assert before.shape == image.rgb.shape[:2]
    x, y = next_place(before) or (0, 0)
    stroke = Stroke(points=((x - 5.0, float(y)), (x + 5.0, float(y))), width=20.0, object=1)
    after = recipe.run(image, Prompts(marks=(stroke,))).uncertainty
    assert after is not None
    assert after[y, x] == 0 < before[y, x]


def test_groups_of_colours_are_torn_half_way_between_two_centres():
    rgb = np.repeat(np.array([[[0] * 3, [100] * 3]], np.uint8), 20, axis=0).repeat(20, axis=1)
    rgb[0, 0] = 50
    found = Recipe(method=KMeans(objects=2)).run(Image.from_array(rgb)).uncertainty
    assert found is not None
    assert found[0, 0] > 0.9
    assert found[5:].max() < 0.1


def test_outside_the_masking_area_everything_is_certain():
    image = Image.from_array(data.coffee())
    found = Recipe(method=GraphCut(), area=Area(x=100, y=50, width=300, height=250)).run(image).uncertainty
    assert found is not None
    assert not found[:40].any()
    assert found[50:300, 100:400].any()


def test_votes_disagree_most_where_they_are_split_in_half():
    one = np.array([[True, True, False, False]])
    assert np.array_equal(of_votes([one, one, one]), np.zeros((1, 4), np.float32))
    other = np.array([[True, False, True, False]])
    assert np.array_equal(of_votes([one, other]), np.array([[0, 1, 1, 0]], np.float32))
    three = of_votes([one, one, other])
    assert three[0, 1] == pytest.approx(4 * (2 / 3) * (1 / 3))
