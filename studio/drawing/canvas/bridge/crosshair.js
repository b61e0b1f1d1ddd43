// Drawing by keyboard: arrow keys move a crosshair over the picture, Enter sets a point or begins and ends a drag.

const ARROWS = { arrowleft: [-1, 0], arrowright: [1, 0], arrowup: [0, -1], arrowdown: [0, 1] };
const STRIDE = 10; // window pixels a key press goes; one with Shift
const HAND = { pointerType: "mouse", pointerId: -1 };
const CLICKS = new Set(["corners", "dot", "select"]);

export class Crosshair {
  constructor(bridge) {
    this.bridge = bridge;
    this.node = bridge.root.querySelector(".crosshair");
    this.place = null; // where it is, in widths of the picture
  }

  // Whether the canvas has the keyboard.
  get active() {
    const { upper } = this.bridge.surface;
    return Boolean(upper) && upper.getRootNode().activeElement === upper;
  }

  key(name, event) {
    if (!this.active) return false;
    if (ARROWS[name]) this.move(ARROWS[name], event.shiftKey ? 1 : STRIDE);
    else if (name === "enter" && this.place) this.enter();
    else if (name === "escape" && this.drawing) this.bridge.pointer.end(HAND);
    else return false;
    return true;
  }

  get drawing() {
    return this.bridge.pointer.stroke?.id === HAND.pointerId;
  }

  move([dx, dy], stride) {
    const { pointer, view, glass, polygon, data } = this.bridge;
    const { x, y } = this.place ?? { x: 0.5, y: data.picture[1] / data.picture[0] / 2 };
    this.place = pointer.clipped({ x: x + (dx * stride) / view.shown, y: y + (dy * stride) / view.shown });
    view.reveal(this.place);
    this.show();
    glass.hover(this.place);
    if (this.drawing) {
      pointer.drag(this.place, HAND);
      glass.sketch();
    } else if (polygon.open) {
      glass.sketch(this.place);
    }
  }

  enter() {
    const { pointer, tool } = this.bridge;
    if (this.drawing) return pointer.end(HAND);
    pointer.begin(this.place, HAND);
    if (CLICKS.has(tool.shape) && this.drawing) pointer.end(HAND);
  }

  show() {
    if (!this.place) return;
    const { width } = this.bridge.surface.box;
    this.node.style.display = "block";
    this.node.style.transform = `translate(${this.place.x * width}px, ${this.place.y * width}px)`;
  }

  hide() {
    this.place = null;
    this.node.style.display = "none";
  }
}
