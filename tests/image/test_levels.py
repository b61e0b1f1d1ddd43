"""Pictures of more than eight bits: the values that are shown as black and as white."""

import io

import cv2
import numpy as np
import PIL.Image
import pytest
import tifffile
from picture_files import png, saved, tiff

from masking_core import KMeans, ParameterError, Recipe
from masking_core.image import Image, Stack
from masking_core.image.levels import Levels, Samples, _may_hold, value_range
from masking_core.image.tiff import _described, by_plane

RNG = np.random.default_rng(5)
FULL = Levels(mode="full")


def faint(dtype=np.uint16, base=1000):
    """A disc nine standard deviations of the noise above its ground, in a hundredth of the range; and the disc."""
    rows, columns = np.ogrid[:90, :120]
    disc = np.hypot(rows - 40, columns - 70) < 25
    return (base + 180 * disc + RNG.normal(0, 20, disc.shape)).round().astype(dtype), disc


def png16(samples):
    return png(samples.astype(int), depth=16, colour_type=0)


def colour_png16(samples):
    return png(np.dstack([samples] * 3).astype(int), depth=16, colour_type=2)


def lzw(samples):
    return saved(PIL.Image.fromarray(samples), "TIFF", compression="tiff_lzw")


FILES = {
    "png": lambda: png16(faint()[0]),
    "colour png": lambda: colour_png16(faint()[0]),
    "tiff": lambda: tiff(faint()[0]),
    "lzw tiff": lambda: lzw(faint()[0]),
    "signed tiff": lambda: tiff(faint(np.int16, -5000)[0]),
    "32-bit tiff": lambda: tiff(faint(np.uint32, 3_000_000)[0]),
    "signed 32-bit tiff": lambda: tiff(faint(np.int32)[0]),
    "float tiff": lambda: tiff(faint(np.float32)[0]),
    "double tiff": lambda: tiff(faint(np.float64)[0]),
    "colour tiff": lambda: tiff(np.dstack([faint()[0]] * 3), photometric="rgb"),
    "planar tiff": lambda: tiff(np.stack([faint()[0]] * 3), photometric="rgb", planarconfig="separate"),
    "array": lambda: faint()[0],
    "signed array": lambda: faint(np.int16, -5000)[0],
    "colour array": lambda: np.dstack([faint()[0]] * 3),
    "pillow": lambda: PIL.Image.fromarray(faint()[0]),
}


@pytest.mark.parametrize("kind", FILES)
def test_what_is_faint_is_seen_and_found(kind):
    image, disc = Image.open(FILES[kind]()), faint()[1]
    grey = image.rgb[..., 0].astype(float)
    assert grey[disc].mean() - grey[~disc].mean() > 100
    assert len(image.notes) == 1
    assert image.notes[0].startswith("Values from ")
    found = Recipe(method=KMeans(objects=2)).run(image).alpha >= 0.5
    assert (found & disc).sum() / (found | disc).sum() >= 0.95


def test_all_that_the_file_can_hold_on_demand():
    samples = faint()[0]
    for source in (png16(samples), tiff(samples), samples, lzw(samples)):
        image = Image.open(source, levels=FULL)
        assert np.array_equal(image.rgb[..., 0], np.rint(samples / 257))
        assert image.notes == ()
        assert image.span == (0, 65_535)


def test_a_range_that_was_given_clips_what_is_outside():
    samples = np.array([[90, 100, 120, 200, 300]], np.uint16)
    for source in (samples, png16(samples), tiff(samples)):
        image = Image.open(source, levels=Levels(mode="given", black=100, white=200))
        assert image.rgb[0, :, 0].tolist() == [0, 0, 51, 255, 255]
        assert image.notes == ("Values from 100 to 200 are shown from black to white; the file can hold 0 to 65,535.",)
        assert image.span == (100, 200)


def test_a_photo_looks_as_it_did_with_eight_bits():
    rgb = RNG.integers(0, 256, (30, 40, 3), dtype=np.uint8)
    for source in (png((rgb.astype(int) * 257), depth=16, colour_type=2), rgb.astype(np.uint16) * 257):
        image = Image.open(source)
        assert np.array_equal(image.rgb, rgb)
        assert image.notes == ()


def test_eight_bits_are_left_alone():
    dark = RNG.integers(10, 30, (20, 30), dtype=np.uint8)
    for levels in (Levels(), FULL, Levels(mode="given", black=10, white=30)):
        for source in (dark, saved(dark, "PNG"), saved(dark, "TIFF"), dark.astype(np.uint8)):
            image = Image.open(source, levels=levels)
            assert np.array_equal(image.rgb[..., 0], dark)
            assert image.span is None


