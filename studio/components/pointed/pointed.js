// A picture on which a place is pointed at: by a click, or by the arrow keys and Enter.
const STEP = 0.02;
const clamp = (value) => Math.min(Math.max(value, 0), 0.999999);

export default function ({ parentElement, data, setTriggerValue }) {
  const pane = parentElement.querySelector(".pane");
  const image = pane.querySelector("img");
  const cross = pane.querySelector(".cross");
  if (image.src !== data.picture) image.src = data.picture;
  image.alt = data.alt;
  pane.setAttribute("aria-label", `${data.alt}. Arrow keys move the crosshair, Enter points.`);

  let place = data.place ?? null;
  const show = () => {
    cross.hidden = !place;
    if (place) Object.assign(cross.style, { left: `${place[0] * 100}%`, top: `${place[1] * 100}%` });
  };
  const point = () => setTriggerValue("place", place);
  pane.onclick = (event) => {
    const box = image.getBoundingClientRect();
    place = [clamp((event.clientX - box.left) / box.width), clamp((event.clientY - box.top) / box.height)];
    show();
    point();
  };
  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  pane.onkeydown = (event) => {
    if (event.key !== "Enter" && !moves[event.key]) return;
    event.preventDefault();
    place ??= [0.5, 0.5];
    if (event.key === "Enter") point();
    else place = place.map((value, axis) => clamp(value + STEP * moves[event.key][axis]));
    show();
  };
  show();
}
