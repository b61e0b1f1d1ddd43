// One thing after the other. A stroke that is drawn while the page redraws the canvas would be wiped away, one after a
// click on a tool would be drawn with the tool before, and of two quick clicks the page would see one: all wait until
// the page has answered.

const PATIENCE = 8000; // milliseconds the hand is held back at most by a page that is at rest
const LONGEST = 60000; // and by one that is still at work
const RUNNING = '[data-test-script-state="running"], [data-test-script-state="rerunRequested"]';
const FOLLOWING = 10; // milliseconds between two looks whether the canvas has followed the page

// A button of the strip, and whether it cannot be pressed at the moment.
export const button = (name) => document.querySelector(`.tool-group button[data-name="${name}"]`);
export const unoffered = (pressed) => pressed.getAttribute("aria-disabled") === "true";

export class Queue {
  constructor(bridge) {
    this.bridge = bridge;
    this.until = null; // while the page has not answered: what its answer must say
    this.items = []; // what the visitor did in the meantime: {type, place, source} of the pointer, {click: name of a button}
    this.passing = false;
  }

  dispose() {
    clearTimeout(this.waiting);
    clearTimeout(this.following);
  }

  get busy() {
    return Boolean(this.until || this.items.length);
  }

  // The pointer's events go to the canvas, or wait.
  emit(type, place, source) {
    if (type === "mousedown" && !this.bridge.surface.loaded) this.follow();
    if (this.busy) this.items.push({ type, place, source });
    else this.bridge.pointer.dispatch(type, place, source);
  }

  hold(until) {
    this.until = until;
    this.bridge.root.dataset.waiting = "";
    this.held = performance.now();
    this.wait();
  }

  wait() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => {
      const atWork = document.querySelector(RUNNING) && performance.now() - this.held < LONGEST;
      if (atWork) this.wait();
      else this.go();
    }, PATIENCE);
  }

  // The page has said something new.
  answered(data) {
    if (this.until?.(data)) this.ready();
  }

  // Wait for the canvas alone.
  follow() {
    if (!this.until) this.hold(() => true);
    this.ready();
  }

  // The page has answered; the canvas follows in a moment.
  ready() {
    clearTimeout(this.following);
    const look = () => {
      const { data, surface } = this.bridge;
      if (this.until && !(this.until(data) && surface.loaded)) this.following = setTimeout(look, FOLLOWING);
      else this.go();
    };
    this.following = setTimeout(look, FOLLOWING);
  }

  go = () => {
    clearTimeout(this.waiting);
    this.until = null;
    while (this.items.length && !this.until) {
      const { click, type, place, source } = this.items.shift();
      if (click) this.pass(button(click));
      else this.bridge.pointer.dispatch(type, place, source);
    }
    if (!this.until) delete this.bridge.root.dataset.waiting;
    this.bridge.glass.sketch();
  };

  // The page has redrawn the canvas under a stroke: begin it again, unless it still waits to begin.
  restart({ trail, source }) {
    if (this.items.some((item) => item.type === "mousedown")) return;
    const again = trail.map((place, index) => ({ type: index ? "mousemove" : "mousedown", place, source }));
    this.items = [...again, ...this.items.filter((item) => item.click)];
    this.follow();
  }

  // A click on a button of the strip goes to the page, or waits.
  expect(event) {
    const pressed = event.target instanceof Element && event.target.closest(".tool-group button");
    if (!this.bridge.data || this.passing || !pressed) return;
    event.stopImmediatePropagation();
    event.preventDefault();
    this.click(pressed);
  }

  click(pressed) {
    if (this.busy) this.items.push({ click: pressed.dataset.name });
    else this.pass(pressed);
  }

  pass(pressed) {
    if (!pressed || unoffered(pressed)) return;
    const { clicks } = this.bridge.data;
    if (pressed.dataset.name === "drop") this.bridge.surface.press("Delete selected");
    this.passing = true;
    pressed.click();
    this.passing = false;
    this.hold((data) => data.clicks !== clicks);
  }

  // The lines of the strokes that wait.
  get trails() {
    const trails = [];
    for (const { type, place } of this.items) {
      if (type === "mousedown") trails.push([place]);
      else if (type) trails.at(-1)?.push(place);
    }
    return trails;
  }
}
