// Pictures that are pasted, or dropped anywhere on the page, go to the page's uploader like those dropped on it.
const UPLOADER = '.st-key-drop [data-testid="stFileUploader"] input[type="file"]';

function pictures(transfer) {
  return [...(transfer?.files ?? [])].filter((file) => file.type.startsWith("image/") || !file.type);
}

function hand(files) {
  const uploader = document.querySelector(UPLOADER);
  if (!uploader || !files.length) return false;
  const all = new DataTransfer();
  for (const file of files) all.items.add(file);
  uploader.files = all.files;
  uploader.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}

const writes = (target) => target instanceof Element && Boolean(target.closest("input, textarea, [contenteditable]"));
const received = (target) => target instanceof Element && Boolean(target.closest('[data-testid="stFileUploader"]'));

export default function ({ parentElement }) {
  const sign = parentElement.querySelector(".sign");
  const ended = new AbortController();
  const on = (name, act) => document.addEventListener(name, act, { signal: ended.signal });
  const show = (shown) => { sign.hidden = !shown; };
  on("paste", (event) => {
    if (writes(event.target)) return;
    if (hand(pictures(event.clipboardData))) event.preventDefault();
  });
  on("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    show(!received(event.target));
    if (!received(event.target)) event.preventDefault();
  });
  on("dragleave", (event) => { if (!event.relatedTarget) show(false); });
  on("drop", (event) => {
    show(false);
    if (received(event.target)) return;
    if (hand(pictures(event.dataTransfer))) event.preventDefault();
  });
  show(false);
  return () => ended.abort();
}
