import { SharedView } from "../shared_view.js";
import { Early } from "./early.js";

const STEEP = 300; // wheel pixels that enlarge e times
const CLOSER = 1.5;
const REST = 200; // milliseconds until the page is asked for what is seen now
const MARGIN = 0.25; // of what is seen, on each side, that is asked for as well

class Pane {
  constructor(node) {
    this.node = node;
    this.world = node.querySelector(".world");
    this.whole = node.querySelector(".whole");
    this.part = node.querySelector(".part");
    this.held = null; // where a drag was last, whatever is drawn anew meanwhile
  }

  // Listen anew: this is called with every run of the page, and what listened before must not answer as well.
  update(data, tell) {
    this.data = data;
    this.tell = tell;
    this.ended?.abort();
    this.ended = new AbortController();
    this.view = SharedView.of(data.group);
    this.early = data.early ? Early.of(data.early) : null;
    this.early?.listen(() => this.come(), this.ended.signal);
    this.draw();
    this.view.listen(() => this.show(), this.ended.signal);
    this.listen();
    this.show();
  }

  // What came ahead of the page is shown at once, unless it is another picture, for which the page makes room first.
  async come() {
    const { name, width, height } = this.early;
    if (Number(width) === this.data.size[0] && Number(height) === this.data.size[1]) {
      this.name = name;
      this.whole.src = this.early.address;
      this.sharpen();
      await this.whole.decode().catch(() => {}); // replaced meanwhile
    }
    this.early.confirm(name);
  }

  draw() {
    const { early } = this;
    const { name, alt, size, beside } = this.data;
    const picture = early && early.name === name ? early.address : this.data.picture;
    this.name = name;
    if (picture && this.whole.src !== picture) this.whole.src = picture;
    this.whole.alt = alt;
    this.node.setAttribute("aria-label", alt);
    this.node.style.aspectRatio = `${size[0]} / ${size[1]}`;
    this.node.classList.toggle("beside", beside);
  }

  // A part with more pixels belongs to one picture: it goes when that is replaced.
  sharpen() {
    const { part } = this.view;
    const shown = part && part.of === this.name;
    this.part.hidden = !shown;
    if (!shown) return;
    const [left, top, width, height] = part.box.map((share) => `${share * 100}%`);
    Object.assign(this.part.style, { left, top, width, height });
    if (this.part.src !== part.picture) this.part.src = part.picture;
  }

  show() {
    const { x, y, zoom, scale } = this.view;
    this.world.style.transform = `translate(${(0.5 - x * zoom) * 100}%, ${(0.5 - y * zoom) * 100}%) scale(${zoom})`;
    this.node.classList.toggle("near", zoom > 1);
    // Beside a picture that fits its own column, it is as large as that one.
    if (this.data.beside) this.node.style.width = `min(100%, ${Math.floor(scale * this.data.full)}px)`;
    if (this.data.beside) this.sharpen();
    clearTimeout(this.asking);
    this.asking = setTimeout(() => this.ask(), REST);
  }

  // The page is asked for more pixels where it shows fewer than there are.
  ask() {
    if (!this.data.beside || !this.node.isConnected) return;
    const { x, y, zoom } = this.view;
    const across = this.node.clientWidth * zoom * window.devicePixelRatio;
    const enough = across <= this.data.size[0] * 1.05 || this.data.size[0] >= this.data.full;
    const reach = (0.5 + MARGIN) / zoom;
    const sides = [x - reach, y - reach, x + reach, y + reach].map((side) => Math.min(Math.max(side, 0), 1).toFixed(4));
    const seen = enough ? "" : [...sides, Math.round(across)].join(" ");
    if (seen === (this.asked ?? "")) return;
    this.asked = seen;
    this.tell("seen", seen);
  }

  at(event) {
    const box = this.node.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  on(name, act, more) {
    this.node.addEventListener(name, act, { signal: this.ended.signal, ...more });
  }

  listen() {
    const { view } = this;
    this.on("wheel", (event) => this.wheel(event), { passive: false });
    this.on("dblclick", (event) => view.enlarge(event.shiftKey ? 0.5 : 2, ...this.at(event)));
    this.on("pointerdown", (event) => {
      if (event.target.dataset.do || event.button !== 0) return;
      this.held = this.at(event);
      this.node.setPointerCapture(event.pointerId);
    });
    this.on("pointermove", (event) => {
      if (!this.held) return;
      const here = this.at(event);
      view.move(here[0] - this.held[0], here[1] - this.held[1]);
      this.held = here;
    });
    for (const name of ["pointerup", "pointercancel"]) this.on(name, () => { this.held = null; });
    const acts = { in: () => view.enlarge(CLOSER), out: () => view.enlarge(1 / CLOSER), all: () => view.set(0.5, 0.5, 1) };
    this.on("click", (event) => acts[event.target.dataset.do]?.());
    const keys = {
      "+": acts.in, "=": acts.in, "-": acts.out, 0: acts.all,
      ArrowLeft: () => view.move(0.1, 0), ArrowRight: () => view.move(-0.1, 0),
      ArrowUp: () => view.move(0, 0.1), ArrowDown: () => view.move(0, -0.1),
    };
    this.on("keydown", (event) => {
      if (!keys[event.key] || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      event.stopPropagation();
      keys[event.key]();
    });
  }

  // A plain wheel scrolls the page until the picture has been enlarged.
  wheel(event) {
    if (this.view.zoom <= 1 && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.view.enlarge(Math.exp(-Math.max(-100, Math.min(100, event.deltaY)) / STEEP), ...this.at(event));
  }

  dispose() {
    clearTimeout(this.asking);
    this.ended.abort();
  }
}

const panes = new WeakMap();

export default function ({ parentElement, data, setStateValue }) {
  const node = parentElement.querySelector(".pane");
  if (!panes.has(node)) panes.set(node, new Pane(node));
  panes.get(node).update(data, setStateValue);
  return () => panes.get(node).dispose();
}
