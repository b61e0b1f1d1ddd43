"""Formats, frames, limits, damage: what happens between a file's first byte and its pixels."""

import importlib.resources
import io
import struct
import tracemalloc
import zlib

import numpy as np
import PIL.Image
import pytest
import skimage.data
import skimage.io
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from picture_files import HEIC, icc_profile, one_of_each, picture, png, saved, tiff
from skimage.util import img_as_ubyte

from masking_core.errors import ImageError
from masking_core.image import Image, Stack, reading, srgb
from masking_core.image.limits import Limits

FILES = one_of_each()


def code_of(source, **options):
    with pytest.raises(ImageError) as caught:
        Image.open(source, **options)
    return caught.value.code


# ---- formats ----


def test_every_format_is_known_to_pillow():
    for form in reading.FORMATS:
        assert form in PIL.Image.OPEN, form
        PIL.Image.open(io.BytesIO(FILES["png"]), formats=("PNG", form))  # a wrong name makes Pillow raise KeyError


@pytest.mark.parametrize("kind", FILES)
def test_every_kind_opens_as_what_was_stored(kind):
    opened = Image.open(FILES[kind])
    if kind == "heic":
        corners = opened.rgb[[4, 4, -4, -4], [4, -4, 4, -4]].astype(int)
        clockwise = [(40, 60, 220), (220, 40, 30), (240, 230, 50), (30, 200, 60)]
        assert opened.size == (32, 48)
        assert np.abs(corners - clockwise).max() < 6
        return
    assert opened.size == (24, 16)
    difference = np.abs(opened.rgb.astype(int) - picture())
    assert difference.mean() < (12 if kind in ("jpeg", "cmyk-jpeg", "mpo", "gif", "avif") else 0.01)
    assert (opened.alpha is not None) == (kind in ("png", "webp", "avif"))


@pytest.mark.parametrize("brand", [b"mif1", b"msf1"])
@pytest.mark.parametrize("kind", ["avif", "heic"])
def test_a_brand_that_avif_and_heif_share_is_told_apart_by_the_list_after_it(kind, brand):
    file = FILES[kind]
    shared = file[:8] + brand + file[12:]
    assert reading._format(file) == reading._format(shared) == {"avif": "AVIF", "heic": "HEIF"}[kind]
    assert np.array_equal(Image.open(shared).rgb, Image.open(file).rgb)


def test_lossy_formats_agree_with_pillow_to_the_bit():
    photo = skimage.data.astronaut()[:64, :80]
    for form in ("JPEG", "WEBP", "AVIF", "GIF"):
        file = saved(photo, form)
        assert np.array_equal(Image.open(file).rgb, PIL.Image.open(io.BytesIO(file)).convert("RGB")), form


def test_the_file_decides_not_its_extension(tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(FILES["webp"])
    assert np.array_equal(Image.open(path).rgb, picture())


@pytest.mark.parametrize("form", ["PCX", "SGI", "PDF", "EPS", "JPEG2000"])
def test_formats_outside_the_list_are_no_pictures(form):
    assert code_of(saved(picture(), form)) == "not-an-image"


def test_other_files_are_no_pictures():
    for data in (
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"PK\3\4" + bytes(99),
        bytes(1000),
        b"\x89PNG",
    ):
        assert code_of(data) == "not-an-image"
    assert code_of(b"") == "empty"


def test_unsupported_tiffs_say_so():
    five = np.zeros((8, 8, 5), np.uint8)
    assert code_of(tiff(five, photometric="minisblack", planarconfig="contig")) == "unsupported"


def test_the_main_picture_of_a_multi_picture_jpeg():
    assert len(Stack.open(FILES["mpo"])) == 1
    assert np.array_equal(Image.open(FILES["mpo"]).rgb, PIL.Image.open(io.BytesIO(FILES["mpo"])))


def test_no_metadata_survive():
    exif = PIL.Image.Exif()
    exif[0x010E] = "secret"
    opened = Image.open(saved(picture(), "PNG", exif=exif, icc_profile=icc_profile(2.2)))
    assert b"secret" not in repr(vars(opened)).encode()
    assert set(vars(opened)) == {"rgb", "alpha", "name", "notes", "dpi", "span"}


# ---- limits ----


def bomb_gif(frames):
    frame = b"\x21\xf9\x04\0\1\0\0\0" + b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\2\2\x4c\1\0"
    return b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + bytes(6) + frame * frames + b";"


def headers_of_40000_by_40000():
    tags = [(256, 40_000), (257, 40_000), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, 40_000), (279, 9)]
    directory = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return {
        "png": png(np.zeros((1, 1), int), depth=8, colour_type=0, size=(40_000, 40_000)),
        "gif": b"GIF89a" + struct.pack("<HHBBB", 40_000, 40_000, 0x80, 0, 0) + bytes(6) + bomb_gif(1)[19:],
        "bmp": b"BM" + struct.pack("<IIIIiiHHIIiiII", 99, 0, 54, 40, 40_000, 40_000, 1, 24, 0, 0, 0, 0, 0, 0),
        "tiff": b"II*\0" + struct.pack("<I", 8) + directory + bytes(4),
        "jpeg": b"\xff\xd8\xff\xc0\0\x0b\x08"
        + struct.pack(">HH", 40_000, 40_000)
        + b"\1\1\x11\0\xff\xda\0\x08\1\1\0\0\x3f\0",
    }


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", headers_of_40000_by_40000())
def test_a_bomb_is_refused_from_its_header_alone(kind):
    file = headers_of_40000_by_40000()[kind]
    tracemalloc.start()
    with pytest.raises(ImageError) as refusal:
        Image.open(file, name=f"bomb.{kind}")
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()
    assert refusal.value.code == "too-many-pixels"
    assert str(refusal.value) == f"bomb.{kind} is 40,000 × 40,000 pixels; the limit is 100 megapixels."


