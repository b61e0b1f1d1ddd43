"""A slider between two pictures of the same size."""

import base64

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

HTML = """
<div class="pair">
  <img class="after" alt="After"><img class="before" alt="Before"><span class="bar"></span>
  <span class="tag left">Original</span><span class="tag right">Result</span>
  <input type="range" min="0" max="100" value="50" step="0.5" aria-label="Between original and result">
</div>
"""
CSS = """
.pair { position: relative; overflow: hidden; border-radius: 6px; --cut: 50%; line-height: 0; }
img { width: 100%; display: block; user-select: none; }
.before { position: absolute; inset: 0; height: 100%; clip-path: inset(0 calc(100% - var(--cut)) 0 0); }
.bar { position: absolute; top: 0; bottom: 0; left: calc(var(--cut) - 1px); width: 2px; background: #fff;
       box-shadow: 0 0 4px #000a; pointer-events: none; }
.bar::after { content: "⇔"; position: absolute; top: 50%; left: 50%; transform: translate(-50%, -50%); width: 2rem;
       height: 2rem; line-height: 2rem; border-radius: 50%; background: #fff; color: #17202a; text-align: center; }
.tag { position: absolute; bottom: .6rem; padding: .15rem .5rem; border-radius: 4px; background: #000a; color: #fff;
       font: 500 .8rem/1.3 sans-serif; pointer-events: none; }
.left { left: .6rem; } .right { right: .6rem; }
input { position: absolute; inset: 0; width: 100%; height: 100%; margin: 0; opacity: 0; cursor: ew-resize; }
.pair:focus-within .bar { background: var(--st-primary-color); width: 4px; }
"""
JS = """
export default function ({ parentElement, data }) {
  const pair = parentElement.querySelector(".pair");
  pair.querySelector(".before").src = data.before;
  pair.querySelector(".after").src = data.after;
  const range = pair.querySelector("input");
  const show = () => pair.style.setProperty("--cut", range.value + "%");
  range.addEventListener("input", show);
  show();
  return () => range.removeEventListener("input", show);
}
"""


@st.cache_resource(show_spinner=False)
def _component() -> ComponentRenderer:
    return st.components.v2.component("masking_studio.before_after", html=HTML, css=CSS, js=JS)


def before_after(before: bytes, after: bytes, key: str) -> None:
    """Show two JPEG pictures of the same size behind one another, with a slider between them."""
    _component()(data={"before": address(before), "after": address(after)}, key=key)


def address(jpeg: bytes) -> str:
    """A JPEG file as an address that holds it: the page needs no second request, which a busy server would delay."""
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()
