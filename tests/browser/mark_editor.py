"""A page with nothing but a editor to draw at, and what was drawn there as numbers: what the drawing tests run."""

import json
import sys
from pathlib import Path

import streamlit as st
from skimage import data

sys.path.insert(0, str(Path(__file__).parents[2]))

from masking_core import Image
from studio import shell
from studio.drawing import board

PICTURES = {"astronaut": data.astronaut, "coffee": data.coffee, "rocket": data.rocket}

st.set_page_config(layout="wide")
st.html(shell.STYLE)
with st.sidebar:
    picture = st.radio("Picture", list(PICTURES))
    st.slider("Parameter", 0, 10)
    uses = st.multiselect("Uses", ["rectangle", "ellipse", "polygon", "stroke", "point"], default=None)
    shown = st.toggle("MarkEditor", value=True)


@st.fragment
def workbench() -> None:
    image = Image.from_array(PICTURES[picture](), name=picture)
    tools = frozenset(uses or ["rectangle", "ellipse", "polygon", "stroke", "point"])
    editor = board.MarkEditor(image, tools, "This method", page="editor")
    editor.strip()
    left, right = st.columns(2)
    with left:
        editor.canvas()
    editor.table()
    with right:
        st.code(editor.prompts.to_json(), language=None, height=200)
        st.code(json.dumps(editor.drawing), language=None, height=200)


if shown:
    with st.container(key="workbench"):
        workbench()
