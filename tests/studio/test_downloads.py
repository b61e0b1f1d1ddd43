"""Files are made on a worker and handed over; one visitor has one on its way."""

import time

from streamlit.testing.v1 import AppTest

from studio import downloads

SOON = 20


def page():
    import time

    import streamlit as st

    from masking_core import PromptError
    from masking_core.errors import Cancelled
    from masking_core.progress import report
    from studio import compute, downloads

    if "ended" not in st.session_state:  # all pages that are tested in one process are one visitor's
        compute.current().held.clear()
    ended = st.session_state.setdefault("ended", [])

    def never():
        ended.append("begun")
        try:
            while True:
                report(0.25, "Going on")
                time.sleep(0.01)
        except Cancelled:
            ended.append("never")
            raise

    def fails():
        raise PromptError("There are no marks.")

    for name, make in (("quick", lambda: b"data"), ("never", never), ("fails", fails)):
        downloads.button(name, make, name=f"{name}.bin", mime="application/octet-stream", key=name)
    if not st.session_state.get("rests"):
        downloads.follow(st.container())


def pressed(app, name):
    app.button(key=name).click().run()
    assert not app.exception
    return app


def until(condition):
    end = time.monotonic() + SOON
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def opened():
    return AppTest.from_function(page, default_timeout=SOON).run()


def labels(app):
    return [element.proto.label for element in app.get("download_button")]


def test_a_file_is_handed_over_when_it_is_ready():
    assert labels(opened()) == []
    assert labels(pressed(opened(), "quick")) == ["Save quick.bin again"]


def test_what_cannot_be_made_is_said():
    app = pressed(opened(), "fails")
    assert [error.value for error in app.error] == ["fails: There are no marks."]
    assert labels(app) == []


def test_another_file_takes_the_place_of_the_one_that_is_being_made():
    app = opened()
    app.session_state["rests"] = True
    pressed(app, "never")
    until(lambda: app.session_state["ended"] == ["begun"])
    app.session_state["rests"] = False
    assert labels(pressed(app, "quick")) == ["Save quick.bin again"]
    until(lambda: app.session_state["ended"] == ["begun", "never"])


def two_pictures():
    import streamlit as st

    from studio import downloads

    picture, made = st.session_state.get("picture", "coffee"), st.session_state.setdefault("made", [])
    if picture != "none":
        downloads.button(
            "Take",
            lambda: made.append(picture) or picture.encode(),
            name=f"{picture}.bin",
            mime="application/octet-stream",
            key="take",
        )
    downloads.follow(st.container())


def test_a_press_on_the_page_of_the_picture_before_takes_the_picture_that_is_open(monkeypatch):
    files = []
    monkeypatch.setattr(
        "streamlit.download_button", lambda _, data, *, file_name, **__: files.append((file_name, data))
    )
    app = AppTest.from_function(two_pictures, default_timeout=SOON).run()
    app.session_state["picture"] = "ball"  # it arrives with the press, or the page is still being drawn
    pressed(app, "take")
    assert files[-1] == ("ball.bin", b"ball")
    assert app.session_state["made"] == ["ball"]


def test_a_press_on_what_is_gone_makes_nothing_then_or_later():
    app = AppTest.from_function(two_pictures, default_timeout=SOON).run()
    app.session_state["picture"] = "none"
    pressed(app, "take")
    gone = "What you asked for is no longer on the page. Please choose again."
    assert [caption.value for caption in app.caption] == [gone]
    app.session_state["picture"] = "coffee"
    assert not app.run().exception
    assert app.session_state["made"] == []
    assert not app.caption


def on_disk():
    from pathlib import Path

    import streamlit as st

    from studio import downloads

    path = Path(st.session_state["path"])
    downloads.button("Pack", lambda: path, name="all.zip", mime="application/zip", key="pack")
    downloads.follow(st.container())


def test_a_file_on_disk_is_streamed_under_a_ticket_until_another_takes_its_place(tmp_path):
    app = AppTest.from_function(on_disk, default_timeout=SOON)
    tickets = []
    for number in range(2):
        app.session_state["path"] = str(tmp_path / f"{number}.zip")
        pressed(app.run(), "pack")
        (link,) = app.get("link_button")
        assert link.proto.label == "Save all.zip again"
        tickets.append(link.proto.url.removeprefix("files/"))
    assert downloads.offered(tickets[0]) is None
    assert downloads.offered(tickets[1]) == (tmp_path / "1.zip", "all.zip", "application/zip")
    assert downloads.offered("") is None
