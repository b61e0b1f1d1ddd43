"""What a result tells of itself agrees with its label map, its memberships and its alpha."""

import numpy as np
import pytest

from masking_core import Edge, FuzzyCMeans, GraphCut, Image, KMeans, Manual, Prompts, Recipe, Transparent
from masking_core.prompts import Rectangle, Stroke
from masking_core.result import Result, selected_alpha

HARD = Edge(feather=0.0)


def stripes():
    """Black, grey and white stripes, and how much noise."""
    grey = np.repeat(np.repeat(np.uint8([[20, 120, 230]]), 20, axis=1), 40, axis=0)
    noise = np.random.default_rng(0).integers(0, 20, grey.shape, dtype=np.uint8)
    return Image.from_array(grey + noise)


def test_of_memberships_the_uncertainty_is_how_close_the_two_strongest_are():
    result = Recipe(method=FuzzyCMeans(objects=3, alpha="membership")).run(stripes())
    ordered = np.sort(result.membership, axis=2)
    assert result.uncertainty == pytest.approx(1 - (ordered[..., -1] - ordered[..., -2]), abs=1e-5)


def test_where_a_method_draws_its_own_uncertainty_it_is_as_large_as_the_picture_and_else_none():
    stroke = Prompts(marks=(Stroke(points=((5.0, 20.0), (15.0, 20.0)), width=3.0),))
    ramp = Image.from_array(np.tile(np.linspace(0, 255, 60).astype(np.uint8), (40, 1)))
    drawn = Recipe(method=GraphCut()).run(ramp, stroke).uncertainty
    assert drawn.shape == (40, 60)
    assert 0 <= drawn.min() < drawn.max() <= 1
    box = Prompts(marks=(Rectangle(x=5, y=5, width=20, height=20),))
    assert Recipe(method=Manual()).run(stripes(), box).uncertainty is None


def test_the_alpha_of_one_object_is_its_own_and_together_they_are_the_whole():
    result = Recipe(method=KMeans(objects=3), edge=HARD).run(stripes())
    for label in (1, 2, 3):
        assert np.array_equal(result.object_alpha(label) == 1, result.labels == label)
    assert np.array_equal(sum(result.object_alpha(label) for label in result.kept), result.alpha)


def test_membership_counts_only_where_clean_up_left_the_label():
    found = np.array([[1, 1, 2, 2]], np.int32)
    tidied = np.array([[1, 2, 2, 1]], np.int32)
    membership = np.array([[[0.9, 0.1], [0.6, 0.3], [0.2, 0.7], [0.4, 0.5]]], np.float32)
    assert selected_alpha(tidied, found, membership, (1,), None)[0] == pytest.approx([0.9, 0, 0.2, 1])
    assert selected_alpha(tidied, found, membership, (1, 2), None)[0] == pytest.approx([1, 1, 0.9, 1])
    assert selected_alpha(tidied, found, None, (2,), None)[0].tolist() == [0, 1, 1, 0]
    assert not selected_alpha(tidied, found, membership, (), None).any()
    shares = selected_alpha(
        found, found, membership, (2,), lambda numbers: np.full((1, 4), 0.25 * numbers[0], np.float32)
    )
    assert (shares == 0.5).all()


def test_a_layer_lies_in_its_place():
    result = Recipe(method=KMeans(objects=3), edge=HARD).run(stripes())
    for layer in result.layers:
        whole = layer.whole(result.image.size)
        assert np.array_equal(whole[..., 3] == 255, result.labels == layer.label)
        assert layer.share == pytest.approx((result.labels == layer.label).mean())


def test_nothing_cut_out_is_empty_everywhere():
    result = Result.empty(stripes(), Transparent())
    assert not result.alpha.any()
    assert not result.rgba.any()
    assert (result.objects, result.layers, result.uncertainty, result.trimap) == ((), (), None, None)
