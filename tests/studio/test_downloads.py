"""Files are made on a worker and handed over; one visitor has one on its way."""

import time

from streamlit.testing.v1 import AppTest

SOON = 20


def page():
    import time

    import streamlit as st

    from masking_core import PromptError
    from masking_core.errors import Cancelled
    from masking_core.progress import report
    from studio import downloads

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
