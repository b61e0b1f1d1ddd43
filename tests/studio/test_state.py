"""What is remembered about a visitor: a page gives way to a newer message at every look, a callback never."""

from types import SimpleNamespace

import pytest
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests
from streamlit.runtime.scriptrunner_utils.script_run_context import RunLocation
from streamlit.runtime.state import SafeSessionState, SessionState

from studio import state


class NewMessage(BaseException):
    """As Streamlit ends a run of a page."""


def arrived():
    raise NewMessage


@pytest.fixture
def where(monkeypatch):
    """A run of a page during which another message has arrived; set ``run_location`` to say what runs."""
    thread = SimpleNamespace(run_location=RunLocation.MAIN_SCRIPT)
    context = SimpleNamespace(
        session_state=SafeSessionState(SessionState(), arrived),
        script_requests=ScriptRequests(),
        fragment_ids_this_run=[],
    )
    monkeypatch.setattr(state, "get_script_run_ctx", lambda **_: context)
    monkeypatch.setattr(state, "ThreadState", SimpleNamespace(get=lambda: thread))
    monkeypatch.setattr(state.st, "session_state", context.session_state)
    thread.context = context
    return thread


def test_a_callback_is_not_ended_half_way(where):
    where.run_location = RunLocation.CALLBACK
    state.put("first", 1)
    state.setdefault("second", 2)
    state.give_way()
    assert (state.get("first"), state.get("second"), state.get("third", 3)) == (1, 2, 3)
    assert state.under("fi") == [("first", 1)]
    state.drop("first")
    assert state.get("first") is None
    state.clear()
    assert state.under("") == []


def test_a_page_is_ended_at_once(where):
    for look in (lambda: state.put("first", 1), state.give_way):
        with pytest.raises(NewMessage):
            look()


@pytest.mark.parametrize(("running", "scope"), [([], "app"), (["bench"], "fragment")])
def test_a_page_gives_way_to_what_was_done_inside_a_fragment(where, monkeypatch, running, scope):
    asked = []
    where.context.session_state = SafeSessionState(SessionState(), lambda: None)
    where.context.fragment_ids_this_run = running
    monkeypatch.setattr(state.st, "session_state", {})
    monkeypatch.setattr(state.st, "rerun", lambda *, scope: asked.append(scope))
    state.give_way()
    assert not asked
    where.context.script_requests.request_rerun(RerunData(fragment_id="bench"))
    state.give_way()
    assert asked == [scope]