def test_a_few_hot_pixels_do_not_darken_the_rest():
    samples = faint()[0]
    samples[3, 3] = samples[50, 7] = 60_000
    assert Image.open(samples).span[1] < 1300


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_all_slices_of_a_stack_have_one_range(compression):
    slices = np.stack([np.full((20, 30), 1000), np.full((20, 30), 1040), np.full((20, 30), 1200)]).astype(np.uint16)
    stack = Stack.open(tiff(slices, photometric="minisblack", compression=compression))
    assert [int(image.rgb[0, 0, 0]) for image in stack] == [0, 51, 255]
    assert {image.span for image in stack} == {(1000, 1200)}


@pytest.mark.parametrize("count", [2, 5])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.float32])
def test_an_imagej_stack_of_one_page_has_all_its_slices(dtype, count):
    slices = RNG.integers(0, 200, (count, 20, 30)).astype(dtype)
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, slices[0], metadata=None, description=f"ImageJ=1.54f\nimages={count}\nslices={count}\n")
    page = tifffile.TiffFile(io.BytesIO(buffer.getvalue())).pages[0]
    rest = slices[1:].tobytes()
    file = buffer.getvalue()
    start = page.dataoffsets[0]
    assert start + slices[0].nbytes == len(file)  # the other slices simply follow
    stack = Stack.open(file + rest)
    assert len(stack) == count
    low, high = (0, 255) if dtype == np.uint8 else stack[0].span
    for image, values in zip(stack, slices, strict=True):
        assert (
            np.abs(image.rgb[..., 0] - (values.astype(float) - low).clip(0, high - low) * 255 / (high - low)).max() <= 1
        )


@pytest.mark.parametrize("claimed", ["images=1", "images=6", "channels=5"])
def test_a_file_that_claims_slices_it_does_not_hold_has_one(claimed):
    slices = RNG.integers(0, 200, (5, 20, 30)).astype(np.uint8)
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, slices[0], metadata=None, description=f"ImageJ=1.54f\n{claimed}\n")
    assert len(Stack.open(buffer.getvalue() + slices[1:].tobytes())) == 1


@pytest.mark.parametrize("shape", [(40, 100), (400, 300)], ids=["one strip", "several"])
@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_planes_of_sixteen_bits_open_whatever_packs_them(compression, shape):
    planes = RNG.integers(0, 65_536, (4, *shape), dtype=np.uint16)
    packed = [saved(PIL.Image.fromarray(plane), "TIFF", compression=compression) for plane in planes]
    pages = [tifffile.TiffFile(io.BytesIO(file)).pages[0] for file in packed]
    strips = [
        file[start : start + size]
        for file, page in zip(packed, pages, strict=True)
        for start, size in zip(page.dataoffsets, page.databytecounts, strict=True)
    ]

    class Planar:
        """The header of a page that holds the four planes one after the other."""

        samplesperpixel = 4
        dataoffsets = np.cumsum([0, *map(len, strips[:-1])]).tolist()
        databytecounts = tuple(map(len, strips))

        def __getattr__(self, name):
            return getattr(pages[0], name)

    assert np.array_equal(by_plane(Planar(), b"".join(strips)), planes.transpose(1, 2, 0))


@pytest.mark.parametrize("layout", [{"tile": (16, 32)}, {"rowsperstrip": 7}], ids=["tiles", "strips"])
def test_planes_open_in_tiles_as_in_strips(layout):
    planes = RNG.integers(0, 65_536, (3, 50, 70), dtype=np.uint16)
    file = tiff(planes, photometric="rgb", planarconfig="separate", compression="zlib", **layout)
    page = tifffile.TiffFile(io.BytesIO(file)).pages[0]
    assert np.array_equal(by_plane(page, file), planes.transpose(1, 2, 0))


def test_levels_outside_their_declaration_are_a_sentence():
    with pytest.raises(ParameterError, match="mode must be one of automatic, full, given"):
        Levels(mode="log")


def test_opencv_agrees_on_deep_colour_pngs():
    samples = RNG.integers(0, 65_536, (20, 30, 4), dtype=np.uint16)
    file = png(samples.astype(int), depth=16, colour_type=6)
    seen = cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_UNCHANGED)[..., [2, 1, 0, 3]]
    image = Image.open(file)
    assert np.array_equal(image.rgb, np.rint(seen[..., :3] / 257))
    assert np.array_equal(image.alpha, np.rint(seen[..., 3] / 257))


