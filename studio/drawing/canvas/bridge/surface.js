// The drawing component inside its shadow root. Everything that is known of its inner parts is in this file; what is not
// found there is left alone.

const QUIET = `
  .dc-toolbar { display: none !important; }
  .dc-root, .dc-scroll { overflow: visible !important; max-width: none !important; max-height: none !important; }
  .dc-canvas { outline: none !important; }
  canvas { touch-action: none; -webkit-user-select: none; user-select: none; -webkit-tap-highlight-color: transparent; }
`;
const PAPER = "rgba(0,0,0,0.000"; // how every version's background begins, see View in Python
const PINNED = "data-pinned"; // what the component writes on its toolbar whenever it has been told something new
const LATE = 2000; // milliseconds after which it is taken to have heard what the page said
const EARLY = 50; // milliseconds that it may have heard it before the bridge
const UNSEEN = 500; // milliseconds after which a canvas that nobody saw painting counts as painted

export class Surface {
  constructor(bridge) {
    this.bridge = bridge;
    this.upper = null; // its canvas that takes the pointer
    this.observer = new MutationObserver(() => this.attach());
    this.observer.observe(bridge.stage, { childList: true, subtree: true });
    this.behind = 0; // how often the page has told the component something that it has not heard yet
    this.heard = -Infinity; // when it heard something that the page had not told the bridge yet
    this.hearing = new MutationObserver((records) => this.hears(records.length));
  }

  dispose() {
    this.observer.disconnect();
    this.hearing.disconnect();
    clearTimeout(this.looking);
  }

  attach() {
    const { bridge } = this;
    clearTimeout(this.looking);
    if (!bridge.data) return;
    const inside = [...bridge.stage.querySelectorAll('[class*="st-key-cv_"] *')].map((node) => node.shadowRoot);
    const shadow = inside.find((root) => root?.querySelector("canvas.upper-canvas"));
    if (!shadow) { // its code may still be on the way, and what appears in a shadow root is not told of outside
      this.looking = setTimeout(() => this.attach(), 100);
      return;
    }
    if (shadow !== this.shadow) this.observer.observe(shadow, { childList: true, subtree: true });
    this.shadow = shadow;
    this.quieten();
    this.hear(shadow.querySelector(".dc-toolbar"));
    this.watch(shadow.querySelector("canvas.lower-canvas.dc-canvas"));
    this.dress(shadow.querySelector("canvas.upper-canvas"));
  }

  quieten() {
    if (this.shadow.querySelector("style[data-bridge]")) return;
    const style = document.createElement("style");
    style.dataset.bridge = "";
    style.textContent = QUIET;
    this.shadow.appendChild(style);
  }

  // The page tells both the component and the bridge, and the component, which is fetched from elsewhere, often hears it
  // later; until then it draws with the tool before.
  expect() {
    this.told = performance.now();
    if (this.told - this.heard > EARLY) this.behind += 1;
    this.heard = -Infinity;
  }

  hears(count) {
    if (!count) return;
    if (this.behind < count) this.heard = performance.now();
    this.behind = Math.max(0, this.behind - count);
  }

  get followed() {
    // It may hear of two things at once: what has been waited for that long is not waited for again.
    if (performance.now() - this.told > LATE) this.behind = 0;
    return this.behind <= 0;
  }

  hear(toolbar) {
    if (!toolbar || toolbar === this.toolbar) return;
    this.toolbar = toolbar;
    this.behind = 0;
    this.hearing.disconnect();
    this.hearing.observe(toolbar, { attributes: true, attributeFilter: [PINNED] });
  }

  dress(upper) {
    const late = upper !== this.upper;
    this.upper = upper;
    if (late) this.agree();
    const { label } = this.bridge.data;
    if (upper.getAttribute("aria-label") === label) return;
    upper.setAttribute("role", "application");
    upper.setAttribute("aria-label", label);
    upper.tabIndex = 0;
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
    const note = (colour) => { this.painted = colour; };
    Object.defineProperty(context, "fillStyle", {
      configurable: true,
      get: () => style.get.call(context),
      set: (colour) => {
        if (typeof colour === "string" && colour.startsWith(PAPER)) note(colour);
        style.set.call(context, colour);
      },
    });
  }

  get loaded() {
    const unseen = this.painted === undefined && performance.now() - this.watched > UNSEEN;
    return this.followed && (unseen || this.painted === this.bridge.data.paper);
  }

  // Whether an event is over the picture.
  under(event) {
    return Boolean(this.upper?.isConnected && this.bridge.data && event.composedPath()[0] === this.upper);
  }

  get box() {
    return this.upper.getBoundingClientRect();
  }

  // The component's own toggle for moving and reshaping follows the chosen tool.
  agree() {
    const toggle = this.button("Edit");
    const editing = this.bridge.tool.shape === "select";
    if (toggle && (toggle.getAttribute("aria-pressed") === "true") !== editing) this.click(toggle);
  }

  press(label) {
    const button = this.button(label);
    if (button) this.click(button);
  }

  // Pressing its buttons writes on the toolbar as well, at once.
  click(button) {
    this.hears(this.hearing.takeRecords().length);
    button.click();
    this.hearing.takeRecords();
  }

  button(label) {
    return this.shadow?.querySelector(`.dc-toolbar button[aria-label="${label}"]`);
  }

  // Give the component a mouse event at a place of the window.
  dispatch(type, place, { shiftKey, ctrlKey, altKey, metaKey, pointerType }) {
    this.upper?.dispatchEvent(new PointerEvent(type, {
      bubbles: true, composed: true, cancelable: true, view: window, isPrimary: true, pointerType, detail: 1,
      button: 0, buttons: type === "mouseup" ? 0 : 1, ...place, shiftKey, ctrlKey, altKey, metaKey,
    }));
  }
}
