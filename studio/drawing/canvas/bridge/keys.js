// The keyboard: every button of the strip has a key, and the picture is moved and enlarged with others.

import { button, unoffered } from "./queue.js";

const TYPED = "input:not([type=checkbox], [type=radio], [type=range]), textarea, [contenteditable=true]";
const OWN = `${TYPED}, input:not([type=checkbox], [type=radio]), select, [role=slider], [role=combobox], [role=grid], canvas[data-testid]`;
const TAKES_BACK = new Set(["backspace", "ctrl+z"]);
const CLOSER = 1.25;

export class Keys {
  constructor(bridge) {
    this.bridge = bridge;
    const { view } = bridge;
    const enlarge = (factor) => () => {
      const box = bridge.stage.getBoundingClientRect();
      view.enlarge(factor, box.left + box.width / 2, box.top + box.height / 2);
    };
    this.views = { "+": enlarge(CLOSER), "=": enlarge(CLOSER), "-": enlarge(1 / CLOSER), f: () => view.fitted() };
  }

  down(event) {
    const { bridge } = this;
    if (!bridge.data || !bridge.stage.isConnected || event.defaultPrevented || event.isComposing) return;
    const target = event.composedPath()[0];
    const inside = (selector) => target instanceof Element && Boolean(target.closest(selector));
    if (document.querySelector('[role="dialog"]') || inside(bridge.pointer.above && event.key === " " ? TYPED : OWN)) return;
    if (event.key === " " ? this.space(target) : this.command(this.name(event), event)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }

  name(event) {
    const combined = event.ctrlKey || event.metaKey;
    return (combined ? "ctrl+" : "") + (combined && event.shiftKey ? "shift+" : "") + event.key.toLowerCase();
  }

  // A button that was reached with the keyboard is pressed with space, one that was merely clicked is not.
  space(target) {
    const { pointer, gesture, surface } = this.bridge;
    if (!pointer.above && target !== surface.upper && target.matches(":focus-visible")) return false;
    gesture.ready(true);
    return true;
  }

  up(event) {
    if (event.key !== " " || !this.bridge.gesture.space) return;
    event.preventDefault(); // or a button that has the focus is pressed
    event.stopImmediatePropagation();
    this.bridge.gesture.ready(false);
  }

  command(name, event) {
    const { bridge } = this;
    if (bridge.tool.shape === "select" && (name === "delete" || name === "backspace")) {
      bridge.surface.press("Delete selected");
      return true;
    }
    if (bridge.polygon.open && this.polygon(name)) return true;
    if (bridge.crosshair.key(name, event)) return true;
    if (this.views[name]) {
      this.views[name]();
      return true;
    }
    return this.press(bridge.data.keys[name]);
  }

  polygon(name) {
    const { polygon, crosshair } = this.bridge;
    // With the crosshair, Enter sets the next corner; on the first one it closes the polygon as a click does.
    if (name === "enter" && !crosshair.place) polygon.close();
    else if (name === "escape") polygon.drop();
    else if (TAKES_BACK.has(name)) polygon.back();
    else return false;
    return true;
  }

  press(name) {
    const pressed = name && button(name);
    const { queue } = this.bridge;
    if (!pressed || (unoffered(pressed) && !queue.busy)) return false; // the answer that is waited for may offer it
    queue.click(pressed);
    return true;
  }
}
