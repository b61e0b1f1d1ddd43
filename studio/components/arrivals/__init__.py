"""Pictures pasted or dropped anywhere on a page reach its uploader."""

from pathlib import Path
from typing import Any

import streamlit as st

FOLDER = Path(__file__).parent


@st.cache_resource(show_spinner=False)
def _component() -> Any:
    parts: dict[str, Any] = {kind: (FOLDER / f"arrivals.{kind}").read_text() for kind in ("html", "css", "js")}
    return st.components.v2.component("masking_studio.arrivals", **parts)


def arrivals() -> None:
    """Take what is pasted or dropped on the page to the uploader of :mod:`studio.picture.picker`."""
    _component()(key="arrivals")
