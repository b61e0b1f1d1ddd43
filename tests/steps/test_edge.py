import numpy as np
import pytest
from scipy import ndimage

from masking_core import Image, ParameterError
from masking_core.steps.edge import EDGE_STEPS, STYLES, Edge, Seen
from masking_core.steps.edge.feather import Feather

SEEN = Seen(Image.from_array(np.zeros((1, 1, 3), np.uint8)))
"""For steps that look at nothing but alpha."""


def disc(radius=20, size=81):
    rows, columns = np.ogrid[:size, :size]
    return ((rows - size // 2) ** 2 + (columns - size // 2) ** 2 <= radius**2).astype(np.float32)


def half():
    alpha = np.zeros((100, 120), np.float32)
    alpha[:, 60:] = 1
    return alpha


def test_a_feather_of_zero_is_a_hard_mask():
    assert np.array_equal(Edge(feather=0).apply(disc(), SEEN), disc())


@pytest.mark.parametrize("feather", [None, 0.5, 3.0, 20.0])
def test_alpha_stays_between_nothing_and_everything(feather):
    alpha = Edge(feather=feather).apply(disc(), SEEN)
    assert alpha.dtype == np.float32
    assert alpha.min() >= 0
    assert alpha.max() <= 1


def test_an_object_that_runs_off_the_picture_does_not_fade_at_the_frame():
    alpha = Edge(feather=10).apply(half(), SEEN)
    assert np.allclose(alpha[0], alpha[50], atol=1e-6)
    assert alpha[0, -1] == pytest.approx(1)


def test_the_edge_fades_over_its_radius_and_not_beyond():
    alpha = Edge(feather=10).apply(half(), SEEN)[50]
    assert alpha[59] < 0.5 < alpha[60]
    assert (np.diff(alpha) >= 0).all()
    assert alpha[60 + 12] > 0.98
    assert alpha[60 - 13] < 0.02


@pytest.mark.parametrize("distance", [1.0, 4.0, 7.5])
def test_growing_and_shrinking_move_the_edge_by_the_euclidean_distance(distance):
    grown = Edge(grow=distance, feather=0).apply(disc(), SEEN)
    assert np.array_equal(grown == 1, ndimage.distance_transform_edt(disc() == 0) <= distance + 1e-4)
    shrunk = Edge(grow=-distance, feather=0).apply(disc(), SEEN)
    assert np.array_equal(shrunk == 1, ndimage.distance_transform_edt(disc() == 1) > distance + 1e-4)


def test_a_pixel_at_half_opacity_is_the_object_s_first():
    alpha = np.tile(np.array([0, 0, 0.5, 1, 1, 1], np.float32), (6, 1))
    assert Edge(grow=1, feather=0).apply(alpha, SEEN)[3].tolist() == [0, 1, 1, 1, 1, 1]
    assert Edge(grow=-1, feather=0).apply(alpha, SEEN)[3].tolist() == [0, 0, 0, 1, 1, 1]


def test_growing_everything_or_nothing_changes_nothing():
    for alpha in (np.ones((9, 9), np.float32), np.zeros((9, 9), np.float32)):
        assert np.array_equal(Edge(grow=3, feather=0).apply(alpha, SEEN), alpha)


@pytest.mark.parametrize("radius", [0.5, 2.0, 9.0])
def test_smoothing_leaves_a_straight_edge_as_steep_as_a_pixel(radius):
    smooth = Edge(smooth=radius, feather=0).apply(half(), SEEN)
    assert np.abs(smooth - half())[50].sum() <= 0.5


def test_smoothing_takes_off_teeth_and_keeps_the_area():
    toothed = disc(30)
    toothed[3::6, 70:] = 1  # hairs of one pixel
    smooth = Edge(smooth=4, feather=0).apply(toothed, SEEN)
    assert smooth[3::6, 74:].max() < 0.5
    assert abs(smooth.sum() - disc(30).sum()) / disc(30).sum() < 0.03


@pytest.mark.parametrize("amount", [0.2, 0.5, 0.8, 1.0])
def test_contrast_squeezes_what_is_soft_into_the_share_that_is_left(amount):
    alpha = np.linspace(0, 1, 1001, dtype=np.float32)[None]
    harder = Edge(contrast=amount, feather=0).apply(alpha, SEEN)
    left = (1 - amount) / 2
    assert np.array_equal(harder[0, [0, 500, 1000]], [0, 1 if amount == 1 else 0.5, 1])
    assert (harder[alpha < 0.5 - left] == 0).all()
    assert (harder[alpha > 0.5 + left] == 1).all()
    inner = np.abs(alpha - 0.5) < left - 1e-3
    assert (np.diff(harder[inner]) > 0).all()
    assert harder[inner] == pytest.approx((alpha[inner] - 0.5 + left) / (1 - amount or 1), abs=1e-4)


def test_an_automatic_feather_is_a_thousandth_of_the_long_side_and_none_where_it_was_drawn_exactly():
    alpha = np.zeros((60, 4000), np.float32)
    alpha[:, 2000:] = 1
    step = Feather()
    assert np.array_equal(step.apply(alpha.copy(), Seen(SEEN.image, anti_aliased=True)), alpha)
    made = step.apply(alpha.copy(), SEEN)
    assert made == pytest.approx(ndimage.gaussian_filter(alpha, 2, mode="nearest"), abs=2e-3)


def test_radii_follow_the_size_of_a_preview():
    large = np.kron(disc(), np.ones((4, 4), np.float32))
    edge = Edge(grow=4, feather=16)
    preview = edge.scaled(0.25).apply(disc(), SEEN)
    full = edge.apply(large, SEEN).reshape(81, 4, 81, 4).mean(axis=(1, 3))
    assert np.abs(preview - full).mean() < 0.01


@pytest.mark.parametrize("kind", EDGE_STEPS)
def test_a_step_that_says_it_is_idle_changes_nothing_and_the_others_something(kind):
    step = EDGE_STEPS[kind]
    low = step.main().low
    if low is None or low > 0:  # it has no value that changes nothing
        assert not step().idle
        return
    alpha = disc()
    alpha[19:22, 30:50:2] = 0.3  # teeth, and softness
    seen = Seen(Image.from_array(np.zeros((81, 81, 3), np.uint8)))
    name = step.main().name
    still, moving = step(**{name: 0.0}), step(**{name: min(3.0, step.main().high)})
    assert still.idle
    assert np.array_equal(still.apply(alpha, seen), alpha)
    assert not moving.idle
    assert not np.array_equal(moving.apply(alpha, seen), alpha)


@pytest.mark.parametrize("name", STYLES)
def test_a_draft_of_an_edge_has_no_slow_step_and_keeps_the_others(name):
    edge = Edge(grow=4).with_style(name)
    assert not any(step.slow for step in edge.draft.steps)
    assert edge.draft.step("grow") == edge.step("grow")
    assert (edge.draft == edge) == (name in {"hard", "smooth"})


def fringed():
    """A disc whose rim fades over 24 pixels into another colour, as a picture and as a hard mask."""
    rows, columns = np.ogrid[:161, :161]
    share = np.clip((50 - np.hypot(rows - 80, columns - 80)) / 24 + 0.5, 0, 1)[..., None]
    rgb = share * np.array([220, 40, 40]) + (1 - share) * np.array([30, 160, 60])
    return Seen(Image.from_array(np.rint(rgb).astype(np.uint8))), (share[..., 0] >= 0.5).astype(np.float32)


@pytest.mark.parametrize("name", ["matte", "automatic"])
def test_the_trimap_is_what_the_matte_takes_as_certain(name):
    seen, alpha = fringed()
    edge = STYLES[name]
    trimap = edge.trimap(alpha.copy(), seen)
    assert set(np.unique(trimap)) == {0, 128, 255}
    made = edge.apply(alpha.copy(), seen)
    assert (made[trimap == 0] == 0).all()
    assert (made[trimap == 255] == 1).all()
    assert np.array_equal(Edge(grow=3).with_style(name).trimap(alpha.copy(), seen) == 255, trimap == 255) is False


def test_the_stages_of_a_matte_begin_with_the_alpha_before_and_end_with_that_after():
    seen, alpha = fringed()
    edge = STYLES["matte"]
    trimap, last = edge.stages(alpha.copy(), seen)
    for picture, shown in (
        (trimap.render(0), alpha),
        (last.render(0), alpha),
        (last.render(1), edge.apply(alpha.copy(), seen)),
    ):
        assert np.array_equal(picture, np.repeat(np.rint(255 * shown)[..., None], 3, axis=2))


@pytest.mark.parametrize("name", ["hard", "smooth", "automatic"])
def test_an_edge_that_leaves_nothing_open_has_no_trimap(name):
    seen = Seen(Image.from_array(np.repeat(np.rint(255 * disc())[..., None].astype(np.uint8), 3, axis=2)))
    assert STYLES[name].trimap(disc(), seen) is None


@pytest.mark.parametrize("name", ["matte", "automatic"])
def test_where_hair_was_painted_a_matte_decides_even_on_a_sharp_edge(name):
    image = Image.from_array(np.repeat(np.rint(255 * disc())[..., None].astype(np.uint8), 3, axis=2))
    hair = np.zeros((81, 81), bool)
    hair[35:45, 50:70] = True
    trimap = STYLES[name].trimap(disc(), Seen(image, hair))
    assert (trimap[hair] == 128).all()
    assert trimap[40, 40] == 255
    made = STYLES[name].apply(disc(), Seen(image, hair))
    assert np.abs(made - disc()).max() < 0.1  # the colours tell the sharp edge again


@pytest.mark.parametrize("name", STYLES)
def test_a_style_is_known_again_whatever_else_is_done_to_the_edge(name):
    assert Edge(grow=4).with_style(name).style == STYLES[name].style == name


def test_a_combination_of_its_own_is_no_style():
    steps = tuple(EDGE_STEPS[kind]() for kind in ("automatic", "matte"))
    assert Edge(steps=steps).style == ""


def test_an_edge_is_named_by_a_style_or_by_its_steps():
    for name, style in STYLES.items():
        assert Edge.named(name) == style
    kinds = list(EDGE_STEPS)
    assert [step.kind for step in Edge.named(",".join(kinds)).steps] == kinds
    for text in ("nonsense", f"{kinds[0]},nonsense", ""):
        with pytest.raises(ParameterError, match="edge must be one of automatic, hard, smooth, matte, or steps of"):
            Edge.named(text)
