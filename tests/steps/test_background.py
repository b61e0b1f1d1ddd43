from io import BytesIO
from typing import Literal

import numpy as np
import PIL.Image
import pytest
from scipy import ndimage

from masking_core import (
    Behind,
    Blurred,
    Colour,
    Dimmed,
    Gradient,
    Image,
    ImageError,
    KMeans,
    ParameterError,
    Prompts,
    Recipe,
    Transparent,
    compose,
)
from masking_core.sharing.links import from_query, to_query
from masking_core.sharing.program import parameter_reference
from masking_core.steps.backgrounds import BACKGROUNDS, Background, background_named
from masking_core.steps.backgrounds.original import _filled
from masking_core.steps.backgrounds.suggestions import common_colours
from masking_core.steps.compose import on_checkerboard


def picture(height=30, width=40):
    return Image.from_array(np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8), name="noise")


def ramp(height=30, width=40):
    return np.linspace(0, 1, height * width, dtype=np.float32).reshape(height, width)


def png(colour, size=(10, 30)):
    file = BytesIO()
    PIL.Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


EVERY_BACKGROUND = [Behind.holding(png("red")) if kind == "picture" else BACKGROUNDS[kind]() for kind in BACKGROUNDS]
OPAQUE = [background for background in EVERY_BACKGROUND if background.opaque]


@pytest.mark.parametrize("background", EVERY_BACKGROUND, ids=lambda background: background.kind)
def test_where_alpha_is_one_the_picture_is_untouched(background):
    image, alpha = picture(), (ramp() > 0.5).astype(np.float32)
    rgba = compose(image, alpha, background)
    assert rgba.shape == (30, 40, 4)
    assert rgba.dtype == np.uint8
    assert np.array_equal(rgba[alpha == 1, :3], image.rgb[alpha == 1])


@pytest.mark.parametrize("blending", ["linear", "srgb"])
@pytest.mark.parametrize("background", OPAQUE, ids=lambda background: background.kind)
def test_what_is_half_transparent_is_mixed_by_alpha(background, blending):
    image, background = picture(), background.changed(blending=blending)
    behind = background.paint(image, ramp())
    mixed = compose(image, ramp(), background)
    weight = np.rint(ramp() * 255)[..., None] / 255
    light = light_of if blending == "linear" else np.asarray
    expected = light(image.rgb / 255) * weight + light(behind[..., :3] / 255) * (1 - weight)
    assert (mixed[..., 3] == 255).all()
    found = light(mixed[..., :3] / 255)
    step = np.abs(light((mixed[..., :3].astype(float) + 1) / 255) - found)
    assert (np.abs(found - expected) <= 1.01 * step + 1 / 4095).all()


def light_of(value):
    """Linear light of sRGB values in [0, 1], as the standard says it."""
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def test_transparent_keeps_straight_colours_and_alpha_and_nothing_of_what_went():
    rgba = compose(picture(), ramp(), Transparent())
    share = np.rint(ramp() * 255).astype(np.uint8)
    assert np.array_equal(rgba[share > 0, :3], picture().rgb[share > 0])
    assert not rgba[share == 0].any()
    assert np.array_equal(rgba[..., 3], share)


@pytest.mark.parametrize("background", OPAQUE, ids=lambda background: background.kind)
def test_where_the_original_is_transparent_what_is_made_of_it_is_too(background):
    alpha = np.full((30, 40), 255, np.uint8)
    alpha[:, :20] = 0
    image = Image.from_array(np.dstack([picture().rgb, alpha]))
    rgba = compose(image, np.zeros((30, 40), np.float32), background)
    made_of_it = background.kind in {"dimmed", "blurred", "grey"}
    assert (rgba[:, :20, 3] == (0 if made_of_it else 255)).all()
    assert (rgba[:, 20:, 3] == 255).all()
    assert not rgba[rgba[..., 3] == 0].any()


def test_a_picture_behind_that_is_transparent_stays_so():
    file = BytesIO()
    PIL.Image.new("RGBA", (10, 10), (255, 0, 0, 128)).save(file, "PNG")
    rgba = compose(picture(), np.zeros((30, 40), np.float32), Behind.holding(file.getvalue()))
    assert (rgba == (255, 0, 0, 128)).all()


