"""Everything that takes a moment reports as it goes on, more often the more there is to do, and stops when told to."""

import json
from pathlib import Path
from threading import Event
from threading import enumerate as threads

import cv2
import numpy as np
import PIL.Image
import pytest
import tifffile

from masking_core import Cancelled, Edge, Image, ModelError, PromptError, Prompts, Recipe, progress
from masking_core.export import CONTENTS
from masking_core.export.label_maps import coloured_labels
from masking_core.export.options import PLAIN
from masking_core.kernels.clustering.colour_histogram import colour_histogram
from masking_core.kernels.matting.problem import from_trimap
from masking_core.kernels.matting.reduction import enlarged, reduced
from masking_core.kernels.raster.placing import along_edges
from masking_core.methods import METHODS
from masking_core.methods.clustering.kmeans import KMeans
from masking_core.models import files, network
from masking_core.models.files import Weights
from masking_core.models.registry import DEFAULT
from masking_core.progress import BAND, bands, listening, report
from masking_core.prompts import Curve, Ellipse, Hair, Polygon, Rectangle, Stroke
from masking_core.shapes import rle, writing
from masking_core.shapes.outlines import outlines_of
from masking_core.steps.backgrounds import BACKGROUNDS
from masking_core.steps.clean import Clean
from masking_core.steps.cut_out import cut_out
from masking_core.steps.edge import EDGE_STEPS

SIZE = 60, 80
DENSE = np.random.default_rng(0).random((400, 2))


@pytest.fixture(autouse=True)
def steady(monkeypatch):
    """Reports of a library's call that lasts come so seldom that none is counted."""
    monkeypatch.setattr(progress, "RHYTHM", 100.0)


def picture(height, width):
    rows, columns = np.ogrid[:height, :width]
    disc = (rows - height / 2) ** 2 + (columns - width / 2) ** 2 < (height / 3) ** 2
    noise = np.random.default_rng(0).integers(0, 60, (height, width, 3))
    return Image.from_array((noise + disc[..., None] * (180, 150, 60)).clip(0, 255).astype(np.uint8))


def marks(height, width):
    return Prompts(
        marks=(
            Rectangle(x=0.2 * width, y=0.1 * height, width=0.6 * width, height=0.8 * height),
            Stroke(points=((0.45 * width, 0.5 * height), (0.55 * width, 0.5 * height)), width=3.0),
            Stroke(points=((1.0, 1.0), (1.0, height - 1.0)), width=2.0, object=0),
        )
    )


def heard(work):
    """How often ``work`` reports."""
    told = []
    with listening(lambda fraction, _: told.append(fraction)):
        work()
    assert all(np.isfinite(told))
    return len(told)


