"""What a visitor does with a component of our own, where no browser runs."""

import json
from typing import Any

from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.BidiComponent_pb2 import BidiComponent
from streamlit.testing.v1 import AppTest


def _strips(app: AppTest) -> list[BidiComponent]:
    every = [each.proto for each in app.get("bidi_component")]
    return [each for each in every if each.component_name.endswith("tool_buttons")]


def strip_of(app: AppTest) -> list[dict[str, Any]]:
    """What the tool strip tells the browser of its buttons; empty where there is none."""
    groups = [group for each in _strips(app) for group in json.loads(each.mixed.json or each.json)["groups"]]
    return [{**item, "group": group["name"]} for group in groups for item in group["items"]]


def use(app: AppTest, *used: object) -> AppTest:
    """Press the button of the tool strip that has this name, or choose a place on the slider that has it."""
    (strip,) = _strips(app)
    states = app._tree.get_widget_states()
    pressed = states.widgets.add()
    pressed.id = _make_trigger_id(strip.id, "events")
    pressed.json_trigger_value = json.dumps([{"event": "used", "value": used}])
    return app._run(states)
