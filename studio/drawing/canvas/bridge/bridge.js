// What the drawing component lacks: it fits the canvas to its column and zooms it, makes pen and touch work like the
// mouse, keeps drags inside the picture, shows the brush, listens to keys, and holds the pen back while the canvas is
// being redrawn. It finds the component's parts inside its shadow root and leaves everything alone that it does not find.

const HANDLE = 11; // half the side of a polygon's vertex handle, in canvas pixels
const TAP = 120; // milliseconds until a resting finger draws, so that a second one can still make it a gesture
const SNAP = 7; // a box that comes this close to the frame, in window pixels, ends there
const PATIENCE = 8000; // milliseconds the pen is held back at most
const QUIET = `
  .dc-toolbar { display: none !important; }
  .dc-root, .dc-scroll { overflow: visible !important; max-width: none !important; max-height: none !important; }
  .dc-canvas { outline: none !important; }
  canvas { touch-action: none; -webkit-user-select: none; user-select: none; -webkit-tap-highlight-color: transparent; }
`;
const EDITABLE = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable=true], [role=slider], [role=combobox], [role=grid], canvas[data-testid]";
const TYPED = "input:not([type=checkbox], [type=radio], [type=range]), textarea, [contenteditable=true]";
const BOXES = new Set(["rectangle", "ellipse"]);
const TAKES_BACK = new Set(["backspace", "ctrl+z"]);
const LINES = new Set(["brush", "eraser", "lasso"]);

const svg = (name, attributes) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
};

class Bridge {
  constructor(root, report) {
    this.root = root;
    this.report = report;
    this.page = location.pathname;
    this.stage = root.closest(".st-key-stage");
    this.preview = root.querySelector("svg");
    this.brush = root.querySelector(".brush");
    this.data = null;
    this.upper = null; // the component's canvas that takes the pointer
    this.stroke = null; // the drag in progress: {id, start, last, trail}
    this.resting = null; // a finger that may still become a gesture
    this.gesture = null; // panning, with one pointer or two
    this.fingers = new Map();
    this.corners = []; // of the open polygon
    this.held = null; // while the page has not answered yet: {until}
    this.queue = []; // what the visitor did in the meantime: pointer events and clicks on the strip
    this.space = false;
    this.stop = new AbortController();
    if (!this.stage) return;
    this.listen();
    this.observer = new MutationObserver(() => this.attach());
    this.observer.observe(this.stage, { childList: true, subtree: true });
    this.resizer = new ResizeObserver(() => this.fit());
    this.resizer.observe(this.stage);
    this.resizer.observe(this.stage.parentElement); // the room there is, which the stage need not fill
  }

  listen() {
    const on = (target, types, handler, options = {}) => {
      for (const type of types.split(" ")) {
        target.addEventListener(type, handler.bind(this), { capture: true, signal: this.stop.signal, ...options });
      }
    };
    on(window, "pointerdown", this.down);
    on(window, "pointermove", this.move);
    on(window, "pointerup pointercancel", this.up);
    on(window, "mousedown mousemove mouseup mouseover mouseout mouseenter mouseleave", this.swallow);
    on(window, "touchstart touchmove touchend touchcancel", this.swallow, { passive: false });
    on(window, "click", this.expect);
    on(window, "keydown", this.key);
    on(window, "keyup", this.keyUp);
    on(window, "blur", this.letGo);
    on(this.stage, "wheel", this.wheel, { passive: false });
    on(this.stage, "pointerleave", () => this.hideBrush(), { capture: false });
  }

  dispose() {
    this.stop.abort();
    this.observer?.disconnect();
    this.resizer?.disconnect();
    for (const timer of [this.resting?.timer, this.waiting, this.following, this.reporting, this.looking]) clearTimeout(timer);
  }

  // --- what the page says -------------------------------------------------------------------------------------------

  update(data) {
    const before = this.data;
    this.data = data;
    if (before && before.canvas !== data.canvas) this.queue = []; // it was meant for another picture
    if (!this.stage) return;
    this.attach();
    this.fit();
    if (before && (before.tool !== data.tool || before.ink !== data.ink || before.version !== data.version)) {
      this.corners = [];
      this.sketch();
    }
    if (this.stroke && before?.canvas === data.canvas && before.paper !== data.paper) this.restart();
    if (this.held?.until(data)) this.ready();
    for (const delay of [0, 80, 300, 900]) setTimeout(() => this.agree(), delay);
  }

