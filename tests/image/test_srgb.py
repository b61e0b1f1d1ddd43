"""Every colour model, depth, profile and kind of transparency, against arithmetic written out here or scikit-image."""

import io
import itertools

import numpy as np
import PIL.Image
import pytest
import skimage.color
import skimage.data
from picture_files import DISPLAY_P3, SRGB, cmyk_profile, icc_profile, picture, png, saved, tiff
from PIL import ImageCms

from masking_core.image import Image
from masking_core.image.levels import Samples, eight_bits, value_range
from masking_core.image.srgb import BROKEN_EXIF, BROKEN_PROFILE, _probe


def grey(values):
    return np.repeat(np.asarray(values, np.uint8)[..., None], 3, axis=2)


def worst(image, expected):
    return np.abs(image.rgb - np.asarray(expected, float)).max()


# ---- colour models ----


def test_grey_and_rgb_keep_every_value():
    rgb = picture(40, 30)
    for form, options in {"PNG": {}, "TIFF": {}, "BMP": {}, "WEBP": {"lossless": True}}.items():
        assert np.array_equal(Image.open(saved(rgb, form, **options)).rgb, rgb), form
        if form != "WEBP":
            assert np.array_equal(Image.open(saved(rgb[..., 0], form)).rgb, grey(rgb[..., 0])), form


def test_one_bit_becomes_black_and_white():
    dots = np.random.default_rng(0).random((9, 13)) < 0.5
    for form in ("PNG", "TIFF", "BMP", "GIF"):
        assert np.array_equal(Image.open(saved(dots, form)).rgb, grey(dots * 255)), form


@pytest.mark.parametrize("depth", [1, 2, 4, 8, 16])
def test_greys_of_a_png_of_any_depth_span_black_to_white(depth):
    samples = np.linspace(0, 2**depth - 1, 77).round().astype(int).reshape(7, 11)
    expected = np.rint(samples * 255 / (2**depth - 1))
    assert np.array_equal(Image.open(png(samples, depth=depth, colour_type=0)).rgb, grey(expected))


def test_cmyk_is_light_left_over_by_the_inks():
    inks = np.random.default_rng(0).integers(0, 256, (12, 10, 4), dtype=np.uint8)
    cmyk = PIL.Image.frombytes("CMYK", (10, 12), inks.tobytes())
    left = 255 - inks.astype(float)
    expected = left[..., :3] * left[..., 3:] / 255
    assert worst(Image.open(saved(cmyk, "TIFF")), expected) <= 1
    assert worst(Image.open(cmyk), expected) <= 1


def test_a_cmyk_jpeg_which_stores_its_inks_inverted_has_the_right_polarity():
    rgb = np.full((16, 16, 3), (250, 30, 20), np.uint8)
    file = saved(PIL.Image.fromarray(rgb).convert("CMYK"), "JPEG", quality=95)
    assert b"Adobe" in file
    assert worst(Image.open(file), rgb) <= 4


def test_ycbcr_as_in_jfif():
    samples = np.random.default_rng(0).integers(60, 196, (8, 9, 3), dtype=np.uint8)
    y, cb, cr = (samples[..., channel].astype(float) for channel in range(3))
    cb, cr = cb - 128, cr - 128
    expected = np.stack([y + 1.402 * cr, y - 0.344136 * cb - 0.714136 * cr, y + 1.772 * cb], axis=-1).clip(0, 255)
    ycbcr = PIL.Image.frombytes("YCbCr", (9, 8), samples.tobytes())
    assert worst(Image.open(ycbcr), expected) <= 1
    assert worst(Image.open(saved(ycbcr, "TIFF")), expected) <= 1


