from io import BytesIO

import numpy as np
import PIL.Image
import pytest

from masking_core import Behind, Blurred, Colour, Dimmed, Image, ImageError, ParameterError, Transparent, compose
from masking_core.steps.background import on_checkerboard


def picture(height=30, width=40):
    return Image.from_array(np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8), name="noise")


def ramp(height=30, width=40):
    return np.linspace(0, 1, height * width, dtype=np.float32).reshape(height, width)


def png(colour, size=(10, 30)):
    file = BytesIO()
    PIL.Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


BACKGROUNDS = [
    Transparent(),
    Colour(colour="#12ab34"),
    Dimmed(amount=0.5),
    Blurred(radius=5.0),
    Behind.holding(png("red")),
]


@pytest.mark.parametrize("background", BACKGROUNDS, ids=lambda background: background.kind)
def test_where_alpha_is_one_the_picture_is_untouched(background):
    image, alpha = picture(), (ramp() > 0.5).astype(np.float32)
    rgba = compose(image, alpha, background)
    assert rgba.shape == (30, 40, 4)
    assert rgba.dtype == np.uint8
    assert np.array_equal(rgba[alpha == 1, :3], image.rgb[alpha == 1])


@pytest.mark.parametrize("background", BACKGROUNDS[1:], ids=lambda background: background.kind)
def test_mixing_is_linear_in_alpha(background):
    image = picture()
    behind = compose(image, np.zeros((30, 40), np.float32), background)[..., :3].astype(float)
    mixed = compose(image, ramp(), background)
    weight = ramp()[..., None]
    assert (mixed[..., 3] == 255).all()
    assert np.abs(mixed[..., :3] - (image.rgb * weight + behind * (1 - weight))).max() <= 1


def test_transparent_keeps_straight_colours_and_alpha():
    rgba = compose(picture(), ramp(), Transparent())
    seen = rgba[..., 3] > 0
    assert np.array_equal(rgba[seen][:, :3], picture().rgb[seen])
    assert not rgba[~seen].any()
    assert np.array_equal(rgba[..., 3], np.rint(ramp() * 255).astype(np.uint8))


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
    for background in BACKGROUNDS:
        assert type(background).model_validate_json(background.model_dump_json()) == background


def test_the_checkerboard_shows_where_alpha_is_nothing():
    rgba = np.zeros((24, 24, 4), np.uint8)
    rgba[:, :12] = (10, 20, 30, 255)
    shown = on_checkerboard(rgba)
    assert (shown[:, :12] == (10, 20, 30)).all()
    assert set(np.unique(shown[:, 12:])) == {205, 245}
