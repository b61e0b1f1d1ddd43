"""Kinds of files that Pillow reads wrongly, in part, or not at all."""

import io
import struct

import numpy as np
import PIL.Image
import pytest
from picture_files import picture, saved, tiff

from masking_core import ImageError
from masking_core.image import Image, Stack
from masking_core.image.png import BROKEN_ANIMATION, SIGNATURE, WRONG_CHECKSUM, _chunks
from masking_core.image.tga import plausible

RNG = np.random.default_rng(8)


@pytest.mark.parametrize("form", ["PPM", "TGA", "ICO", "QOI"])
@pytest.mark.parametrize("channels", [3, 4])
def test_further_kinds_open_as_they_are(form, channels):
    if form == "PPM" and channels == 4:
        pytest.skip("a PPM has no alpha")
    rgba = np.dstack([picture(32, 32), RNG.integers(1, 256, (32, 32), dtype=np.uint8)])[..., :channels]
    options = {"sizes": [(32, 32)]} if form == "ICO" else {}
    image = Image.open(saved(rgba, form, **options))
    assert np.array_equal(image.rgb, rgba[..., :3])
    if channels == 4:
        assert np.array_equal(image.alpha, rgba[..., 3])


def test_a_grey_pnm_and_a_bitmap():
    grey = picture()[..., 0]
    assert np.array_equal(Image.open(saved(grey, "PPM")).rgb[..., 1], grey)
    assert np.array_equal(Image.open(saved(grey > 99, "PPM")).rgb[..., 1], np.where(grey > 99, 255, 0))


def test_a_run_length_encoded_tga_without_a_footer():
    file = saved(picture(), "TGA", compression="tga_rle")
    assert np.array_equal(Image.open(file[: file.index(b"TRUEVISION") - 8]).rgb, picture())


def test_a_run_length_encoded_tga_with_a_palette_may_be_shorter_than_its_pixels():
    flat = PIL.Image.fromarray(np.zeros((40, 50), np.uint8), "P")
    flat.putpalette([9, 200, 30] * 256)
    file = saved(flat, "TGA", compression="tga_rle")
    bare = file[: file.index(b"TRUEVISION") - 8]
    assert bare[2] == 9
    assert plausible(bare)


def test_a_header_without_all_its_pixels_is_no_tga():
    file = saved(picture(), "TGA")
    file = file[: file.index(b"TRUEVISION") - 8]
    assert plausible(file)
    assert not plausible(file[:-1])
    assert not plausible(file[:18])


def test_an_icon_that_holds_a_huge_png_is_refused():
    file = bytearray(saved(picture(32, 32), "ICO", sizes=[(32, 32)]))
    struct.pack_into(">II", file, file.index(b"IHDR") + 4, 30_000, 30_000)
    with pytest.raises(ImageError) as caught:
        Image.open(bytes(file))
    assert caught.value.code == "too-many-pixels"


# ---- BMP ----


