"""Label maps are numbers: every kind of file gives the numbers that were put into it."""

import io
import re

import numpy as np
import PIL.Image
import pytest
from picture_files import png, saved, tiff
from PIL import ImageOps

from masking_core import ImageError, PromptError
from masking_core.image.limits import Limits
from masking_core.image.numbers import NumberMap

RNG = np.random.default_rng(6)
SMALL = RNG.integers(0, 3, (14, 18))


def indexed(values=SMALL, **options):
    flat = PIL.Image.fromarray(values.astype(np.uint8), "P")
    flat.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0] + [0, 0, 0] * 252 + [224, 224, 192])
    return saved(flat, "PNG", **options)


FILES = {
    "8-bit png": lambda: saved(SMALL.astype(np.uint8), "PNG"),
    "16-bit png": lambda: saved(PIL.Image.fromarray(SMALL.astype(np.uint16)), "PNG"),
    "2-bit png": lambda: png(SMALL, depth=2, colour_type=0),
    "4-bit png": lambda: png(SMALL, depth=4, colour_type=0),
    "palette png": indexed,
    "palette png with transparency": lambda: indexed(transparency=0),
    "gif": lambda: saved(PIL.Image.open(io.BytesIO(indexed())), "GIF", optimize=False),
    "grey as rgb": lambda: saved(np.dstack([SMALL.astype(np.uint8)] * 3), "PNG"),
    "bmp": lambda: saved(SMALL.astype(np.uint8), "BMP"),
    "uint8 tiff": lambda: tiff(SMALL.astype(np.uint8)),
    "int8 tiff": lambda: tiff(SMALL.astype(np.int8)),
    "uint16 tiff": lambda: tiff(SMALL.astype(np.uint16)),
    "int16 tiff": lambda: tiff(SMALL.astype(np.int16)),
    "uint32 tiff": lambda: tiff(SMALL.astype(np.uint32)),
    "int32 tiff": lambda: tiff(SMALL.astype(np.int32)),
    "int64 tiff": lambda: tiff(SMALL.astype(np.int64)),
    "float tiff": lambda: tiff(SMALL.astype(np.float32)),
    "zipped int32 tiff": lambda: tiff(SMALL.astype(np.int32), compression="zlib"),
    "lzw uint16 tiff": lambda: saved(PIL.Image.fromarray(SMALL.astype(np.uint16)), "TIFF", compression="tiff_lzw"),
    "big-endian uint16 tiff": lambda: tiff(SMALL.astype(np.uint16), byteorder=">"),
    "uint8 array": lambda: SMALL.astype(np.uint8),
    "int64 array": lambda: SMALL.astype(np.int64),
    "float array": lambda: SMALL.astype(float),
    "pillow": lambda: PIL.Image.fromarray(SMALL.astype(np.uint8)),
    "open file": lambda: io.BytesIO(saved(SMALL.astype(np.uint8), "PNG")),
}


@pytest.mark.parametrize("kind", FILES)
def test_every_kind_of_file_gives_its_numbers(kind):
    found = NumberMap.open(FILES[kind]())
    assert np.array_equal(found.values, SMALL)
    assert found.values.dtype == np.int64
    assert found.size == (18, 14)
    assert (found.palette is not None) == ("palette" in kind or kind == "gif")


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int32, np.int64])
def test_negative_numbers_stay_negative(dtype):
    values = (SMALL - 1).astype(dtype)
    assert np.array_equal(NumberMap.open(tiff(values)).values, values)


@pytest.mark.parametrize(("dtype", "most"), [(np.uint16, 65_535), (np.int32, 2**31 - 1), (np.uint32, 2**32 - 1)])
def test_large_numbers_stay_large(dtype, most):
    values = np.array([[0, 300, most - 1, most]], dtype)
    assert np.array_equal(NumberMap.open(tiff(values, photometric="minisblack")).values, values)


@pytest.mark.parametrize("form", ["PNG", "TIFF", "BMP"])
def test_one_bit_is_0_and_1(form):
    found = NumberMap.open(saved(SMALL > 0, form))
    assert found.white == 1 or found.palette is not None
    assert np.array_equal(found.values, SMALL > 0)