def test_lab_agrees_with_scikit_image():
    rgb = skimage.data.astronaut()[:64, :64]
    lab = skimage.color.rgb2lab(rgb, illuminant="D65")  # D65 to D50 by scaling or by Bradford differs by a little
    stored = np.dstack([lab[..., 0] * 2.55, lab[..., 1] % 256, lab[..., 2] % 256]).round().astype(np.uint8)
    picture_in_lab = PIL.Image.frombytes("LAB", (64, 64), stored.tobytes())
    assert worst(Image.open(picture_in_lab), rgb) <= 12
    assert np.abs(Image.open(saved(picture_in_lab, "TIFF")).rgb.astype(int) - rgb).mean() < 2


def test_hsv_agrees_with_scikit_image():
    rgb = picture(40, 30)
    hsv = np.rint(skimage.color.rgb2hsv(rgb) * 255).astype(np.uint8)
    assert worst(Image.open(PIL.Image.frombytes("HSV", (40, 30), hsv.tobytes())), rgb) <= 5


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBX", "CMYK", "YCbCr", "HSV", "LA", "PA", "RGBA"])
def test_pictures_made_with_pillow_look_as_pillow_converts_them(mode):
    source = PIL.Image.fromarray(skimage.data.chelsea()[:40, :50])
    source = source.quantize().convert("PA") if mode == "PA" else source.convert(mode)
    opened = Image.open(source)
    assert np.array_equal(opened.rgb, np.asarray(source.convert("RGB")))
    assert opened.alpha is None


# ---- deep samples ----


@pytest.mark.parametrize("mode", ["I;16", "I;16L", "I;16B"])
def test_sixteen_bit_grey_is_scaled_not_clipped(mode):
    samples = np.linspace(0, 65535, 600).round().reshape(20, 30)
    stored = samples.astype(">u2" if mode == "I;16B" else "<u2")
    opened = Image.open(PIL.Image.frombytes(mode, (30, 20), stored.tobytes()))
    assert np.array_equal(opened.rgb, grey(np.rint(samples / 257)))


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_sixteen_bit_rgb_tiff(byteorder, compression, planar):
    samples = np.random.default_rng(0).integers(0, 65536, (20, 30, 3), dtype=np.uint16)
    stored = samples if planar == "contig" else samples.transpose(2, 0, 1)
    file = tiff(stored, photometric="rgb", planarconfig=planar, byteorder=byteorder, compression=compression)
    assert worst(Image.open(file), samples / 257) <= 1