  attach() {
    const inside = [...this.stage.querySelectorAll('[class*="st-key-cv_"] *')].map((node) => node.shadowRoot);
    const shadow = inside.find((root) => root?.querySelector("canvas.upper-canvas"));
    const upper = shadow?.querySelector("canvas.upper-canvas");
    clearTimeout(this.looking);
    if (!this.data) return;
    if (!upper) { // its code may still be on the way, and what appears in a shadow root is not told of outside
      this.looking = setTimeout(() => this.attach(), 100);
      return;
    }
    if (shadow !== this.shadow) this.observer.observe(shadow, { childList: true, subtree: true });
    if (!shadow.querySelector("style[data-bridge]")) {
      const style = document.createElement("style");
      style.dataset.bridge = "";
      style.textContent = QUIET;
      shadow.appendChild(style);
    }
    this.watch(shadow.querySelector("canvas.lower-canvas.dc-canvas"));
    const late = upper !== this.upper;
    this.upper = upper;
    this.shadow = shadow;
    if (late) this.agree();
    upper.setAttribute("role", "img");
    if (upper.getAttribute("aria-label") !== this.data.label) upper.setAttribute("aria-label", this.data.label);
  }

  // Every time the component paints it begins with its background, an invisible colour that says which version of the
  // marks it shows: that is how one knows from outside that it has loaded them.
  watch(lower) {
    if (!lower || lower === this.lower) return;
    this.lower = lower;
    this.painted = undefined; // until it next paints; it may have done so before anybody watched
    this.watched = performance.now();
    const context = lower.getContext("2d");
    const style = Object.getOwnPropertyDescriptor(CanvasRenderingContext2D.prototype, "fillStyle");
    const note = (colour) => (this.painted = colour);
    Object.defineProperty(context, "fillStyle", {
      configurable: true,
      get: () => style.get.call(context),
      set: (colour) => {
        if (typeof colour === "string" && colour.startsWith("rgba(0,0,0,0.000")) note(colour);
        style.set.call(context, colour);
      },
    });
  }

  // The component's own toggle for moving and reshaping follows the chosen tool.
  agree() {
    const toggle = this.button("Edit");
    if (toggle && (toggle.getAttribute("aria-pressed") === "true") !== (this.data.tool === "edit")) toggle.click();
  }

  button(label) {
    return this.shadow?.querySelector(`.dc-toolbar button[aria-label="${label}"]`);
  }

  // --- size ---------------------------------------------------------------------------------------------------------

  fit() {
    if (!this.data) return;
    const [width, height] = this.data.picture;
    const room = this.stage.parentElement.clientWidth;
    const tall = Math.max(320, window.innerHeight * 0.78);
    const whole = Math.floor(Math.min(room, (tall * width) / height));
    if (room < 40) return;
    const shown = this.data.zoom ? Math.round(width * this.data.zoom) : whole;
    this.stage.classList.toggle("magnified", this.data.zoom > 1);
    const style = this.stage.style;
    const before = parseFloat(style.getPropertyValue("--shown"));
    // Zoomed in, the picture is seen through a window as large as the whole of it was.
    style.setProperty("--tall", `${Math.max(300, Math.ceil((whole * height) / width))}px`);
    if (before !== shown || this.canvasWidth !== this.data.width) {
      const at = this.anchor ?? { x: 0.5, y: 0.5, left: this.stage.clientWidth / 2, top: this.stage.clientHeight / 2 };
      if (before && !this.anchor) {
        at.x = (this.stage.scrollLeft + at.left) / before;
        at.y = (this.stage.scrollTop + at.top) / ((before * height) / width);
      }
      style.setProperty("--shown", `${shown}px`);
      style.setProperty("--zoom", shown / this.data.width);
      this.canvasWidth = this.data.width;
      this.stage.scrollLeft = at.x * shown - at.left;
      this.stage.scrollTop = (at.y * shown * height) / width - at.top;
      this.anchor = null;
    }
    const wanted = Math.ceil(Math.min(shown, 2400) / 100) * 100;
    if (wanted !== this.reported) {
      this.reported = wanted;
      clearTimeout(this.reporting);
      this.reporting = setTimeout(() => this.tell(wanted), 250);
    }
  }

  // The page makes a canvas of that width; not while somebody is drawing, nor when the visitor has gone to another page,
  // which would be taken for a wish to be back.
  tell(wanted) {
    if (location.pathname !== this.page) return;
    if (this.stroke || this.held) {
      this.reporting = setTimeout(() => this.tell(wanted), 250);
      return;
    }
    if (this.data.room !== wanted) this.hold((data) => data.room === wanted);
    this.report("width", wanted);
  }