def bmp(pixels, bits, masks, *, header=56, compression=3, flipped=False):
    """A BMP of whole numbers (H, W), whose bits are told by four ``masks``."""
    height, width = pixels.shape
    rows = pixels.astype(f"<u{bits // 8}") if flipped else pixels[::-1].astype(f"<u{bits // 8}")
    stride = -(-width * bits // 32) * 4
    body = b"".join(row.tobytes().ljust(stride, b"\0") for row in rows)
    fields = struct.pack(
        "<iiHHIIiiII", width, -height if flipped else height, 1, bits, compression, len(body), 0, 0, 0, 0
    )
    told = struct.pack("<4I", *masks)
    info = struct.pack("<I", header) + fields + (told if header > 40 else told[:12])
    info = info.ljust(header if header > 40 else 52, b"\0")
    start = 14 + len(info)
    return b"BM" + struct.pack("<IHHI", start + len(body), 0, 0, start) + info + body


MASKS = {
    "1555": (16, (0x7C00, 0x3E0, 0x1F, 0x8000)),
    "4444": (16, (0xF00, 0xF0, 0xF, 0xF000)),
    "565": (16, (0xF800, 0x7E0, 0x1F, 0)),
    "8888": (32, (0xFF0000, 0xFF00, 0xFF, 0xFF000000)),
    "rgba8888": (32, (0xFF000000, 0xFF0000, 0xFF00, 0xFF)),
    "odd": (32, (0xFF000000, 0xFF0, 0xFF0000, 0)),
    "10 bits": (32, (0x3FF00000, 0xFFC00, 0x3FF, 0xC0000000)),
}


@pytest.mark.parametrize("flipped", [False, True])
@pytest.mark.parametrize("header", [40, 56, 108, 124])
@pytest.mark.parametrize("kind", MASKS)
def test_bit_fields_of_any_kind(kind, header, flipped):
    bits, masks = MASKS[kind]
    if header == 40:
        masks = (*masks[:3], 0)  # such a header has no mask for alpha
    pixels = RNG.integers(0, 2**bits, (7, 5), dtype=np.uint64)
    image = Image.open(bmp(pixels, bits, masks, header=header, flipped=flipped))

    def channel(mask):
        low = (mask & -mask).bit_length() - 1
        return np.rint(((pixels & np.uint64(mask)) >> np.uint64(low)) * (255 / (mask >> low)))

    assert np.array_equal(image.rgb, np.dstack([channel(mask) for mask in masks[:3]]))
    if masks[3]:
        assert np.array_equal(image.alpha, channel(masks[3]))
    else:
        assert image.alpha is None


def test_a_bmp_with_a_mask_for_alpha_that_nobody_filled_in_is_opaque():
    masks = MASKS["8888"][1]
    pixels = RNG.integers(0, 2**24, (6, 6), dtype=np.uint64)
    assert Image.open(bmp(pixels, 32, masks, header=124, compression=0)).alpha is None
    filled = pixels | np.uint64(0x80000000)
    assert set(Image.open(bmp(filled, 32, masks, header=124, compression=0)).alpha.ravel()) == {128}
    assert Image.open(bmp(filled, 32, masks, header=56, compression=0)).alpha is None  # only later headers speak of it


def test_damaged_bit_fields_are_damaged():
    file = bmp(RNG.integers(0, 99, (6, 6), dtype=np.uint64), 16, MASKS["1555"][1])
    for length in range(20, len(file), 3):
        with pytest.raises(ImageError):
            Image.open(file[:length])


# ---- PNG ----


def chunks(file):
    start, found = 8, []
    while start < len(file):
        size = int.from_bytes(file[start : start + 4], "big")
        found.append(file[start : start + 12 + size])
        start += 12 + size
    return found


def apng():
    return saved(picture(), "PNG", append_images=[picture(seed=1), picture(seed=2)], duration=[50, 60, 70])


def broken(how):
    parts = chunks(apng())
    kinds = [part[4:8] for part in parts]
    controls = [place for place, kind in enumerate(kinds) if kind == b"fcTL"]
    data = [place for place, kind in enumerate(kinds) if kind == b"fdAT"]
    match how:
        case "repeated control":
            parts.insert(controls[1], parts[controls[1]])
        case "missing control":
            del parts[controls[1]]
        case "missing data":
            del parts[data[0]]
        case "swapped":
            parts[controls[1]], parts[data[0]] = parts[data[0]], parts[controls[1]]
        case "cut short":
            parts = [*parts[: controls[2]], parts[-1]]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize("how", ["repeated control", "missing control", "missing data", "swapped", "cut short"])
def test_of_an_apng_with_a_broken_animation_the_first_picture_opens(how):
    stack = Stack.open(broken(how))
    assert len(stack) == 1
    assert np.array_equal(stack[0].rgb, picture())
    assert stack[0].notes == (BROKEN_ANIMATION,)
    assert Image.open(broken(how)) == stack[0]


def test_a_sound_animation_is_left_alone():
    assert len(Stack.open(broken("not at all"))) == 3
    assert Stack.open(apng())[1].notes == ()


def test_a_wrong_checksum_is_told():
    file = bytearray(saved(picture(), "PNG"))
    place = file.index(b"IDAT") + 4 + int.from_bytes(file[file.index(b"IDAT") - 4 : file.index(b"IDAT")], "big")
    file[place] ^= 1
    assert Image.open(bytes(file)).notes == (WRONG_CHECKSUM,)


# ---- AVIF ----


def cropped_avif(box):
    """An AVIF whose clean aperture is left, top, width, height of ``box``, written in the place of a box of its own."""
    file = saved(picture(40, 32), "AVIF", quality=100, subsampling="4:4:4")
    left, top, width, height = box
    across, down = 2 * left + width - 40, 2 * top + height - 32  # twice the way from the middle
    clap = struct.pack(">I4s8i", 40, b"clap", width, 1, height, 1, across, 2, down, 2)
    start = file.index(b"ipco") + 4
    grown = bytearray(file[:start] + clap + file[start:])
    for name in (b"meta", b"iprp", b"ipco"):
        place = grown.index(name) - 4
        struct.pack_into(">I", grown, place, struct.unpack_from(">I", grown, place)[0] + len(clap))
    association = grown.index(b"ipma") + 4 + 4 + 4 + 2 + 1  # version, count, item, number of its properties
    for offset in range(grown[association - 1]):
        grown[association + offset] += 1
    extent = grown.index(b"iloc")
    position = grown.index(struct.pack(">I", file.index(b"mdat") + 4), extent)
    struct.pack_into(">I", grown, position, file.index(b"mdat") + 4 + len(clap))
    return bytes(grown)


def test_the_crop_of_an_avif_applies():
    whole = Image.open(saved(picture(40, 32), "AVIF", quality=100, subsampling="4:4:4")).rgb
    for box in ((4, 6, 20, 10), (0, 0, 40, 32), (7, 1, 13, 31)):
        left, top, width, height = box
        image = Image.open(cropped_avif(box))
        assert image.size == (width, height)
        assert np.array_equal(image.rgb, whole[top : top + height, left : left + width])


def test_a_crop_beyond_the_picture_does_not_apply():
    assert Image.open(cropped_avif((30, 0, 20, 32))).size == (40, 32)


# ---- resolution ----


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "BMP"])
def test_the_resolution_is_known(form):
    image = Image.open(saved(picture(), form, dpi=(300, 300)))
    assert image.dpi == pytest.approx((300, 300), abs=0.05)
    if form != "BMP":  # which always states one
        assert Image.open(saved(picture(), form)).dpi is None