def test_sixteen_bit_png_in_colour_and_with_alpha():
    samples = np.random.default_rng(0).integers(0, 65536, (20, 30, 4), dtype=np.uint16)
    opened = Image.open(png(samples, depth=16, colour_type=6))
    assert worst(opened, samples[..., :3] / 257) <= 1
    assert np.abs(opened.alpha - samples[..., 3] / 257).max() <= 1
    opened = Image.open(png(samples[..., :2], depth=16, colour_type=4))
    assert worst(opened, grey(samples[..., 0] // 257)) <= 1
    assert np.abs(opened.alpha - samples[..., 1] / 257).max() <= 1


def test_sixteen_bit_grey_tiff_with_white_as_zero_and_with_alpha():
    samples = np.random.default_rng(0).integers(0, 65536, (20, 30, 2), dtype=np.uint16)
    inverted = Image.open(tiff(samples[..., 0], photometric="miniswhite"))
    assert worst(inverted, grey(255 - np.rint(samples[..., 0] / 257))) == 0
    with_alpha = Image.open(tiff(samples, photometric="minisblack", extrasamples=["unassalpha"]))
    assert worst(with_alpha, grey(np.rint(samples[..., 0] / 257))) == 0
    assert np.array_equal(with_alpha.alpha, np.rint(samples[..., 1] / 257))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_float_pictures_in_zero_to_one(dtype, compression):
    samples = np.random.default_rng(0).random((20, 30, 3)).astype(dtype)
    rgb = Image.open(tiff(samples, photometric="rgb", compression=compression))
    assert worst(rgb, samples.astype(float) * 255) <= 0.51
    only_grey = Image.open(tiff(samples[..., 0], photometric="minisblack", compression=compression))
    assert np.array_equal(only_grey.rgb, grey(np.rint(samples[..., 0].astype(float) * 255)))


def test_premultiplied_float_alpha_is_divided_out():
    rgba = np.dstack([np.full((4, 4, 3), 0.25), np.full((4, 4), 0.5)]).astype(np.float32)
    opened = Image.open(tiff(rgba, photometric="rgb", extrasamples=["assocalpha"]))
    assert worst(opened, np.full((4, 4, 3), 127)) <= 2
    assert set(opened.alpha.ravel()) == {128}


def test_float_pictures_of_eight_and_sixteen_bit_values_look_as_they_did():
    ramp = np.arange(256, dtype=np.float32).reshape(16, 16)
    assert np.array_equal(Image.open(PIL.Image.fromarray(ramp)).rgb, grey(ramp))
    assert np.array_equal(Image.open(saved(ramp, "TIFF")).rgb, grey(ramp))
    assert np.array_equal(Image.open(PIL.Image.fromarray(ramp * 257)).rgb, grey(ramp))
    assert np.array_equal(Image.open(PIL.Image.fromarray(ramp.astype(np.int32) * 257)).rgb, grey(ramp))


def test_measurements_are_stretched_over_what_they_hold():
    depth = np.linspace(-3.0, 17.0, 256, dtype=np.float32).reshape(16, 16)
    assert np.array_equal(Image.open(PIL.Image.fromarray(depth)).rgb, grey(np.arange(256).reshape(16, 16)))
    counts = np.array([[1_000_000, 1_000_255]], np.int32)
    assert Image.open(PIL.Image.fromarray(counts)).rgb[0, :, 0].tolist() == [0, 255]
    large = np.array([[4_294_967_295, 2_147_483_648, 0]], np.uint32)
    assert Image.open(tiff(large, photometric="minisblack")).rgb[0, :, 0].tolist() == [255, 128, 0]


def test_infinite_and_undefined_samples_survive():
    odd = np.array([[np.nan, np.inf, -np.inf, 0.0, 0.5, 1.0]], np.float32)
    assert Image.open(PIL.Image.fromarray(odd)).rgb[0, :, 0].tolist() == [0, 255, 0, 0, 128, 255]
    for value in (np.nan, np.inf, 7.0, -1.0):
        assert Image.open(saved(np.full((3, 3), value, np.float32), "TIFF")).size == (3, 3)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0.0, 0.6], (0, 1)),
        ([0.0, 0.2], (0, 0.2)),
        ([0.0, 1.2], (0, 1.2)),
        ([0, 100], (0, 100)),
        ([5, 200], (0, 255)),
        ([0, 60_000], (0, 65_535)),
        ([3, 70_000], (3, 70_000)),
        ([7.0, 7.0], (0, 255)),
        ([0.25, 0.25], (0, 1)),
        ([-1, 1], (-1, 1)),
        ([np.nan], (0, 1)),
    ],
)
def test_the_range_shown(values, expected):
    assert value_range([Samples(np.array([values])[..., None])]) == expected


def test_levels_round_and_clip():
    assert eight_bits(np.array([[-1.0, 0.0, 0.499 / 255, 0.501 / 255, 2.0]]), 0, 1).tolist() == [[0, 0, 0, 1, 255]]
    assert eight_bits(np.full((300, 2), 7), 7, 7).max() == 0


# ---- transparency ----


def test_straight_alpha_is_kept_and_hidden_colours_too():
    rgba = np.random.default_rng(0).integers(0, 256, (10, 12, 4), dtype=np.uint8)
    rgba[0, 0] = (200, 100, 50, 0)
    for form, options in {"PNG": {}, "TIFF": {}, "WEBP": {"lossless": True, "exact": True}}.items():
        opened = Image.open(saved(rgba, form, **options))
        assert np.array_equal(opened.rgb, rgba[..., :3]), form
        assert np.array_equal(opened.alpha, rgba[..., 3]), form