@pytest.mark.parametrize("kind", FILES)
def test_nothing_is_decoded_that_is_too_large(kind, monkeypatch):
    monkeypatch.setattr(srgb, "decode", pytest.fail)
    monkeypatch.setattr("masking_core.image.image.decode", pytest.fail)
    assert code_of(FILES[kind], limits=Limits(max_megapixels=0.0003)) == "too-many-pixels"
    assert code_of(FILES[kind], limits=Limits(max_side=20)) == "too-many-pixels"
    assert code_of(FILES[kind], limits=Limits(max_megabytes=0.0001)) == "too-many-bytes"


def test_pillow_pictures_keep_to_the_limits_too():
    assert code_of(PIL.Image.new("L", (30, 30)), limits=Limits(max_side=20)) == "too-many-pixels"
    assert code_of(PIL.Image.new("L", (0, 30))) == "empty"


@pytest.mark.filterwarnings("error")
def test_pillows_own_warning_of_bombs_does_not_leak(monkeypatch):
    monkeypatch.setattr(PIL.Image, "MAX_IMAGE_PIXELS", 300)  # the pictures have 384; Pillow refuses at twice the limit
    for kind in FILES.keys() - {"heic"}:
        assert Image.open(FILES[kind]).size == (24, 16)


@pytest.mark.parametrize(("before", "after"), [(100, 1_000_000), (5_000_000, 5_000_000), (None, None)])
def test_pillows_own_limit_is_raised_to_ours_and_never_lowered(before, after, monkeypatch):
    monkeypatch.setattr(PIL.Image, "MAX_IMAGE_PIXELS", before)
    Image.open(FILES["png"], limits=Limits(max_megapixels=1))
    allowed = PIL.Image.MAX_IMAGE_PIXELS
    assert allowed == after


def test_a_million_frames_are_not_walked():
    endless = bomb_gif(200_000)
    assert Image.open(endless).size == (1, 1)
    with pytest.raises(ImageError, match="more than 50 frames") as caught:
        Stack.open(endless, limits=Limits(max_frames=50))
    assert caught.value.code == "too-many-pixels"
    assert len(Stack.open(bomb_gif(50), limits=Limits(max_frames=50))) == 50


@pytest.mark.parametrize("kind", ["apng", "animated-webp", "tiff", "gif"])
def test_all_frames_together_keep_to_the_limit_of_pixels(kind):
    one_fits = Limits(max_megapixels=0.0005)
    assert Image.open(FILES[kind], limits=one_fits).size == (24, 16)
    with pytest.raises(ImageError) as caught:
        Stack.open(FILES[kind], limits=one_fits)
    assert caught.value.code == "too-many-pixels"


@pytest.mark.parametrize("form", ["PNG", "WEBP", "AVIF"])
def test_frames_that_a_file_announces_are_refused_before_the_second_is_read(form):
    file = saved(picture(24, 16), form, append_images=[picture(24, 16, seed) for seed in (1, 2, 3)])
    together = 4 * 24 * 16 / 1e6
    assert len(list(reading.frames(file, form, Limits(max_megapixels=together, max_frames=4)))) == 4
    for limits in (Limits(max_megapixels=together - 1e-6), Limits(max_frames=3)):
        read = reading.frames(file, form, limits)
        next(read)
        with pytest.raises(ImageError, match="limit"):
            next(read)


