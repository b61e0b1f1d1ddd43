"""Files that a visitor hands over arrive once, whatever became of the run that was to tell of them."""

import numpy as np
import pytest
import streamlit as st
from hand import use
from test_app import opened, own, picture, texts, unfolded, uploaded

from masking_core import Behind, KMeans, Prompts, Recipe, Session, export
from studio import uploads
from studio.picture import picker

ROOM = (60, 90)
MASK = export.png(np.pad(np.full((30, 30), 255, np.uint8), ((15, 15), (30, 30))))


@pytest.fixture(autouse=True)
def silent(monkeypatch):
    """No callback tells of a file."""
    draw = st.file_uploader
    monkeypatch.setattr(uploads.st, "file_uploader", lambda *words, **more: draw(*words, **more | {"on_change": None}))


def hand_over(app, key, name, data, type="image/png"):
    (uploader,) = [each for each in app.file_uploader if each.key.startswith(key)]
    uploader.set_value((name, data, type)).run()
    assert not app.exception
    return app


def test_a_picture_arrives():
    app = hand_over(opened(), "upload", "missed.png", picture())
    assert own(app) == ["missed.png"]
    assert own(app.run()) == ["missed.png"]
    assert own(uploaded(app, "next.png", picture(50, 70))) == ["next.png", "missed.png"]


def test_a_picture_that_cannot_be_opened_is_told_of():
    app = hand_over(opened(), "upload", "broken.png", picture()[:60])
    assert "broken.png" in texts(app.error)


def test_a_background_arrives():
    app = opened()
    app.selectbox(key="background").set_value("picture").run()
    hand_over(app, "background.upload", "behind.png", picture())
    assert app.session_state["background.data"] == picture()
    assert Behind.holding(picture()).data


def test_a_session_arrives():
    saved = Session.of(picture(), "box.png", Recipe(method=KMeans(objects=7)), (Prompts(),)).save()
    app = hand_over(unfolded(opened(), "session"), "session.upload", "work.mask.zip", saved, "application/zip")
    assert app.slider(key="kmeans.objects").value == 7
    assert own(app) == ["box.png"]


def test_marks_arrive_once():
    app = unfolded(uploaded(opened()), "marks_files")
    hand_over(app, "marks.upload", "marks.json", Prompts.from_box(30, 15, 59, 44).to_json().encode(), "text/json")
    count = "Coordinates (1)"
    assert count in [each.label for each in app.expander]
    app.run()
    assert count in [each.label for each in app.expander]
    use(app, "undo")
    assert "Coordinates (0)" in [each.label for each in app.run().expander], (
        "undo is not undone by what was handed over"
    )


def test_a_ground_truth_arrives():
    app = uploaded(opened())
    app.session_state["compare.section"] = "Ground truth"
    app.switch_page("pages/compare.py").run()
    hand_over(app, "compare.truth.upload", "mask.png", MASK)
    assert "mask.png" in texts(app.markdown)
    assert not app.error


def test_what_was_taken_when_the_run_was_ended_half_way_is_taken_again(monkeypatch):
    arrive, ended = picker.opened.arrive, []

    def arrive_late(files):
        if not ended:
            ended.append(files)
            st.rerun()
        arrive(files)

    monkeypatch.setattr(picker.opened, "arrive", arrive_late)
    assert own(hand_over(opened(), "upload", "missed.png", picture())) == ["missed.png"]
    assert ended
