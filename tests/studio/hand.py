"""What a visitor does with a component of our own, where no browser runs."""

import json

from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.testing.v1 import AppTest


def use(app: AppTest, *used: object) -> AppTest:
    """Press the button of the tool strip that has this name, or choose a place on the slider that has it."""
    every = app.get("bidi_component")
    (strip,) = [each.proto for each in every if each.proto.component_name.endswith("tool_buttons")]
    states = app._tree.get_widget_states()
    pressed = states.widgets.add()
    pressed.id = _make_trigger_id(strip.id, "events")
    pressed.json_trigger_value = json.dumps([{"event": "used", "value": used}])
    return app._run(states)
