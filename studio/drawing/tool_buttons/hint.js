// What a button does, while the pointer rests on it, it has the keyboard's focus, or a finger is held on it.

const REST = 400; // milliseconds
const HELD = 500;
const GAP = 6; // pixels between the button and its hint

const buttonOf = (event) => event.target.closest("[data-hint]");

export class Hint {
  constructor(strip, node) {
    this.node = node;
    const on = (types, act) => types.split(" ").forEach((type) => strip.addEventListener(type, act));
    on("pointerover", (event) => event.pointerType === "mouse" && this.soon(buttonOf(event), REST));
    on("focusin", (event) => event.target.matches(":focus-visible") && this.soon(buttonOf(event), 0));
    on("pointerout focusout", () => this.hide());
    on("pointerdown", (event) => {
      this.hide();
      this.asked = false;
      if (event.pointerType === "touch") this.soon(buttonOf(event), HELD);
    });
    on("pointerup pointercancel", () => clearTimeout(this.timer));
    on("contextmenu", (event) => event.preventDefault());
    // The finger that asked what a button does has not pressed it.
    strip.addEventListener("touchend", (event) => this.asked && event.preventDefault(), { passive: false });
    on("click", () => this.hide());
  }

  soon(button, delay) {
    clearTimeout(this.timer);
    if (button) this.timer = setTimeout(() => this.show(button), delay);
  }

  show(button) {
    if (!button.isConnected) return;
    const { node } = this;
    node.textContent = button.dataset.hint;
    node.showPopover();
    const [at, own] = [button.getBoundingClientRect(), node.getBoundingClientRect()];
    const left = Math.min(at.left, window.innerWidth - own.width - GAP);
    const above = at.top - own.height - GAP;
    node.style.left = `${Math.max(GAP, left)}px`;
    node.style.top = `${above > GAP ? above : at.bottom + GAP}px`;
    this.shown = this.asked = true;
  }

  hide() {
    clearTimeout(this.timer);
    if (this.shown) this.node.hidePopover();
    this.shown = false;
  }
}