def test_a_contained_picture_leaves_the_rest_transparent_and_a_tiled_one_repeats():
    behind = Behind.holding(png("red", (10, 10)))
    rgba = compose(picture(), np.zeros((30, 40), np.float32), behind.changed(fit="contain"))
    assert (rgba[:, 5:35] == (255, 0, 0, 255)).all()
    assert not rgba[:, :5].any()
    assert not rgba[:, 35:].any()
    tile = np.random.default_rng(0).integers(0, 256, (10, 10, 3)).astype(np.uint8)
    file = BytesIO()
    PIL.Image.fromarray(tile).save(file, "PNG")
    tiled = compose(
        picture(), np.zeros((30, 40), np.float32), Behind.holding(file.getvalue()).changed(fit="tile", x=0.0, y=0.0)
    )
    assert np.array_equal(tiled[..., :3], np.tile(tile, (3, 4, 1)))


def test_the_object_does_not_bleed_into_the_blur():
    rgb = np.full((60, 60, 3), 200, np.uint8)
    rgb[21:39, 21:39] = (255, 0, 0)
    alpha = np.zeros((60, 60), np.float32)
    alpha[21:39, 21:39] = 1
    painted = Blurred(radius=20.0).paint(Image.from_array(rgb), alpha)
    assert np.abs(painted.astype(int) - 200).max() <= 1


@pytest.mark.parametrize(("opacity", "share"), [(0, 0.0), (51, 1 / 6)])
def test_nor_does_what_is_transparent_bleed_into_it_more_than_it_shows(opacity, share):
    rgb, seen = np.full((60, 60, 3), 200, np.uint8), np.full((60, 60), 255, np.uint8)
    rgb[::2], seen[::2] = 20, opacity  # every other row, so that the blur is the weighted mean
    painted = Blurred(radius=20.0).paint(Image.from_array(rgb, seen), np.zeros((60, 60), np.float32))
    assert np.abs(painted[20:40, 20:40, :3] - (200 - 180 * share)).max() <= 3


@pytest.mark.parametrize("shape", ["linear", "radial"])
def test_a_gradient_goes_from_one_colour_to_the_other(shape):
    image = Image.from_array(np.zeros((101, 101, 3), np.uint8))
    gradient = Gradient(shape=shape, start="#000000", end="#ffffff", angle=0.0)
    painted = gradient.paint(image, np.zeros((101, 101), np.float32))[50, :, 0].astype(int)
    ramp = painted[50:] if shape == "radial" else painted
    assert (np.diff(ramp) >= 0).all()
    assert ramp[0] < 30
    assert ramp[-1] > 170
    if shape == "linear":
        assert painted[50] == 188, "half the light is 188 in sRGB"


@pytest.mark.parametrize("angle", [0.0, 30.0, 90.0, 200.0, 315.0])
def test_a_gradient_grows_evenly_in_its_direction_from_corner_to_corner(angle):
    gradient = Gradient(start="#000000", end="#ffffff", angle=angle)
    painted = gradient.paint(Image.from_array(np.zeros((60, 100, 3), np.uint8)), np.zeros((60, 100), np.float32))
    y, x = np.mgrid[:60, :100] + 0.5
    light = light_of(painted[..., 0].ravel() / 255)
    plane, *_ = np.linalg.lstsq(np.c_[x.ravel(), y.ravel(), np.ones(6000)], light, rcond=None)
    assert np.abs(np.c_[x.ravel(), y.ravel(), np.ones(6000)] @ plane - light).max() < 0.01
    assert plane[:2] / np.hypot(*plane[:2]) == pytest.approx(
        [np.cos(np.radians(angle)), np.sin(np.radians(angle))], abs=0.01
    )
    corners = [np.array([a, b, 1]) @ plane for a in (0, 100) for b in (0, 60)]
    assert (min(corners), max(corners)) == (pytest.approx(0, abs=0.01), pytest.approx(1, abs=0.01))


def test_a_radial_gradient_depends_on_the_way_from_the_middle_alone_and_ends_in_the_corners():
    gradient = Gradient(shape="radial", start="#000000", end="#ffffff")
    painted = gradient.paint(Image.from_array(np.zeros((60, 100, 3), np.uint8)), np.zeros((60, 100), np.float32))
    y, x = np.mgrid[:60, :100] + 0.5
    assert light_of(painted[..., 0] / 255) == pytest.approx(np.hypot(x - 50, y - 30) / np.hypot(50, 30), abs=0.01)