def test_opaque_alpha_is_none():
    rgba = np.dstack([picture(), np.full((16, 24), 255, np.uint8)])
    assert Image.open(saved(rgba, "PNG")).alpha is None
    rgba[3, 3, 3] = 254
    assert Image.open(saved(rgba, "PNG")).alpha.min() == 254


@pytest.mark.parametrize(("mode", "straight"), [("RGBa", "RGBA"), ("La", "LA")])
def test_premultiplied_alpha_becomes_straight(mode, straight):
    alpha = np.array([[0, 64, 128, 255]], np.uint8)
    colour = np.array([[0, 60, 128, 200]], np.uint8)
    stored = np.dstack([colour] * (len(mode) - 1) + [alpha])
    opened = Image.open(PIL.Image.frombytes(mode, (4, 1), stored.tobytes()))
    assert np.abs(opened.rgb[0, :, 0].astype(int) - [0, 239, 255, 200]).max() <= 1
    assert np.array_equal(opened.alpha, alpha)


def test_palettes_with_one_see_through_entry_or_an_alpha_for_each():
    indices = np.array([[0, 1, 2, 3]], np.uint8)
    colours = [(10, 20, 30), (40, 50, 60), (70, 80, 90), (100, 110, 120)]
    flat = PIL.Image.fromarray(indices, "P")
    flat.putpalette([value for colour in colours for value in colour])
    for transparency, alpha in ((2, [255, 255, 0, 255]), (bytes([0, 100, 200, 255]), [0, 100, 200, 255])):
        opened = Image.open(saved(flat, "PNG", transparency=transparency))
        assert np.array_equal(opened.rgb[0], colours)
        assert opened.alpha[0].tolist() == alpha
    opened = Image.open(saved(flat, "GIF", transparency=1))
    assert opened.alpha[0].tolist() == [255, 0, 255, 255]
    with_palette_alpha = PIL.Image.fromarray(indices, "P")
    with_palette_alpha.putpalette([*colours[0], 5, *colours[1], 6, *colours[2], 7, *colours[3], 8], "RGBA")
    assert Image.open(with_palette_alpha).alpha[0].tolist() == [5, 6, 7, 8]


@pytest.mark.parametrize("depth", [1, 2, 4, 8, 16])
def test_the_transparent_grey_of_a_png_in_its_own_depth(depth):
    samples = np.arange(2 ** min(depth, 8))[None] * (1 if depth < 16 else 257)
    for key in {int(samples[0, 0]), int(samples[0, 1]), int(samples[0, -1])}:
        file = png(samples, depth=depth, colour_type=0, transparent=(key,))
        for source in (file, PIL.Image.open(io.BytesIO(file))):
            opened = Image.open(source)
            assert np.array_equal(opened.alpha, np.where(samples == key, 0, 255))
            assert np.array_equal(opened.rgb, grey(np.rint(samples * 255 / (2**depth - 1))))


@pytest.mark.parametrize("depth", [8, 16])
def test_the_transparent_colour_of_a_png(depth):
    samples = picture().astype(int) * (257 if depth == 16 else 1)
    key = tuple(int(value) for value in samples[0, 0])
    opened = Image.open(png(samples, depth=depth, colour_type=2, transparent=key))
    assert np.array_equal(opened.alpha, np.where((samples == key).all(axis=2), 0, 255))
    assert np.array_equal(opened.rgb, picture())


# ---- profiles ----


def seen(rgb, gamma, primaries):
    """The sRGB colours of samples under a matrix profile, by the book (IEC 61966-2-1)."""
    linear = np.linalg.inv(np.transpose(SRGB)) @ np.transpose(primaries) @ ((rgb.reshape(-1, 3) / 255) ** gamma).T
    linear = linear.T.clip(0, 1)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return encoded.reshape(rgb.shape) * 255


