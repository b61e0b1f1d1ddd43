// Moving and enlarging the picture by hand: space or the middle button and a drag, two fingers, the wheel.

const STEEP = 300; // wheel pixels that enlarge e times

export class Gesture {
  constructor(bridge) {
    this.bridge = bridge;
    this.space = false; // whether the next drag moves the picture
    this.held = null; // the movement in progress: {id, two, x, y, spread}
    this.fingers = new Map();
  }

  ready(space) {
    this.space = space;
    this.bridge.stage.classList.toggle("grab", space);
  }

  // Whether a pointer that goes down begins or belongs to a gesture.
  takes(event) {
    const { pointer } = this.bridge;
    if (event.pointerType === "touch") {
      this.fingers.set(event.pointerId, event);
      if (this.fingers.size > 1) {
        if (this.fingers.size === 2 && !pointer.stroke) this.begin(event);
        return true;
      }
    }
    if (event.button !== 1 && !(event.button === 0 && this.space)) return false;
    event.preventDefault();
    this.begin(event);
    return true;
  }

  begin(event) {
    this.bridge.pointer.unrest();
    this.held = { id: event.pointerId, two: this.fingers.size === 2, ...this.middle(event), spread: this.spread() };
    this.bridge.stage.classList.add("grabbing");
    this.bridge.glass.hideBrush();
  }

  middle(event) {
    const events = this.fingers.size === 2 ? [...this.fingers.values()] : [event];
    const mean = (name) => events.reduce((sum, item) => sum + item[name], 0) / events.length;
    return { x: mean("clientX"), y: mean("clientY") };
  }

  spread() {
    const [a, b] = [...this.fingers.values()];
    return b ? Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) : 0;
  }

  moved(event) {
    if (this.fingers.has(event.pointerId)) this.fingers.set(event.pointerId, event);
    if (!this.held) return false;
    if (!this.held.two && event.pointerId !== this.held.id) return true;
    const { view, stage } = this.bridge;
    const { x, y } = this.middle(event);
    const rest = view.pan(this.held.x - x, this.held.y - y);
    if (this.held.two) {
      if (rest) stage.closest('[data-testid="stMain"]')?.scrollBy(0, rest);
      const spread = this.spread();
      if (spread && this.held.spread) view.enlarge(spread / this.held.spread, x, y);
      this.held.spread = spread;
    }
    Object.assign(this.held, { x, y });
    return true;
  }

  ended(event) {
    this.fingers.delete(event.pointerId);
    if (!this.held || !(this.held.two || this.held.id === event.pointerId)) return false;
    this.held = null;
    this.bridge.stage.classList.remove("grabbing");
    return true;
  }

  // The wheel scrolls the page until the picture has been enlarged, or with Ctrl, which is also what a pinch on a
  // touchpad sends.
  wheel(event) {
    const { view } = this.bridge;
    if (!event.ctrlKey && !event.metaKey && !view.enlarged) return;
    event.preventDefault();
    const way = Math.max(-100, Math.min(100, event.deltaY));
    view.enlarge(Math.exp(-way / STEEP), event.clientX, event.clientY);
  }
}