def test_a_deflated_tiff_that_inflates_without_end_is_damaged():
    huge = zlib.compress(bytes(50_000_000))
    file = tiff(np.zeros((3, 8, 8), np.uint16), photometric="rgb", planarconfig="separate", compression="zlib")
    edited = bytearray(file + huge)
    with tifffile.TiffFile(io.BytesIO(file)) as opened:
        tags = opened.pages[0].tags
        for tag, value in (("StripOffsets", len(file)), ("StripByteCounts", len(huge))):
            kind = {3: "<H", 4: "<I"}[tags[tag].dtype]
            struct.pack_into(kind, edited, tags[tag].valueoffset, value)
    tracemalloc.start()
    assert code_of(bytes(edited)) == "damaged"
    assert tracemalloc.get_traced_memory()[1] < 40_000_000
    tracemalloc.stop()


# ---- frames ----


@pytest.mark.parametrize("kind", ["apng", "animated-webp", "tiff", "gif"])
def test_frames_come_in_order_with_their_timing(kind):
    stack = Stack.open(FILES[kind], name="cells.x")
    assert [frame.name for frame in stack] == ["cells-001.x", "cells-002.x"]
    assert stack.durations == (None if kind == "tiff" else (100, 250))
    assert stack[0] == Image.open(FILES[kind])
    assert np.abs(stack[1].rgb.astype(int) - picture(seed=1)).max() <= (8 if kind == "gif" else 0)


def test_how_often_an_animation_is_played():
    first, second = picture(), picture(seed=1)
    for form in ("GIF", "PNG", "WEBP"):
        for loop in (0, 3):
            assert Stack.open(saved(first, form, append_images=[second], loop=loop)).loop == loop
    assert Stack.open(saved(first, "GIF", append_images=[second])).loop is None
    assert Stack.open(saved(first, "TIFF", append_images=[second])).loop is None


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP"])
def test_one_frame_is_no_animation_though_a_file_says_how_long_it_shows(form):
    stack = Stack.open(saved(picture(), form, duration=100, loop=0))
    assert len(stack) == 1
    assert (stack.durations, stack.loop) == (None, None)


def test_an_animated_avif_is_a_stack():
    stack = Stack.open(saved(picture(), "AVIF", append_images=[picture(seed=1)], duration=[100, 250]))
    assert stack.durations == (100, 250)
    assert stack.frames[0] != stack.frames[1]


def test_scikit_images_multi_page_tiffs():
    for name in ("multipage.tif", "multipage_rgb.tif"):
        path = importlib.resources.files("skimage.data") / name
        expected = skimage.io.imread(path)
        stack = Stack.open(path)
        assert len(stack) == len(expected) == 2
        for frame, page in zip(stack, expected, strict=True):
            shown = img_as_ubyte(page)
            assert np.array_equal(frame.rgb, shown if shown.ndim == 3 else np.repeat(shown[..., None], 3, axis=2))


def test_pages_of_a_tiff_may_differ_in_size_and_thumbnails_and_masks_do_not_count():
    buffer = io.BytesIO()
    with tifffile.TiffWriter(buffer) as writer:
        writer.write(picture(24, 16), photometric="rgb")
        writer.write(picture(12, 8), photometric="rgb", subfiletype=1)
        writer.write(picture(40, 30), photometric="rgb")
        writer.write(picture(40, 30)[..., 0] > 99, photometric="minisblack", subfiletype=4)
    assert [frame.size for frame in Stack.open(buffer.getvalue())] == [(24, 16), (40, 30)]
    floats = io.BytesIO()
    with tifffile.TiffWriter(floats) as writer:
        writer.write(picture(24, 16) / np.float32(255), photometric="rgb")
        writer.write(picture(12, 8) / np.float32(255), photometric="rgb", subfiletype=1)
        writer.write(picture(40, 30) / np.float32(255), photometric="rgb")
    stack = Stack.open(floats.getvalue())
    assert [frame.size for frame in stack] == [(24, 16), (40, 30)]
    assert np.array_equal(stack[1].rgb, picture(40, 30))


