"""A page with nothing but a desk to draw at, and what was drawn there as numbers: what the drawing tests run."""

import json
import sys
from pathlib import Path

import streamlit as st
from skimage import data

sys.path.insert(0, str(Path(__file__).parents[2]))

from masking_core import Image
from pages.parts import drawing, shell

PICTURES = {"astronaut": data.astronaut, "coffee": data.coffee, "rocket": data.rocket}

st.set_page_config(layout="wide")
st.html(shell.STYLE)
with st.sidebar:
    picture = st.radio("Picture", list(PICTURES))
    st.slider("Parameter", 0, 10)
    uses = st.multiselect("Uses", ["rectangle", "ellipse", "polygon", "stroke", "point"], default=None)
    shown = st.toggle("Desk", value=True)


@st.fragment
def bench() -> None:
    image = Image.from_array(PICTURES[picture](), name=picture)
    tools = frozenset(uses or ["rectangle", "ellipse", "polygon", "stroke", "point"])
    desk = drawing.Desk(image, tools, "This method", page="desk")
    desk.strip()
    left, right = st.columns(2)
    with left:
        desk.canvas()
    desk.table()
    with right:
        st.code(desk.prompts.to_json(), language=None, height=200)
        st.code(json.dumps(desk.drawing), language=None, height=200)


if shown:
    with st.container(key="bench"):
        bench()
