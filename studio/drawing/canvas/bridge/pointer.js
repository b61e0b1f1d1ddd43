// Mouse, pen and finger draw alike: the component hears nothing but the mouse events that are made here, and drags stay
// inside the picture. Places are in widths of the picture, whatever the page does to its size.

const TAP = 120; // milliseconds until a resting finger draws, so that a second one can still make it a gesture
const SLIP = 6; // window pixels after which it draws at once
const SNAP = 7; // a box that comes this close to the frame, in window pixels, ends there
const BOXES = new Set(["box", "oval"]);
const LINES = new Set(["line", "loop"]);

export class Pointer {
  constructor(bridge) {
    this.bridge = bridge;
    this.above = false; // whether it is over the picture
    this.stroke = null; // the drag in progress: {id, source, start, last, trail}
    this.resting = null; // a finger that may still become a gesture: {event, timer}
  }

  dispose() {
    clearTimeout(this.resting?.timer);
  }

  // The component sees only the mouse events that are made here, and hovering.
  swallow(event) {
    const { gesture, surface } = this.bridge;
    const under = surface.under(event);
    const busy = this.stroke || this.resting || gesture.held;
    if (!event.isTrusted || !(busy || under)) return;
    if (!busy && !/down|up|touch/.test(event.type)) return;
    if (gesture.held && !under) return;
    event.stopImmediatePropagation();
    if (event.type.startsWith("touch") && event.cancelable) event.preventDefault();
  }

  down(event) {
    const { gesture, surface, tool } = this.bridge;
    if (!surface.under(event) || gesture.takes(event)) return;
    if (event.button !== 0 || this.stroke) return;
    if (event.pointerType === "touch" && tool.shape !== "corners") {
      this.resting = { event, timer: setTimeout(() => this.rested(), TAP) };
    } else {
      this.begin(this.within(event), event);
    }
  }

  rested() {
    const { event } = this.resting;
    this.unrest();
    this.begin(this.within(event), event);
  }

  unrest() {
    clearTimeout(this.resting?.timer);
    this.resting = null;
  }

  begin(place, source) {
    const { surface, tool, polygon, queue, glass } = this.bridge;
    if (!surface.upper) return;
    try {
      surface.upper.setPointerCapture(source.pointerId);
    } catch {} // a pen that was lifted in the meantime, or no pointer at all
    if (tool.shape === "corners" && polygon.twice(place)) return;
    this.stroke = { id: source.pointerId, source, start: place, last: place, trail: [place] };
    queue.emit("mousedown", place, source);
    glass.sketch();
  }

  move(event) {
    const { gesture, surface, glass, polygon, tool } = this.bridge;
    this.above = surface.under(event);
    if (gesture.moved(event)) return;
    if (this.resting?.event.pointerId === event.pointerId) {
      const from = this.resting.event;
      if (Math.hypot(event.clientX - from.clientX, event.clientY - from.clientY) > SLIP) this.rested();
    }
    if (this.above || this.stroke) glass.showBrush(event);
    if (!this.stroke) {
      glass.hover(this.above ? this.onPicture(event) : null);
      if (polygon.open && this.above) glass.sketch(this.onPicture(event));
      return;
    }
    if (event.pointerId !== this.stroke.id) return;
    const fine = LINES.has(tool.shape) ? event.getCoalescedEvents?.() : null;
    for (const sample of fine?.length ? fine : [event]) this.drag(this.within(sample), sample);
    glass.sketch();
  }

  drag(place, source) {
    const { start, last, trail } = this.stroke;
    const { queue, tool } = this.bridge;
    if (BOXES.has(tool.shape)) {
      // The component forgets to bring a box's corner back when the pointer returns across where it began.
      const back = (axis) => (last[axis] < start[axis] && place[axis] >= start[axis] ? start[axis] - 1e-5 : place[axis]);
      const corner = { x: back("x"), y: back("y") };
      if (corner.x !== place.x || corner.y !== place.y) queue.emit("mousemove", corner, source);
    }
    this.stroke.last = place;
    trail.push(place);
    queue.emit("mousemove", place, source);
  }

  up(event) {
    const { gesture, glass } = this.bridge;
    if (gesture.ended(event)) return;
    if (this.resting?.event.pointerId === event.pointerId) this.rested();
    if (!this.stroke || event.pointerId !== this.stroke.id) return;
    this.end(event);
    if (event.pointerType !== "mouse") glass.hideBrush();
  }

  end(source) {
    const { last } = this.stroke;
    this.bridge.queue.emit("mouseup", last, source);
    this.stroke = null;
    this.bridge.glass.sketch();
  }

  // Hand an event on to the component.
  dispatch(type, place, source) {
    const { surface, tool, polygon } = this.bridge;
    if (!surface.upper) return;
    surface.dispatch(type, this.onWindow(place), source);
    if (type !== "mouseup" || tool.shape === "select") return;
    if (tool.shape === "corners") polygon.clicked(place);
    else this.drawn();
  }

  // A mark is on the canvas: hand the drawing over now rather than when the component's pause has passed, and before
  // anything else that the visitor did after it.
  drawn() {
    const { data, tool, queue, surface } = this.bridge;
    const { version } = data;
    queue.hold((next) => next.version !== version);
    setTimeout(() => {
      surface.press("Update the app with this drawing");
      if (!tool.redraws) queue.go();
    }, 0);
  }

  // Where an event is; while drawing, on the picture.
  within(event) {
    return this.clipped(this.onPicture(event));
  }

  clipped({ x, y }) {
    const { tool, data, surface } = this.bridge;
    if (tool.shape === "select") return { x, y };
    const bottom = data.picture[1] / data.picture[0];
    const snap = BOXES.has(tool.shape) ? SNAP / surface.box.width : 0;
    const near = (value, high) => (value < snap ? 0 : high - value < snap ? high : value);
    return { x: near(Math.min(Math.max(x, 0), 1), 1), y: near(Math.min(Math.max(y, 0), bottom), bottom) };
  }

  onPicture(event) {
    const { left, top, width } = this.bridge.surface.box;
    return { x: (event.clientX - left) / width, y: (event.clientY - top) / width };
  }

  onWindow({ x, y }) {
    const { left, top, width } = this.bridge.surface.box;
    // The component hangs a box up by the outer edge of its outline; what was dragged is the middle of the line.
    const half = BOXES.has(this.bridge.tool.shape) ? 1 / this.bridge.data.width : 0;
    return { clientX: left + Math.max(x - half, 0) * width, clientY: top + Math.max(y - half, 0) * width };
  }
}
