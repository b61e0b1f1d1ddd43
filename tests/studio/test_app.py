"""The pages' logic, without a browser."""

import ast
import tomllib
from pathlib import Path

import numpy as np
import pytest
from hand import use
from streamlit.testing.v1 import AppTest

from masking_core import Area, Clean, Colour, Edge, KMeans, Prompts, Recipe, Session, Stack, export
from masking_core.methods import METHODS
from masking_core.parameters import parameters
from masking_core.samples import sample, samples
from masking_core.steps.backgrounds import BACKGROUNDS
from masking_core.steps.edge import EDGE_STEPS
from studio import controls

ROOT = Path(__file__).parents[2]
PAGES = sorted(str(path.relative_to(ROOT)) for path in [ROOT / "app.py", *(ROOT / "pages").glob("*.py")])


def opened(page: str = "pages/mask.py") -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    if page == "app.py":
        return app
    app.session_state["method"] = "kmeans"
    return app.switch_page(page).run()


def picture(height=60, width=90):
    rgb = np.full((height, width, 3), 220, np.uint8)
    rgb[15:45, 30:60] = (180, 20, 30)
    return export.png(rgb)


def uploaded(app, name="box.png", data=None):
    return uploader(app).set_value([(name, data or picture(), "image/png")]).run()


def uploader(app):
    """The picker's uploader: another, empty one after every picture that was opened."""
    return next(one for one in app.file_uploader if one.key.startswith("upload"))


def texts(elements):
    return " ".join(element.value for element in elements)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_on_its_own_without_an_error(page):
    app = opened(page)
    assert not app.exception
    assert not app.error


@pytest.mark.parametrize("id", METHODS)
def test_the_sidebar_shows_every_parameter_with_its_declared_bounds(id):
    app = opened()
    app.selectbox(key="method").set_value(id).run()
    app = unfolded(app, f"{id}.more")
    assert not app.exception
    for parameter in parameters(METHODS[id]):
        if parameter.show.when or parameter.optional:
            continue
        key = f"{id}.{parameter.name}"
        match parameter.kind:
            case "choice":
                assert app.selectbox(key=key).value == parameter.default
            case "bool":
                assert app.toggle(key=key).value == parameter.default
            case _ if parameter.show.log:
                assert app.select_slider(key=key).value == parameter.default
            case _:
                slider = app.slider(key=key)
                assert (slider.min, slider.max, slider.value) == (parameter.low, parameter.high, parameter.default)


def test_a_visitor_sees_a_result_before_touching_anything():
    app = opened()
    assert "Downloads" in texts(app.caption)
    assert objects(app, kept=True)


def test_an_upload_takes_the_place_of_the_sample():
    app = uploaded(opened())
    assert "90 × 60 pixels" in texts(app.caption)
    assert not app.error


def test_a_bad_upload_is_explained_and_the_last_good_picture_stays():
    app = uploaded(uploaded(opened()), "broken.png", picture()[:60])
    assert "broken.png" in texts(app.error)
    assert "90 × 60 pixels" in texts(app.caption)
    app = uploaded(app, "fine.png")
    assert not app.error


def told_twice():
    from functools import partial

    import streamlit as st

    from studio import state, uploads
    from studio.picture import opened, picker

    if state.get("upload"):
        state.put("sample.coffee", "coffee")
        uploads.heard("upload", partial(picker._take_upload, "upload"))
        picker._take_sample("sample.coffee")
    now = opened.current()
    picker.pick()
    st.text(opened.title(now))


def test_a_browser_that_tells_twice_of_an_upload_and_of_the_sample_takes_no_explanation_away():
    app = uploaded(AppTest.from_function(told_twice).run(), "broken.png", picture()[:60])
    assert "broken.png" in texts(app.error)
    assert not app.exception


def test_a_browser_that_tells_again_of_the_picture_before_does_not_bring_it_back():
    app = uploaded(AppTest.from_function(told_twice).run())
    assert texts(app.text) == "box.png"
    assert own(app) == ["box.png"]


def objects(app, *, kept=None):
    """The keys of the buttons of objects: all, or those that are kept, or left out."""
    found = {button.key: button.proto.icon for button in app.button if button.key.startswith("object.")}
    return [key for key, icon in found.items() if kept is None or icon.endswith("/check_box:") == kept]