  // --- pointer ------------------------------------------------------------------------------------------------------

  over(event) {
    return this.upper?.isConnected && this.data && event.composedPath()[0] === this.upper;
  }

  // The component sees only the mouse events that are made here.
  swallow(event) {
    if (!event.isTrusted || !(this.stroke || this.resting || this.gesture || this.over(event))) return;
    const hover = !this.stroke && !this.gesture && !this.resting && !/down|up|touch/.test(event.type);
    if (hover) return;
    if (this.gesture && !this.over(event)) return;
    event.stopImmediatePropagation();
    if (event.type.startsWith("touch") && event.cancelable) event.preventDefault();
  }

  down(event) {
    if (!this.over(event)) return;
    if (event.pointerType === "touch") {
      this.fingers.set(event.pointerId, event);
      if (this.fingers.size === 2 && !this.stroke) return this.pan(event);
      if (this.fingers.size > 1) return;
    }
    if (event.button === 1 || (event.button === 0 && this.space)) {
      event.preventDefault();
      return this.pan(event);
    }
    if (event.button !== 0 || this.stroke) return;
    if (event.pointerType === "touch" && this.data.tool !== "polygon") {
      this.resting = { event, timer: setTimeout(() => this.begin(), TAP) };
    } else {
      this.begin(event);
    }
  }

  begin(event = this.resting?.event) {
    clearTimeout(this.resting?.timer);
    this.resting = null;
    if (!event || !this.upper) return;
    try {
      this.upper.setPointerCapture(event.pointerId);
    } catch {} // a pen that was lifted in the meantime
    const point = this.within(event);
    this.stroke = { id: event.pointerId, source: event, start: point, last: point, trail: [point] };
    if (this.data.tool === "polygon" && this.twice(point)) return;
    this.emit("mousedown", point, event);
    this.sketch();
  }

  move(event) {
    if (this.fingers.has(event.pointerId)) this.fingers.set(event.pointerId, event);
    this.above = Boolean(this.over(event));
    if (this.gesture) return this.panned(event);
    if (this.resting && event.pointerId === this.resting.event.pointerId) {
      const from = this.resting.event;
      if (Math.hypot(event.clientX - from.clientX, event.clientY - from.clientY) > 6) this.begin();
    }
    if (this.over(event) || this.stroke) this.showBrush(event);
    if (!this.stroke) {
      if (this.corners.length && this.over(event)) this.sketch(this.onPicture(event));
      return;
    }
    if (event.pointerId !== this.stroke.id) return;
    const fine = LINES.has(this.data.tool) ? event.getCoalescedEvents?.() : null;
    for (const sample of fine?.length ? fine : [event]) this.drag(sample);
    this.sketch();
  }

  drag(event) {
    const { start, last, trail } = this.stroke;
    const point = this.within(event);
    if (BOXES.has(this.data.tool)) {
      // The component forgets to bring a box's corner back when the pointer returns across where it began.
      const back = (axis) => (last[axis] < start[axis] && point[axis] >= start[axis] ? start[axis] - 1e-5 : point[axis]);
      const corner = { x: back("x"), y: back("y") };
      if (corner.x !== point.x || corner.y !== point.y) this.emit("mousemove", corner, event);
    }
    this.stroke.last = point;
    trail.push(point);
    this.emit("mousemove", point, event);
  }

  up(event) {
    this.fingers.delete(event.pointerId);
    if (this.gesture && (this.gesture.id === event.pointerId || this.gesture.two)) return this.panEnd();
    if (this.resting && event.pointerId === this.resting.event.pointerId) this.begin();
    if (!this.stroke || event.pointerId !== this.stroke.id) return;
    const { last } = this.stroke;
    this.emit("mouseup", last, event);
    this.stroke = null;
    if (event.pointerType !== "mouse") this.hideBrush();
    this.sketch();
  }

  // A stroke has reached the canvas.
  finish(place) {
    const { tool, redraws, version } = this.data;
    if (tool === "polygon") return this.corner(place);
    if (tool === "edit") return;
    if (redraws) this.hold((data) => data.version !== version);
    // Hand the drawing over now rather than when the component's pause has passed.
    setTimeout(() => this.button("Update the app with this drawing")?.click(), 0);
  }

