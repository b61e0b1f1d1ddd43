// The tool strip for those who cannot see it: every button has a name, and those that stay pressed say so.

export class Strip {
  constructor(bridge) {
    this.bridge = bridge;
    this.observer = new MutationObserver(() => this.name());
  }

  dispose() {
    this.observer.disconnect();
  }

  update() {
    const strip = document.querySelector(".st-key-strip");
    if (strip && strip !== this.strip) {
      this.strip = strip;
      this.observer.disconnect();
      this.observer.observe(strip, { attributes: true, attributeFilter: ["kind"], childList: true, subtree: true });
    }
    this.name();
  }

  name() {
    for (const [key, name] of Object.entries(this.bridge.data.names)) {
      for (const button of this.strip?.querySelectorAll(`.st-key-${key} button`) ?? []) {
        const pressed = String(button.getAttribute("kind") === "primary");
        if (button.getAttribute("aria-label") !== name) button.setAttribute("aria-label", name);
        if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
      }
    }
  }
}