def test_switching_an_object_picks_by_hand_and_the_pick_follows_its_object():
    app = uploaded(opened())
    app.slider(key="kmeans.objects").set_value(2).run()
    (one,), (other,) = objects(app, kept=True), objects(app, kept=False)
    app.button(key=one).click().run()
    assert app.selectbox(key="foreground.rule").value == "picked"
    assert objects(app, kept=True) == []
    app.button(key=other).click().run()
    assert objects(app, kept=True) == [other]
    app.selectbox(key="kmeans.space").set_value("rgb").run()
    assert objects(app, kept=True) == [other]
    assert not app.exception


def test_picking_begins_with_what_is_kept_and_nobody_is_told_of_picks_that_nobody_made():
    app = uploaded(opened())
    app.slider(key="kmeans.objects").set_value(3).run()
    before = objects(app, kept=True)
    app.selectbox(key="foreground.rule").set_value("picked").run()
    assert objects(app, kept=True) == before
    moved(app, "kmeans.objects", 2)
    moved(app, "kmeans.objects", 7)
    assert not app.warning
    assert app.selectbox(key="foreground.rule").value == "picked"


def test_a_pick_that_somebody_made_and_that_is_gone_is_told_of():
    app = uploaded(opened(), data=export.png(np.repeat(np.array([[0, 90, 180, 255]], np.uint8), 40, 1).repeat(60, 0)))
    app.slider(key="kmeans.objects").set_value(4).run()
    last = objects(app)[-1]
    for key in objects(app, kept=True):
        app.button(key=key).click().run()
    app.button(key=last).click().run()
    assert not app.warning
    app.slider(key="kmeans.objects").set_value(2).run()
    assert "which you picked, no longer exists" in texts(app.warning)


def test_picks_on_one_picture_are_not_carried_over_to_another():
    app = uploaded(opened())
    app.button(key=objects(app, kept=True)[0]).click().run()
    uploaded(app, "other.png", picture(50, 70))
    assert app.selectbox(key="foreground.rule").value == "picked"
    assert objects(app, kept=True)
    assert not app.warning


@pytest.mark.parametrize("kind", ["transparent", "colour", "dimmed", "blurred", "picture"])
def test_every_background_shows_without_an_error(kind):
    app = uploaded(opened())
    app.selectbox(key="background").set_value(kind).run()
    assert not app.exception
    assert not app.error


def test_a_colour_of_the_picture_becomes_the_background_with_one_press():
    app = uploaded(opened())
    app.selectbox(key="background").set_value("colour").run()
    suggested = app.button(key="suggested_0")
    suggested.click().run()
    assert not app.exception
    assert app.color_picker(key="background.colour.colour").value == suggested.label


@pytest.mark.parametrize("view", ["Result", "Before / after", "Alpha", "Trimap", "Clean colours", "Objects"])
def test_every_view_shows_without_an_error(view):
    app = uploaded(opened())
    app.button_group(key="view").set_value([view]).run()
    assert not app.exception


def test_settings_and_picture_survive_a_change_of_page():
    app = uploaded(opened())
    app.slider(key="kmeans.objects").set_value(5).run()
    app.switch_page("app.py").run()
    app.switch_page("pages/mask.py").run()
    assert app.slider(key="kmeans.objects").value == 5
    assert "90 × 60 pixels" in texts(app.caption)


def test_the_core_never_imports_streamlit():
    sources = (ROOT / "masking_core").rglob("*.py")
    assert not [path for path in sources if "streamlit" in path.read_text()]


def test_only_one_file_names_the_session_state():
    sources = [ROOT / "app.py", *(ROOT / "pages").rglob("*.py"), *(ROOT / "studio").rglob("*.py")]
    assert [path.name for path in sources if "session_state" in path.read_text()] == ["state.py"]


def test_a_page_shows_nothing_of_its_code():
    assert tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["runner"]["magicEnabled"] is False
    for path in (ROOT / "app.py", *(ROOT / "pages").glob("*.py")):
        _, *rest = ast.parse(path.read_text()).body
        alone = [node.lineno for node in rest if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)]
        assert not alone, path.name


def moved(app, key, value):
    """The whole page after a slider was moved: of such a run itself the page holds the workbench alone."""
    app.slider(key=key).set_value(value).run()
    return app.run()


def unfolded(app, *keys):
    """The page with those expanders open, as a visitor's click leaves them."""
    for key in keys:
        app.session_state[key] = True
    return app.run()


def folded(app, *keys):
    """The page with those expanders folded up again."""
    for key in keys:
        app.session_state[key] = False
    return app.run()


