"""``masking mask`` with every kind of file, standard streams, ranges and stacks."""

import io
import sys

import numpy as np
import PIL.Image
import pytest
import tifffile

from masking_core import Image, KMeans, Prompts, Recipe, Stack
from masking_core.cli.main import main
from masking_core.export import FORMATS

RNG = np.random.default_rng(9)


def scene(shift=0):
    rows, columns = np.ogrid[:40, :60]
    rgb = np.full((40, 60, 3), 230, np.uint8)
    rgb[np.hypot(rows - 20, columns - 25 - shift) < 12] = (180, 30, 30)
    return rgb


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.png"
    PIL.Image.fromarray(scene()).save(path, dpi=(300, 300))
    return path


def run(*arguments):
    return main(["mask", *map(str, arguments)])


def opened(path):
    found = PIL.Image.open(path)
    found.load()
    return found


@pytest.mark.parametrize("form", FORMATS.values(), ids=lambda form: form.id)
def test_files_are_what_their_names_say(photo, tmp_path, form):
    for suffix in form.suffixes:
        out = tmp_path / f"cut{suffix}"
        assert run(photo, "--method", "kmeans", "--set", "objects=2", "--out", out) == 0
        if form.layered:
            assert out.read_bytes()[30:54] == b"mimetypeimage/openraster"
        else:
            assert opened(out).format == form.title.upper()


def test_a_jpeg_lies_on_a_colour(photo, tmp_path, capsys):
    out = tmp_path / "cut.jpg"
    assert run(photo, "--set", "objects=2", "--out", out, "--backdrop", "lime", "--quality", 95) == 0
    assert np.abs(np.asarray(opened(out))[0, 0].astype(int) - (0, 255, 0)).max() <= 6
    assert "keeps no transparency" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--out", "cut.psd"], "a file must end in one of .png"),
        (["--out", "cut"], "a file must end in one of .png"),
        (["--out", "cut.png", "--mask-out", "mask.jpg"], "Mask: a file must end in one of"),
        (["--out", "cut.png", "--labels-out", "labels.bmp"], "Label map: a file must end in one of .png, .apng, .tif"),
        (["--out", "-", "--mask-out", "-"], "Only one file can be written to standard output"),
        (["--out", "-", "--format", "psd"], "format must be one of png"),
        (["--out", "/nowhere/cut.png"], "there is no folder /nowhere"),
        (["--out", "cut.jpg", "--quality", "200"], "quality must be a whole number from 1 to 100"),
        (["--out", "cut.jpg", "--backdrop", "nocolour"], "backdrop must be a colour"),
        (["--out", "cut.png", "--frame", "2"], "--frame must be a number from 1 to 1; '2' was given."),
        (["--out", "cut.png", "--range", "1,2,3"], "--range takes automatic, full, or BLACK,WHITE"),
        (["--out", "cut.png", "--range", "log"], "mode must be one of automatic, full, given"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_writes_nothing(photo, tmp_path, monkeypatch, capsys, arguments, words):
    monkeypatch.chdir(tmp_path)
    before = sorted(path.name for path in tmp_path.iterdir())
    assert run(photo, *arguments) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_standard_input_and_output(photo, monkeypatch, capfdbinary):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(photo.read_bytes())))
    assert run("-", "--set", "objects=2", "--out", "-", "--format", "webp") == 0
    assert PIL.Image.open(io.BytesIO(capfdbinary.readouterr().out)).format == "WEBP"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(photo.read_bytes())))
    assert run("-", "--set", "objects=2", "--out", "-") == 0
    expected = Recipe(method=KMeans(objects=2)).run(Image.open(photo))
    assert np.array_equal(np.asarray(PIL.Image.open(io.BytesIO(capfdbinary.readouterr().out))), expected.rgba)


def test_the_resolution_is_kept_and_metadata_only_when_asked_for(photo, tmp_path):
    exif = PIL.Image.Exif()
    exif[0x010F] = "Camera"
    exif[0x0112] = 6
    source = tmp_path / "shot.jpg"
    PIL.Image.fromarray(scene()).save(source, exif=exif, dpi=(300, 300), quality=95)
    for form in ("png", "tif", "jpg", "webp"):
        out = tmp_path / f"out.{form}"
        assert run(source, "--set", "objects=2", "--out", out) == 0
        assert 0x010F not in opened(out).getexif()
        if form != "webp":
            assert opened(out).info["dpi"] == pytest.approx((300, 300), abs=0.05)
        assert run(source, "--set", "objects=2", "--out", out, "--keep-metadata") == 0
        assert opened(out).getexif()[0x010F] == "Camera"
        assert opened(out).getexif().get(0x0112, 1) == 1
        assert opened(out).size == (40, 60), "upright already"


