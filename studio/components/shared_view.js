// Which part of their picture all pictures of a group show: its middle, in shares of width and height, and how many times
// it is enlarged beyond what fits.

const MOST = 16;
const CHANGED = "changed";

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

export class SharedView extends EventTarget {
  x = 0.5;
  y = 0.5;
  zoom = 1;
  least = 1;
  most = MOST;
  scale = 1; // window pixels for a pixel of the picture where it fits
  part = null; // of a picture with more pixels: {picture, box in shares, of: the name of the picture it belongs to}

  // Components are separate scripts: what they share is on the window.
  static of(group) {
    window.studioViews ??= {};
    return (window.studioViews[group] ??= new SharedView());
  }

  listen(act, signal) {
    this.addEventListener(CHANGED, act, { signal });
  }

  lay(part) {
    this.part = part;
    this.dispatchEvent(new Event(CHANGED));
  }

  limit(least, most, scale) {
    if (least === this.least && most === this.most && scale === this.scale) return;
    Object.assign(this, { least, most, scale });
    this.set(this.x, this.y, this.zoom);
  }

  set(x, y, zoom) {
    this.zoom = clamp(zoom, this.least, this.most);
    const half = Math.min(0.5, 0.5 / this.zoom);
    this.x = clamp(x, half, 1 - half);
    this.y = clamp(y, half, 1 - half);
    this.dispatchEvent(new Event(CHANGED));
  }

  // What lies at (px, py) of the window, in shares of it, stays there.
  enlarge(factor, px = 0.5, py = 0.5) {
    const zoom = clamp(this.zoom * factor, this.least, this.most);
    const keep = (middle, at) => middle + (at - 0.5) * (1 / this.zoom - 1 / zoom);
    this.set(keep(this.x, px), keep(this.y, py), zoom);
  }

  move(dx, dy) {
    this.set(this.x - dx / this.zoom, this.y - dy / this.zoom, this.zoom);
  }
}