def test_what_is_set_in_a_part_that_is_folded_up_counts_and_is_there_again():
    app = uploaded(opened())
    app.selectbox(key="method").set_value("kmeans").run()
    sections = ("kmeans.more", "clean", "edge.detail", "session")
    unfolded(app, *sections)
    moved(app, "kmeans.seed", 7)
    moved(app, "clean.specks", 300)
    app.toggle(key="session.with_picture").set_value(False).run()
    folded(app, *sections).selectbox(key="background").set_value("colour").run()
    assert "kmeans.seed" not in [slider.key for slider in app.slider]
    saved = app.session_state["kmeans.seed"], app.session_state["clean.specks"]
    assert saved == (7, 300)
    assert unfolded(app, "share").code[0].value.count("seed=7") == 1
    unfolded(app, *sections)
    assert (app.slider(key="kmeans.seed").value, app.slider(key="clean.specks").value) == (7, 300)
    assert app.toggle(key="session.with_picture").value is False
    assert not app.exception


def test_a_slider_draws_the_workbench_alone_with_what_it_is_set_to_and_a_choice_the_whole_page():
    app = uploaded(opened())
    app.selectbox(key="method").set_value("kmeans").run()
    app.slider(key="kmeans.objects").set_value(7).run()
    assert not app.exception
    assert not app.sidebar.slider
    assert objects(app)
    assert app.session_state["kmeans.objects"] == 7
    app.run()
    assert app.slider(key="kmeans.objects").value == 7
    app.selectbox(key="kmeans.space").set_value("rgb").run()
    assert app.sidebar.slider


def test_a_slider_moved_while_the_page_was_not_drawn_to_its_end_draws_all_of_it():
    app = uploaded(opened())
    app.selectbox(key="method").set_value("kmeans").run()
    app.session_state["page.whole"] = False
    app.slider(key="kmeans.objects").set_value(7).run()
    assert app.sidebar.slider


def test_layers_are_named_and_figures_shown():
    app = unfolded(uploaded(opened()), "layers", "insight")
    assert not app.exception
    name = next(box for box in app.text_input if box.key.startswith("layer."))
    name.set_value("Box").run()
    assert next(box for box in app.text_input if box.key == name.key).value == "Box"
    assert "iterations" in texts(app.markdown)


def test_the_suggested_number_of_objects_is_taken_with_one_click():
    app = unfolded(uploaded(opened()), "insight")
    app.toggle(key="suggest").set_value(True).run()
    app.button(key="suggest.take").click().run()
    assert app.slider(key="kmeans.objects").value == 2


def test_the_masking_area_fits_the_picture_whatever_was_typed_before():
    app = opened()
    app.toggle(key="area.on").set_value(True).run()
    app.number_input(key="area.x").set_value(500).run()
    uploaded(app)
    assert not app.exception
    assert app.number_input(key="area.x").value == 89
    assert app.number_input(key="area.width").value == 1


def stack(*shades):
    frames = [np.full((30, 40, 3), shade, np.uint8) for shade in shades]
    for frame in frames:
        frame[5:25, 10:30] = (200, 20, 20)
    return export.stack_tiff(frames)


def test_every_slice_keeps_its_own_marks_and_they_travel():
    app = uploaded(opened(), "stack.tif", stack(10, 120, 230))
    app.selectbox(key="method").set_value("manual").run()
    assert "Draw" in texts(app.info)
    digest = Stack.open(stack(10, 120, 230), name="stack.tif")[0].digest
    app.session_state[f"marks.{digest}.0"] = {
        "marks": Prompts.from_box(10, 5, 29, 24).model_dump(mode="json")["marks"],
        "done": [],
        "undone": [],
        "revision": 1,
    }
    app.run()
    assert not app.info
    app.button(key="film.next").click().run()
    app.button(key="film.1").click().run()
    assert not app.info
    app.button(key="film.2").click().run()
    assert "Draw" in texts(app.info)
    assert not app.exception


def test_a_session_opens_to_the_same_page():
    recipe = Recipe(
        method=KMeans(objects=5, metric="sum"),
        edge=Edge(feather=3.0),
        clean=Clean(specks=50),
        background=Colour(colour="#123456"),
        area=Area(x=1, y=2, width=50, height=40),
    )
    box = Prompts.from_box(30, 15, 59, 44)
    saved = Session.of(picture(), "box.png", recipe, (box,)).save()
    app = opened()
    unfolded(app, "session").file_uploader(key="session.upload").set_value(
        ("work.mask.zip", saved, "application/zip")
    ).run()
    assert not app.exception
    assert not app.error
    assert app.slider(key="kmeans.objects").value == 5
    assert app.selectbox(key="kmeans.metric").value == "sum"
    assert unfolded(app, "edge.detail").slider(key="edge.feather.radius").value == 3
    assert app.color_picker(key="background.colour.colour").value == "#123456"
    assert app.number_input(key="area.width").value == 50
    assert "90 × 60 pixels" in texts(app.caption)


