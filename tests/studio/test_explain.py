"""The page that explains: every method's stages on the visitor's own picture, drawn only when looked at."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from masking_core import Edge, Foreground, FuzzyCMeans, GraphCut, Image, KMeans, Manual, Prompts, Recipe, Watershed
from masking_core.explain import edge_stages
from masking_core.kernels.clustering.partition import colour_partition
from masking_core.kernels.clustering.spatial_partition import spatial_partition
from masking_core.methods import METHODS
from masking_core.methods.clustering.stages import Grouping
from masking_core.palette import RGB
from masking_core.prompts import Stroke
from masking_core.samples import sample
from studio.gallery import prepared
from studio.recipe import first

ROOT = Path(__file__).parents[2]
EVERY_METHOD = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
MARKS = prepared.SAMPLES["cat"]


def stages(method, marks=MARKS.strokes, image=None):
    result = Recipe(method=method).run(image or sample("cat"), marks, explain=True)
    return {stage.title: stage for stage in result.stages}


def marks_for(method):
    return MARKS.outline if method is Manual else MARKS.strokes


@EVERY_METHOD
def test_every_frame_of_every_stage_is_a_picture_with_plain_plots(method):
    for stage in stages(method(), marks_for(method)).values():
        assert stage.title
        assert stage.text.count(".") >= 2, f"{stage.title}: two sentences"
        assert stage.formula
        assert not stage.names or len(stage.names) == stage.frames
        for frame in {0, stage.frames // 2, stage.frames - 1}:
            drawn = stage.render(frame)
            assert drawn.dtype == np.uint8
            assert drawn.ndim == 3
            assert drawn.shape[2] == 3
            for plot in stage.plots(frame):
                assert plot.title
                assert plot.x
                assert plot.y
                for series in plot.series:
                    assert len(series.x) == len(series.y)
                    assert np.isfinite(series.x).all()
                    assert np.isfinite(series.y).all()
                    assert len(series.colours) in {0, 1, len(series.x)}
                    assert all(len(colour) == 7 for colour in series.colours)


@EVERY_METHOD
def test_rendering_changes_nothing_and_the_same_frame_is_the_same_picture(method):
    image = sample("cat")
    result = Recipe(method=method()).run(image, marks_for(method), explain=True)
    labels = result.labels.copy()
    for stage in result.stages:
        first = stage.render(stage.frames - 1).copy()
        assert np.array_equal(stage.render(stage.frames - 1), first)
    assert np.array_equal(result.labels, labels)


def test_nothing_is_drawn_unless_somebody_looks(monkeypatch):
    def looked(*_):
        raise AssertionError("a stage was drawn")

    monkeypatch.setattr("masking_core.methods.clustering.stages.Grouping._grid", property(looked))
    monkeypatch.setattr("masking_core.methods.clustering.stages.Grouping._cloud", property(looked))
    monkeypatch.setattr("masking_core.methods.graph_cut.stages._certain", looked)
    monkeypatch.setattr("masking_core.methods.watershed.stages._water", looked)
    for method in METHODS.values():
        assert Recipe(method=method()).run(sample("cat"), marks_for(method)).stages == ()


@pytest.mark.parametrize("seeded", [False, True])
def test_the_last_iteration_of_k_means_is_its_result(seeded):
    image = sample("cat")
    seeds = None
    if seeded:
        seeds = np.full(image.rgb.shape[:2], -1, np.int32)
        seeds[100:110, 100:110], seeds[10:20, 400:410] = 1, 0
    found = colour_partition(image.rgb, 4, space="lab", seeds=seeds)
    grouping = Grouping(image, found, "lab", seeds)
    assert grouping.steps == found.iterations + 1
    assert (grouping.labels(grouping.steps - 1) == found.labels).mean() > 0.97  # bins are rounded, pixels are not
    start, end = grouping.labels(0), grouping.labels(grouping.steps - 1)
    assert (start != end).any()


@pytest.mark.parametrize("metric", ["product", "sum"])
def test_the_last_iteration_with_places_is_its_result_exactly(metric):
    image = sample("cat")
    found = spatial_partition(image.rgb, 5, metric=metric, space="lab")
    grouping = Grouping(image, found, "lab", None)
    assert np.array_equal(grouping.labels(grouping.steps - 1), found.labels)


def test_centres_are_where_the_energy_is_and_end_where_the_method_ends():
    image = sample("cat")
    for found in (
        colour_partition(image.rgb, 3, space="rgb"),
        spatial_partition(image.rgb, 3, space="rgb"),
    ):
        assert len(found.path) == len(found.energy)
        assert np.allclose(found.path[-1][:, :3], found.colours, atol=1e-6)


def test_memberships_sum_to_one_over_the_frames():
    stage = stages(FuzzyCMeans(objects=4), Prompts())["Memberships"]
    total = np.sum([stage.render(frame)[..., 0].astype(int) for frame in range(stage.frames)], axis=0)
    assert stage.frames == 4
    assert np.abs(total - 255).max() <= 2


def test_the_flood_grows_and_reaches_all():
    stage = stages(Watershed())["Flooding"]
    (plot,) = stage.plots(stage.frames // 2)
    shares = np.array([series.y for series in plot.series if series.name])
    assert (np.diff(shares, axis=1) >= 0).all()
    assert shares[:, -1].sum() == pytest.approx(100)


def test_regions_join_one_by_one():
    marks = prepared.SAMPLES["coffee"].outline
    stage = stages(Manual(), marks, sample("coffee"))["Region by region"]
    assert stage.frames == len(marks.marks)
    white = [(stage.render(frame) == 255).all(axis=2).mean() for frame in range(stage.frames)]
    assert white == sorted(white)
    assert stage.names[0].startswith("saucer")


def test_the_last_round_of_a_cut_is_the_one_that_counted():
    image = sample("cat")
    result = Recipe(method=GraphCut()).run(image, MARKS.strokes, explain=True)
    stage = next(stage for stage in result.stages if stage.title.startswith("Cut, learn"))
    assert stage.frames == result.info["iterations"]
    coarse = (stage.render(stage.frames - 1) == image.rgb).all(axis=2)
    bright = image.rgb.max(axis=2) > 8  # where a quarter of the brightness can be told from all of it
    assert (coarse == (result.labels > 0))[bright].mean() > 0.95


def test_where_nothing_is_marked_the_cut_tells_what_stands_out():
    assert "What stands out" not in stages(GraphCut())
    shown = stages(GraphCut(), Prompts())["What stands out"].render(0)
    assert shown.min() == 0
    assert shown.max() == 255


def test_a_cut_of_two_objects_tells_of_both():
    marks = Prompts(
        marks=(
            Stroke(points=((250.0, 150.0), (330.0, 150.0)), width=12, object=1),
            Stroke(points=((60.0, 380.0), (120.0, 390.0)), width=12, object=2),
            Stroke(points=((10.0, 20.0), (590.0, 20.0)), width=12, object=0),
        )
    )
    result = Recipe(method=GraphCut()).run(sample("coffee"), marks, explain=True)
    told = {stage.title: stage for stage in result.stages}
    certain = told["What is certain"]
    assert certain.names == ("object 1", "object 2")
    assert (certain.render(0) != certain.render(1)).any()
    models = told["Colour models"]
    assert {name.split(",")[0] for name in models.names} == {"object 1", "object 2"}
    assert len(models.names) == models.frames
    assert models.plots(0) != models.plots(models.frames - 1)


@pytest.mark.parametrize("feather", [0.0, 6.0])
def test_alpha_is_told_across_the_edge(feather):
    image = sample("cat")
    result = Recipe(method=GraphCut(), edge=Edge(feather=feather)).run(image, MARKS.strokes)
    told = edge_stages.stages(result)[0]
    between = ((result.alpha > 0.01) & (result.alpha < 0.99)).mean()
    assert (between == 0) == (feather == 0)
    orange = (told.render(1) == RGB[2]).all(axis=2).mean()
    assert orange == pytest.approx(between, rel=0.3)
    assert np.array_equal(told.render(2)[..., 0], result.mask)
    line = told.plots(0)[0].series[0]
    assert (line.x[0], line.x[-1]) == (-edge_stages.REACH, edge_stages.REACH)
    assert list(line.y) == sorted(line.y), "the deeper inside, the more opaque"
    assert line.y[0] < 0.05
    assert line.y[-1] > 0.95


def test_nothing_kept_has_no_edge_to_tell_of():
    result = Recipe(method=KMeans(), foreground=Foreground(rule="picked")).run(sample("cat"))
    told = edge_stages.stages(result)[0]
    assert told.plots(0) == ()
    assert not told.render(2).any()


def explained(method=None, marks=None):
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).switch_page("pages/explain.py")
    if method:
        app.session_state["method"] = method
    if marks:
        document = marks.model_dump(mode="json")["marks"]
        past = {"marks": document, "done": [], "undone": [], "revision": 1}
        app.session_state[f"marks.{sample('coffee').digest}.0"] = past
    return app.run()


@pytest.mark.parametrize("id", METHODS)
def test_the_page_shows_every_stage_in_order(id):
    marks = marks_for(METHODS[id]) if id == "clicks" else prepared.SAMPLES["coffee"].outline
    app = explained(id, marks)
    assert not app.exception
    assert app.title[0].value == f"{METHODS[id].title}, step by step"
    numbers = [heading.value.split(".")[0] for heading in app.subheader]
    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]
    result = Recipe(method=METHODS[id](), edge=first.EDGE).run(sample("coffee"), marks, explain=True)
    assert len(numbers) == 1 + len(result.stages) + len(edge_stages.stages(result))
    assert app.subheader[-1].value.endswith("What is kept")


def test_the_slider_scrubs_one_stage():
    app = explained("kmeans")
    slider = app.select_slider(key="explain.2.The centres move")
    slider.set_value(0).run()
    assert not app.exception
    assert app.select_slider(key="explain.2.The centres move").value == 0
    app.slider(key="kmeans.objects").set_value(5).run()
    assert not app.exception


def test_a_method_that_needs_marks_says_so_and_shows_the_way():
    app = explained("manual")
    assert not app.exception
    assert "Draw" in app.info[0].value


def test_a_picture_of_one_colour_is_explained_like_any_other():
    flat = Image.from_array(np.full((20, 30, 3), 90, np.uint8), name="flat.png")
    for method in (KMeans(), FuzzyCMeans(), Watershed(), GraphCut()):
        box = Prompts.from_box(8, 5, 20, 14)
        for stage in stages(method, box, flat).values():
            assert cv2.resize(stage.render(0), (4, 4)).shape == (4, 4, 3)
            stage.plots(stage.frames - 1)


@pytest.mark.parametrize("marks", [MARKS.strokes, MARKS.rectangle, Prompts()], ids=["strokes", "rectangle", "none"])
def test_the_histogram_of_colour_counts_every_pixel(marks):
    stage = stages(GraphCut(), marks)["Colour models"]
    for frame in range(stage.frames):
        histogram = stage.plots(frame)[1]
        assert sum(sum(series.y) for series in histogram.series) == pytest.approx(100)
