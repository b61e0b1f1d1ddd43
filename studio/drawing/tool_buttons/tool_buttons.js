import { Hint } from "./hint.js";

const make = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
};

class Buttons {
  constructor(node, hint) {
    this.node = node;
    this.hint = hint;
    this.items = new Map(); // the element of every item, by its name
    this.layout = "";
    node.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button && button.getAttribute("aria-disabled") !== "true") this.tell("used", [button.dataset.name]);
    });
    node.addEventListener("input", ({ target }) => this.say(target));
    node.addEventListener("change", ({ target }) => this.tell("used", [target.dataset.name, Number(target.value)]));
  }

  // Elements stay as long as there are the same ones: the focus is not lost, and a press is not cut in two.
  update(groups, tell) {
    this.tell = tell;
    const layout = JSON.stringify(groups.map(({ name, items }) => [name, ...items.map((item) => item.name)]));
    if (layout !== this.layout) this.lay(groups);
    this.layout = layout;
    this.hint.hide();
    for (const { items } of groups) {
      for (const item of items) this.show(this.items.get(item.name), item);
    }
  }

  lay(groups) {
    const focused = this.node.contains(document.activeElement) ? document.activeElement.dataset.name : null;
    this.items.clear();
    const group = ({ name, items }) => make("div", { class: `tool-group ${name}`, role: "group" }, ...items.map((item) => this.made(item)));
    this.node.replaceChildren(...groups.map(group));
    if (focused) this.items.get(focused)?.focus();
  }

  made({ name, icon, colour, texts }) {
    const item = texts
      ? make("input", { type: "range", min: 0, max: texts.length - 1, "data-name": name })
      : make("button", { type: "button", "data-name": name });
    this.items.set(name, item);
    if (texts) return make("label", { class: "tool-slider" }, item, make("output"));
    if (colour) item.append(make("i", { class: "dot" }));
    if (icon) item.append(make("i", { class: "icon", "aria-hidden": "true" }));
    item.append(make("span"));
    return item;
  }

  show(node, { label, hint, icon, colour, chosen, offered, texts, place }) {
    node.setAttribute("aria-label", label);
    if (texts) {
      node.texts = texts;
      // A thumb that is being dragged stays in the hand.
      if (!node.matches(":active")) node.value = place;
      this.say(node);
      return;
    }
    node.querySelector("span").textContent = label.replace(/^Object /, "");
    if (icon) node.querySelector(".icon").textContent = icon;
    if (colour) node.style.setProperty("--dot", colour);
    if (chosen !== null) node.setAttribute("aria-pressed", chosen);
    node.setAttribute("aria-disabled", !offered);
    node.setAttribute("aria-description", hint);
    node.dataset.hint = hint;
  }

  say(slider) {
    const text = slider.texts[slider.value];
    slider.setAttribute("aria-valuetext", text);
    slider.parentElement.querySelector("output").textContent = text;
  }
}

const strips = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  const node = parentElement.querySelector(".tool-buttons");
  if (!strips.has(node)) {
    strips.set(node, new Buttons(node, new Hint(node, parentElement.querySelector(".tool-hint"))));
  }
  strips.get(node).update(data.groups, setTriggerValue);
}
