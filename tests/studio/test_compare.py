"""The page that compares, without a browser."""

import csv
import json
import time
from io import StringIO

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from test_app import ROOT, picture, texts, uploaded

from masking_core import Cancelled, Image, KMeans, Prompts, Recipe, export, metrics
from masking_core.methods import METHODS
from studio.compare import base, blind, ground_truth
from studio.recipe import first

HERE = np.zeros((60, 90), np.uint8)
HERE[15:45, 30:60] = 255


def opened(section="Side by side"):
    """The page as a visitor finds it who comes by its address, on a small picture."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.session_state["picture"] = {"files": [{"name": "box.png", "data": picture()}]}
    app.session_state["method"] = "kmeans"
    app.session_state["compare.section"] = section
    return app.switch_page("pages/compare.py").run()


def columns(app):
    return [Recipe.from_json(plain["recipe"]) for plain in app.session_state["compare.columns"]]


def methods(app):
    return [recipe.method.title for recipe in columns(app)]


def pinned(app):
    return next(words.value for words in app.markdown if "keep" in words.value).split(" :")[0]


def add(app, choice):
    return app.menu_button(key="compare.add").click(choice).run()


def test_a_link_opens_with_three_results():
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).switch_page("pages/compare.py").run()
    assert not app.exception
    assert not app.error
    assert texts(app.caption).count(" foreground") == 3
    assert texts(app.caption).count("IoU") == 2  # the reference is not compared with itself
    assert methods(app)[0] == METHODS[first.method()].title
    assert len(set(methods(app))) == 3


def test_the_first_column_is_what_the_workbench_is_set_to():
    app = opened()
    app.session_state["kmeans.objects"] = 5
    app.session_state["edge.steps"] = ["feather"]
    app.session_state["edge.feather.radius.automatic"] = False
    app.session_state["edge.feather.radius"] = 7.0
    add(app, "From the workbench")
    assert columns(app)[0].method == KMeans()
    assert columns(app)[-1].method == KMeans(objects=5)
    assert columns(app)[-1].value_at("edge.feather") == 7.0
    assert not app.exception


def test_columns_are_added_copied_pinned_and_removed():
    app = add(opened(), "fuzzy_cmeans")
    assert methods(app) == ["K-means", "Graph cut", "Watershed", "Fuzzy C-means"]
    app.menu_button(key="compare.1.more").click("Duplicate").run()
    assert methods(app)[:2] == ["K-means", "K-means"]
    app.menu_button(key="compare.3.more").click("Set as reference").run()
    assert pinned(app) == "**D · Watershed**"
    app.menu_button(key="compare.3.more").click("Remove").run()
    assert methods(app) == ["K-means", "K-means", "Graph cut", "Fuzzy C-means"]
    assert pinned(app) == "**A · K-means**"  # the first takes its place
    assert not app.exception


def test_the_last_column_stays():
    def clicks():  # on the buttons of a page that has changed since it was drawn
        from studio.compare import column_list

        for column in column_list.columns():
            column_list.remove(column.id)

    app = AppTest.from_function(clicks).run()
    assert not app.exception
    assert len(columns(app)) == 1


def test_a_column_that_cannot_run_says_why_and_the_others_go_on():
    app = add(opened(), "manual")
    assert "what you draw is the mask" in texts(app.info)
    assert texts(app.caption).count(" foreground") == 3
    assert not app.exception


def test_parameters_are_changed_in_the_column():
    app = opened()
    app.session_state["compare.1.change"] = True
    app.run()
    app.slider(key="compare.1.kmeans.objects").set_value(6).run()
    assert columns(app)[0].method.objects == 6
    assert "number of objects 6" in texts(app.caption)
    app.selectbox(key="compare.1.method").set_value("watershed").run()
    assert methods(app)[0] == "Watershed"
    assert not app.exception


@pytest.mark.parametrize("view", ["Mask", "Disagreement"])
def test_every_view_shows_without_an_error(view):
    app = opened()
    app.button_group(key="compare.view").select(view).run()
    assert not app.exception
    assert texts(app.caption).count(" foreground") == 3


def test_a_column_opens_in_the_workbench():
    app = opened()
    app.session_state["background"] = "blurred"
    app.session_state["compare.1.change"] = True
    app.run()
    app.slider(key="compare.1.kmeans.objects").set_value(4).run()
    app.menu_button(key="compare.1.more").click("Open in the workbench").run()
    assert app.selectbox(key="method").value == "kmeans"
    assert app.slider(key="kmeans.objects").value == 4
    assert app.selectbox(key="background").value == "blurred"
    assert not app.exception


def cells(app):
    return [menu for menu in app.menu_button if menu.label == "Use these settings"]


def test_a_sweep_shows_every_cell_and_takes_one():
    app = opened("Sweep")
    assert not app.exception
    count = len(cells(app))
    assert count >= 4
    assert texts(app.caption).count(" s") >= count
    charts = [json.loads(chart.proto.spec)["encoding"]["y"]["title"] for chart in app.get("vega_lite_chart")]
    assert charts == ["Stability", "Seconds", "Keeps (MB)"]
    app.menu_button(key="compare.sweep.1").click("As a column").run()
    assert len(columns(app)) == 4
    assert columns(app)[-1].method.objects != KMeans().objects


def test_a_sweep_offers_numbers_before_choices():
    app = opened("Sweep")
    recipe = Recipe(method=KMeans())
    kinds = {base.title(recipe, name): parameter.kind for name, parameter in base.parameters_of(recipe).items()}
    offered = [kinds[title] in {"int", "float"} for title in app.selectbox(key="compare.sweep.axis0").options]
    assert offered == sorted(offered, reverse=True)
    assert len(set(offered)) == 2
    assert app.selectbox(key="compare.sweep.axis0").value == "objects"


def test_a_sweep_of_a_column_that_is_gone_goes_on_with_the_first():
    app = opened("Sweep")
    app.selectbox(key="compare.sweep.base").set_value("column 3").run()
    app.session_state["compare.columns"] = app.session_state["compare.columns"][:1]
    app.run()
    assert app.selectbox(key="compare.sweep.base").value == "column 1"
    assert cells(app)
    assert not app.exception


def test_a_sweep_over_two_parameters_is_a_grid_and_values_are_typed():
    app = opened("Sweep")
    app.selectbox(key="compare.sweep.axis1").set_value("space").run()
    assert len(cells(app)) == 4 * 2
    app.multiselect(key="compare.sweep.kmeans.objects.4").set_value(["2", "7"]).run()
    assert len(cells(app)) == 2 * 2
    assert "Number of objects **7**" in texts(app.caption)
    app.multiselect(key="compare.sweep.kmeans.objects.4").set_value(["2", "70"]).run()
    assert "objects must be a whole number from 2 to 12" in texts(app.info)
    assert not app.exception


def test_the_automatic_value_comes_before_the_numbers():
    app = opened("Sweep")
    app.selectbox(key="compare.sweep.axis0").set_value("edge.feather").run()
    values = next(box for box in app.multiselect if ".edge.feather." in box.key)
    values.set_value(["4", "auto", "0"]).run()
    assert not app.exception
    assert len(cells(app)) == 3


def test_a_cell_that_fails_does_not_stop_the_rest():
    app = opened("Sweep")
    app.selectbox(key="compare.sweep.axis0").set_value("foreground.rule").run()
    captions = texts(app.caption)
    assert "Draw a stroke or a point" in captions
    assert captions.count(" s") >= 3
    assert not app.exception


def test_a_sweep_that_was_stopped_shows_what_was_finished_and_goes_on():
    app = opened("Sweep")
    count = texts(app.caption).count(" s")
    assert not [button for button in app.button if button.label == "Stop"]  # it is finished
    app.session_state["compare.sweep.stopped"] = True
    del app.session_state["compare.sweep.done"][1,]
    app.run()
    assert "Stopped" in texts(app.info)
    assert texts(app.caption).count(" s") == count - 1
    app.button(key="compare.sweep.stop").click().run()
    assert "Stopped" not in texts(app.info)
    assert texts(app.caption).count(" s") == count
    assert not app.exception


def with_truth():
    app = opened("Ground truth")
    app.file_uploader(key="compare.truth.upload").set_value(("mask.png", export.png(HERE), "image/png")).run()
    assert not app.error
    return app


def test_scores_are_the_measures_of_the_results():
    app = with_truth()
    table = app.dataframe[0].value
    image = Image.open(picture(), name="box.png")
    tolerance = app.slider(key="compare.tolerance").value
    assert len(table) == 3
    for recipe, (_, row) in zip(columns(app), table.iterrows(), strict=True):
        alpha = recipe.run(image, Prompts()).alpha
        assert row["IoU"] == metrics.iou(alpha >= 0.5, HERE > 0)
        assert row["Boundary F"] == metrics.boundary_f(alpha >= 0.5, HERE > 0, tolerance)
        assert row["MAE"] == pytest.approx(metrics.mae(alpha, HERE / 255), abs=1e-6)
    app.button_group(key="compare.section").select("Side by side").run()
    app.button_group(key="compare.view").select("Errors").run()
    assert "missed" in texts(app.markdown)
    assert texts(app.caption).count("IoU with the truth") == 3
    assert not app.exception


def test_a_result_is_taken_as_truth_and_agrees_with_itself():
    app = opened("Ground truth")
    assert "Say what is right" in texts(app.info)
    app.menu_button(key="compare.truth.take").click("A · K-means").run()
    assert app.dataframe[0].value["IoU"][0] == 1
    app.button(key="compare.truth.forget").click().run()
    assert "Say what is right" in texts(app.info)


def test_why_a_mask_was_not_taken_is_said_of_its_picture_alone():
    app = opened("Ground truth")
    wrong = export.png(HERE[:, :50])
    app.file_uploader(key="compare.truth.upload").set_value(("mask.png", wrong, "image/png")).run()
    assert "mask.png" in texts(app.error)
    uploaded(app, "other.png", picture(50, 70))
    assert not app.error


def test_what_was_drawn_is_truth_or_missed():
    app = opened("Ground truth")
    app.menu_button(key="compare.truth.take").click("What I drew").run()
    assert "what you draw is the mask" in texts(app.error)
    app.session_state[f"marks.{Image.open(picture(), name='box.png').digest}.0"] = {
        "marks": Prompts.from_box(30, 15, 59, 44).model_dump(mode="json")["marks"],
        "done": [],
        "undone": [],
        "revision": 1,
    }
    app.run()
    app.menu_button(key="compare.truth.take").click("What I drew").run()
    assert not app.error
    assert max(app.dataframe[0].value["IoU"]) > 0.9


@pytest.mark.parametrize(
    ("mask", "sentence"),
    [(HERE[:50], "90 × 50 pixels; a ground truth must be as large"), (HERE * 0, "same everywhere")],
)
def test_a_mask_that_does_not_fit_is_one_sentence(mask, sentence):
    app = opened("Ground truth")
    app.file_uploader(key="compare.truth.upload").set_value(("mask.png", export.png(mask), "image/png")).run()
    assert sentence in texts(app.error)
    assert not app.exception


def test_masks_are_read_as_they_are_written():
    image = Image.open(picture(), name="box.png")
    wanted = export.png(HERE)
    for name, array in {
        "ones": HERE // 255,
        "colours": np.dstack([HERE, HERE * 0, HERE]),
        "alpha": np.dstack([HERE | 7, HERE * 0, HERE, HERE]),
    }.items():
        ground_truth.open_file(image, f"{name}.png", export.png(array))
        assert ground_truth.known(image).png == wanted


def test_a_search_tries_many_and_offers_the_best():
    app = with_truth()
    app.multiselect(key="compare.search.names.K-means").set_value(["objects", "space"]).run()
    app.button(key="compare.search.go").click().run()
    table = app.dataframe[-1].value
    assert not app.exception
    assert len(table) >= 10
    assert list(table["IoU"]) == sorted(table["IoU"], reverse=True)
    assert f"Best of {len(table)}" in texts(app.markdown)
    app.menu_button(key="compare.search.take").click("As a column").run()
    assert columns(app)[-1].method.objects == table["Number of objects"][0]


def test_a_search_runs_on_by_itself_until_it_is_told_to_stop():
    from studio.compare.ground_truth import Truth
    from studio.compare.runs import Scene
    from studio.compare.search import Search

    scene = Scene(Image.open(picture(), name="box.png"), Prompts())
    truth = Truth("mask", export.png(HERE), 0.5)
    found = Search.started(scene, truth, Recipe(method=KMeans()), ["objects", "precision"], 60)
    while not found.tries:
        time.sleep(0.01)
    found.job.cancel()
    with pytest.raises(Cancelled):
        found.job.future.result(timeout=30)
    assert found.over
    assert found.tries[0].recipe == Recipe(method=KMeans())


def test_the_scores_as_csv_are_those_of_the_table():
    from studio.compare.column_list import Column
    from studio.compare.truth import TITLES, as_csv

    column = Column("A", {"id": 1, "recipe": Recipe(method=KMeans(objects=5)).to_json()})
    rows = list(csv.DictReader(StringIO(as_csv([column], {1: dict.fromkeys(TITLES, 0.25)}))))
    assert rows == [
        {"column": "A · K-means", "settings": "number of objects 5"} | dict.fromkeys(TITLES, "0.25"),
    ]


def test_another_picture_has_no_truth():
    app = uploaded(with_truth(), "other.png", picture(50, 70))
    assert "Say what is right" in texts(app.info)


def votes(app):
    return app.session_state["blind.votes"]


def test_a_blind_vote_counts_for_the_method_behind_the_picture_and_shows_no_name():
    app = opened("Blind vote")
    assert not app.exception
    titles = ("Graph cut", "K-means", "Watershed")
    assert not [words for words in texts(app.markdown).split("Tally")[:1] if any(title in words for title in titles)]
    for label in ("Left is better", "Right is better", "No difference"):
        app.button(key=f"blind.{label}").click().run()
    left, right, neither = votes(app)
    assert left["better"] == left["one"]
    assert right["better"] == right["other"]
    assert neither["better"] == "no difference"
    rows = {row["Method"]: row for _, row in app.dataframe[0].value.iterrows()}
    assert sum(row["Compared"] for row in rows.values()) == 6
    assert sum(row["Better"] for row in rows.values()) == 2
    assert sum(row["No difference"] for row in rows.values()) == 2
    assert not app.exception


def test_every_pair_of_methods_has_its_turn_and_each_side_is_used():
    app = opened("Blind vote")
    for _ in range(12):
        app.button(key="blind.Left is better").click().run()
    seen = [(vote["one"], vote["other"]) for vote in votes(app)]
    assert len({frozenset(pair) for pair in seen}) == 3
    assert len(set(seen)) > 3


def test_votes_go_with_the_report_and_out_as_a_table():
    given = [
        {"picture": "a.png", "one": "K-means", "other": "Graph cut", "better": "Graph cut"},
        {"picture": "b.png", "one": "Graph cut", "other": "K-means", "better": blind.DRAW},
    ]
    assert [row["Method"] for row in blind.tally(given)] == ["Graph cut", "K-means"]
    assert list(csv.DictReader(StringIO(blind.as_csv(given)))) == given
    app = opened()
    app.session_state["blind.votes"] = given
    assert not app.run().exception


def test_what_a_result_took_stands_beside_how_good_it_is():
    app = opened()
    assert texts(app.caption).count("no marks · ") == 3
    app = with_truth()
    assert list(app.dataframe[0].value["Marks"]) == [0, 0, 0]
    assert (app.dataframe[0].value["Seconds"] > 0).all()
    assert (app.dataframe[0].value["Keeps (MB)"] > 0).all()