def test_a_session_without_its_picture_asks_for_it_and_goes_on_when_it_comes():
    session = Session.of(picture(), "box.png", Recipe(method=KMeans(objects=7)), (Prompts(),))
    app = opened()
    bare = session.save(with_picture=False)
    unfolded(app, "session").file_uploader(key="session.upload").set_value(
        ("work.mask.zip", bare, "application/zip")
    ).run()
    assert "upload box.png" in texts(app.info)
    uploaded(app)
    assert app.slider(key="kmeans.objects").value == 7
    assert "upload box.png" not in texts(app.info)


def test_what_is_no_session_is_one_sentence():
    app = opened()
    unfolded(app, "session").file_uploader(key="session.upload").set_value(
        ("work.mask.zip", b"PK", "application/zip")
    ).run()
    assert "session" in texts(app.error)
    assert not app.exception


def test_files_dropped_at_once_are_a_stack_and_a_later_drop_takes_their_place():
    app = opened()
    both = [("one.png", picture(), "image/png"), ("two.png", picture(50, 70), "image/png")]
    uploader(app).set_value(both).run()
    assert any(button.key == "film.1" for button in app.button)
    uploaded(app, "three.png", picture(40, 80))
    assert "80 × 40 pixels" in texts(app.caption)
    assert not any(button.key == "film.1" for button in app.button)


def test_a_guess_becomes_strokes_that_can_be_undone():
    page = opened("pages/mask.py")
    page.session_state["method"] = "graph_cut"
    page.run()
    page.button(key="proposal").click().run()
    assert not page.exception
    past = page.session_state[f"marks.{sample(samples()[0]).digest}.0"]
    assert {mark["object"] for mark in past["marks"]} == {0, 1}
    assert past["done"] == [[]]
    assert not [button for button in page.button if button.key == "proposal"]


@pytest.mark.parametrize("method", ["graph_cut", "fuzzy_cmeans", "kmeans", "watershed"])
def test_uncertainty_is_shown_or_said_not_to_be_known(method):
    page = opened("pages/mask.py")
    page.session_state["method"] = method
    page.session_state["view"] = "Uncertainty"
    page.run()
    assert not page.exception
    captions = " ".join(caption.value for caption in page.caption)
    assert ("no uncertainty map" in captions) == (method == "watershed")
    assert ("ring" in captions) == (method != "watershed")


@pytest.mark.parametrize("path", sorted((ROOT / "studio").rglob("*.py")), ids=lambda path: path.stem)
def test_no_switch_holds_its_help_in_its_label_where_a_tap_would_flip_it(path):
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    switches = [call for call in calls if getattr(call.func, "attr", "") in {"toggle", "checkbox"}]
    assert not [call.lineno for call in switches if any(word.arg == "help" for word in call.keywords)]


def own(app):
    """The names of the visitor's pictures in the list."""
    return [button.label.replace("\\", "") for button in app.button if button.key.startswith("picture.")]


def press(app, prefix, number=0):
    """Press the button of that number among those whose keys begin with ``prefix``."""
    return [button for button in app.button if button.key.startswith(prefix)][number].click().run()


def test_every_picture_of_a_visit_stays_in_a_list_and_reopens_with_its_marks():
    app = uploaded(uploaded(opened()), "other.png", picture(50, 70))
    assert own(app) == ["other.png", "box.png"]
    digest = Stack.open(picture(), name="box.png")[0].digest
    app.session_state[f"marks.{digest}.0"] = {
        "marks": Prompts.from_box(30, 15, 59, 44).model_dump(mode="json")["marks"],
        "done": [],
        "undone": [],
        "revision": 1,
    }
    press(app, "picture.", 1)
    assert "90 × 60 pixels" in texts(app.caption)
    assert any("(1)" in expander.label for expander in app.expander)
    assert texts(app.text) == "box.png"
    press(app, "close.", 1)
    assert own(app) == ["other.png"]
    assert "70 × 50 pixels" in texts(app.caption)
    press(app, "close.")
    assert own(app) == []
    assert texts(app.text) == "Coffee"
    assert not app.exception