def test_a_crop_and_hidden_colours(photo, tmp_path):
    out = tmp_path / "cut.png"
    assert run(photo, "--set", "objects=2", "--out", out, "--crop", "--margin", 2) == 0
    assert opened(out).size[0] < 40
    assert run(photo, "--set", "objects=2", "--out", out, "--hidden-colours") == 0
    assert np.array_equal(np.asarray(opened(out))[0, 0], (230, 230, 230, 0))


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_labels_come_back_as_seeds(photo, tmp_path, suffix):
    labels, again = tmp_path / f"labels.{suffix}", tmp_path / f"again.{suffix}"
    assert run(photo, "--set", "objects=2", "--out", tmp_path / "cut.png", "--labels-out", labels) == 0
    watershed = ("--method", "watershed", "--seeds", labels, "--out", tmp_path / "cut.png", "--labels-out", again)
    assert run(photo, *watershed) == 0
    assert np.array_equal(np.asarray(opened(labels)), np.asarray(opened(again)))


@pytest.mark.parametrize(("option", "what"), [("--seeds", "a seed map"), ("--trimap", "a trimap")])
def test_another_size_is_told_with_both(photo, tmp_path, capsys, option, what):
    half = tmp_path / "half.png"
    PIL.Image.fromarray(np.where(scene()[::2, ::2, 1] < 99, 255, 0).astype(np.uint8)).save(half)
    assert run(photo, "--method", "graph_cut", option, half, "--out", tmp_path / "cut.png") == 2
    error = capsys.readouterr().err
    assert f"half.png has 30 × 20 pixels; {what} must be" in error
    assert "60 × 40" in error


def test_a_mask_in_alpha_is_a_trimap(photo, tmp_path):
    rgba = np.dstack([np.full((40, 60, 3), 255, np.uint8), np.where(scene()[..., 1] < 99, 255, 0).astype(np.uint8)])
    trimap, mask = tmp_path / "trimap.png", tmp_path / "mask.png"
    PIL.Image.fromarray(rgba).save(trimap)
    hard = ("--set", "edge=hard", "--out", tmp_path / "cut.png", "--mask-out", mask)
    assert run(photo, "--method", "watershed", "--trimap", trimap, *hard) == 0
    assert np.array_equal(np.asarray(opened(mask)), rgba[..., 3])


def test_the_range_of_a_deep_picture(tmp_path, capsys):
    rows, columns = np.ogrid[:40, :60]
    disc = np.hypot(rows - 20, columns - 25) < 12
    deep = (1000 + 180 * disc + RNG.normal(0, 20, disc.shape)).astype(np.uint16)
    path, mask = tmp_path / "deep.tif", tmp_path / "mask.png"
    tifffile.imwrite(path, deep)
    assert run(path, "--set", "objects=2", "--out", tmp_path / "cut.png", "--mask-out", mask) == 0
    found = np.asarray(opened(mask)) > 127
    assert (found & disc).sum() / (found | disc).sum() >= 0.95
    assert "shown from black to white" in capsys.readouterr().err
    assert run(path, "--range", "1000,1180", "--set", "objects=2", "--out", tmp_path / "cut.png") == 0
    assert "Values from 1,000 to 1,180" in capsys.readouterr().err


# ---- stacks ----


@pytest.fixture
def pages(tmp_path):
    path = tmp_path / "pages.tif"
    frames = [PIL.Image.fromarray(scene(shift)) for shift in (0, 5, 10)]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    return path


@pytest.fixture
def moving(tmp_path):
    path = tmp_path / "moving.gif"
    frames = [PIL.Image.fromarray(scene(shift)).quantize(8) for shift in (0, 5, 10)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=[100, 200, 50], loop=2)
    return path


def wanted(path):
    return [Recipe(method=KMeans(objects=2)).run(image).rgba for image in Stack.open(path)]


def frames_of(path):
    found = PIL.Image.open(path)
    for index in range(found.n_frames):
        found.seek(index)
        yield np.asarray(found.convert("RGBA"))


