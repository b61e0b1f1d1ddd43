"""More pixels for the part of a picture that is looked at closely."""

from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from studio.components.before_after import address
from studio.components.folder import register
from studio.components.linked_picture import Box


@st.cache_resource(show_spinner=False)
def _component() -> ComponentRenderer:
    return register(Path(__file__).parent, isolate_styles=False)


def sharp_part(jpeg: bytes, box: Box, of: str, key: str, group: str) -> None:
    """Lay a JPEG over ``box`` of the picture beside, which is shown under the name ``of``, while it is shown."""
    _component()(data={"picture": address(jpeg), "box": list(box), "of": of, "group": group}, key=key)