@pytest.mark.parametrize("gamma", [1.0, 1.8, 2.2])
@pytest.mark.parametrize("primaries", [SRGB, DISPLAY_P3])
@pytest.mark.parametrize("form", ["PNG", "TIFF", "WEBP", "JPEG"])
def test_embedded_profiles_become_srgb(gamma, primaries, form):
    rgb = picture(48, 40)
    rgb = np.concatenate([rgb, np.full((8, 48, 3), 128, np.uint8)])
    options = {"lossless": True} if form == "WEBP" else {"quality": 100, "subsampling": 0} if form == "JPEG" else {}
    file = saved(rgb, form, icc_profile=icc_profile(gamma, primaries), **options)
    stored = np.asarray(PIL.Image.open(io.BytesIO(file)).convert("RGB"))
    opened = Image.open(file)
    light = stored.min(axis=2) > 16  # where 8 bits of a linear profile are steps as large as those of sRGB
    assert np.abs(opened.rgb - seen(stored, gamma, primaries))[light].max() <= 3
    assert opened.notes == ()


def test_profiles_of_deep_tiffs_count_too():
    samples = np.linspace(0, 1, 256, dtype=np.float32).reshape(16, 16, 1).repeat(3, axis=2)
    profile = icc_profile(1.0, SRGB)
    opened = Image.open(tiff(samples, photometric="rgb", iccprofile=profile))
    assert np.abs(opened.rgb - seen(np.rint(samples * 255), 1.0, SRGB)).max() <= 2


def test_grey_profiles():
    ramp = np.arange(256, dtype=np.uint8).reshape(16, 16)
    for profile in (icc_profile(1.8), icc_profile(1.8, SRGB)):  # an RGB profile in a grey picture is common
        opened = Image.open(saved(ramp, "PNG", icc_profile=profile))
        assert np.abs(opened.rgb - seen(grey(ramp), 1.8, SRGB))[ramp > 16].max() <= 2
        assert opened.notes == ()


def test_alpha_passes_a_profile_untouched():
    rgba = np.dstack([picture(), picture(seed=1)[..., 0]])
    opened = Image.open(saved(rgba, "PNG", icc_profile=icc_profile(1.0, DISPLAY_P3)))
    assert np.array_equal(opened.alpha, rgba[..., 3])
    assert worst(opened, rgba[..., :3]) > 20


def test_pixels_with_an_srgb_profile_stay_exact():
    every = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert np.array_equal(Image.open(saved(every, "PNG", icc_profile=srgb)).rgb, every)


def test_cmyk_profiles():
    def printed(c, m, y, k):
        return [
            round(255 * (1 - 0.9 * k) * part) for part in (1 - 0.8 * c, 1 - 0.3 * c - 0.5 * m, 1 - 0.1 * m - 0.4 * y)
        ]

    inks = np.array([list(itertools.product((0, 1), repeat=4))])
    cmyk = PIL.Image.frombytes("CMYK", (16, 1), (inks * 255).astype(np.uint8).tobytes())
    expected = [[printed(*each) for each in inks[0]]]
    opened = Image.open(saved(cmyk, "TIFF", icc_profile=cmyk_profile(printed)))
    assert worst(opened, expected) <= 15  # the profile's own 8-bit Lab is coarse where it is dark
    assert opened.notes == ()
    assert worst(Image.open(cmyk), expected) > 50
    flat = cmyk.crop((8, 0, 9, 1)).resize((16, 16))
    file = saved(flat, "JPEG", icc_profile=cmyk_profile(printed))
    assert worst(Image.open(file), [[printed(1, 0, 0, 0)]]) <= 8


def test_lab_with_a_lab_profile():
    lab = ImageCms.createProfile("LAB")
    source = PIL.Image.fromarray(picture())
    in_lab = ImageCms.profileToProfile(source, ImageCms.createProfile("sRGB"), lab, outputMode="LAB")
    in_lab.info["icc_profile"] = ImageCms.ImageCmsProfile(lab).tobytes()
    opened = Image.open(in_lab)
    assert worst(opened, picture()) <= 12
    assert np.abs(opened.rgb.astype(int) - picture()).mean() < 2
    assert opened.notes == ()


