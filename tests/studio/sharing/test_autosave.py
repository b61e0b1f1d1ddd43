"""What a visitor did is there again in another session of the same browser."""

import time

import pytest
from streamlit.testing.v1 import AppTest
from test_app import ROOT, picture, texts, uploaded

from masking_core import Image
from masking_core.prompts import Stroke
from studio.sharing import autosave
from studio.sharing.shelf import Shelf

SOON = 20


@pytest.fixture
def kept(tmp_path, monkeypatch):
    found = Shelf(str(tmp_path))
    monkeypatch.setattr(autosave, "shelf", lambda: found)
    monkeypatch.setattr(autosave, "_key", lambda: "k" * 43)
    monkeypatch.setattr(autosave, "_saver", saver_of)
    autosave._tabs.clear()
    return found


def saver_of():
    """Of the app that runs: Streamlit's test sessions all have one name."""
    from studio import state

    return state.setdefault("test.saver", autosave.Saver(state.setdefault("autosave.tab", str(time.monotonic()))))


def opened(page="pages/mask.py"):
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    return app if page == "app.py" else app.switch_page(page).run()


def saved(kept, expected):
    end = time.monotonic() + SOON
    while time.monotonic() < end:
        work = kept.get("k" * 43)
        if work is not None and expected(work.document):
            return work
        time.sleep(0.02)
    raise AssertionError(work and work.document)


def test_pictures_marks_and_settings_come_back(kept):
    app = uploaded(opened())
    digest = app.session_state["pictures"][0]["digest"]
    app.selectbox(key="method").set_value("kmeans").run()
    app.slider(key="kmeans.objects").set_value(6).run()
    key = f"marks.{Image.open(picture()).digest}.0"
    stroke = Stroke(points=((10, 10), (40, 30)), width=5).model_dump(mode="json")
    app.session_state[key]["marks"] = [stroke]
    app.run()
    saved(kept, lambda document: document["marks"].get(key) == [stroke] and '"objects": 6' in document["recipe"])
    back = opened()
    assert not back.exception
    assert back.session_state["pictures"][0]["digest"] == digest
    assert back.session_state["picture"]["files"][0]["data"] == picture()
    assert back.session_state[key]["marks"] == [stroke]
    assert back.selectbox(key="method").value == "kmeans"
    assert back.slider(key="kmeans.objects").value == 6
    assert "90 × 60 pixels" in texts(back.caption)


@pytest.mark.parametrize("page", ["app.py", "pages/mask.py", "pages/compare.py", "pages/explain.py"])
def test_a_picture_is_saved_by_the_run_that_opens_it(kept, page):
    app = opened(page)
    uploaded(app)
    assert not app.exception
    assert [entry["name"] for entry in app.session_state["pictures"]] == ["box.png"]
    saved(kept, lambda document: len(document["pictures"]) == 1)


def test_forgotten_work_does_not_come_back(kept):
    app = uploaded(opened())
    saved(kept, lambda document: document["pictures"])
    app.button(key="autosave.forget").click().run()
    assert not app.exception
    saved(kept, lambda document: not document["pictures"])
    assert "pictures" not in opened().session_state or not opened().session_state["pictures"]


def test_a_second_tab_is_told_and_overwrites_nothing_until_it_takes_over(kept):
    first = uploaded(opened())
    work = saved(kept, lambda document: document["pictures"])
    autosave._tabs.add(work.document["owner"])
    second = opened()
    assert "another tab" in texts(second.warning)
    uploaded(second, "other.png", picture(30, 40))
    time.sleep(0.3)
    assert kept.get("k" * 43).document == work.document
    second.button(key="autosave.claim").click().run()
    assert not second.warning
    saved(kept, lambda document: document["owner"] != work.document["owner"] and len(document["pictures"]) == 2)
    first.selectbox(key="method").set_value("manual").run()
    end = time.monotonic() + SOON
    while not first.session_state["test.saver"].elsewhere and time.monotonic() < end:
        time.sleep(0.02)
    assert "another tab" in texts(first.run().warning)


def test_nothing_is_saved_where_it_is_off(kept, monkeypatch):
    monkeypatch.setattr(autosave, "shelf", lambda: None)
    uploaded(opened())
    time.sleep(0.3)
    assert kept.get("k" * 43) is None
