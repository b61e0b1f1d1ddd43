// What lies over the canvas: the outlines of the areas, what the component does not show yet, the brush.

// Under an outline's own line lie a white and a dark one, so that it is seen on every ground.
const DARK = { stroke: "#000", "stroke-opacity": 0.6, "stroke-width": 4.4 };
const WHITE = { stroke: "#fff", "stroke-width": 3.2, fill: "none" };

const svg = (name, attributes) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
};

export class Glass {
  constructor(bridge) {
    this.bridge = bridge;
    this.preview = bridge.root.querySelector("svg");
    this.outlines = bridge.root.querySelector(".outlines");
    this.sketches = bridge.root.querySelector(".sketch");
    this.brush = bridge.root.querySelector(".brush");
  }

  // The areas on the picture, and what else has an outline.
  outline() {
    const { picture, outlines } = this.bridge.data;
    const text = JSON.stringify(outlines);
    this.preview.setAttribute("viewBox", `0 0 1 ${picture[1] / picture[0]}`);
    if (text === this.outlined) return;
    this.outlined = text;
    this.outlines.setAttribute("transform", `scale(${1 / picture[0]})`);
    this.outlines.replaceChildren(...outlines.map((area) => this.area(area)));
  }

  area({ path, rule, colour, dashes, kind }) {
    const group = svg("g", { class: kind });
    const line = { d: path, "fill-rule": rule, "vector-effect": "non-scaling-stroke", "stroke-linejoin": "round" };
    group.append(
      svg("path", { ...line, ...DARK, fill: colour }),
      svg("path", { ...line, ...WHITE }),
      svg("path", { ...line, stroke: colour, fill: "none", "stroke-width": 1.8, "stroke-dasharray": dashes.join(" ") }),
    );
    return group;
  }

  // The area under the pointer, the topmost one, is filled.
  hover(place) {
    const areas = [...this.outlines.querySelectorAll(".area")];
    const at = place && this.preview.createSVGPoint();
    if (at) Object.assign(at, { x: place.x * this.bridge.data.picture[0], y: place.y * this.bridge.data.picture[0] });
    const under = at && areas.findLast((area) => area.firstChild.isPointInFill(at));
    for (const area of areas) area.classList.toggle("under", area === under);
  }

  showBrush(event) {
    const { data, surface, view } = this.bridge;
    const size = data.brush * view.zoom;
    if (!size || !surface.upper) return this.hideBrush();
    const { left, top } = surface.box;
    Object.assign(this.brush.style, {
      display: "block", width: `${size}px`, height: `${size}px`,
      transform: `translate(${event.clientX - left - size / 2}px, ${event.clientY - top - size / 2}px)`,
    });
  }

  hideBrush() {
    this.brush.style.display = "none";
  }

  // What the component does not show yet: an ellipse being drawn, a polygon's next side, strokes held back.
  sketch(pointer) {
    const { data, pointer: hand, polygon, queue, tool } = this.bridge;
    this.sketches.replaceChildren();
    if (!data) return;
    const end = polygon.corners.at(-1);
    if (end && pointer) {
      const ends = { x1: end.x, y1: end.y, x2: pointer.x, y2: pointer.y };
      this.sketches.append(svg("line", { ...this.style, ...ends, "stroke-dasharray": 4 }));
    }
    const trails = queue.trails;
    if (hand.stroke) {
      if (!queue.busy && tool.shape === "oval") trails.push(hand.stroke.trail);
      this.drawn = hand.stroke.trail;
    } else if (!queue.busy) {
      this.drawn = null;
    } else if (!trails.length && this.drawn && tool.shape === "oval") {
      trails.push(this.drawn);
    }
    this.sketches.append(...trails.map((trail) => this.figure(trail)));
  }

  get style() {
    const { colour } = this.bridge.data;
    return { fill: "none", stroke: colour, "stroke-width": 2, "vector-effect": "non-scaling-stroke" };
  }

  figure(points) {
    const { data, tool } = this.bridge;
    const [a, b] = [points[0], points.at(-1)];
    const box = { x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) };
    if (tool.shape === "box") return svg("rect", { ...this.style, ...box });
    if (tool.shape === "oval") {
      const [rx, ry] = [box.width / 2, box.height / 2];
      return svg("ellipse", { ...this.style, cx: box.x + rx, cy: box.y + ry, rx, ry });
    }
    const line = { points: points.map(({ x, y }) => `${x},${y}`).join(" "), "stroke-linejoin": "round" };
    if (tool.shape !== "line") return svg("polyline", { ...this.style, ...line });
    const thick = { fill: "none", stroke: data.ink, "stroke-width": data.brush / data.width, "stroke-linecap": "round" };
    return svg("polyline", { ...thick, ...line });
  }
}