def gif_of_patches(disposal):
    """Red all over, then a green patch left by this disposal method, then a blue patch elsewhere; clear is index 3."""
    palette = bytes([255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0])
    patches = [((0, 0, 4, 4), 0, 1), ((0, 0, 2, 2), 1, disposal), ((2, 2, 2, 2), 2, 1)]
    body = b""
    for (left, top, width, height), colour, method in patches:
        control = b"\x21\xf9\x04" + bytes([method << 2 | 1]) + struct.pack("<H", 5) + b"\3\0"
        codes = []  # literal codes of 3 bits, cleared before the code size would grow
        for _ in range(width * height):
            codes += [4, colour]
        codes.append(5)
        bits = sum(code << 3 * place for place, code in enumerate(codes))
        data = bits.to_bytes((3 * len(codes) + 7) // 8, "little")
        body += (
            control
            + b","
            + struct.pack("<HHHHB", left, top, width, height, 0)
            + b"\2"
            + bytes([len(data)])
            + data
            + b"\0"
        )
    return b"GIF89a" + struct.pack("<HHBBB", 4, 4, 0x81, 0, 0) + palette + body + b";"


def test_gif_frames_are_composited_as_seen():
    red, green, blue = (255, 0, 0), (0, 255, 0), (0, 0, 255)
    for disposal, left_behind in ((1, green), (2, None), (3, red)):
        stack = Stack.open(gif_of_patches(disposal))
        assert stack.durations == (50, 50, 50)
        assert tuple(stack[1].rgb[0, 0]) == green
        assert tuple(stack[1].rgb[3, 3]) == red
        assert tuple(stack[2].rgb[3, 3]) == blue
        assert tuple(stack[2].rgb[3, 0]) == red
        if left_behind is None:
            assert stack[2].alpha[0, 0] == 0
        else:
            assert tuple(stack[2].rgb[0, 0]) == left_behind


def test_what_an_apng_shows_to_programs_that_know_no_animation_is_left_out():
    file = saved(picture(), "PNG", append_images=[picture(seed=1), picture(seed=2)], default_image=True)
    stack = Stack.open(file)
    assert [np.array_equal(frame.rgb, picture(seed=seed)) for frame, seed in zip(stack, (1, 2), strict=True)] == [
        True
    ] * 2
    assert Image.open(file) == stack[0]


def test_frames_of_a_pillow_picture():
    opened = PIL.Image.open(io.BytesIO(FILES["gif"]))
    opened.seek(1)
    assert Image.open(opened) == Stack.open(FILES["gif"])[1]
    opened.seek(0)
    assert Stack.open(opened) == Stack.open(FILES["gif"])
    assert len(Stack.open(PIL.Image.new("RGB", (4, 4)))) == 1


# ---- damage ----


def survives(data):
    """Opening gives valid values or an ImageError of one sentence, and nothing else."""
    limits = Limits(max_megapixels=0.5, max_frames=20)
    for opener in (lambda: [Image.open(data, limits=limits)], lambda: Stack.open(data, limits=limits)):
        refusal, images = "", []
        try:
            images = opener()
        except ImageError as error:
            refusal = str(error)
        assert bool(images) != (refusal.endswith(".") and "\n" not in refusal)
        for image in images:
            assert image.rgb.dtype == np.uint8
            assert image.rgb.shape == (image.size[1], image.size[0], 3)
            assert image.rgb.flags.c_contiguous
            assert image.alpha is None or image.alpha.shape == image.rgb.shape[:2]


@pytest.mark.parametrize("kind", FILES)
def test_a_file_cut_short_anywhere_is_refused_or_opens(kind):
    file = FILES[kind]
    for length in range(0, len(file), max(1, len(file) // 80)):
        survives(file[:length])


@pytest.mark.parametrize("kind", sorted(FILES.keys() - {"apng", "animated-webp", "gif", "tiff"}))
def test_a_file_cut_in_half_is_damaged(kind):
    assert code_of(FILES[kind][: len(FILES[kind]) // 2]) == "damaged"


@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(sorted(FILES)), st.data())
def test_changed_bytes_are_refused_or_open(kind, data):
    file = bytearray(FILES[kind])
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, min(len(file), 700) - 1))
        file[place] = data.draw(st.sampled_from([0, 1, 127, 128, 255]) | st.integers(0, 255))
    survives(bytes(file))


def test_item_types_of_a_heic_that_are_no_text():
    """pi_heif crashes on them, and all users' work with it, if they get as far."""
    for place in range(4):
        file = bytearray(HEIC)
        file[HEIC.index(b"Exif") + place] = 0xFF
        assert code_of(bytes(file)) == "damaged"


def test_a_mistake_of_our_own_is_not_called_damage(monkeypatch):
    def mistaken(*_):
        raise KeyError("ours")

    monkeypatch.setattr(srgb, "_separate", mistaken)
    with pytest.raises(KeyError, match="ours"):
        Image.open(FILES["png"])


def test_the_next_file_opens_after_a_damaged_one():
    for file in FILES.values():
        survives(file[: len(file) // 2])
        assert Image.open(file).size