def test_alpha_of_every_depth_comes_in_eight_bits():
    alpha = RNG.integers(0, 256, SMALL.shape)
    eight = np.dstack([SMALL, alpha]).astype(np.uint8)
    sixteen = np.dstack([SMALL, alpha * 257])
    for file in (saved(eight, "PNG"), png(sixteen, depth=16, colour_type=4), saved(eight, "TIFF")):
        found = NumberMap.open(file)
        assert np.array_equal(found.values, SMALL)
        assert np.array_equal(found.alpha, alpha)


def test_colours_are_no_numbers():
    rgb = RNG.integers(0, 256, (8, 9, 3), dtype=np.uint8)
    found = NumberMap.open(saved(rgb, "PNG"))
    assert found.values is None
    assert np.array_equal(found.rgb, rgb)
    with pytest.raises(PromptError, match="more than 8 bits"):
        NumberMap.open(png(rgb.astype(int) * 257, depth=16, colour_type=2))


def test_fractions_are_no_numbers():
    with pytest.raises(PromptError, match="whole numbers; it holds fractions"):
        NumberMap.open(tiff((SMALL / 2).astype(np.float32)))
    with pytest.raises(PromptError, match="whole numbers"):
        NumberMap.open(np.full((3, 3), np.nan))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_they_are_turned_as_pictures_are(orientation):
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    values = SMALL.astype(np.uint8)
    found = NumberMap.open(saved(values, "PNG", exif=exif)).values
    with PIL.Image.open(io.BytesIO(saved(values, "PNG", exif=exif))) as opened:
        assert np.array_equal(found, np.asarray(ImageOps.exif_transpose(opened)))


def test_a_mask_that_is_kept_in_alpha_is_found():
    alpha = np.where(SMALL > 0, 255, 0).astype(np.uint8)
    for colour in (0, 255):
        rgba = np.dstack([np.full((*SMALL.shape, 3), colour, np.uint8), alpha])
        assert np.array_equal(NumberMap.open(saved(rgba, "PNG")).mask_in_alpha(), alpha)
    noisy = np.dstack([RNG.integers(0, 256, (*SMALL.shape, 3), dtype=np.uint8), alpha])
    assert NumberMap.open(saved(noisy, "PNG")).mask_in_alpha() is None
    assert NumberMap.open(saved(alpha, "PNG")).mask_in_alpha() is None


def test_another_size_is_told_with_both():
    found = NumberMap.open(saved(SMALL.astype(np.uint8), "PNG"), name="labels.png")
    found.must_be((18, 14), "a mask")
    with pytest.raises(PromptError, match=r"labels\.png has 18 × 14 pixels; a mask must be as large .* 36 × 28\."):
        found.must_be((36, 28), "a mask")


def test_the_limits_hold_here_too(monkeypatch):
    with pytest.raises(ImageError, match="longest side"):
        NumberMap.open(FILES["8-bit png"](), limits=Limits(max_side=10))
    monkeypatch.setenv("MASKING_MAX_SIDE", "10")
    for kind in ("8-bit png", "int32 tiff", "pillow"):
        with pytest.raises(ImageError, match="longest side"):
            NumberMap.open(FILES[kind]())


@pytest.mark.parametrize("shape", [(4,), (2, 3, 1, 1), (0, 5), (5, 0, 3)])
def test_arrays_of_another_shape_are_refused_with_it(shape):
    with pytest.raises(PromptError, match=re.escape(str(shape))):
        NumberMap.open(np.zeros(shape, np.int32))


def test_a_sentence_names_six_values_and_says_if_there_are_more():
    map = NumberMap.open(np.arange(20).reshape(4, 5))
    assert map.listed(np.array([5, 3, 3, 9])) == "3, 5, 9"
    assert map.listed(np.arange(6)) == "0, 1, 2, 3, 4, 5"
    assert map.listed(np.arange(7)) == "0, 1, 2, 3, 4, 5, …"


@pytest.mark.parametrize(("dtype", "given"), [(np.uint8, 128), (np.uint16, 32_896), (bool, 1)])
def test_opacity_is_told_in_bytes_whatever_the_depth(dtype, given):
    array = np.zeros((4, 5, 2), dtype)
    array[1:, :, 1] = given
    shown = 255 if dtype is bool else 128
    assert NumberMap.open(array).alpha.tolist() == [[0] * 5] + [[shown] * 5] * 3