def test_so_it_is_of_deep_files():
    deep = picture().astype(np.uint16) * 257
    for unit, resolution in (("INCH", 300), ("CENTIMETER", 300 / 2.54)):
        file = tiff(deep, photometric="rgb", resolution=(resolution, resolution), resolutionunit=unit)
        assert Image.open(file).dpi == pytest.approx((300, 300), rel=1e-4)
    grey = PIL.Image.fromarray(deep[..., 0])
    assert Image.open(saved(grey, "PNG", dpi=(300, 300))).dpi == pytest.approx((300, 300), abs=0.05)


def test_a_resolution_that_makes_no_sense_is_left_out():
    opened = PIL.Image.open(io.BytesIO(saved(picture(), "PNG")))
    for nonsense in ((0, 0), (-3, 5), "many", (1e9, 1), None, (300,)):
        opened.info["dpi"] = nonsense
        assert Image.open(opened).dpi is None


def test_a_footer_at_the_end_makes_a_tga_of_a_header_that_is_not_known():
    unknown = bytes([0, 7, 99]) + bytes(40)
    footer = bytes(8) + b"TRUEVISION-XFILE.\0"
    assert plausible(unknown + footer)
    assert not plausible(unknown)
    assert not plausible(footer[-18:] + bytes(60))


def test_the_chunks_of_a_png_are_all_of_it_to_the_last_byte():
    data = saved(picture(), "PNG")
    found = list(_chunks(data))
    assert SIGNATURE + b"".join(bytes(chunk.whole) for chunk in found) == data
    assert (found[0].kind, found[-1].kind, len(found[-1].body)) == (b"IHDR", b"IEND", 0)
    assert all(chunk.sound for chunk in found)
    for cut in (1, 11, 12):
        assert [chunk.kind for chunk in _chunks(data[:-cut])] == [chunk.kind for chunk in found[:-1]]