  // Where an event is, in widths of the picture, whatever the page does to its size; while drawing, on the picture.
  within(event) {
    const { tool, picture } = this.data;
    let { x, y } = this.onPicture(event);
    if (tool === "edit") return { x, y };
    const bottom = picture[1] / picture[0];
    [x, y] = [Math.min(Math.max(x, 0), 1), Math.min(Math.max(y, 0), bottom)];
    if (!BOXES.has(tool)) return { x, y };
    const snap = SNAP / this.upper.getBoundingClientRect().width;
    const near = (value, high) => (value < snap ? 0 : high - value < snap ? high : value);
    return { x: near(x, 1), y: near(y, bottom) };
  }

  onPicture(event) {
    const { left, top, width } = this.upper.getBoundingClientRect();
    return { x: (event.clientX - left) / width, y: (event.clientY - top) / width };
  }

  onWindow({ x, y }) {
    const { left, top, width } = this.upper.getBoundingClientRect();
    // The component hangs a box up by the outer edge of its outline; what was dragged is the middle of the line.
    const half = BOXES.has(this.data.tool) ? 1 / this.data.width : 0;
    return { clientX: left + Math.max(x - half, 0) * width, clientY: top + Math.max(y - half, 0) * width };
  }

  emit(type, place, source) {
    if (type === "mousedown" && !this.loaded()) this.await();
    if (this.held || this.queue.length) this.queue.push({ type, place, source });
    else this.dispatch(type, place, source);
  }

  dispatch(type, place, source) {
    if (!this.upper) return;
    const { shiftKey, ctrlKey, altKey, metaKey, pointerType } = source;
    const event = new PointerEvent(type, {
      bubbles: true, composed: true, cancelable: true, view: window, isPrimary: true, pointerType, detail: 1,
      button: 0, buttons: type === "mouseup" ? 0 : 1, ...this.onWindow(place), shiftKey, ctrlKey, altKey, metaKey,
    });
    this.upper.dispatchEvent(event);
    if (type === "mouseup") this.finish(place);
  }

  // --- one thing after the other ------------------------------------------------------------------------------------

  // A stroke that is drawn while the page redraws the canvas would be wiped away, one after a click on a tool would be
  // drawn with the tool before, and of two quick clicks the page would see one: all wait until the page has answered.
  hold(until) {
    this.held = { until };
    this.root.dataset.waiting = "";
    clearTimeout(this.waiting);
    this.waiting = setTimeout(this.go, PATIENCE);
  }

  await() {
    if (!this.held) this.hold(() => true);
    this.ready();
  }

  loaded() {
    const unseen = this.painted === undefined && performance.now() - this.watched > 500;
    return unseen || this.painted === this.data.paper;
  }

  // The page has redrawn the canvas under a stroke: begin it again.
  restart() {
    const { trail, source } = this.stroke;
    const again = trail.map((place, index) => ({ type: index ? "mousemove" : "mousedown", place, source }));
    this.queue = [...again, ...this.queue.filter((item) => item.click)];
    this.await();
  }

  // The page has answered; the canvas follows in a moment.
  ready() {
    clearTimeout(this.following);
    const follow = () => {
      if (this.held && !(this.held.until(this.data) && this.loaded())) this.following = setTimeout(follow, 20);
      else this.go();
    };
    this.following = setTimeout(follow, 30);
  }

  go = () => {
    clearTimeout(this.waiting);
    this.held = null;
    while (this.queue.length && !this.held) {
      const { click, type, place, source } = this.queue.shift();
      if (click) this.pass(document.querySelector(click));
      else this.dispatch(type, place, source);
    }
    if (!this.held) delete this.root.dataset.waiting;
    this.sketch();
  };

  expect(event) {
    const button = event.composedPath().find((node) => node instanceof HTMLButtonElement);
    if (!this.data || this.passing || !button?.closest(".st-key-strip .stButton")) return;
    event.stopImmediatePropagation();
    event.preventDefault();
    this.click(button);
  }

  click(button) {
    const name = button.closest('[class*="st-key-"]').className.match(/st-key-[\w-]+/)[0];
    if (this.held || this.queue.length) this.queue.push({ click: `.${name} button` });
    else this.pass(button);
  }

  pass(button) {
    if (!button || button.disabled) return;
    const { clicks } = this.data;
    if (button.closest(".st-key-drop")) this.button("Delete selected")?.click();
    this.passing = true;
    button.click();
    this.passing = false;
    this.hold((data) => data.clicks !== clicks);
  }

  // --- polygon ------------------------------------------------------------------------------------------------------

