// What the drawing component lacks, each thing in a file of its own. The parts know one another through the bridge.

import { Crosshair } from "./crosshair.js";
import { Gesture } from "./gesture.js";
import { Glass } from "./glass.js";
import { Keys } from "./keys.js";
import { Pointer } from "./pointer.js";
import { Polygon } from "./polygon.js";
import { Queue } from "./queue.js";
import { Surface } from "./surface.js";
import { View } from "./view.js";

const AGREEING = [0, 80, 300, 900]; // milliseconds after which the component may have forgotten its editing

class Bridge {
  constructor(root, report) {
    this.root = root;
    this.report = report;
    this.page = location.pathname;
    this.stage = root.closest(".st-key-stage");
    this.data = null; // what the page said last
    this.stop = new AbortController();
    this.polygon = new Polygon(this);
    this.gesture = new Gesture(this);
    this.pointer = new Pointer(this);
    this.queue = new Queue(this);
    this.glass = new Glass(this);
    this.surface = new Surface(this);
    this.view = new View(this);
    this.crosshair = new Crosshair(this);
    this.keys = new Keys(this);
    this.listenAll();
  }

  get tool() {
    return this.data.tool;
  }

  listen(target, types, handler, options, owner) {
    for (const type of types.split(" ")) {
      target.addEventListener(type, handler.bind(owner), { capture: true, signal: this.stop.signal, ...options });
    }
  }

  listenAll() {
    const { pointer, queue, keys, gesture, glass, crosshair, stage } = this;
    const mouse = "mousedown mousemove mouseup mouseover mouseout mouseenter mouseleave";
    this.listen(window, "pointerdown", pointer.down, {}, pointer);
    this.listen(window, "pointermove", pointer.move, {}, pointer);
    this.listen(window, "pointerup pointercancel", pointer.up, {}, pointer);
    this.listen(window, mouse, pointer.swallow, {}, pointer);
    this.listen(window, "touchstart touchmove touchend touchcancel", pointer.swallow, { passive: false }, pointer);
    this.listen(window, "click", queue.expect, {}, queue);
    this.listen(window, "keydown", keys.down, {}, keys);
    this.listen(window, "keyup", keys.up, {}, keys);
    this.listen(window, "blur", () => gesture.ready(false));
    this.listen(window, "pointerdown focusout", () => crosshair.hide());
    this.listen(stage, "wheel", gesture.wheel, { passive: false }, gesture);
    this.listen(stage, "pointerleave", () => { glass.hideBrush(); glass.hover(null); }, { capture: false });
  }

  dispose() {
    this.stop.abort();
    for (const part of [this.surface, this.view, this.queue, this.pointer]) part.dispose();
  }

  update(data) {
    const before = this.data;
    this.data = data;
    const other = before?.canvas !== data.canvas;
    if (before && other) this.queue.items = []; // it was meant for another picture
    this.surface.attach();
    if (before && !other && before.look !== data.look) this.surface.expect();
    this.view.fit();
    this.glass.outline();
    if (before && (before.tool.name !== data.tool.name || before.ink !== data.ink || before.version !== data.version)) {
      this.polygon.forget();
      this.glass.sketch();
    }
    if (this.pointer.stroke && !other && before.paper !== data.paper) this.queue.restart(this.pointer.stroke);
    this.queue.answered(data);
    for (const delay of AGREEING) setTimeout(() => this.surface.agree(), delay);
  }
}

const bridges = new WeakMap();

export default function ({ parentElement, data, setStateValue }) {
  if (!parentElement.closest(".st-key-stage")) return undefined;
  let bridge = bridges.get(parentElement);
  if (!bridge) bridges.set(parentElement, (bridge = new Bridge(parentElement, setStateValue)));
  bridge.report = setStateValue;
  bridge.update(data);
  return () => {
    bridge.dispose();
    bridges.delete(parentElement);
  };
}