@pytest.mark.parametrize("profile", [b"nonsense", icc_profile(2.2, SRGB)[:200], icc_profile(2.2)])
def test_profiles_that_are_broken_or_do_not_fit_are_left_out_with_a_note(profile):
    opened = Image.open(saved(picture(), "PNG", icc_profile=profile))
    assert np.array_equal(opened.rgb, picture())
    assert opened.notes == (BROKEN_PROFILE,)


# ---- orientation ----

STORED = {  # EXIF orientation: the stored pixel (r, c) is this pixel of the upright H × W picture
    1: lambda r, c, h, w: (r, c),
    2: lambda r, c, h, w: (r, w - 1 - c),
    3: lambda r, c, h, w: (h - 1 - r, w - 1 - c),
    4: lambda r, c, h, w: (h - 1 - r, c),
    5: lambda r, c, h, w: (c, r),
    6: lambda r, c, h, w: (c, w - 1 - r),
    7: lambda r, c, h, w: (h - 1 - c, w - 1 - r),
    8: lambda r, c, h, w: (h - 1 - c, r),
}


def stored_as(upright, orientation):
    height, width = upright.shape[:2]
    rows, columns = np.indices((height, width) if orientation < 5 else (width, height))
    return np.ascontiguousarray(upright[STORED[orientation](rows, columns, height, width)])


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "TIFF", "AVIF"])
def test_pictures_come_upright(orientation, form):
    upright = picture(40, 24)
    exif = PIL.Image.Exif()
    exif[274] = orientation
    options = {
        "WEBP": {"lossless": True},
        "JPEG": {"quality": 95, "subsampling": 0},
        "AVIF": {"quality": 95, "subsampling": "4:4:4"},
    }
    file = saved(stored_as(upright, orientation), form, exif=exif.tobytes(), **options.get(form, {}))
    opened = Image.open(file)
    assert opened.size == (40, 24)
    assert worst(opened, upright) <= (12 if form in ("JPEG", "AVIF") else 0)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_plane_of_every_kind_of_picture_is_turned(orientation):
    upright = picture(20, 12)
    alpha = picture(20, 12, seed=1)[..., 0]
    exif = PIL.Image.Exif()
    exif[274] = orientation
    opened = Image.open(saved(stored_as(np.dstack([upright, alpha]), orientation), "PNG", exif=exif.tobytes()))
    assert np.array_equal(opened.rgb, upright)
    assert np.array_equal(opened.alpha, alpha)
    deep = stored_as(upright[..., 0], orientation).astype(np.uint16) * 257
    assert np.array_equal(Image.open(saved(deep, "PNG", exif=exif.tobytes())).rgb, grey(upright[..., 0]))
    floats = stored_as(upright, orientation).astype(np.float32) / 255
    turned = tiff(floats, photometric="rgb", extratags=[(274, "H", 1, orientation, True)])
    assert np.array_equal(Image.open(turned).rgb, upright)


def test_broken_exif_data_are_left_out_with_a_note():
    opened = Image.open(saved(picture(), "PNG", exif=b"nonsense"))
    assert np.array_equal(opened.rgb, picture())
    assert opened.notes == (BROKEN_EXIF,)


def test_whether_a_profile_changes_anything_is_asked_of_colours_all_over_the_cube():
    computed = _probe.__wrapped__("RGB")  # and not what was kept of it
    colours = np.unique(np.asarray(computed).reshape(-1, 3), axis=0)
    assert len(colours) == 32**3
    assert all(np.diff(np.unique(axis)).max() <= 9 for axis in colours.T)
    assert {(0, 0, 0), (255, 0, 0), (0, 255, 255), (255, 255, 255)} <= set(map(tuple, colours.tolist()))
