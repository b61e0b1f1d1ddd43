"""A picture that is enlarged and moved together with all others of its group on the page."""

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from studio.components.before_after import address

HTML = """
<div class="pane" tabindex="0" role="group">
  <img draggable="false">
  <div class="buttons">
    <button data-do="in" title="Enlarge (+)">+</button><button data-do="out" title="Reduce (−)">−</button>
    <button data-do="all" title="All of it (0)">⤢</button>
  </div>
</div>
"""
CSS = """
.pane { position: relative; overflow: hidden; border-radius: 6px; width: 100%; max-height: 75vh; line-height: 0;
        background: var(--st-secondary-background-color); }
.pane:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
img { width: 100%; height: 100%; object-fit: contain; transform-origin: 0 0; user-select: none; }
.near { cursor: grab; touch-action: none; }
.near:active { cursor: grabbing; }
.near img { image-rendering: pixelated; }
.buttons { position: absolute; top: .4rem; right: .4rem; display: flex; gap: 2px; opacity: 0;
           transition: opacity .15s; }
.pane:hover .buttons, .pane:focus-within .buttons { opacity: 1; }
@media (hover: none) { .buttons { opacity: 1; } }
button { width: 1.7rem; height: 1.7rem; border: 0; border-radius: 4px; background: #000b; color: #fff; cursor: pointer;
         font: 600 1rem/1 sans-serif; }
"""
JS = """
const MOST = 16;
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

export default function ({ parentElement, data }) {
  const pane = parentElement.querySelector(".pane");
  const image = pane.querySelector("img");
  if (image.src !== data.picture) image.src = data.picture;
  image.alt = data.alt;
  pane.setAttribute("aria-label", data.alt);
  pane.style.aspectRatio = `${data.width} / ${data.height}`;

  // All panes of a group share one view: the middle of what is seen, in shares of the picture, and its enlargement.
  const views = (window.studioViews ??= {});
  const view = (views[data.group] ??= { x: 0.5, y: 0.5, zoom: 1 });
  const changed = `studio-view-${data.group}`;
  const show = () => {
    const { x, y, zoom } = view;
    image.style.transform = `translate(${(0.5 - x * zoom) * 100}%, ${(0.5 - y * zoom) * 100}%) scale(${zoom})`;
    pane.classList.toggle("near", zoom > 1);
  };
  const set = (x, y, zoom) => {
    view.zoom = clamp(zoom, 1, MOST);
    const half = 0.5 / view.zoom;
    view.x = clamp(x, half, 1 - half);
    view.y = clamp(y, half, 1 - half);
    document.dispatchEvent(new Event(changed));
  };
  const enlarge = (factor, px = 0.5, py = 0.5) => {
    // What lies under (px, py) of the pane stays there.
    const zoom = clamp(view.zoom * factor, 1, MOST);
    const keep = (middle, at) => middle + (at - 0.5) * (1 / view.zoom - 1 / zoom);
    set(keep(view.x, px), keep(view.y, py), zoom);
  };
  const move = (dx, dy) => set(view.x - dx / view.zoom, view.y - dy / view.zoom, view.zoom);
  const at = (event) => {
    const box = pane.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };

  // This runs again whenever the picture changes: what listened before must not answer as well.
  pane.ended?.abort();
  const ended = (pane.ended = new AbortController());
  const on = (target, name, act, more) => target.addEventListener(name, act, { signal: ended.signal, ...more });
  on(document, changed, show);
  on(pane, "wheel", (event) => {
    // A plain wheel scrolls the page until the picture has been enlarged.
    if (view.zoom === 1 && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    enlarge(Math.exp(-clamp(event.deltaY, -100, 100) / 300), ...at(event));
  }, { passive: false });
  on(pane, "dblclick", (event) => enlarge(event.shiftKey ? 0.5 : 2, ...at(event)));
  let held = null;
  on(pane, "pointerdown", (event) => {
    if (event.target.dataset.do || event.button !== 0) return;
    held = at(event);
    pane.setPointerCapture(event.pointerId);
  });
  on(pane, "pointermove", (event) => {
    if (!held) return;
    const here = at(event);
    move(here[0] - held[0], here[1] - held[1]);
    held = here;
  });
  for (const name of ["pointerup", "pointercancel"]) on(pane, name, () => { held = null; });
  const acts = { in: () => enlarge(1.5), out: () => enlarge(1 / 1.5), all: () => set(0.5, 0.5, 1) };
  on(pane, "click", (event) => acts[event.target.dataset.do]?.());
  const keys = {
    "+": acts.in, "=": acts.in, "-": acts.out, 0: acts.all,
    ArrowLeft: () => move(0.1, 0), ArrowRight: () => move(-0.1, 0),
    ArrowUp: () => move(0, 0.1), ArrowDown: () => move(0, -0.1),
  };
  on(pane, "keydown", (event) => {
    if (!keys[event.key] || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    keys[event.key]();
  });
  show();
  return () => ended.abort();
}
"""
HINT = "Double-click, Ctrl + wheel or + enlarges, dragging moves: all pictures together."


@st.cache_resource(show_spinner=False)
def _component() -> ComponentRenderer:
    return st.components.v2.component("masking_studio.linked_picture", html=HTML, css=CSS, js=JS)


def linked_picture(jpeg: bytes, size: tuple[int, int], alt: str, key: str, group: str = "compare") -> None:
    """Show a JPEG picture of ``size`` (width, height); every picture of ``group`` shows the same part of itself."""
    data = {"picture": address(jpeg), "width": size[0], "height": size[1], "alt": alt, "group": group}
    _component()(data=data, key=key)
