// Pictures that are pasted, or dropped anywhere on the page, go to the page's uploader like those dropped on it.
const DROP = '.st-key-drop [data-testid="stFileUploader"]';
const UPLOADER = `${DROP} input[type="file"]`;
const IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]';
const HELD = `${DROP} [data-testid="stFileChip"]`;
const UPLOADS = '[data-testid="stFileChipIconSpinner"]';
const LOOK = 250; // milliseconds between two looks at an uploader that was handed something
const LOOKS = 40; // at a page that rests
const PATIENT = 8; // so many of them find the file still listed before the page is told

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

let tell = () => {}; // of the component as it was drawn last

// An uploader that was taken from begins anew, empty; where one goes on listing a file, the server may not have heard.
function follow(looks = LOOKS, idle = 0) {
  setTimeout(() => {
    const held = document.querySelector(HELD);
    const rests = document.querySelector(IDLE) && !held?.querySelector(UPLOADS);
    if (held && rests && idle + 1 === PATIENT) tell();
    else if (looks > 1) follow(rests ? looks - 1 : LOOKS, held && rests ? idle + 1 : 0);
  }, LOOK);
}

function take(event, transfer) {
  if (!hand(pictures(transfer))) return;
  event.preventDefault();
  follow();
}

const writes = (target) => target instanceof Element && Boolean(target.closest("input, textarea, [contenteditable]"));
const received = (target) => target instanceof Element && Boolean(target.closest('[data-testid="stFileUploader"]'));

export default function ({ parentElement, setTriggerValue }) {
  tell = () => setTriggerValue("waiting", true);
  const sign = parentElement.querySelector(".sign");
  const ended = new AbortController();
  const on = (name, act) => document.addEventListener(name, act, { signal: ended.signal });
  const show = (shown) => { sign.hidden = !shown; };
  on("paste", (event) => {
    if (writes(event.target)) return;
    take(event, event.clipboardData);
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
    take(event, event.dataTransfer);
  });
  show(false);
  return () => ended.abort();
}