  hit(place) {
    const reach = HANDLE / this.data.width;
    return this.corners.findLastIndex(({ x, y }) => Math.abs(place.x - x) <= reach && Math.abs(place.y - y) <= reach);
  }

  // The component takes a vertex away, adds one, or closes the polygon; keep count.
  corner(place) {
    const index = this.hit(place);
    if (index === 0 && this.corners.length >= 3) this.closed();
    else if (index > 0) this.corners.splice(index, 1);
    else if (index < 0) this.corners.push(place);
  }

  closed() {
    const { redraws, version } = this.data;
    this.corners = [];
    if (redraws) this.hold((data) => data.version !== version);
  }

  // A double click closes the polygon.
  twice(point) {
    const now = performance.now();
    const before = this.clicked;
    this.clicked = { now, point };
    const near = before && Math.hypot(point.x - before.point.x, point.y - before.point.y) * this.data.width < 6;
    if (!near || now - before.now > 400 || this.corners.length < 3 || this.queue.length) return false;
    this.stroke = null;
    this.closePolygon();
    return true;
  }

  closePolygon() {
    if (this.corners.length >= 3) this.tapCorner(this.corners[0]);
    this.sketch();
  }

  // The component forgets an open polygon when its editing is switched on.
  dropPolygon() {
    this.corners = [];
    this.button("Edit")?.click();
    this.agree();
  }

  tapCorner(corner) {
    this.emit("mousedown", corner, { pointerType: "mouse" });
    this.emit("mouseup", corner, { pointerType: "mouse" });
  }

  // --- panning and zooming ------------------------------------------------------------------------------------------

  pan(event) {
    clearTimeout(this.resting?.timer);
    this.resting = null;
    const two = this.fingers.size === 2;
    this.gesture = { id: event.pointerId, two, ...this.middle(event), spread: this.spread() };
    this.stage.classList.add("grabbing");
    this.hideBrush();
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

  panned(event) {
    const gesture = this.gesture;
    if (!gesture.two && event.pointerId !== gesture.id) return;
    const { x, y } = this.middle(event);
    const top = this.stage.scrollTop;
    this.stage.scrollLeft += gesture.x - x;
    this.stage.scrollTop += gesture.y - y;
    const rest = gesture.y - y - (this.stage.scrollTop - top);
    if (gesture.two && rest) this.stage.closest('[data-testid="stMain"]')?.scrollBy(0, rest);
    Object.assign(gesture, { x, y });
    if (!gesture.two || !gesture.spread) return;
    const ratio = this.spread() / gesture.spread;
    if (ratio > 1.5 || ratio < 0.67) {
      gesture.spread = this.spread();
      this.zoomAt({ clientX: x, clientY: y }, ratio > 1 ? "+" : "-");
    }
  }

  panEnd() {
    this.gesture = null;
    this.stage.classList.remove("grabbing");
  }

  wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const now = performance.now();
    if (now - (this.wheeled ?? 0) < 350) return;
    this.wheeled = now;
    this.zoomAt(event, event.deltaY < 0 ? "+" : "-");
  }

  // What lies under the pointer stays there.
  zoomAt(point, key) {
    const box = this.stage.getBoundingClientRect();
    const shown = parseFloat(this.stage.style.getPropertyValue("--shown"));
    const [left, top] = [point.clientX - box.left, point.clientY - box.top];
    const [width, height] = this.data.picture;
    const x = (this.stage.scrollLeft + left) / shown;
    const y = (this.stage.scrollTop + top) / ((shown * height) / width);
    this.anchor = { x, y, left, top };
    this.press(key);
  }

  // --- keys ---------------------------------------------------------------------------------------------------------