def test_the_more_it_is_dimmed_the_darker_and_greyer_it_is():
    image, whole = picture(), np.zeros((30, 40), np.float32)
    shown = [Dimmed(amount=amount).paint(image, whole).astype(int) for amount in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert (np.diff([each.mean() for each in shown]) < -5).all()
    assert (np.diff([np.ptp(each, axis=2).mean() for each in shown]) < -5).all()
    assert np.ptp(shown[-1], axis=2).max() == 0
    assert shown[-1].max() < 45
    grey = BACKGROUNDS["grey"]().paint(image, whole).astype(float)
    assert np.abs(shown[-1] / 0.15 - grey).max() < 8


def test_a_drop_shadow_is_the_object_moved_and_a_contact_shadow_lies_flat_under_its_foot():
    image, alpha = Image.from_array(np.full((100, 100, 3), 255, np.uint8)), np.zeros((100, 100), np.float32)
    alpha[10:60, 30:50] = 1
    how = {"shadow_blur": 0.0, "shadow_x": 7.0, "shadow_strength": 0.4, "shadow_colour": "#ff0000"}
    drop = compose(image, alpha, Transparent(shadow="drop", shadow_y=-3.0, **how))
    moved = np.zeros((100, 100), bool)
    moved[7:57, 37:57] = True
    assert (drop[moved & (alpha == 0)] == (255, 0, 0, 102)).all()
    assert not drop[~moved & (alpha == 0)].any()
    contact = compose(image, alpha, Transparent(shadow="contact", shadow_y=2.0, **how))
    shadow = np.argwhere((contact[..., 3] > 50) & (alpha == 0))
    # Six rows, 0.12 of the object's fifty, that end two below its foot in row 59.
    assert shadow.min(axis=0).tolist() == [56, 37]
    assert shadow.max(axis=0).tolist() == [61, 56]


@pytest.mark.parametrize("shadow", ["drop", "contact"])
def test_a_shadow_darkens_what_is_behind_and_never_the_object(shadow):
    image = Image.from_array(np.full((80, 80, 3), 255, np.uint8))
    alpha = np.zeros((80, 80), np.float32)
    alpha[20:50, 25:55] = 1
    plain = compose(image, alpha, Colour())
    shaded = compose(image, alpha, Colour(shadow=shadow, shadow_blur=4.0, shadow_x=6.0, shadow_y=6.0))
    assert (shaded <= plain).all()
    assert np.array_equal(shaded[alpha == 1], plain[alpha == 1])
    assert shaded[53, 45, 0] < 220
    assert (shaded[:10] == 255).all()
    alone = compose(image, alpha, Transparent(shadow=shadow, shadow_blur=4.0, shadow_x=6.0, shadow_y=6.0))
    assert 0 < alone[53, 45, 3] < 255
    assert (alone[53, 45, :3] == 0).all()


def test_matching_light_moves_the_mean_all_of_the_way_and_half_of_it():
    image = Image.from_array(np.full((20, 20, 3), 60, np.uint8))
    alpha = np.zeros((20, 20), np.float32)
    alpha[5:15, 5:15] = 1
    means = [int(compose(image, alpha, Colour(colour="#c8c8c8", match_light=m))[10, 10, 0]) for m in (0.0, 0.5, 1.0)]
    assert means[0] == 60
    assert 110 < means[1] < 145
    assert abs(means[2] - 200) <= 1


@pytest.mark.parametrize(
    ("text", "kind"), [("white", "colour"), ("#fff", "colour"), ("dimmed", "dimmed"), ("grey", "grey")]
)
def test_a_word_stands_for_a_background(text, kind):
    assert background_named(text).kind == kind


@pytest.mark.parametrize("text", ["picture", "nothing", "", "#12", "rgba(1,2,3,0.5)"])
def test_a_word_that_stands_for_none_is_one_sentence(text):
    with pytest.raises(ParameterError, match="background must be one of"):
        background_named(text)


def test_a_new_background_is_found_everywhere():
    class Black(Background):
        """All black."""

        title = "Black"
        kind: Literal["black"] = "black"

        def paint(self, image, alpha):
            return np.zeros((*alpha.shape, 3), np.uint8)

    BACKGROUNDS.add(Black)
    try:
        recipe = Recipe(method=KMeans(), background=Black())
        assert background_named("black") == Black()
        assert Recipe.from_json(recipe.to_json()) == recipe
        assert from_query(to_query("cat", recipe, Prompts())).recipe == recipe
        assert "## Background: Black" in parameter_reference()
    finally:
        BACKGROUNDS.remove("black")


def test_a_colour_is_exactly_that_colour():
    rgba = compose(picture(), np.zeros((30, 40), np.float32), Colour(colour="#12ab34"))
    assert (rgba == (0x12, 0xAB, 0x34, 255)).all()
    with pytest.raises(ParameterError, match="colour"):
        Colour(colour="green")


def test_dimming_by_nothing_leaves_the_original():
    rgba = compose(picture(), np.zeros((30, 40), np.float32), Dimmed(amount=0.0))
    assert np.array_equal(rgba[..., :3], picture().rgb)


@pytest.mark.parametrize("size", [(10, 30), (300, 20), (41, 31)])
def test_another_picture_covers_everything_whatever_its_shape(size):
    rgba = compose(picture(), np.zeros((30, 40), np.float32), Behind.holding(png((200, 10, 30), size)))
    assert (rgba == (200, 10, 30, 255)).all()


def test_what_is_no_picture_is_one_sentence():
    with pytest.raises(ImageError):
        compose(picture(), ramp(), Behind.holding(b"no picture"))


def test_alpha_of_another_size_is_one_sentence():
    with pytest.raises(ParameterError, match="alpha must be"):
        compose(picture(), ramp(3, 3), Transparent())


def test_a_background_survives_json():
    for background in EVERY_BACKGROUND:
        assert type(background).model_validate_json(background.model_dump_json()) == background


def test_a_picture_behind_that_is_no_base64_is_refused():
    good = Behind.holding(png("red")).model_dump_json()
    with pytest.raises(ParameterError, match="data"):
        Behind.model_validate_json(good.replace('"data":"', '"data":"$'))


def test_the_checkerboard_shows_where_alpha_is_nothing():
    rgba = np.zeros((24, 24, 4), np.uint8)
    rgba[:, :12] = (10, 20, 30, 255)
    shown = on_checkerboard(rgba)
    assert (shown[:, :12] == (10, 20, 30)).all()
    assert set(np.unique(shown[:, 12:])) == {205, 245}


def test_suggested_colours_are_those_of_the_picture_by_how_much_of_it_they_fill():
    rgb = np.full((60, 80, 3), (250, 240, 10), np.uint8)
    rgb[:, :30] = 20, 40, 200
    rgb[:20, 70:] = 200, 10, 30
    assert common_colours(Image.from_array(rgb)) == ("#faf00a", "#1428c8", "#c80a1e")
    assert common_colours(Image.from_array(rgb), 1) == common_colours(Image.from_array(rgb), 1)
    assert len(common_colours(Image.from_array(rgb), 2)) == 2


def test_transparent_pixels_suggest_no_colour():
    rgba = np.zeros((40, 40, 4), np.uint8)
    rgba[:10] = 10, 200, 90, 255
    rgba[20:, :, :3] = np.random.default_rng(1).integers(0, 256, (20, 40, 3))
    assert common_colours(Image.from_array(rgba)) == ("#0ac85a",)
    assert common_colours(Image.from_array(np.zeros((8, 8, 4), np.uint8))) == ()


@pytest.mark.parametrize("shape", [(h, w) for h in range(1, 8) for w in range(1, 8)], ids=str)
def test_gaps_of_any_small_picture_take_the_colour_around_them(shape):
    weight = np.ones((*shape, 1), np.float32)
    weight.ravel()[1:-1:2] = 0
    colours = np.float32([200, 100, 50]) * weight
    filled = _filled(np.concatenate([colours, weight], axis=2))
    assert filled == pytest.approx(np.broadcast_to(np.float32([200, 100, 50]), (*shape, 3)), rel=1e-4)


@pytest.mark.parametrize("blending", ["linear", "srgb"])
def test_over_a_translucent_picture_both_shares_count(blending):
    """Porter and Duff (1984): each colour by what is seen of it."""
    lower = np.random.default_rng(1).integers(0, 256, (30, 40, 4), dtype=np.uint8)
    lower[..., 3] = np.tile(np.linspace(20, 250, 40).astype(np.uint8), (30, 1))
    file = BytesIO()
    PIL.Image.fromarray(lower).save(file, "PNG")
    made = compose(picture(), ramp(), Behind.holding(file.getvalue()).changed(blending=blending)).astype(float)
    light = light_of if blending == "linear" else np.asarray
    a = np.rint(ramp() * 255)[..., None] / 255
    b = lower[..., 3:] / 255 * (1 - a)
    expected = (light(picture().rgb / 255) * a + light(lower[..., :3] / 255) * b) / (a + b)
    assert np.abs(made[..., 3:] / 255 - (a + b)).max() <= 0.51 / 255
    found = light(made[..., :3] / 255)
    step = np.abs(light((made[..., :3] + 1) / 255) - found)
    assert (np.abs(found - expected) <= 1.01 * step + 1 / 4095).all()


def test_a_shadow_is_blurred_by_a_gaussian_of_half_its_radius():
    alpha = np.zeros((60, 80), np.float32)
    alpha[20:40, 30:50] = 1
    how = {"shadow_blur": 6.0, "shadow_x": 4.0, "shadow_y": -5.0, "shadow_strength": 0.8}
    made = compose(Image.from_array(np.zeros((60, 80, 3), np.uint8)), alpha, Transparent(shadow="drop", **how))
    thrown = ndimage.gaussian_filter(np.roll(alpha, (-5, 4), (0, 1)).astype(float), 3.0) * 0.8
    assert np.abs(made[..., 3] / 255 - thrown)[alpha == 0].max() < 0.01


def test_a_contact_shadow_lies_where_what_is_half_opaque_ends():
    image, alpha = Image.from_array(np.zeros((60, 60, 3), np.uint8)), np.zeros((60, 60), np.float32)
    alpha[10:40, 20:40], alpha[39, 20:40], alpha[40:50, 20:40] = 1, 0.5, 0.49
    how = {"shadow_blur": 0.0, "shadow_strength": 1.0, "shadow_y": 0.0, "shadow_x": 30.0}
    made = compose(image, alpha, Transparent(shadow="contact", **how))
    assert (made[:, 55, 3] > 126).nonzero()[0].max() == 39
    assert not compose(image, np.zeros((60, 60), np.float32), Transparent(shadow="contact", **how)).any()


def test_light_is_matched_to_what_is_seen_of_the_background_and_by_what_is_seen_of_the_object():
    rgb = np.full((20, 40, 3), 60, np.uint8)
    rgb[:, :10] = 250  # nothing of this is kept, nor does it count
    alpha = np.tile((np.arange(40) >= 20).astype(np.float32), (20, 1))
    lower = np.full((20, 40, 4), (10, 10, 10, 0), np.uint8)
    lower[:10, :10] = 200, 200, 200, 255
    file = BytesIO()
    PIL.Image.fromarray(lower).save(file, "PNG")
    behind = Behind.holding(file.getvalue())
    made = [compose(Image.from_array(rgb), alpha, behind.changed(match_light=m))[10, 30] for m in (0.0, 1.0)]
    assert made[0].tolist() == [60, 60, 60, 255]
    assert abs(int(made[1][0]) - 200) <= 1
    nothing = np.zeros_like(alpha)
    assert (compose(Image.from_array(rgb), nothing, Colour(match_light=1.0)) == 255).all()


@pytest.mark.parametrize("size", [12, 5])
def test_the_squares_of_the_checkerboard_take_turns_and_show_by_what_is_transparent(size):
    rgba = np.zeros((31, 44, 4), np.uint8)
    rgba[..., :3], rgba[10:20, :, 3], rgba[20:, :, 3] = 100, 51, 255
    shown = on_checkerboard(rgba, size)
    y, x = np.indices((31, 44))
    board = np.where((y // size + x // size) % 2 == 0, 245, 205)
    assert np.array_equal(shown[:10], np.repeat(board[:10, :, None], 3, axis=2))
    assert np.abs(shown[10:20, :, 0] - (0.2 * 100 + 0.8 * board[10:20])).max() <= 1
    assert (shown[20:] == 100).all()


@pytest.mark.parametrize("radius", [4.0, 12.0, 36.0])
def test_a_blur_is_a_gaussian_of_half_its_radius_whatever_copy_it_is_made_on(radius):
    rgb = np.full((120, 240, 3), 40, np.uint8)
    rgb[:, 120:], rgb[:50] = 220, 90
    painted = Blurred(radius=radius).paint(Image.from_array(rgb), np.zeros((120, 240), np.float32)).astype(float)
    wanted = ndimage.gaussian_filter(rgb[..., 0].astype(float), radius / 2, mode="nearest")
    assert np.abs(painted[..., 0] - wanted).max() < 4
