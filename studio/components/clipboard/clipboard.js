// Copies a PNG that the server makes when it is asked for. The browser wants to be told at the click that something
// will come, so it gets a promise, which the next message of the server keeps.
const PATIENCE = 60_000; // milliseconds

function bytes(base64) {
  return new Blob([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], { type: "image/png" });
}

export default function ({ parentElement, data, setTriggerValue }) {
  const button = parentElement.querySelector(".copy");
  const said = parentElement.querySelector(".said");
  const say = (words, busy = false) => {
    button.textContent = words;
    said.textContent = words === data.label ? "" : words;
    button.disabled = busy;
  };
  const able = Boolean(window.ClipboardItem && navigator.clipboard?.write);
  if (!able) button.hidden = true;
  if (!button.waiting) say(data.label);

  if (button.waiting && data.answer === button.waiting.id) {
    if (data.png) button.waiting.keep(bytes(data.png));
    else button.waiting.give(new Error(data.problem));
    button.waiting = null;
  }

  button.onclick = () => {
    const id = `${Date.now()}`;
    const png = new Promise((keep, give) => {
      button.waiting = { id, keep, give };
      setTimeout(() => give(new Error("late")), PATIENCE);
    });
    say("Copying …", true);
    navigator.clipboard
      .write([new ClipboardItem({ "image/png": png })])
      .then(() => say("Copied"), () => say("Could not copy"))
      .finally(() => setTimeout(() => say(data.label), 2000));
    setTriggerValue("asked", id);
  };
}