def check_stops(work):
    """``work()``, which begins anew at each call, ends with ``Cancelled`` at whichever report it is told to stop."""
    try:
        work()  # from now on its network is loaded
    except ModelError:
        pytest.skip("The network is not on this machine.")
    count = heard(work)
    assert count
    for last in sorted({1, 2, count // 2, count} & set(range(1, count + 1))):
        told = []
        with listening(lambda *_, told=told, last=last: told.append(1) or len(told) < last), pytest.raises(Cancelled):
            work()
        assert len(told) == last


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_every_method_stops_at_whichever_report_it_is_told_to(method):
    pixels = picture(*SIZE).rgb
    try:
        check_stops(lambda: Recipe(method=method()).segment(Image(pixels), marks(*SIZE)))
    except PromptError:
        check_stops(lambda: Recipe(method=method()).segment(Image(pixels), Prompts.from_box(16, 6, 64, 54)))


@pytest.mark.parametrize("kind", [kind for kind, step in EDGE_STEPS.items() if step.slow])
def test_every_slow_edge_step_stops(kind):
    recipe = Recipe(method=KMeans(objects=2), edge=Edge(steps=(EDGE_STEPS[kind](),)))
    found = recipe.segment(picture(*SIZE), Prompts(marks=[Hair(points=((40, 10), (40, 50)), width=6.0)]))
    check_stops(lambda: recipe.finish(found))


def test_clean_colours_and_layers_stop():
    recipe = Recipe(method=KMeans(objects=2), edge=Edge(feather=4))
    found = recipe.segment(picture(*SIZE), marks(*SIZE))
    check_stops(lambda: recipe.finish(found).colours)
    check_stops(lambda: recipe.finish(found).layers)


@pytest.mark.parametrize("kind", [kind for kind in BACKGROUNDS if kind != "picture"])
def test_every_background_stops(kind):
    fields = {"shadow": "drop", "shadow_blur": 40.0} if "shadow" in BACKGROUNDS[kind].model_fields else {}
    recipe = Recipe(method=KMeans(objects=2), background=BACKGROUNDS[kind](**fields))
    found = recipe.segment(picture(*SIZE), marks(*SIZE))
    check_stops(lambda: recipe.finish(found).rgba)


@pytest.mark.parametrize("step", [{"majority": 1}, {"specks": 9}, {"holes": 9}, {"pieces": "largest"}, {"split": True}])
def test_every_step_of_clean_up_reports_at_every_object(step):
    def often(objects):
        labels = np.random.default_rng(0).integers(0, objects + 1, (40, 40)).astype(np.int32)
        return heard(lambda: Clean(**step).apply(labels, Prompts()))

    assert often(2) < often(10)


@pytest.mark.parametrize(
    ("content", "kind"), [(content, kind) for content, each in CONTENTS.items() for kind in each.kinds]
)
def test_every_file_stops(content, kind):
    recipe = Recipe(method=KMeans(objects=2))
    found = recipe.segment(picture(*SIZE))
    check_stops(lambda: CONTENTS[content].kinds[kind].make(recipe.finish(found), PLAIN))


SCENE = np.random.default_rng(1).integers(0, 256, (1200, 1600, 3)).astype(np.uint8)
SMALL = np.ascontiguousarray(SCENE[:120, :160])


def spread(rgb):
    histogram = colour_histogram(rgb)
    return histogram.spread(rgb, np.arange(len(histogram.keys), dtype=np.int32), np.int32(-1))


def tied(rgb):
    return colour_histogram(rgb).tied(rgb, np.zeros(rgb.shape[:2], np.int32), 1)


def read_back(rgb):
    trimap = np.full(rgb.shape[:2], 128, np.uint8)
    trimap[:10], trimap[-10:] = 0, 255
    problem = from_trimap(rgb, trimap)
    return enlarged(reduced(problem, 40), problem, 40)


def refined(rgb):
    return along_edges(np.random.default_rng(0).random((30, 40)).astype(np.float32), rgb)


def cut(rgb):
    return cut_out(rgb, np.full(rgb.shape[:2], 0.5, np.float32))


def gradient(rgb):
    return BACKGROUNDS["gradient"](angle=30.0).paint(Image.from_array(rgb), np.ones(rgb.shape[:2], np.float32))


def blurred(rgb):
    alpha = np.linspace(0, 1, rgb.shape[1], dtype=np.float32) * np.ones(rgb.shape[:2], np.float32)
    return BACKGROUNDS["blurred"](radius=30.0).paint(Image.from_array(rgb), alpha)


def coloured(rgb):
    return coloured_labels(rgb[..., 0].astype(np.int32))


@pytest.mark.parametrize("work", [spread, tied, read_back, refined, cut, gradient, blurred, coloured])
def test_what_goes_through_every_pixel_reports_more_often_on_a_larger_picture(work):
    assert 1 <= heard(lambda: work(SMALL)) < heard(lambda: work(SCENE))


@pytest.mark.parametrize("work", [spread, read_back, refined, cut, gradient, blurred, coloured])
def test_bands_leave_no_seam(work, monkeypatch):
    rgb = SCENE[:121, :163]
    whole = work(rgb)
    monkeypatch.setattr("masking_core.progress.bands.__defaults__", (500, 1))
    assert np.array_equal(work(rgb), whole)


def test_marks_are_counted_alike_in_bands(monkeypatch):
    rgb = np.random.default_rng(0).integers(0, 3, (40, 50, 3)).astype(np.uint8) * 60
    seeds = np.random.default_rng(1).integers(-1, 3, (40, 50))
    whole = colour_histogram(rgb).tied(rgb, seeds, 3)
    monkeypatch.setattr("masking_core.progress.bands.__defaults__", (500, 1))
    assert np.array_equal(colour_histogram(rgb).tied(rgb, seeds, 3), whole)


def dense(height, width):
    return [(float(x * width), float(y * height)) for x, y in DENSE]


MARKS = {
    "polygon": lambda shape: Polygon(points=dense(*shape)),
    "curve": lambda shape: Curve(points=dense(*shape)[:399]),
    "stroke": lambda shape: Stroke(points=dense(*shape), width=20.0),
    "hair": lambda shape: Hair(points=dense(*shape), width=20.0),
    "ellipse": lambda shape: Ellipse(x=0.0, y=0.0, width=float(shape[1]), height=float(shape[0])),
}


@pytest.mark.parametrize("mark", MARKS.values(), ids=MARKS)
def test_drawing_one_mark_reports_more_often_the_larger_it_is(mark):
    small, large = (300, 400), (3000, 4000)
    assert 1 <= heard(lambda: mark(small).mask(small)) < heard(lambda: mark(large).mask(large))


@pytest.mark.parametrize("mark", MARKS.values(), ids=MARKS)
@pytest.mark.parametrize("draw", ["mask", "coverage"])
def test_a_mark_drawn_in_parts_is_the_same(mark, draw, monkeypatch):
    shape = 90, 120
    drawing = getattr(mark(shape), draw, None)
    if drawing is None:
        return
    window, whole = drawing(shape)
    monkeypatch.setattr("masking_core.progress.bands.__defaults__", (300, 1))
    again, parts = drawing(shape)
    assert (again, parts.dtype) == (window, whole.dtype)
    assert np.array_equal(parts, whole)


@pytest.mark.parametrize("what", ["outside", "miss", "seeds", "bounds", "roi_alpha", "roi_labels", "hair"])
def test_every_drawing_of_prompts_reports_at_every_mark(what):
    each = [
        Rectangle(x=-90, y=-90, width=9, height=9),
        Stroke(points=[(-90, -90)], width=1.0),
        Hair(points=[(-90, -90)], width=1.0),
    ]
    few, many = (Prompts(marks=each * times) for times in (1, 20))
    assert heard(lambda: getattr(few, what)(SIZE)) < heard(lambda: getattr(many, what)(SIZE))


def test_tracing_outlines_reports_at_every_ring():
    def often(side):
        noise = np.random.default_rng(0).integers(0, 2, (side, side)).astype(np.int32)
        return heard(lambda: [piece.keyholed for shape in outlines_of(noise, [1]) for piece in shape.pieces])

    assert often(8) < often(40)


@pytest.mark.parametrize("write", [writing.geojson, writing.svg])
def test_writing_outlines_reports_at_every_piece(write):
    def often(side):
        shapes = outlines_of(np.random.default_rng(0).integers(0, 2, (side, side)).astype(np.int32), [1])
        return heard(lambda: write(shapes, (side, side), "noise"))

    assert 1 <= often(8) < often(40)


@pytest.mark.parametrize("write", [writing.geojson, writing.coco, writing.labelme])
def test_shapes_are_written_in_parts_as_in_one(write, monkeypatch):
    shapes = outlines_of(np.random.default_rng(0).integers(0, 3, (30, 30)).astype(np.int32), [1, 2])
    written = write(shapes, (30, 30), "ein “Bild”.png")
    assert written == json.dumps(json.loads(written), ensure_ascii=False, separators=(",", ":")).encode()
    monkeypatch.setattr(writing, "AT_ONCE", 3)
    assert write(shapes, (30, 30), "ein “Bild”.png") == written


@pytest.mark.parametrize(
    "document", [{}, [], {"a": []}, [[1, 2], [3, 4]], [1.5, None, "x"], [{}, {"b": [[], [1, [2]]]}]]
)
@pytest.mark.parametrize("most", [1, 2, 1000])
def test_any_document_is_written_in_parts_as_in_one(document, most, monkeypatch):
    monkeypatch.setattr(writing, "AT_ONCE", most)
    assert "".join(writing._parts(document)) == json.dumps(document, separators=(",", ":"))


def test_runs_are_written_in_parts_as_in_one(monkeypatch):
    mask = np.random.default_rng(0).random((20, 30)) < 0.5
    whole = rle.encoded(mask)
    monkeypatch.setattr(rle, "AT_ONCE", 7)
    assert rle.encoded(mask) == whole
    assert np.array_equal(rle.decoded(whole, (20, 30)), mask)


class Stuck:
    """A library whose call does not end until it is released; also a network."""

    engine = "none"

    def __init__(self):
        self.began, self.released, self.at_once = Event(), Event(), []

    def run(self, *_, **__):
        self.at_once.append(self.began.is_set() and not self.released.is_set())
        self.began.set()
        self.released.wait(30)
        return [np.zeros((1, 1, 8, 8), np.float32)]


@pytest.fixture
def stuck(monkeypatch):
    monkeypatch.setattr(progress, "RHYTHM", 0.01)
    models, library = files.known(), Stuck()
    network.SHELF.give_back()
    monkeypatch.setattr(files, "weights", lambda name: Weights(models[name], Path("none.onnx"), "0" * 64))
    monkeypatch.setattr(network, "_loaded", lambda _: library)
    yield library
    library.released.set()
    for each in threads():
        if each.name == "beside":
            each.join(30)
    network.SHELF.give_back()


def check_leaves(work, stuck):
    """Whether ``work`` makes a call that lasts; told to stop while it does, it ends without waiting for the call."""
    try:
        with listening(lambda *_: not stuck.began.is_set()):
            work()
    except Cancelled:
        assert stuck.began.is_set()
    assert not stuck.released.is_set()
    return stuck.began.is_set()


@pytest.mark.parametrize("id", METHODS)
@pytest.mark.parametrize(
    "prompts", [Prompts(), Prompts.from_box(16, 6, 64, 54), marks(*SIZE)], ids=["no", "box", "all"]
)
def test_every_method_stops_while_its_network_runs(id, prompts, stuck):
    try:
        asked = check_leaves(lambda: Recipe(method=METHODS[id]()).run(picture(*SIZE), prompts), stuck)
    except PromptError:
        return
    assert asked or id not in {"subject", "clicks"}


def test_a_network_that_nobody_wants_any_more_is_nobody_elses_until_it_has_ended(stuck):
    inputs = {"": np.zeros((1, 3, 8, 8), np.float32)}
    weights = files.weights(DEFAULT)
    assert check_leaves(lambda: network.run(weights, inputs), stuck)
    waited = []
    with listening(lambda _, doing: waited.append(doing) or len(waited) < 50), pytest.raises(Cancelled):
        network.run(weights, inputs)
    assert "Waiting for the network" in waited
    network.SHELF.give_back()
    assert network.SHELF.holds == weights.sha256
    stuck.released.set()
    assert network.run(weights, inputs)[1] == "none"
    assert not any(stuck.at_once)


@pytest.mark.parametrize(
    ("content", "kind"),
    [(content, kind) for content, each in CONTENTS.items() for kind in each.kinds if content != "outlines"],
)
def test_every_file_of_pixels_stops_while_its_encoder_works(content, kind, stuck, monkeypatch):
    recipe = Recipe(method=KMeans(objects=2))
    result = recipe.finish(recipe.segment(picture(*SIZE)))
    monkeypatch.setattr(PIL.Image.Image, "save", stuck.run)
    monkeypatch.setattr(cv2, "imencode", stuck.run)
    monkeypatch.setattr(tifffile.TiffWriter, "write", stuck.run)
    assert check_leaves(lambda: CONTENTS[content].kinds[kind].make(result, PLAIN), stuck)


def test_bands_cover_every_row_once_and_report_at_each():
    told = []
    with listening(lambda fraction, doing: told.append((fraction, doing))):
        found = list(bands((10, 7), "Going on", most=21))
    assert [(band.start, band.stop) for band in found] == [(0, 3), (3, 6), (6, 9), (9, 10)]
    assert told == [(0.0, "Going on"), (0.3, "Going on"), (0.6, "Going on"), (0.9, "Going on")]
    assert [band.stop - band.start for band in bands((10, 7), "", most=21, step=2)] == [2, 2, 2, 2, 2]
    assert [band.stop - band.start for band in bands((10, 7), "", most=35, step=4)] == [4, 4, 2]
    assert list(bands((0, 7), "")) == []
    assert len(list(bands((3, 2 * BAND), ""))) == 3


def test_nobody_listens_to_most_work():
    report(0.5, "Going on")
