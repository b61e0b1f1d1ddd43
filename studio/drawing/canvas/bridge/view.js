// Which part of the picture is seen: it fits its column, or is enlarged about a place, together with the result.

import { SharedView } from "../../../components/shared_view.js";

const TALL = 0.78; // of the window's height, what the whole picture takes at most
const CLOSEST = 8; // window pixels for a pixel of the picture
const STEP = 1.25; // between two widths of the component's canvas, so that it is not made anew for every small change
const WIDEST = 3000; // pixels of that canvas
const REST = 250; // milliseconds until the page is asked for it

const INNER = 0.45; // of the window, from its middle, where a place is in good sight

const near = (value, middle, reach) => Math.min(Math.max(middle, value - reach), value + reach);

export class View {
  constructor(bridge) {
    this.bridge = bridge;
    this.shared = SharedView.of("board");
    this.resizer = new ResizeObserver(() => this.fit());
    this.resizer.observe(bridge.stage);
    this.resizer.observe(bridge.stage.parentElement); // the room there is, which the stage need not fill
    bridge.listen(bridge.stage, "scroll", this.scrolled, {}, this);
    this.shared.listen(() => this.show(), bridge.stop.signal);
  }

  dispose() {
    this.resizer.disconnect();
    clearTimeout(this.reporting);
  }

  get enlarged() {
    return this.shared.zoom > 1;
  }

  get shown() {
    return this.whole * this.shared.zoom;
  }

  // Window pixels for one of the component's canvas.
  get zoom() {
    return this.shown / this.bridge.data.width;
  }

  fit() {
    const { data, stage } = this.bridge;
    const room = stage.parentElement.clientWidth;
    if (!data || room < 40) return;
    const [width, height] = data.picture;
    const tall = Math.max(320, window.innerHeight * TALL);
    this.whole = Math.floor(Math.min(room, (tall * width) / height));
    this.ratio = height / width;
    const scale = this.whole / width;
    this.shared.limit(Math.min(1, 1 / scale), Math.max(1, CLOSEST / scale), scale);
    this.show();
  }

  // Enlarged, the picture is seen through a window as large as the whole of it was.
  show() {
    const { data, stage, glass } = this.bridge;
    if (!data || !this.whole) return;
    const { x, y, zoom, scale } = this.shared;
    stage.classList.toggle("magnified", zoom * scale > 1);
    stage.classList.toggle("enlarged", this.enlarged);
    stage.style.setProperty("--tall", `${Math.ceil(this.whole * this.ratio)}px`);
    stage.style.setProperty("--shown", `${this.shown}px`);
    stage.style.setProperty("--zoom", this.zoom);
    stage.scrollLeft = x * this.shown - stage.clientWidth / 2;
    stage.scrollTop = y * this.shown * this.ratio - stage.clientHeight / 2;
    glass.hideBrush();
    this.report();
  }

  // Somebody moved the scroll bar.
  scrolled() {
    const { stage } = this.bridge;
    if (!this.enlarged) return;
    const x = (stage.scrollLeft + stage.clientWidth / 2) / this.shown;
    const y = (stage.scrollTop + stage.clientHeight / 2) / (this.shown * this.ratio);
    const moved = Math.hypot((x - this.shared.x) * this.shown, (y - this.shared.y) * this.shown * this.ratio);
    if (moved > 2) this.shared.set(x, y, this.shared.zoom);
  }

  // Move the picture by window pixels; how far up or down it could not go.
  pan(dx, dy) {
    const { stage } = this.bridge;
    const top = stage.scrollTop;
    this.shared.set(this.shared.x + dx / this.shown, this.shared.y + dy / (this.shown * this.ratio), this.shared.zoom);
    return dy - (stage.scrollTop - top);
  }

  // What lies at the place of the window stays there.
  enlarge(factor, left, top) {
    const box = this.bridge.stage.getBoundingClientRect();
    this.shared.enlarge(factor, (left - box.left) / box.width, (top - box.top) / box.height);
  }

  fitted() {
    this.shared.set(0.5, 0.5, 1);
  }

  // Bring a place into sight, in widths of the picture.
  reveal({ x, y }) {
    const reach = INNER / this.shared.zoom;
    this.shared.set(near(x, this.shared.x, reach), near(y / this.ratio, this.shared.y, reach), this.shared.zoom);
  }

  // The page makes a canvas about as wide as it is shown; not while somebody is drawing, nor when the visitor has gone to
  // another page, which would be taken for a wish to be back.
  report() {
    const steps = Math.ceil(Math.log(this.shown / 100) / Math.log(STEP) - 0.01);
    const wanted = Math.min(WIDEST, Math.round(100 * STEP ** steps));
    if (wanted === this.reported) return;
    clearTimeout(this.reporting);
    this.reporting = setTimeout(() => this.tell(wanted), REST);
  }

  tell(wanted) {
    const { bridge } = this;
    if (location.pathname !== bridge.page) return;
    if (bridge.pointer.stroke || bridge.queue.until || bridge.polygon.open) {
      this.reporting = setTimeout(() => this.tell(wanted), REST);
      return;
    }
    this.reported = wanted;
    if (bridge.data.room !== wanted) bridge.queue.hold((data) => data.room === wanted);
    bridge.report("width", wanted);
  }
}
