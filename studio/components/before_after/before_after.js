import { SharedView } from "../shared_view.js";

const STEEP = 300; // wheel pixels that enlarge e times

export default function ({ parentElement, data }) {
  const pair = parentElement.querySelector(".pair");
  const images = ["before", "after"].map((name) => {
    const image = pair.querySelector(`.${name} img`);
    if (image.src !== data[name]) image.src = data[name];
    return image;
  });
  const range = pair.querySelector("input");
  const view = SharedView.of(data.group);
  const show = () => {
    const { x, y, zoom } = view;
    pair.style.setProperty("--cut", `${range.value}%`);
    pair.classList.toggle("near", zoom > 1);
    for (const image of images) {
      image.style.transform = `translate(${(0.5 - x * zoom) * 100}%, ${(0.5 - y * zoom) * 100}%) scale(${zoom})`;
    }
  };
  // This runs again whenever a picture changes: what listened before must not answer as well.
  pair.ended?.abort();
  const ended = (pair.ended = new AbortController());
  view.listen(show, ended.signal);
  range.addEventListener("input", show, { signal: ended.signal });
  pair.addEventListener("wheel", (event) => {
    if (view.zoom <= 1 && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const box = pair.getBoundingClientRect();
    const at = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    view.enlarge(Math.exp(-Math.max(-100, Math.min(100, event.deltaY)) / STEEP), ...at);
  }, { passive: false, signal: ended.signal });
  show();
  return () => ended.abort();
}