@pytest.mark.parametrize(
    ("low", "high", "held"),
    [
        (0, 0.4, (0, 1)),
        (0, 1, (0, 1)),
        (3, 200, (0, 255)),
        (0, 256, (0, 65_535)),
        (-0.5, 0.4, (-0.5, 0.4)),
        (0, 1e6, (0, 1e6)),
    ],
)
def test_the_full_range_of_unknown_samples_is_the_least_usual_one_that_holds_them(low, high, held):
    assert _may_hold(low, high) == held


def test_all_that_a_dark_picture_of_16_bits_can_hold_is_what_its_file_says():
    dark = png16(RNG.integers(0, 200, (40, 50)))
    assert Image.open(dark, levels=FULL).rgb.max() <= 1
    assert (
        Image.open(
            saved(PIL.Image.fromarray(RNG.integers(0, 200, (40, 50)).astype(np.int32)), "TIFF"), levels=FULL
        ).rgb.max()
        > 150
    )


def test_pages_of_eight_bits_beside_deep_ones_stay_as_they_are():
    deep, plain = np.linspace(100, 900, 600).reshape(20, 30).astype(np.uint16), np.arange(600, dtype=np.uint8)
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as tiff:
        tiff.write(deep)
        tiff.write(plain.reshape(20, 30))
    stack = Stack.open(file.getvalue())
    assert stack[0].span is not None
    assert (stack[0].rgb.min(), stack[0].rgb.max()) == (0, 255)
    assert stack[1].span is None
    assert np.array_equal(stack[1].rgb[..., 0], plain.reshape(20, 30))


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int32])
def test_of_signed_samples_the_least_is_the_darkest(dtype):
    ramp = np.arange(-100, 101).astype(dtype)[None].repeat(3, axis=0)
    image = Image.open(tiff(ramp, photometric="minisblack"))
    assert (np.diff(image.rgb[0, :, 0].astype(int)) > 0).all()
    assert (image.rgb[0, 0, 0], image.rgb[0, -1, 0], image.span) == (0, 255, (-100, 100))


@pytest.mark.parametrize(("bits", "white"), [(12, 4095), (16, 65_535)])
def test_white_is_the_most_that_the_bits_of_a_sample_hold(bits, white):
    class Page:
        extrasamples, bitspersample, photometric, tags = (), bits, 1, tifffile.TiffTags()

    assert _described(Page, np.zeros((2, 3, 1), np.uint16), 1).white == white
    assert _described(Page, np.zeros((2, 3, 1), np.int16), 1).white is None


@pytest.mark.parametrize(("brightest", "white"), [(0.5, 0.5), (0.51, 1.0)])
def test_a_usual_white_is_white_where_more_than_half_of_it_is_reached(brightest, white):
    samples = Samples(np.linspace(0, brightest, 5000, dtype=np.float64).round(2).reshape(50, 100, 1))
    assert value_range([samples], Levels()) == pytest.approx((0.0, white))


@pytest.mark.parametrize("top", [1, 255, 65_535])
def test_floats_that_reach_a_usual_white_are_shown_from_nothing_to_it(top):
    ramp = np.linspace(0.3 * top, top, 600, dtype=np.float32).reshape(20, 30)
    assert Image.open(tiff(ramp)).span == (0, top)
    assert Image.open(tiff(ramp * np.float32(1.01))).span != (0, top)


@pytest.mark.parametrize("top", [1, 255, 65_535])
def test_a_range_needs_a_sentence_unless_it_is_the_least_usual_one_that_holds_the_samples(top):
    ramp = np.linspace(0, top, 600, dtype=np.float32).reshape(20, 30, 1)
    assert Samples(ramp).note(0.0, top) == ()
    assert len(Samples(ramp).note(0.0, 2 * top)) == len(Samples(ramp - 1).note(0.0, top)) == 1


@pytest.mark.parametrize(("top", "channels", "whole"), [(1, 3, True), (1, 1, False), (255, 3, False)])
def test_colours_beyond_the_gamut_of_srgb_are_negative_and_still_a_photo(top, channels, whole):
    ramp = np.linspace(-0.1 * top, top, 900, dtype=np.float32).reshape(20, 15, 3)[..., :channels]
    assert (value_range([Samples(ramp)]) == (0, top)) == whole


@pytest.mark.parametrize("mode", ["automatic", "full"])
@pytest.mark.parametrize("lows", [(-300.0, 20.0), (20.0, -300.0), (2.0, 1000.0), (0.0, 0.5)])
def test_the_range_of_slices_is_that_of_one_picture_of_all_their_values(mode, lows):
    slices = [np.linspace(low, low + 9000.0, 400, dtype=np.float32).reshape(20, 20, 1) for low in lows]
    together = value_range([Samples(np.concatenate(slices))], Levels(mode=mode))
    assert value_range([Samples(each) for each in slices], Levels(mode=mode)) == pytest.approx(together)
