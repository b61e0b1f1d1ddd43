// The corners of the open polygon, counted as the component counts them: it says nothing before the polygon is closed.

const HANDLE = 11; // half the side of a corner's handle, in canvas pixels
const TWICE = 400; // milliseconds between the two halves of a double click
const NEAR = 6; // canvas pixels between them
const MOUSE = { pointerType: "mouse" };

export class Polygon {
  constructor(bridge) {
    this.bridge = bridge;
    this.corners = [];
  }

  get open() {
    return this.corners.length > 0;
  }

  forget() {
    this.corners = [];
  }

  // A click has reached the canvas: the component takes a corner away, adds one, or closes the polygon.
  clicked(place) {
    const index = this.hit(place);
    if (index === 0 && this.corners.length >= 3) this.closed();
    else if (index > 0) this.corners.splice(index, 1);
    else if (index < 0) this.corners.push(place);
  }

  hit({ x, y }) {
    const reach = HANDLE / this.bridge.data.width;
    return this.corners.findLastIndex((corner) => Math.abs(x - corner.x) <= reach && Math.abs(y - corner.y) <= reach);
  }

  closed() {
    this.corners = [];
    this.bridge.pointer.drawn();
  }

  // A double click closes the polygon.
  twice(place) {
    const now = performance.now();
    const before = this.last;
    this.last = { now, place };
    if (!before || now - before.now > TWICE || this.corners.length < 3 || this.bridge.queue.items.length) return false;
    const apart = Math.hypot(place.x - before.place.x, place.y - before.place.y) * this.bridge.data.width;
    if (apart >= NEAR) return false;
    this.close();
    return true;
  }

  close() {
    if (this.corners.length >= 3) this.tap(this.corners[0]);
    this.bridge.glass.sketch();
  }

  // Take the last corner away; the first one alone with the polygon itself.
  back() {
    if (this.corners.length === 1) this.drop();
    else this.tap(this.corners.at(-1));
    this.bridge.glass.sketch();
  }

  // The component forgets an open polygon when its editing is switched on.
  drop() {
    this.forget();
    this.bridge.surface.press("Edit");
    this.bridge.surface.agree();
    this.bridge.glass.sketch();
  }

  tap(corner) {
    this.bridge.queue.emit("mousedown", corner, MOUSE);
    this.bridge.queue.emit("mouseup", corner, MOUSE);
  }
}