def test_pages_become_pages(pages, tmp_path):
    out, mask = tmp_path / "cut.tif", tmp_path / "mask.tif"
    assert run(pages, "--set", "objects=2", "--out", out, "--mask-out", mask) == 0
    for got, expected in zip(frames_of(out), wanted(pages), strict=True):
        assert np.array_equal(got, expected)
    assert PIL.Image.open(mask).n_frames == 3


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp"])
def test_pages_become_numbered_files_where_a_file_holds_one(pages, tmp_path, suffix):
    assert run(pages, "--set", "objects=2", "--out", tmp_path / f"cut.{suffix}") == 0
    names = sorted(path.name for path in tmp_path.glob(f"cut*.{suffix}"))
    assert names == [f"cut-00{number}.{suffix}" for number in (1, 2, 3)]
    if suffix == "png":
        for name, expected in zip(names, wanted(pages), strict=True):
            assert np.array_equal(np.asarray(opened(tmp_path / name)), expected)


@pytest.mark.parametrize("suffix", ["png", "webp", "gif"])
def test_an_animation_stays_one_with_its_times(moving, tmp_path, suffix):
    out = tmp_path / f"cut.{suffix}"
    assert run(moving, "--set", "objects=2", "--out", out) == 0
    found = PIL.Image.open(out)
    times = []
    for index in range(found.n_frames):
        found.seek(index)
        found.load()
        times.append(found.info["duration"])
    assert times == [100, 200, 50]
    assert found.info["loop"] == 2
    if suffix == "png":
        for got, expected in zip(frames_of(out), wanted(moving), strict=True):
            assert np.array_equal(got, expected)


def test_one_frame_of_many(pages, tmp_path):
    out = tmp_path / "cut.png"
    assert run(pages, "--frame", 2, "--set", "objects=2", "--out", out) == 0
    assert np.array_equal(np.asarray(opened(out)), wanted(pages)[1])
    assert not list(tmp_path.glob("cut-*"))


def test_several_pictures_are_one_stack(tmp_path):
    paths = []
    for number, shift in enumerate((0, 5)):
        paths.append(tmp_path / f"p{number}.png")
        PIL.Image.fromarray(scene(shift)).save(paths[-1])
    assert run(*paths, "--set", "objects=2", "--out", tmp_path / "cut.tif") == 0
    assert PIL.Image.open(tmp_path / "cut.tif").n_frames == 2


def test_many_files_cannot_go_to_standard_output(pages, capsys):
    assert run(pages, "--set", "objects=2", "--out", "-") == 2
    assert "3 files cannot go to standard output" in capsys.readouterr().err


def test_a_frame_without_marks_is_told_by_its_number(pages, tmp_path, capsys):
    drawn = Prompts.from_box(10, 5, 40, 35).to_json()
    marks, out = tmp_path / "marks.json", tmp_path / "cut.tif"
    marks.write_text(f'[{{"version": 1, "marks": []}}, {drawn}, {{"version": 1, "marks": []}}]')
    assert run(pages, "--method", "manual", "--prompts", marks, "--out", out) == 0
    errors = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in errors] == ["Frame 1", "Frame 3"]
    assert all("empty" in line and "Draw a rectangle" in line for line in errors)
    first, second, third = frames_of(out)
    assert not first.any()
    assert second.any()
    assert not third.any()


def test_no_frame_with_marks_is_a_sentence(pages, tmp_path, capsys):
    assert run(pages, "--method", "manual", "--out", tmp_path / "cut.tif") == 2
    error = capsys.readouterr().err
    assert "Draw a rectangle" in error
    assert error.count("\n") == 1
    assert not (tmp_path / "cut.tif").exists()


def test_marks_for_another_number_of_frames_are_refused(pages, tmp_path, capsys):
    marks = tmp_path / "marks.json"
    empty = '{"version": 1, "marks": []}'
    marks.write_text(f"[{empty}, {empty}]")
    assert run(pages, "--prompts", marks, "--out", tmp_path / "cut.tif") == 2
    assert "marks.json has marks for 2 pictures; there are 3." in capsys.readouterr().err


def test_a_label_map_of_as_many_pages_marks_each_its_own_frame(pages, tmp_path):
    seeds, labels = tmp_path / "seeds.tif", tmp_path / "labels.tif"
    maps = [np.where(scene(shift)[..., 1] < 99, 1, 0).astype(np.uint8) for shift in (0, 5, 10)]
    tifffile.imwrite(seeds, np.stack(maps), photometric="minisblack")
    watershed = ("--method", "watershed", "--seeds", seeds, "--out", tmp_path / "cut.tif")
    assert run(pages, *watershed, "--labels-out", labels) == 0
    for number, expected in enumerate(maps, 1):
        assert np.array_equal(np.asarray(opened(tmp_path / f"labels-00{number}.tif")), expected)
