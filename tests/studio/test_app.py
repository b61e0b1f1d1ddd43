"""The pages' logic, without a browser."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from masking_core import Area, Clean, Colour, Edge, KMeans, Prompts, Recipe, Session, Stack, export
from masking_core.methods import METHODS
from masking_core.parameters import parameters
from masking_core.samples import sample, samples

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
    return app.file_uploader(key="upload").set_value([(name, data or picture(), "image/png")]).run()


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
    assert any(box.value for box in app.checkbox if box.key.startswith("object."))


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
    from studio import state
    from studio.picture import picker

    if state.get("upload"):
        picker._take_upload()
        picker._take_sample(f"sample.{state.picture()['sample']}")
    picker.pick()


def test_a_browser_that_tells_twice_of_an_upload_and_of_the_sample_takes_no_explanation_away():
    app = uploaded(AppTest.from_function(told_twice).run(), "broken.png", picture()[:60])
    assert "broken.png" in texts(app.error)
    assert not app.exception


def test_switching_an_object_picks_by_hand_and_the_pick_follows_its_object():
    app = uploaded(opened())
    app.slider(key="kmeans.objects").set_value(2).run()
    kept = [box.key for box in app.checkbox if box.key.startswith("object.") and box.value]
    assert len(kept) == 1
    app.checkbox(key=kept[0]).uncheck().run()
    assert app.selectbox(key="foreground.rule").value == "picked"
    other = next(box.key for box in app.checkbox if box.key.startswith("object.") and box.key != kept[0])
    app.checkbox(key=other).check().run()
    assert [box.key for box in app.checkbox if box.key.startswith("object.") and box.value] == [other]
    app.selectbox(key="kmeans.space").set_value("rgb").run()
    shares = {box.key: box for box in app.checkbox if box.key.startswith("object.")}
    assert [key for key, box in shares.items() if box.value] == [other]
    assert not app.exception


@pytest.mark.parametrize("kind", ["transparent", "colour", "dimmed", "blurred", "picture"])
def test_every_background_shows_without_an_error(kind):
    app = uploaded(opened())
    app.selectbox(key="background").set_value(kind).run()
    assert not app.exception
    assert not app.error


@pytest.mark.parametrize("view", ["Result", "Before / after", "Mask", "Objects"])
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


def unfolded(app, *keys):
    """The page with those expanders open, as a visitor's click leaves them."""
    for key in keys:
        app.session_state[key] = True
    return app.run()


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
    app.file_uploader(key="session.upload").set_value(("work.mask.zip", saved, "application/zip")).run()
    assert not app.exception
    assert not app.error
    assert app.slider(key="kmeans.objects").value == 5
    assert app.selectbox(key="kmeans.metric").value == "sum"
    assert app.slider(key="edge.feather.radius").value == 3
    assert app.color_picker(key="background.colour.colour").value == "#123456"
    assert app.number_input(key="area.width").value == 50
    assert "90 × 60 pixels" in texts(app.caption)


def test_a_session_without_its_picture_asks_for_it_and_goes_on_when_it_comes():
    session = Session.of(picture(), "box.png", Recipe(method=KMeans(objects=7)), (Prompts(),))
    app = opened()
    bare = session.save(with_picture=False)
    app.file_uploader(key="session.upload").set_value(("work.mask.zip", bare, "application/zip")).run()
    assert "upload box.png" in texts(app.info)
    uploaded(app)
    assert app.slider(key="kmeans.objects").value == 7
    assert "upload box.png" not in texts(app.info)


def test_what_is_no_session_is_one_sentence():
    app = opened()
    app.file_uploader(key="session.upload").set_value(("work.mask.zip", b"PK", "application/zip")).run()
    assert "session" in texts(app.error)
    assert not app.exception


def test_files_dropped_at_once_are_a_stack_and_a_later_drop_takes_their_place():
    app = opened()
    both = [("one.png", picture(), "image/png"), ("two.png", picture(50, 70), "image/png")]
    app.file_uploader(key="upload").set_value(both).run()
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
    assert ("close it was" in captions) == (method == "watershed")
    assert ("ring" in captions) == (method != "watershed")
