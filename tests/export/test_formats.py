from io import BytesIO

import numpy as np
import PIL.Image
import pytest
from PIL import JpegImagePlugin

from masking_core import ParameterError
from masking_core.export import FORMATS, ExportOptions, Writing, format_of
from masking_core.export.writers import srgb_profile

PLAIN = Writing(ExportOptions(backdrop="#00ff00", quality=95))


def picture(*channels):
    rows, columns = np.mgrid[:40, :60]
    smooth = np.stack([rows * 4, columns * 3, 200 - rows * 2, np.where(columns < 30, 255, 0)], axis=-1)
    smooth[smooth[..., 3] == 0] = 0
    return smooth.astype(np.uint8)[..., : channels[0]] if channels else smooth[..., 0].astype(np.uint8)


def read(data):
    found = PIL.Image.open(BytesIO(data))
    found.load()
    return found


def pixels(data, mode="RGBA"):
    return np.asarray(read(data).convert(mode)).astype(int)


SINGLE = [each for each in FORMATS.values() if not each.layered]


@pytest.mark.parametrize("form", SINGLE, ids=lambda form: form.id)
def test_a_file_is_of_the_kind_that_its_name_says(form):
    for suffix in form.suffixes:
        assert format_of(f"/a/b.c/PHOTO{suffix.upper()}") is form
    data = form.write([picture(4)], PLAIN)
    found = read(data)
    assert found.format == form.title.upper()
    assert found.size == (60, 40)
    assert PIL.Image.MIME[found.format] == form.mime


@pytest.mark.parametrize("form", SINGLE, ids=lambda form: form.id)
@pytest.mark.parametrize("channels", [(), (3,), (4,)], ids=["grey", "rgb", "rgba"])
def test_pixels_come_back_as_the_table_says(form, channels):
    given = picture(*channels)
    data = form.write([given], PLAIN)
    rgba = np.asarray(PIL.Image.fromarray(given).convert("RGBA")).astype(int)
    if form.lossless:
        assert np.array_equal(pixels(data), rgba)
    elif form.alpha:
        seen = rgba[..., 3] > 0
        assert np.abs(pixels(data)[..., 3] - rgba[..., 3]).max() <= 2
        assert np.abs(pixels(data) - rgba)[seen].mean() < 6
    else:
        assert "A" not in read(data).getbands()
        flat = np.where(rgba[..., 3:] > 0, rgba[..., :3], (0, 255, 0))
        assert np.abs(pixels(data, "RGB") - flat).mean() < 3


@pytest.mark.parametrize("id", ["jpeg", "tiff", "webp"])
def test_colours_are_said_to_be_srgb_and_greys_are_not(id):
    for channels in (3, 4):
        assert read(FORMATS[id].write([picture(channels)], PLAIN)).info["icc_profile"] == srgb_profile()
    grey = read(FORMATS[id].write([picture()], PLAIN))
    assert (grey.info.get("icc_profile") is None) == (grey.mode == "L")


@pytest.mark.parametrize(("quality", "sampling"), [(89, 2), (90, 0)])
def test_a_good_jpeg_has_colour_in_every_pixel(quality, sampling):
    data = FORMATS["jpeg"].write([picture(3)], Writing(ExportOptions(quality=quality)))
    assert JpegImagePlugin.get_sampling(read(data)) == sampling


@pytest.mark.parametrize("form", SINGLE, ids=lambda form: form.id)
def test_the_same_pixels_make_the_same_bytes(form):
    assert form.write([picture(4)], PLAIN) == form.write([picture(4)], PLAIN)


@pytest.mark.parametrize("form", [FORMATS[id] for id in ("png", "tiff", "jpeg", "bmp")], ids=lambda form: form.id)
def test_the_resolution_is_kept(form):
    found = read(form.write([picture(4)], Writing(dpi=(300, 150))))
    assert np.allclose([float(each) for each in found.info["dpi"]], (300, 150), atol=0.02)


@pytest.mark.parametrize("form", [each for each in SINGLE if each.several], ids=lambda form: form.id)
def test_several_pictures_are_pages_or_frames_with_their_times(form):
    frames = [picture(4), np.flipud(picture(4)), np.fliplr(picture(4))]
    data = form.write(frames, Writing(durations=(100, 250, 40), loop=3))
    found = read(data)
    assert found.n_frames == 3
    times = []
    for index, frame in enumerate(frames):
        found.seek(index)
        found.load()
        times.append(found.info.get("duration"))
        close = 0 if form.lossless else 12
        got = np.asarray(found.convert("RGBA")).astype(int)
        seen = frame[..., 3] > 0
        assert np.array_equal(got[..., 3] > 0, seen)
        assert np.abs(got - frame)[seen].max(initial=0) <= max(close, 0) * 3
    if form.several == "frames":
        assert times == [100, 250, 40]
        assert found.info["loop"] == 3


@pytest.mark.parametrize("form", [each for each in SINGLE if each.several == "frames"], ids=lambda form: form.id)
def test_a_single_picture_is_no_animation(form):
    found = read(form.write([picture(4)], Writing(durations=(100,), loop=3)))
    assert getattr(found, "n_frames", 1) == 1
    assert not found.info.get("duration")


@pytest.mark.parametrize("form", [each for each in SINGLE if each.several == "frames"], ids=lambda form: form.id)
def test_frames_whose_times_are_not_known_last_a_tenth_of_a_second(form):
    found = read(form.write([picture(4), np.flipud(picture(4)), np.fliplr(picture(4))], PLAIN))
    for index in range(3):
        found.seek(index)
        found.load()
        assert found.info["duration"] == 100


@pytest.mark.parametrize("form", [each for each in SINGLE if each.several == "frames"], ids=lambda form: form.id)
def test_frames_of_several_sizes_are_refused(form):
    with pytest.raises(ParameterError, match="one size; 50 × 40 and 60 × 40"):
        form.write([picture(4), picture(4)[:, :50]], PLAIN)


@pytest.mark.parametrize("name", ["picture.psd", "picture", "png", ".png.zip"])
def test_an_unknown_ending_is_a_sentence_with_the_known_ones(name):
    with pytest.raises(ParameterError, match=r"\.png.*\.jpg.*\.ora") as caught:
        format_of(name)
    assert repr(name) in str(caught.value)


def test_every_ending_belongs_to_one_format():
    endings = [suffix for form in FORMATS.values() for suffix in form.suffixes]
    assert len(endings) == len(set(endings))
    assert all(id == form.id for id, form in FORMATS.items())
