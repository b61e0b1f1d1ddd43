import { SharedView } from "../shared_view.js";

const STEEP = 300; // wheel pixels that enlarge e times
const CLOSER = 1.5;

export default function ({ parentElement, data }) {
  const pane = parentElement.querySelector(".pane");
  const image = pane.querySelector("img");
  if (image.src !== data.picture) image.src = data.picture;
  image.alt = data.alt;
  pane.setAttribute("aria-label", data.alt);
  pane.style.aspectRatio = `${data.width} / ${data.height}`;

  const view = SharedView.of(data.group);
  const show = () => {
    const { x, y, zoom } = view;
    image.style.transform = `translate(${(0.5 - x * zoom) * 100}%, ${(0.5 - y * zoom) * 100}%) scale(${zoom})`;
    pane.classList.toggle("near", zoom > 1);
  };
  const at = (event) => {
    const box = pane.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };

  // This runs again whenever the picture changes: what listened before must not answer as well.
  pane.ended?.abort();
  const ended = (pane.ended = new AbortController());
  const on = (name, act, more) => pane.addEventListener(name, act, { signal: ended.signal, ...more });
  view.listen(show, ended.signal);
  on("wheel", (event) => {
    // A plain wheel scrolls the page until the picture has been enlarged.
    if (view.zoom <= 1 && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    view.enlarge(Math.exp(-Math.max(-100, Math.min(100, event.deltaY)) / STEEP), ...at(event));
  }, { passive: false });
  on("dblclick", (event) => view.enlarge(event.shiftKey ? 0.5 : 2, ...at(event)));
  let held = null;
  on("pointerdown", (event) => {
    if (event.target.dataset.do || event.button !== 0) return;
    held = at(event);
    pane.setPointerCapture(event.pointerId);
  });
  on("pointermove", (event) => {
    if (!held) return;
    const here = at(event);
    view.move(here[0] - held[0], here[1] - held[1]);
    held = here;
  });
  for (const name of ["pointerup", "pointercancel"]) on(name, () => { held = null; });
  const acts = { in: () => view.enlarge(CLOSER), out: () => view.enlarge(1 / CLOSER), all: () => view.set(0.5, 0.5, 1) };
  on("click", (event) => acts[event.target.dataset.do]?.());
  const keys = {
    "+": acts.in, "=": acts.in, "-": acts.out, 0: acts.all,
    ArrowLeft: () => view.move(0.1, 0), ArrowRight: () => view.move(-0.1, 0),
    ArrowUp: () => view.move(0, 0.1), ArrowDown: () => view.move(0, -0.1),
  };
  on("keydown", (event) => {
    if (!keys[event.key] || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    keys[event.key]();
  });
  show();
  return () => ended.abort();
}