def test_a_bad_file_and_its_explanation_go_together():
    app = uploaded(opened(), "broken.png", picture()[:60])
    assert app.error
    uploader(app).set_value([]).run()
    assert not app.error
    uploaded(app, "broken.png", picture()[:60])
    uploaded(app)
    assert not app.error


def lost():
    import streamlit as st
    from streamlit.proto.Common_pb2 import FileURLs
    from streamlit.runtime.uploaded_file_manager import DeletedFile, UploadedFile, UploadedFileRec

    from masking_core import MaskingError
    from studio import state, uploads

    here = UploadedFile(UploadedFileRec("2", "here.png", "image/png", b"x"), FileURLs(file_id="2"))
    uploads.refuse("3")
    files = {"one": DeletedFile("1"), "all": [DeletedFile("1")], "some": [DeletedFile("1"), here]}
    for key, value in (files | {"refused": DeletedFile("3"), "some refused": [here, DeletedFile("3")]}).items():
        state.put(key, value)
        try:
            st.text(f"{key}: {[file.name for file in uploads.listed(key)]}")
        except MaskingError as error:
            st.text(f"{key}: {error}")


def test_a_file_that_went_with_its_connection_or_was_refused_is_one_sentence():
    app = AppTest.from_function(lost).run()
    assert not app.exception
    one, every, some, *refused = (text.value for text in app.text)
    assert "choose the file again" in one
    assert "choose the file again" in every
    assert some == "some: ['here.png']"
    assert all("There is not enough memory" in text for text in refused)
    assert len(refused) == 2


@pytest.mark.parametrize("path", sorted((ROOT / "studio").rglob("*.py")), ids=lambda path: path.stem)
def test_uploaders_are_read_where_lost_files_are_known(path):
    if path.name != "uploads.py":
        assert "file.getvalue()" not in path.read_text()


def test_a_slider_shows_the_value_it_is_set_to():
    app = opened()
    app.selectbox(key="method").set_value("graph_cut").run()
    slider = unfolded(app, "graph_cut.more").slider(key="graph_cut.precision")
    assert slider.proto.format % slider.value == "0.001"


@pytest.mark.parametrize("model", [*METHODS.values(), Clean, *EDGE_STEPS.values(), *BACKGROUNDS.values()])
def test_no_slider_rounds_what_it_can_be_set_to(model):
    for parameter in parameters(model):
        if parameter.kind == "float" and not parameter.show.log and parameter.low is not None:
            for value in (parameter.low, parameter.default or parameter.low):
                assert float(controls._format(parameter) % value) == value, parameter.name


def test_a_link_that_cannot_be_opened_is_told_of_until_something_else_is_done():
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params["objects"] = "99"
    app.switch_page("pages/mask.py").run()
    assert "link" in texts(app.error)
    app.run()
    assert "link" in texts(app.error)
    app.selectbox(key="background").set_value("dimmed").run()
    assert not app.error
    assert not app.exception


def test_why_a_background_was_not_taken_goes_with_its_file():
    app = uploaded(opened())
    app.selectbox(key="background").set_value("picture").run()
    app.file_uploader(key="background.upload").set_value(("wall.png", picture()[:60], "image/png")).run()
    assert "wall.png" in texts(app.error)
    app.selectbox(key="background").set_value("colour").run()
    app.selectbox(key="background").set_value("picture").run()
    assert not app.error


def test_a_pixel_s_evidence_is_shown_and_what_would_change_it_is_a_press_away():
    app = uploaded(opened())
    app.session_state["why"] = True
    app.session_state["why.place"] = (0.5, 0.5)
    app.run()
    assert "**Pixel (45, 30)**: kept" in texts(app.markdown)
    assert "nearest to the centre of group" in texts(app.markdown)
    app.button(key="why.ask").click().run()
    offered = [button for button in app.button if button.key.startswith("why.change.")]
    assert offered[0].label == "Mark this place as background"
    app.button(key="why.change.0").click().run()
    assert not app.exception
    assert "**Pixel (45, 30)**: removed" in texts(app.markdown)
    use(app, "undo")
    assert "**Pixel (45, 30)**: kept" in texts(app.markdown)


def test_where_methods_disagree_is_shown_and_only_those_that_can_cut_are_asked():
    app = uploaded(opened())
    app.session_state["disagreement"] = True
    app.run()
    assert not app.exception
    assert "of the picture is decided differently" in texts(app.markdown)
    app.multiselect(key="disagreement.methods").set_value(["kmeans", "manual"]).run()
    assert "Manual regions:" in texts(app.caption)
    assert "Choose two methods at least" in texts(app.caption)