  key(event) {
    if (!this.data || !this.stage.isConnected || event.defaultPrevented || event.isComposing) return;
    const target = event.composedPath()[0];
    const typed = target instanceof Element && target.closest(EDITABLE);
    if (event.key === " " && this.above && !target.closest?.(TYPED)) return this.grab(event);
    if (typed || document.querySelector('[role="dialog"]')) return;
    const combined = event.ctrlKey || event.metaKey;
    const name = event.key === " " ? "space" : event.key.toLowerCase();
    const combo = (combined ? "ctrl+" : "") + (combined && event.shiftKey ? "shift+" : "") + name;
    if (this.command(combo, event) || this.press(combo)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }

  command(combo, event) {
    if (combo === "space") {
      // A button that was reached with the keyboard is pressed with it; one that was merely clicked is not.
      if (event.composedPath()[0].matches(":focus-visible")) return false;
      this.grab(event);
      return true;
    }
    if (this.data.tool === "edit" && (combo === "delete" || combo === "backspace")) {
      this.button("Delete selected")?.click();
      return true;
    }
    if (!this.corners.length) return false;
    if (combo === "enter") this.closePolygon();
    else if (combo === "escape" || (this.corners.length === 1 && TAKES_BACK.has(combo))) this.dropPolygon();
    else if (TAKES_BACK.has(combo)) this.tapCorner(this.corners.at(-1));
    else return false;
    this.sketch();
    return true;
  }

  grab(event) {
    this.space = true;
    this.stage.classList.add("grab");
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  keyUp(event) {
    if (event.key !== " " || !this.space) return;
    event.preventDefault(); // or a button that has the focus is pressed
    event.stopImmediatePropagation();
    this.letGo();
  }

  letGo() {
    this.space = false;
    this.stage.classList.remove("grab");
  }

  press(combo) {
    const selector = this.data.keys[combo];
    const button = selector && document.querySelector(selector);
    if (!button || button.disabled) return false;
    if (button.closest(".stButton")) this.click(button);
    else button.click();
    return true;
  }

  // --- what is seen -------------------------------------------------------------------------------------------------

  showBrush(event) {
    const size = this.data.cursor * parseFloat(this.stage.style.getPropertyValue("--zoom"));
    if (!size || !this.upper) return this.hideBrush();
    const box = this.upper.getBoundingClientRect();
    Object.assign(this.brush.style, {
      display: "block", width: `${size}px`, height: `${size}px`,
      transform: `translate(${event.clientX - box.left - size / 2}px, ${event.clientY - box.top - size / 2}px)`,
    });
  }

  hideBrush() {
    this.brush.style.display = "none";
  }

  // What the component does not show yet: an ellipse being drawn, a polygon's next side, strokes held back.
  sketch(pointer) {
    const { data, preview } = this;
    preview.replaceChildren();
    if (!data || !this.upper) return;
    preview.setAttribute("viewBox", `0 0 1 ${data.picture[1] / data.picture[0]}`);
    const style = { fill: data.fill, stroke: data.colour, "stroke-width": 2, "vector-effect": "non-scaling-stroke" };
    if (this.corners.length && pointer) {
      const end = this.corners.at(-1);
      preview.append(svg("line", { ...style, x1: end.x, y1: end.y, x2: pointer.x, y2: pointer.y, "stroke-dasharray": 4 }));
    }
    const waiting = this.held || this.queue.length;
    const trails = this.trails();
    if (this.stroke && (data.tool === "ellipse" || waiting)) trails.push(this.stroke.trail);
    else if (waiting && !trails.length && data.tool === "ellipse" && this.drawn) trails.push(this.drawn);
    this.drawn = this.stroke?.trail ?? (waiting ? this.drawn : null);
    for (const trail of trails) preview.append(this.figure(trail, style));
  }

  trails() {
    const trails = [];
    for (const { type, place } of this.queue) {
      if (type === "mousedown") trails.push([place]);
      else if (type) trails.at(-1)?.push(place);
    }
    return this.stroke ? trails.slice(0, -1) : trails;
  }

  figure(points, style) {
    const { tool, cursor, ink, width } = this.data;
    const [a, b] = [points[0], points.at(-1)];
    const box = { x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) };
    if (tool === "rectangle") return svg("rect", { ...style, ...box });
    if (tool === "ellipse") {
      const [rx, ry] = [box.width / 2, box.height / 2];
      return svg("ellipse", { ...style, cx: box.x + rx, cy: box.y + ry, rx, ry });
    }
    const line = points.map(({ x, y }) => `${x},${y}`).join(" ");
    const round = { fill: "none", "stroke-linecap": "round", "stroke-linejoin": "round" };
    if (tool === "lasso") return svg("polyline", { ...style, ...round, points: line });
    return svg("polyline", { ...round, stroke: ink, "stroke-width": cursor / width, points: line });
  }
}

const bridges = new WeakMap();

export default function ({ parentElement, data, setStateValue }) {
  let bridge = bridges.get(parentElement);
  if (!bridge) bridges.set(parentElement, (bridge = new Bridge(parentElement, setStateValue)));
  bridge.report = setStateValue;
  bridge.update(data);
  return () => {
    bridge.dispose();
    bridges.delete(parentElement);
  };
}
