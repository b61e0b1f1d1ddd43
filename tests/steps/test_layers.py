"""Layers add up: stacked in an image editor, they are the cut-out again."""

import cv2
import numpy as np
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from masking_core import Edge, FuzzyCMeans, Image, KMeans, Manual, Prompts, Recipe
from masking_core.prompts import Ellipse, Rectangle
from masking_core.steps.clean import Clean
from masking_core.steps.edge.feather import Feather
from masking_core.steps.foreground import Foreground
from masking_core.steps.layers import taken_apart

RNG = np.random.default_rng(12)


def stacked(layers, size):
    """What an image editor shows of layers, the first on top."""
    merged = PIL.Image.new("RGBA", size)
    for layer in reversed(layers):
        merged.alpha_composite(PIL.Image.fromarray(layer.rgba), layer.box[:2])
    return np.asarray(merged)


def through_all(layers, shape):
    """Alpha by arithmetic, without an editor's rounding at every step."""
    through = np.ones(shape)
    for layer in layers:
        x, y, width, height = layer.box
        through[y : y + height, x : x + width] *= 1 - layer.rgba[..., 3] / 255
    return 1 - through


def tight(layer):
    shown = layer.rgba[..., 3] > 0
    return shown[0].any() and shown[-1].any() and shown[:, 0].any() and shown[:, -1].any()


def edge(radius):
    return Edge(steps=(Feather(radius=radius),))


def mosaic():
    """A picture of touching cells of four colours, and noise."""
    cells = RNG.integers(0, 4, (6, 8))
    colours = np.array([[220, 40, 40], [40, 180, 60], [50, 60, 210], [230, 220, 90]])
    rgb = np.kron(colours[cells], np.ones((20, 20, 1))) + RNG.normal(0, 6, (120, 160, 3))
    return Image.from_array(rgb.clip(0, 255).astype(np.uint8))


SHAPES = Prompts(
    marks=(
        Rectangle(x=10.3, y=10.6, width=60, height=50),
        Rectangle(x=70.3, y=10.6, width=40, height=50, object=2),
        Ellipse(x=50, y=40, width=60.5, height=60.5, object=3),
        Rectangle(x=130, y=100, width=30, height=20, object=4),
    )
)
ALL = Foreground(rule="picked", picked=(1, 2, 3, 4))
RECIPES = {
    "touching regions": Recipe(method=Manual()),
    "touching regions, feathered": Recipe(method=Manual(), edge=edge(4.0)),
    "hard": Recipe(method=KMeans(objects=4), edge=edge(0.0), foreground=ALL),
    "feather 4": Recipe(method=KMeans(objects=4), edge=edge(4.0), foreground=ALL),
    "automatic feather": Recipe(method=KMeans(objects=4), foreground=ALL),
    "some kept": Recipe(method=KMeans(objects=4), edge=edge(6.0), foreground=Foreground(rule="picked", picked=(2, 4))),
    "memberships": Recipe(method=FuzzyCMeans(objects=4), edge=edge(0.0), foreground=ALL),
    "memberships, feathered": Recipe(method=FuzzyCMeans(objects=4), edge=edge(5.0), foreground=ALL),
    "split": Recipe(method=KMeans(objects=3), clean=Clean(split=True), edge=edge(3.0)),
}


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize("see_through", [False, True])
def test_stacked_layers_are_the_cut_out(name, see_through):
    image = mosaic()
    if see_through:
        image = Image.from_array(image.rgb, np.tile(np.linspace(0, 255, 160).astype(np.uint8), (120, 1)))
    result = Recipe.run(RECIPES[name], image, SHAPES if "regions" in name else None)
    layers = result.layers
    assert len(layers) > 1
    assert np.abs(through_all(layers, (120, 160)) - result.alpha).max() <= 1 / 255
    merged = stacked(layers, image.size)
    assert np.abs(merged[..., 3].astype(int) - result.mask).max() <= 1 + len(layers) // 4  # an editor rounds each step
    seen = result.mask > 30
    assert np.abs(merged[seen][:, :3].astype(int) - result.cutout[seen][:, :3]).max() <= 4
    assert all(tight(layer) for layer in layers)
    assert [layer.label for layer in layers] == [label for label in result.kept if label in {x.label for x in layers}]


def test_each_layer_is_its_object_and_no_ghost_of_another():
    result = Recipe(method=FuzzyCMeans(objects=4), edge=edge(2.0), foreground=ALL).run(mosaic())
    for layer in result.layers:
        whole = layer.whole(result.image.size)[..., 3] > 0
        own = (result.labels == layer.label).astype(np.uint8)
        assert (whole & (own > 0)).sum() > 0.97 * ((own > 0) & (result.mask > 0)).sum()
        assert not (whole & (cv2.dilate(own, np.ones((9, 9), np.uint8)) == 0)).any()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 5), st.sampled_from([0.0, 1.0, 3.0]))
def test_any_alpha_over_any_label_map_adds_up(seed, count, blur):
    random = np.random.default_rng(seed)
    labels = np.kron(random.integers(0, count + 1, (5, 7)), np.ones((6, 6), int)).astype(np.int32)
    alpha = random.random((30, 42), np.float32) if blur else (random.random((30, 42)) > 0.5).astype(np.float32)
    kept = tuple(label for label in range(1, count + 1) if (labels == label).any())
    if not kept:
        return
    layers = list(taken_apart(np.zeros((30, 42, 3), np.uint8), alpha, labels, kept))
    assert np.abs(through_all(layers, (30, 42)) - alpha).max() <= 1 / 255
    assert all(tight(layer) for layer in layers)


def test_nothing_kept_is_no_layer():
    nothing = np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4), np.float32), np.zeros((4, 4), np.int32)
    assert list(taken_apart(*nothing, ())) == []


def test_layers_of_a_hard_edge_are_hard_along_their_seams_too():
    labels = np.kron(np.arange(1, 5).reshape(2, 2), np.ones((500, 700), int)).astype(np.int32)
    alpha = (np.arange(1400) < 900).astype(np.float32) * np.ones((1000, 1), np.float32)
    layers = list(taken_apart(np.zeros((1000, 1400, 3), np.uint8), alpha, labels, (1, 2, 3, 4)))
    boxes = [(0, 0, 700, 500), (700, 0, 200, 500), (0, 500, 700, 500), (700, 500, 200, 500)]
    assert [layer.box for layer in layers] == boxes
    assert all((layer.rgba[..., 3] == 255).all() for layer in layers)


def test_a_soft_seam_fades_over_a_thousandth_of_the_long_side():
    labels = np.kron(np.array([[1, 2]]), np.ones((60, 1000), int)).astype(np.int32)
    alpha = np.ones((60, 2000), np.float32)
    alpha[0, 0] = 0.5  # somewhere the edge is soft
    upper, lower = taken_apart(np.zeros((60, 2000, 3), np.uint8), alpha, labels, (1, 2))
    row = upper.rgba[30, :, 3]  # its box begins at the left
    fading = np.flatnonzero((row > 0) & (row < 255))
    assert 2 <= len(fading) <= 8
    assert abs(fading.mean() - 999.5) < 0.6
    assert lower.box[0] < 1000
